"""The vectors and terms of the sentences in PostgreSQL. `sentence_table.py` has the same of files."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.encoders.embedder import Vectors
from index.generations.cluster.arrays import from_halfvecs
from index.generations.cluster.segments import Segments
from index.generations.generation import Rows
from index.text.terms import Hashes


class SentenceRows:
    """The tables of sentences and of releases, for the titles."""

    def __init__(self, segments: Segments, ends: Rows, dim: int) -> None:
        """Take the segments of the generation.

        :param ends: where each sentence ends in the list of all terms, after a 0, ``(sentences + 1,)``.
        """
        self._segments = segments
        self._ends = ends
        self._dim = dim

    def __len__(self) -> int:
        """Return the number of sentences."""
        return len(self._ends) - 1

    def cosines(self, rows: Rows, vector: Vectors) -> Vectors:
        """Return the cosines of sentences to a vector, ``(n,)``, or to several in columns, ``(n, m)``."""
        wanted, places = np.unique(rows, return_inverse=True)
        select = "SELECT row + {sentences} AS row, halfvec_send(v) FROM {schema}.sentences WHERE row = ANY(%s::int[])"
        vectors = self._segments.numbered(select, wanted, self._segments.sentences)
        cosines: Vectors = from_halfvecs([value for _, value in vectors], self._dim)[places] @ vector
        return cosines

    def counts(self, first: Rows, last: Rows, wanted: Hashes) -> NDArray[np.float32]:
        """Return how often terms stand in ranges of sentences, ``(n, terms)``; `last` is not included."""
        counts = last - first
        ranges = np.repeat(np.arange(len(counts)), counts)
        rows = np.arange(len(ranges)) + (first - np.cumsum(counts) + counts)[ranges]
        held = np.zeros((len(counts), len(wanted)), dtype=np.float32)
        np.add.at(held, ranges, self._held("sentences", rows, self._segments.sentences, wanted))
        return held

    def lengths(self, first: Rows, last: Rows) -> Rows:
        """Return how many terms ranges of sentences hold, ``(n,)``."""
        lengths: Rows = self._ends[last] - self._ends[first]
        return lengths

    def title_counts(self, releases: Rows, wanted: Hashes) -> NDArray[np.float32]:
        """Return how often terms stand in the titles of releases, ``(n, terms)``."""
        return self._held("releases", releases, self._segments.releases, wanted)

    def _held(self, table: str, rows: Rows, edges: Rows, wanted: Hashes) -> NDArray[np.float32]:
        """Return how often terms stand in sentences or titles, ``(n, terms)``."""
        distinct, places = np.unique(rows, return_inverse=True)
        select = f"SELECT row + {{{table}}} AS row, terms FROM {{schema}}.{table} WHERE row = ANY(%s::int[])"
        terms = [value for _, value in self._segments.numbered(select, distinct, edges)]
        return _counted(terms, wanted)[places]


def _counted(lists: Sequence[bytes], wanted: Hashes) -> NDArray[np.float32]:
    terms = np.frombuffer(b"".join(lists), dtype="<u4")
    owners = np.repeat(np.arange(len(lists)), [len(each) // 4 for each in lists])
    hit, term = np.nonzero(terms[:, None] == wanted)
    cells = np.bincount(owners[hit] * len(wanted) + term, minlength=len(lists) * len(wanted))
    return cells.reshape(len(lists), len(wanted)).astype(np.float32)
