"""The vectors and terms of the sentences in PostgreSQL. `sentence_table.py` has the same of files."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.database.link import Link
from index.encoders.embedder import Vectors
from index.generations.cluster.arrays import from_halfvecs
from index.generations.generation import Rows
from index.text.terms import Hashes


class SentenceRows:
    """The tables of sentences and of releases, for the titles."""

    def __init__(self, link: Link, schema: str, ends: Rows, sentences: int, dim: int) -> None:
        """Take the connection and the schema of the generation.

        :param ends: where each sentence and title ends in the list of all terms, ``(sentences + releases + 1,)``.
        """
        self._link = link
        self._schema = schema
        self._ends = ends
        self._sentences = sentences
        self._dim = dim

    def __len__(self) -> int:
        """Return the number of sentences."""
        return self._sentences

    def cosines(self, rows: Rows, vector: Vectors) -> Vectors:
        """Return the cosines of sentences to a vector, ``(n,)``, or to several in columns, ``(n, m)``."""
        wanted, places = np.unique(rows, return_inverse=True)
        sql = f"SELECT halfvec_send(v) FROM {self._schema}.sentences WHERE row = ANY(%s::int[]) ORDER BY row"
        vectors = self._link.rows(sql, [wanted.tolist()])
        cosines: Vectors = from_halfvecs([value for (value,) in vectors], self._dim)[places] @ vector
        return cosines

    def counts(self, first: Rows, last: Rows, wanted: Hashes) -> NDArray[np.float32]:
        """Return how often terms stand in ranges of sentences, ``(n, terms)``; `last` is not included."""
        counts = last - first
        ranges = np.repeat(np.arange(len(counts)), counts)
        rows = np.arange(len(ranges)) + (first - np.cumsum(counts) + counts)[ranges]
        held = np.zeros((len(counts), len(wanted)), dtype=np.float32)
        np.add.at(held, ranges, self._held("sentences", rows, wanted))
        return held

    def lengths(self, first: Rows, last: Rows) -> Rows:
        """Return how many terms ranges of sentences hold, ``(n,)``."""
        lengths: Rows = self._ends[last] - self._ends[first]
        return lengths

    def title_counts(self, releases: Rows, wanted: Hashes) -> NDArray[np.float32]:
        """Return how often terms stand in the titles of releases, ``(n, terms)``."""
        return self._held("releases", releases, wanted)

    def _held(self, table: str, rows: Rows, wanted: Hashes) -> NDArray[np.float32]:
        """Return how often terms stand in sentences or titles, ``(n, terms)``."""
        distinct, places = np.unique(rows, return_inverse=True)
        sql = f"SELECT terms FROM {self._schema}.{table} WHERE row = ANY(%s::int[]) ORDER BY row"
        terms = [value for (value,) in self._link.rows(sql, [distinct.tolist()])]
        return _counted(terms, wanted)[places]


def _counted(lists: Sequence[bytes], wanted: Hashes) -> NDArray[np.float32]:
    terms = np.frombuffer(b"".join(lists), dtype="<u4")
    owners = np.repeat(np.arange(len(lists)), [len(each) // 4 for each in lists])
    hit, term = np.nonzero(terms[:, None] == wanted)
    cells = np.bincount(owners[hit] * len(wanted) + term, minlength=len(lists) * len(wanted))
    return cells.reshape(len(lists), len(wanted)).astype(np.float32)
