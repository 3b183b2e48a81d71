"""Keywords in PostgreSQL: a table of posting lists, scored here by the same BM25 as tantivy's."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from index.database.link import Link
from index.generations.contents import Document
from index.generations.generation import Rows, Scope

_K1, _B = 1.2, 0.75
_TITLE_BOOST = 0.5
_MOST_SIMILAR = 3_000
_MOST_OFTEN = 2**16 - 1
# Tantivy, as Lucene, keeps the length of a text in 8 bits: these are the lengths that it can keep.
_LENGTHS = np.array(
    [*range(24), *(24 + (each if each < 8 else (each & 7 | 8) << (each >> 3) - 1) for each in range(232))],
    dtype=np.float64,
)


def posting_lists(
    documents: Iterable[Document], part: int = 0
) -> Iterator[tuple[str, int, int, int, bytes, bytes, bytes]]:
    """Yield the rows of a part: a term, the part, how many passages hold the term or have it in the title, the lists.

    :param documents: those of the part, as `Contents.documents` yields them.
    """
    bodies: dict[str, dict[int, int]] = {}
    titles: dict[str, dict[int, int]] = {}
    for each in documents:
        for term in each.terms:
            passages = bodies.setdefault(term, {})
            passages[each.row] = passages.get(each.row, 0) + 1
        for term in set(each.title):
            releases = titles.setdefault(term, {})
            releases[each.release] = releases.get(each.release, 0) + 1
    for term in sorted(bodies.keys() | titles.keys()):
        passages, releases = bodies.get(term, {}), titles.get(term, {})
        often = np.minimum(list(passages.values()), _MOST_OFTEN).astype("<u2")
        lists = (np.array(list(passages), "<u4").tobytes(), often.tobytes(), np.array(list(releases), "<u4").tobytes())
        yield term, part, len(passages), sum(releases.values()), *lists


class PostingLists:
    """The posting lists of a generation, and the lengths of its texts."""

    def __init__(self, link: Link, schema: str, lengths: Rows, title_lengths: Rows, first_passages: Rows) -> None:
        """Take the connection, the schema of the generation, and what is known of it.

        :param lengths: the number of terms of each passage.
        :param title_lengths: the number of terms of the title of each release.
        :param first_passages: the row of each release's first passage, and the number of passages.
        """
        self._link = link
        self._table = f"{schema}.postings"
        self._passages = len(lengths)
        self._first_passages = first_passages
        counts = np.diff(first_passages)
        self._norms = _norms(lengths, lengths.sum() / max(1, self._passages))
        self._title_norms = _norms(title_lengths, (title_lengths * counts).sum() / max(1, self._passages))

    def __len__(self) -> int:
        """Return the number of passages."""
        return self._passages

    def frequency(self, term: str) -> int:
        """Return how many passages hold a term, or have it in their title, whichever are more."""
        sql = f"SELECT greatest(sum(df), sum(title_df)) FROM {self._table} WHERE term = %s"
        rows = self._link.rows(sql, [term])
        return int(rows[0][0] or 0)

    def similar(self, term: str) -> list[str]:
        """Return the most frequent terms that begin with the same letter as a term."""
        sql = (
            f"SELECT term FROM {self._table} WHERE left(term, 1) = %s AND df > 0 GROUP BY term "
            "ORDER BY sum(df) DESC, term LIMIT %s"
        )
        return [known for (known,) in self._link.rows(sql, [term[:1], _MOST_SIMILAR])]

    def search(
        self,
        terms: Sequence[str],
        weights: NDArray[np.float64],
        k: int,
        scope: Scope,
    ) -> Rows:
        """Return the rows of the at most `k` passages with the highest BM25 of weighted terms, best first."""
        scores = self._scores(terms, weights)
        matching = scores > 0
        if scope.passages is not None:
            matching &= scope.passages
        rows = np.flatnonzero(matching)
        if k <= 0 or not len(rows):
            return np.empty(0, dtype=np.int64)
        if len(rows) > k:
            least = np.partition(scores[rows], len(rows) - k)[len(rows) - k]
            rows = rows[scores[rows] >= least]
        best: Rows = rows[np.lexsort((rows, -scores[rows]))][:k]
        return best

    def _scores(self, terms: Sequence[str], weights: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return the BM25 of every passage, ``(passages,)``, in as many bits as tantivy."""
        sql = f"SELECT term, rows, tfs, releases FROM {self._table} WHERE term = ANY(%s)"
        lists: dict[str, list[tuple[bytes, bytes, bytes]]] = {}
        for term, *postings in self._link.rows(sql, [list(terms)]):
            lists.setdefault(term, []).append((postings[0], postings[1], postings[2]))
        scores = np.zeros(self._passages, dtype=np.float32)
        for term, weight in zip(terms, weights, strict=True):
            for rows, often, releases in lists.get(term, ()):
                self._add(scores, float(weight), np.frombuffer(rows, "<u4"), np.frombuffer(often, "<u2"))
                self._add_titles(scores, float(weight), np.frombuffer(releases, "<u4"))
        return scores

    def _add(
        self, scores: NDArray[np.float32], weight: float, rows: NDArray[np.uint32], often: NDArray[np.uint16]
    ) -> None:
        often_ = often.astype(np.float32)
        scores[rows] += weight * (1 + _K1) * (often_ / (often_ + self._norms[rows]))

    def _add_titles(self, scores: NDArray[np.float32], weight: float, releases: NDArray[np.uint32]) -> None:
        shares = _TITLE_BOOST * weight * (1 + _K1) / (1 + self._title_norms[releases])
        for release, share in zip(releases.tolist(), shares.tolist(), strict=True):
            scores[self._first_passages[release] : self._first_passages[release + 1]] += share


def _norms(lengths: Rows, average: float) -> NDArray[np.float32]:
    """Return what a length adds to how often a term stands in a text, as BM25 has it."""
    kept = _LENGTHS[np.searchsorted(_LENGTHS, lengths, side="right") - 1]
    norms: NDArray[np.float32] = (_K1 * (1 - _B + _B * kept / max(average, 1e-9))).astype(np.float32)
    return norms
