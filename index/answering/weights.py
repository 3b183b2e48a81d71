"""The fitted weights of the features of sentences and of confidence. `tests/eval/fit.py` writes them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoders.model_files import DEFAULT_MODEL
from index.results import CurvePoint

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ConfidenceWeights:
    """Weights of the features of confidence by name, and the bias, in nats.

    ``usual`` is the mean of each feature over the questions that these were fitted on.
    """

    weights: Mapping[str, float]
    bias: float
    usual: Mapping[str, float]

    def probability(self, features: Mapping[str, float], doubt: float = 0.0) -> float:
        """Return the logistic function of the weighted features, less a doubt in nats."""
        nats = self.bias - doubt + sum(weight * features[name] for name, weight in self.weights.items())
        return float(1.0 / (1.0 + np.exp(-nats)))

    def spoken(self, features: Mapping[str, float]) -> dict[str, float]:
        """Return how much each feature speaks for the answer, or against it where negative, in nats over the usual."""
        return {name: weight * (features[name] - self.usual[name]) for name, weight in self.weights.items()}


@dataclass(frozen=True, slots=True)
class GroupWeights:
    """Weights for sentences in the language of the question, or for those in another.

    ``sentence`` are by feature name, in nats. ``reading`` is what a nat of the reader's counts beside them. ``unread``
    are those of confidence for what the reader has not read, ``read`` those for what it has.
    """

    sentence: Mapping[str, float]
    reading: float
    unread: ConfidenceWeights
    read: ConfidenceWeights

    def sentence_vector(self, names: Sequence[str]) -> Vector:
        """Return the sentence weights in the order of feature names."""
        return np.array([self.sentence[name] for name in names], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights for both groups, and the confidence from which on a question counts as answered (`threshold`).

    ``measured`` gives that confidence for the other models with which it was measured, by name. ``provenance`` says how
    all of them were fitted and measured.
    """

    same: GroupWeights
    other: GroupWeights
    threshold: float
    provenance: Mapping[str, object]
    measured: Mapping[str, float] = field(default_factory=dict)

    def threshold_for(self, model: str) -> float:
        """Return the threshold for a model; for one that was never measured, the highest of those that were."""
        if model == DEFAULT_MODEL:
            return self.threshold
        return self.measured.get(model, max([self.threshold, *self.measured.values()]))

    def was_measured(self, model: str) -> bool:
        """Tell whether confidence was measured with a model."""
        return model == DEFAULT_MODEL or model in self.measured

    def group(self, foreign: bool) -> GroupWeights:
        """Return the weights for sentences in the language of the question, or in another."""
        return self.other if foreign else self.same

    def figures(self) -> Mapping[str, float]:
        """Return the figures of confidence that were measured out of fold when it was fitted, by name."""
        figures = self.provenance["out_of_fold"]
        assert isinstance(figures, dict)
        return figures

    def curve(self) -> list[CurvePoint]:
        """Return the risk-coverage curve, out of fold, from the strictest threshold on."""
        points = self.provenance["curve"]
        assert isinstance(points, list)
        return [CurvePoint(*point) for point in points]


@cache
def shipped_weights() -> Weights:
    """Return the weights that come with the program."""
    document = json.loads((resources.files("index.answering") / "weights.json").read_text("utf-8"))
    same, other = (_group(document.pop(name)) for name in ("same", "other"))
    return Weights(same, other, **document)


def _group(document: dict[str, Any]) -> GroupWeights:
    unread, read = (ConfidenceWeights(**document.pop(name)) for name in ("unread", "read"))
    return GroupWeights(unread=unread, read=read, **document)
