"""A reader that reads no pair twice while it lives."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.encoders.reader import PairReader


class CachedReader(PairReader):
    """The reader, which remembers what it said of pairs."""

    _known: dict[tuple[str, str], float]

    def read(self, question: str, sentences: Sequence[str]) -> NDArray[np.float64]:
        """Return how surely each sentence answers a question, ``(n,)``."""
        known = self.__dict__.setdefault("_known", {})
        new = [sentence for sentence in dict.fromkeys(sentences) if (question, sentence) not in known]
        known.update(zip([(question, one) for one in new], super().read(question, new).tolist(), strict=True))
        return np.array([known[question, sentence] for sentence in sentences], np.float64)
