"""Keywords in PostgreSQL: a table of posting lists, scored here by the same BM25 as tantivy's."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.database.link import Link
from index.generations.cluster.arrays import numbers
from index.generations.contents import Document
from index.generations.generation import Rows, Scope
from index.generations.parts import MOST_SIMILAR, TITLE_BOOST

_K1, _B = 1.2, 0.75
_MOST_OFTEN = 2**16 - 1
# Tantivy, as Lucene, keeps the length of a text in 8 bits: these are the lengths that it can keep.
_LENGTHS = np.array(
    [*range(24), *(24 + (each if each < 8 else (each & 7 | 8) << (each >> 3) - 1) for each in range(232))],
    dtype=np.float64,
)


def posting_lists(documents: Iterable[Document]) -> Iterator[tuple[str, int, int, bytes, bytes, bytes]]:
    """Yield the rows of a segment: a term, how many passages hold it or have it in the title, and the lists.

    :param documents: those of the segment, as `Contents.documents` yields them.
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
        yield term, len(passages), sum(releases.values()), *lists


@dataclass(frozen=True, slots=True)
class Lengths:
    """How many terms each passage of a segment has, and the title of each of its releases."""

    passages: Rows
    titles: Rows


class PostingLists:
    """The posting lists of a generation, and the lengths of its texts."""

    def __init__(self, link: Link, schema: str, segments: Sequence[Lengths], first_passages: Rows) -> None:
        """Take the connection, the schema of the generation, and what is known of it.

        :param first_passages: the row of each release's first passage, and the number of passages.
        """
        self._link = link
        self._table = f"{schema}.postings"
        self._passages = int(first_passages[-1])
        self._first_passages = first_passages
        self._norms, self._title_norms = _all_norms(segments, np.diff(first_passages))

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
        return [known for (known,) in self._link.rows(sql, [term[:1], MOST_SIMILAR])]

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
        sql = f"SELECT term, first_passage, rows, tfs, first_release, releases FROM {self._table} WHERE term = ANY(%s)"
        lists: dict[str, list[tuple[Rows, NDArray[np.uint16], Rows]]] = {}
        for term, passage, rows, often, release, releases in self._link.rows(sql, [list(terms)]):
            own = numbers(rows, passage), np.frombuffer(often, "<u2"), numbers(releases, release)
            lists.setdefault(term, []).append(own)
        scores = np.zeros(self._passages, dtype=np.float32)
        for term, weight in zip(terms, weights, strict=True):
            for rows, often, releases in lists.get(term, ()):
                self._add(scores, float(weight), rows, often)
                self._add_titles(scores, float(weight), releases)
        return scores

    def _add(self, scores: NDArray[np.float32], weight: float, rows: Rows, often: NDArray[np.uint16]) -> None:
        often_ = often.astype(np.float32)
        scores[rows] += weight * (1 + _K1) * (often_ / (often_ + self._norms[rows]))

    def _add_titles(self, scores: NDArray[np.float32], weight: float, releases: Rows) -> None:
        shares = TITLE_BOOST * weight * (1 + _K1) / (1 + self._title_norms[releases])
        first, last = self._first_passages[releases], self._first_passages[releases + 1]
        counts = last - first
        rows = np.arange(counts.sum()) + np.repeat(first - np.cumsum(counts) + counts, counts)
        scores[rows] += np.repeat(shares, counts)


def _all_norms(segments: Sequence[Lengths], counts: Rows) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the norms of passages and of titles. What is average is so in a segment, as in files.

    :param counts: how many passages each release has.
    """
    norms, title_norms, release = [], [], 0
    for each in segments:
        passages, own = max(1, len(each.passages)), counts[release : release + len(each.titles)]
        norms.append(_norms(each.passages, each.passages.sum() / passages))
        title_norms.append(_norms(each.titles, (each.titles * own).sum() / passages))
        release += len(each.titles)
    return np.concatenate(norms), np.concatenate(title_norms)


def _norms(lengths: Rows, average: float) -> NDArray[np.float32]:
    """Return what a length adds to how often a term stands in a text, as BM25 has it."""
    kept = _LENGTHS[np.searchsorted(_LENGTHS, lengths, side="right") - 1]
    norms: NDArray[np.float32] = (_K1 * (1 - _B + _B * kept / max(average, 1e-9))).astype(np.float32)
    return norms
