"""Divides the releases that a build writes into segments, so that no build holds more of them than one segment."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from corpus import Release
from index.building.derive import Derived, derive_all
from index.building.source import Source
from index.database.corpus_db import CorpusStore
from index.results import Phase, Progress, Step

SEGMENT_PASSAGES = 100_000
_BATCH = 256


@dataclass(slots=True)
class Group:
    """The releases of a segment by their ids, how many passages they have, and how often each word stands in them."""

    release_ids: list[str] = field(default_factory=list)
    passages: int = 0
    words: Counter[str] = field(default_factory=Counter)

    def add(self, release_id: str, derived: Derived) -> None:
        """Add a release."""
        self.release_ids.append(release_id)
        self.passages += len(derived.passages)
        self.words.update(derived.text_words)
        self.words.update(derived.title_words)


def planned(source: Source, release_ids: Sequence[str], store: CorpusStore, progress: Progress) -> list[Group]:
    """Derive all releases, keep what is derived, and return them as groups of at most `SEGMENT_PASSAGES`.

    There is always one. A release with more passages is a group of its own.
    """
    groups = [Group()]
    for release, derived in derived_of(source, release_ids, store, chunked_of(progress, len(release_ids))):
        if groups[-1].passages + len(derived.passages) > SEGMENT_PASSAGES and groups[-1].release_ids:
            groups.append(Group())
        groups[-1].add(release.release_id, derived)
    return groups


def derived_of(
    source: Source, release_ids: Sequence[str], store: CorpusStore, report: Callable[[int], None] = lambda _: None
) -> Iterator[tuple[Release, Derived]]:
    """Yield releases, each with what is derived from it. Only a batch of them is in memory.

    :param report: is told how many more are done.
    """
    for start in range(0, len(release_ids), _BATCH):
        releases = source.some(release_ids[start : start + _BATCH])
        yield from zip(releases, derive_all(store, releases, report), strict=True)


def chunked_of(progress: Progress, total: int) -> Callable[[int], None]:
    """Return what tells the progress how many of all releases are cut into passages."""
    done = 0
    progress(Step(Phase.CHUNK, done, total))

    def report(count: int) -> None:
        nonlocal done
        for _ in range(count):
            done += 1
            progress(Step(Phase.CHUNK, done, total))

    return report
