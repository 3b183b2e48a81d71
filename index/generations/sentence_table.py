"""The vectors and the terms of all sentences, worked out before anything is asked.

Sentences are numbered as in passages.db. Those of a passage, and those of a release, follow each other, so that a range
of rows holds the words of a passage or a release. The titles of the releases come after the sentences.
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
        """Open the three files, mapped into memory. ``ends`` is as `Layout.term_ends` says.

        :raises OSError, ValueError: when one is missing or no array.
        """
        # Plain arrays, because numpy takes longer to index a `memmap`. They stay mapped.
        self._vectors: NDArray[np.float16] = np.asarray(np.load(vectors, mmap_mode="r"))
        self._terms: Hashes = np.asarray(np.load(terms, mmap_mode="r"))
        self.ends: Rows = np.asarray(np.load(ends, mmap_mode="r"))

    def __len__(self) -> int:
        """The number of sentences."""
        return len(self._vectors)

    def cosines(self, rows: Rows, vector: Vectors) -> Vectors:
        """Return the cosines of sentences, each embedded after its title, to a vector, ``(n,)``.

        For several vectors, given as columns, ``(dim, m)``, the result is ``(n, m)``.
        """
        cosines: Vectors = self._vectors[rows].astype(np.float32) @ vector
        return cosines

    def counts(self, first: Rows, last: Rows, wanted: Hashes) -> NDArray[np.float32]:
        """Return how often terms stand in ranges of rows, ``(n, terms)``; `last` is not included."""
        return counted([self.terms(first, last)], wanted)

    def terms(self, first: Rows, last: Rows) -> tuple[Hashes, Rows]:
        """Return the terms in ranges of rows, one range after the other, and how many each range has."""
        begin = self.ends[first]
        lengths = self.ends[last] - begin
        ends = np.cumsum(lengths)
        places = np.arange(ends[-1] if len(ends) else 0) + np.repeat(begin - ends + lengths, lengths)
        return self._terms[places], lengths

    def lengths(self, first: Rows, last: Rows) -> Rows:
        """Return how many terms ranges of rows hold, ``(n,)``."""
        lengths: Rows = np.asarray(self.ends[last] - self.ends[first])
        return lengths

    def title_counts(self, releases: Rows, wanted: Hashes) -> NDArray[np.float32]:
        """Return how often terms stand in the titles of releases, ``(n, terms)``."""
        return counted([self.title_terms(releases)], wanted)

    def title_terms(self, releases: Rows) -> tuple[Hashes, Rows]:
        """Return the terms of the titles of releases, one title after the other, and how many each has."""
        rows = len(self) + releases
        return self.terms(rows, rows + 1)


def counted(ranges: Sequence[tuple[Hashes, Rows]], wanted: Hashes) -> NDArray[np.float32]:
    """Return how often terms stand in ranges, ``(n, terms)``, of what `SentenceTable.terms` returns."""
    terms, lengths = (np.concatenate(each) for each in zip(*ranges, strict=True))
    hit, term = np.nonzero(terms[:, None] == wanted)
    cells = np.repeat(np.arange(len(lengths)), lengths)[hit] * len(wanted) + term
    counts = np.bincount(cells, minlength=len(lengths) * len(wanted))
    return counts.reshape(len(lengths), len(wanted)).astype(np.float32)


def write_sentence_table(
    vectors: Path, terms: Path, ends: Path, matrix: NDArray[np.float16], term_lists: Sequence[list[str]]
) -> None:
    """Write the three files.

    :param matrix: ``(sentences, dim)``.
    :param term_lists: the terms of the sentences, and after them of the titles.
    :raises OSError: when they cannot be written.
    """
    np.save(vectors, matrix)
    np.save(terms, hashes(term for terms in term_lists for term in terms))
    np.save(ends, np.concatenate(([0], np.cumsum([len(terms) for terms in term_lists]))).astype(np.int64))
