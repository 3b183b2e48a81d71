"""Where the rows of segments stand among those of their generation: they follow those of the segments before."""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from index.generations.generation import Flags, Rows


class Offsets:
    """The first rows of segments, and the number of all rows."""

    def __init__(self, counts: Sequence[int]) -> None:
        """Take how many rows each segment has."""
        self.edges: Rows = np.cumsum([0, *counts])

    def parts(self, rows: Rows) -> Iterator[tuple[int, Rows, Rows]]:
        """Yield for each segment that has some of the rows: its number, their places, and their rows within it."""
        segments = np.searchsorted(self.edges, rows, side="right") - 1
        order = np.argsort(segments, kind="stable")
        ends = np.cumsum(np.bincount(segments, minlength=len(self.edges) - 1)).tolist()
        for number, (first, last) in enumerate(itertools.pairwise([0, *ends])):
            if first < last:
                places = order[first:last]
                yield number, places, rows[places] - self.edges[number]

    def within(self, flags: Flags | None, number: int) -> Flags | None:
        """Return what of an array with an entry a row is about a segment."""
        return None if flags is None else flags[self.edges[number] : self.edges[number + 1]]


@dataclasses.dataclass(frozen=True, slots=True)
class Places:
    """Where the releases, passages and sentences of segments begin."""

    releases: Offsets
    passages: Offsets
    sentences: Offsets


def best(hits: Sequence[tuple[NDArray[np.floating], Rows]], k: int) -> Rows:
    """Return the rows with the highest scores, best first."""
    if not hits:
        return np.empty(0, dtype=np.int64)
    scores, rows = (np.concatenate(each) for each in zip(*hits, strict=True))
    first: Rows = rows[np.argsort(-scores, kind="stable")[:k]]
    return first
