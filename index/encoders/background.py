"""Cosines in units that every model shares.

One model gives a question and a text that has nothing to do with it a cosine of 0.6, another 0.1. Measured on
`yardstick.jsonl`, questions with a text that answers each, these become 0, and the mean of question and answer 1.
Weights and confidence know only these units, so that they hold with another model than the one they were fitted with.
"""

import json
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from index.encoders.embedder import Embedder, Vectors

_LEAST_RANGE = 0.05  # A model that tells nothing apart would have none.

Cosines = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Background:
    """The mean cosine of questions and the texts that answer others, and of questions and those that answer them."""

    unrelated: float
    related: float

    def units(self, cosines: Vectors) -> Cosines:
        """Return cosines in units."""
        span = max(self.related - self.unrelated, _LEAST_RANGE)
        units: Cosines = (cosines.astype(np.float64) - self.unrelated) / span
        return units


_measured: dict[str, Background] = {}


def background_of(embedder: Embedder) -> Background:
    """Measure a model, once in the life of this process. This takes as long as embedding 64 sentences."""
    if embedder.digest not in _measured:
        _measured[embedder.digest] = _measure(embedder)
    return _measured[embedder.digest]


def _measure(embedder: Embedder) -> Background:
    lines = (resources.files("index.encoders") / "yardstick.jsonl").read_text("utf-8").splitlines()
    pairs = [json.loads(line) for line in lines]
    texts = embedder.encode_document([pair["text"] for pair in pairs], lambda _: None)
    questions = np.array([embedder.encode_query(pair["question"]) for pair in pairs])
    cosines = questions @ texts.T
    own = np.eye(len(pairs), dtype=bool)
    return Background(round(float(cosines[~own].mean()), 4), round(float(cosines[own].mean()), 4))
