"""The fitted weights of the features of sentences and of confidence. `tests/eval/fit.py` writes them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from index.results import CurvePoint


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights by feature name, and the confidence from which on a question counts as answered (`threshold`).

    ``gate`` and ``gate_bias`` are those of confidence; ``provenance`` says how all of them were fitted and measured.
    """

    sentence: Mapping[str, float]
    gate: Mapping[str, float]
    gate_bias: float
    threshold: float
    provenance: Mapping[str, object]

    def sentence_vector(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Return the sentence weights in the order of feature names."""
        return np.array([self.sentence[name] for name in names], dtype=np.float64)

    def measured(self) -> Mapping[str, float]:
        """Return the figures of confidence that were measured out of fold when it was fitted, by name."""
        figures = self.provenance["out_of_fold"]
        assert isinstance(figures, dict)
        return figures

    def curve(self) -> list[CurvePoint]:
        """Return the risk-coverage curve, out of fold, from the strictest threshold on."""
        points = self.provenance["curve"]
        assert isinstance(points, list)
        return [CurvePoint(*point) for point in points]

    def gate_vector(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Return the weights of confidence in the order of feature names."""
        return np.array([self.gate[name] for name in names], dtype=np.float64)


@cache
def shipped_weights() -> Weights:
    """Return the weights that come with the program."""
    return Weights(**json.loads((resources.files("index.answering") / "weights.json").read_text("utf-8")))
