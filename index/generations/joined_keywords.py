"""The keyword indexes of several segments as one."""

import dataclasses
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from cachetools import LRUCache, cachedmethod
from numpy.typing import NDArray

from index.generations.generation import Flags, Rows, Scope
from index.generations.segment_rows import Places, best
from index.generations.tantivy_index import LexicalIndex, most_similar

_LETTERS_KEPT = 32  # The terms that begin with one take 0.2 MB.
# How many times its share of the passages a segment is asked for, without and with a filter (what a filter leaves
# may be rarer among the best), and how many more. So one segment in fifty, and one in five, had to be asked again.
_TIMES, _TIMES_FILTERED, _MORE, _MOST_FOUND = 2, 4, 8, 1_000


@dataclasses.dataclass(frozen=True, slots=True)
class _Few:
    """Passages of a segment with their scores, best first. No other passage of it has a score above ``rest``."""

    scores: NDArray[np.float64]
    rows: Rows
    rest: float


class JoinedKeywords:
    """Keywords. `Keywords` explains the methods. How frequent a term is counts in all segments together."""

    def __init__(self, indexes: Sequence[LexicalIndex], places: Places) -> None:
        """Take the indexes of the segments, and where the rows of each begin."""
        self._indexes = indexes
        self._places = places
        self._similar: LRUCache[Any, list[str]] = LRUCache(_LETTERS_KEPT)

    def __len__(self) -> int:
        """Return the number of passages."""
        return int(self._places.passages.edges[-1])

    def frequency(self, term: str) -> int:
        """Return how many passages hold a term, or have it in their title, whichever are more."""
        return max(map(sum, zip(*(index.frequencies(term) for index in self._indexes), strict=True)))

    def similar(self, term: str) -> list[str]:
        """Return the most frequent terms that begin with the same letter as a term."""
        return self._beginning(term[:1])

    @cachedmethod(lambda self: self._similar)
    def _beginning(self, letter: str) -> list[str]:
        counts: Counter[str] = Counter()
        for index in self._indexes:
            counts.update(index.beginning(letter))
        return most_similar(counts)

    def search(self, terms: Sequence[str], weights: NDArray[np.float64], k: int, scope: Scope) -> Rows:
        """Return the at most `k` passages with the highest BM25 of weighted terms, best first.

        Each segment is asked for about its part of them first, and for all of them where it may have more.
        """
        left = self._left(scope)
        few = {number: self._few(number, own, terms, weights, k / len(left)) for number, own in left.items()}
        scores = np.sort(np.concatenate([each.scores for each in few.values()] or [np.empty(0)]))
        least = scores[-k] if 0 < k <= len(scores) else -np.inf
        hits = []
        for number, each in few.items():
            own, rows = each.scores, each.rows
            if -np.inf < each.rest >= least:
                own, rows = self._indexes[number].scored(terms, weights, k, self._within(scope, number))
            hits.append((own, rows + self._places.passages.edges[number]))
        return best(hits, k)

    def _left(self, scope: Scope) -> dict[int, Flags | None]:
        """Return the segments that a scope leaves something of, with what of each it leaves. None leaves all."""
        left: dict[int, Flags | None] = {}
        for number in range(len(self._indexes)):
            own = self._places.passages.within(scope.passages, number)
            if own is None or own.any():
                left[number] = None if own is None or own.all() else own
        return left

    def _few(
        self, number: int, own: Flags | None, terms: Sequence[str], weights: NDArray[np.float64], wanted: float
    ) -> "_Few":
        """Find the best passages of a segment, and of them those that are left: probably more than are wanted.

        To leave out what is not left costs tantivy more than to find some more.
        """
        k = int(_TIMES * wanted if own is None else _TIMES_FILTERED * wanted / own.mean()) + _MORE
        if k > _MOST_FOUND:
            return _Few(np.empty(0), np.empty(0, dtype=np.int64), np.inf)
        scores, rows = self._indexes[number].scored(terms, weights, k, Scope())
        kept = slice(None) if own is None else own[rows]
        return _Few(scores[kept], rows[kept], float(scores[-1]) if len(scores) == k else -np.inf)

    def _within(self, scope: Scope, number: int) -> Scope:
        first, last = self._places.releases.edges[number : number + 2]

        def own(rows: Rows | None) -> Rows | None:
            return None if rows is None else rows[(rows >= first) & (rows < last)] - first

        return Scope(terms=scope.terms, only=own(scope.only), hidden=own(scope.hidden))
