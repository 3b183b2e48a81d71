"""What is known of every sentence before anything is asked: its vector, and its terms in order.

Sentences are numbered as in passages.db, those of a passage and of a release one after the other, so that a range of
rows is a passage's or a release's words. After the sentences come the releases' titles.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoders.embedder import Vectors
from index.generations.generation import Rows
from index.text.terms import Hashes, hashes


class SentenceTable:
    """Vectors, ``(sentences, dim)`` float16, and terms of the sentences and titles of a generation."""

    def __init__(self, vectors: Path, terms: Path, ends: Path) -> None:
        """Open the three files, mapped into memory.

        :raises OSError, ValueError: when one is missing or no array.
        """
        self._vectors: NDArray[np.float16] = np.load(vectors, mmap_mode="r")
        self._terms: Hashes = np.load(terms, mmap_mode="r")
        self._ends: Rows = np.load(ends)

    def __len__(self) -> int:
        """The number of sentences."""
        return len(self._vectors)

    def cosines(self, rows: Rows, vector: Vectors) -> Vectors:
        """Return the cosines of sentences, each embedded after its title, to a question, ``(n,)``.

        Of several vectors as columns, ``(dim, m)``, they are ``(n, m)``.
        """
        found: Vectors = self._vectors[rows].astype(np.float32) @ vector
        return found

    def counts(self, first: Rows, last: Rows, wanted: Hashes) -> NDArray[np.float32]:
        """Return how often terms stand in ranges of rows, ``(n, terms)``; `last` is not included."""
        lengths = self.lengths(first, last)
        ranges = np.repeat(np.arange(len(lengths)), lengths)
        places = np.arange(len(ranges)) + (self._ends[first] - np.cumsum(lengths) + lengths)[ranges]
        held, term = np.nonzero(self._terms[places][:, None] == wanted)
        cells = np.bincount(ranges[held] * len(wanted) + term, minlength=len(lengths) * len(wanted))
        return cells.reshape(len(lengths), len(wanted)).astype(np.float32)

    def lengths(self, first: Rows, last: Rows) -> Rows:
        """Return how many terms ranges of rows hold, ``(n,)``."""
        found: Rows = self._ends[last] - self._ends[first]
        return found

    def title_counts(self, releases: Rows, wanted: Hashes) -> NDArray[np.float32]:
        """Return how often terms stand in the titles of releases, ``(n, terms)``."""
        rows = len(self) + releases
        return self.counts(rows, rows + 1, wanted)


def write_sentence_table(
    vectors: Path, terms: Path, ends: Path, matrix: NDArray[np.float16], term_lists: Sequence[list[str]]
) -> None:
    """Write the three files.

    :param matrix: ``(sentences, dim)``.
    :param term_lists: the terms of the sentences, and after them of the titles.
    :raises OSError: when they cannot be written.
    """
    np.save(vectors, matrix)
    np.save(terms, hashes(term for terms_of_one in term_lists for term in terms_of_one))
    np.save(ends, np.concatenate(([0], np.cumsum([len(terms_of_one) for terms_of_one in term_lists]))).astype(np.int64))
