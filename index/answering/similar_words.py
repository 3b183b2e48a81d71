"""Tells how far words are held by others that are similar, by what the model knows of single words."""

from collections.abc import Sequence

import numpy as np

from index.answering.features import Matrix
from index.encoders.embedder import Embedder

_SIMILAR_FROM, _SIMILAR_RANGE = 0.2, 0.6


def held_by(around: Sequence[str], asked: Sequence[str], embedder: Embedder) -> Matrix:
    """Return how similar the most similar of the words `around` is to each that is asked for, ``(asked,)``, 0 to 1."""
    if not around or not asked:
        return np.zeros(len(asked))
    similar = (embedder.word_vectors(asked) @ embedder.word_vectors(around).T).max(axis=1)
    held: Matrix = np.clip((similar.astype(np.float64) - _SIMILAR_FROM) / _SIMILAR_RANGE, 0.0, 1.0)
    return held
