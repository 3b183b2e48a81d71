"""What a generation is made of, before it is written to files or to a database."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus import Release
from index.results import Placed
from index.text.passages import Passage


@dataclass(frozen=True, slots=True)
class Contents:
    """The releases of a generation in the order of their rows, with all that is derived from them.

    ``mentions`` and ``titles`` (the terms of a title) have an entry a release. ``terms`` has an entry a passage: the
    terms of each of its sentences. ``passage_vectors`` and ``sentence_vectors`` are
    ``(n, dim)``.
    """

    chunked: Sequence[tuple[Release, tuple[Passage, ...]]]
    mentions: Sequence[Sequence[Placed]]
    terms: Sequence[list[list[str]]]
    titles: Sequence[list[str]]
    passage_vectors: NDArray[np.float16]
    sentence_vectors: NDArray[np.float16]

    def first_sentences(self) -> NDArray[np.int64]:
        """Return the row of each passage's first sentence, and the number of sentences, ``(passages + 1,)``."""
        return np.cumsum([0, *map(len, self.terms)]).astype(np.int64)

    def term_lists(self) -> list[list[str]]:
        """Return the terms of all sentences, and after them of the titles."""
        return [*itertools.chain.from_iterable(self.terms), *self.titles]

    def documents(self) -> Iterator[tuple[int, int, list[str], list[str]]]:
        """Yield of each passage: its row, the row of its release, its terms, and the terms of the release's title."""
        row = itertools.count()
        for release_row, (_, passages) in enumerate(self.chunked):
            for _ in passages:
                passage_row = next(row)
                words = list(itertools.chain.from_iterable(self.terms[passage_row]))
                yield passage_row, release_row, words, self.titles[release_row]
