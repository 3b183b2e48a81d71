"""Which segments of what is served a new generation keeps, whatever stores them."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Protocol

from corpus import MeasuresError
from index.database.outlines import Outline
from index.generations.manifest import Manifest, Segment

# A segment with fewer passages, of those that still stand, is written anew with whatever is added. That takes some
# seconds, and keeps the number of segments low. A corpus that is no larger is thus always one segment.
KEPT_FROM = 50_000


class SegmentTexts(Protocol):
    """The texts of a segment. `PassageStore` explains the methods."""

    def outlines(self) -> Iterator[tuple[str, Outline]]:
        """Yield the id and the outline of every release, by row."""

    def counts(self, releases: Sequence[int]) -> tuple[int, int]:
        """Return how many passages and sentences some releases have, by row."""

    def holds(self, release_id: str) -> bool:
        """Tell whether there is a release."""


class Served(Protocol):
    """The generations among which a new one will be, of which one is served."""

    def current(self) -> str | None:
        """Return the id of the served generation, None before the first build."""

    def check(self, generation: str) -> Manifest:
        """Check that a generation is what its manifest says, and return the manifest."""


def served_manifest(generations: Served | None, fits: Callable[[Manifest], bool]) -> Manifest | None:
    """Return the manifest of what is served where something of it may be kept, None otherwise.

    :param generations: None where nothing is to be kept.
    :param fits: whether a generation was written by this program with this model.
    """
    if generations is None:
        return None
    try:
        served = generations.current()
        manifest = None if served is None else generations.check(served)
    except MeasuresError:  # It is damaged, or of another format: all is written anew.
        return None
    return manifest if manifest is not None and fits(manifest) else None


def is_large(segment: Segment) -> bool:
    """Tell whether so much of a segment stands that it is worth keeping."""
    return segment.passages - segment.deleted_passages >= KEPT_FROM


def standing(
    texts: SegmentTexts,
    segment: Segment,
    wanted: Mapping[str, Outline],
    kept: Collection[str],
    erased: Collection[str],
) -> tuple[set[str], Segment] | None:
    """Return the ids of a segment's releases that are as they are wanted, and the segment without the others.

    :param kept: the ids that other segments have already.
    :param erased: the ids of releases of which nothing may be kept.
    :return: None where the segment is not kept.
    """
    if not is_large(segment):
        return None
    before = frozenset(segment.deleted)
    still: set[str] = set()
    deleted = []
    for row, (release_id, outline) in enumerate(texts.outlines()):
        if row in before or wanted.get(release_id) != outline or release_id in kept:
            deleted.append(row)
        else:
            still.add(release_id)
    passages, sentences = texts.counts(deleted)
    rest = Segment(segment.releases, segment.passages, segment.sentences, tuple(deleted), passages, sentences)
    return None if not is_large(rest) or any(map(texts.holds, erased)) else (still, rest)
