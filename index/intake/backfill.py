"""The past of sources -> releases: all that they announced since a day, at the pace that hosts ask for.

First all announcements are noted, newest month first, then each is read. What is noted, and what became of each, is
written down at once. So a backfill that is interrupted at any moment goes on where it was, and nothing is read twice.
"""

import datetime
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus import Fetched, NotModified, NotReachedError, SourceError, UnknownEntryError, shown
from index.database.announcements import Announcement
from index.database.corpus_db import CorpusStore
from index.database.sources import BackfillState, FollowedSource, SourceKind
from index.intake.announcing import Span, read_past
from index.intake.failures import failure_sentence
from index.intake.keep import Ingested
from index.intake.patient_fetcher import Fetches, OpenFetcher, PatientFetcher
from index.intake.polling import ATTEMPTS, note_outcome
from index.intake.reading import read_announcements
from index.intake.sources import Failed, Taken
from index.results import Phase, Progress, Step
from index.settings import IndexSettings

_BATCH = 25


@dataclass(frozen=True, slots=True)
class BackfilledSource:
    """What became of the past of a source: how much of it was read now, was there already, and waits to be read.

    ``error`` says why its past could not be listed.
    """

    url: str
    read: int = 0
    there: int = 0
    waiting: int = 0
    error: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Return it as `measures sources backfill --json` prints it."""
        return {name: getattr(self, name) for name in ("url", "read", "there", "waiting", "error")}


@dataclass(frozen=True, slots=True)
class Backfilled:
    """What became of the past of sources."""

    sources: tuple[BackfilledSource, ...]
    taken: Taken


def backfill(
    store: CorpusStore,
    open_fetcher: OpenFetcher,
    progress: Progress,
    settings: IndexSettings,
    urls: Sequence[str] = (),
    *,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
    limit: int | None = None,
) -> Backfilled:
    """Read the past of sources.

    :param urls: the sources; by default all, or without `since` those whose backfill was interrupted.
    :param since: the first day; None goes on with what was interrupted.
    :param until: the last day; by default today.
    :param limit: the most announcements that are read; the others wait for the next call.
    :raises UnknownEntryError: when an address is no known source.
    :raises SourceError: when there is nothing to go on with, or the days are none.
    """
    wanted = _begun(store, _chosen(store, urls), since, until)
    done: list[BackfilledSource] = []
    ingested: list[Ingested] = []
    failed: list[Failed] = []
    with open_fetcher() as opened:
        fetcher = PatientFetcher(opened)
        errors = [_list_past(store, source, fetcher, progress) for source in wanted]
        queues = {source.url: _queue(store, source) for source in wanted}
        total = sum(len(queue) for queue, _ in queues.values())
        left = total if limit is None else min(limit, total)
        bar = _Bar(progress, left)
        for source, error in zip(wanted, errors, strict=True):
            queue, there = queues[source.url]
            reading, left = queue[:left], left - len(queue[:left])
            for start in range(0, len(reading), _BATCH):
                batch = reading[start : start + _BATCH]
                taken = _read_batch(store, source, batch, fetcher, bar, settings)
                bar.began += len(batch)
                ingested += taken.ingested
                failed += taken.failed
            done.append(_ended(store, source, len(reading), there, error))
    return Backfilled(tuple(done), Taken(tuple(ingested), tuple(failed)))


class SpoolingFetcher:
    """Writes down each answer before it is taken in, and gives it out again after a crash instead of fetching it."""

    def __init__(self, store: CorpusStore, fetcher: Fetches) -> None:
        """Fetch with another fetcher."""
        self._store = store
        self._fetcher = fetcher

    def fetch(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None, within_s: float = math.inf
    ) -> Fetched | NotModified:
        """Return the bytes at an address, or that they have not changed.

        :raises FetchError: when they cannot be fetched.
        """
        kept = self._store.spool.get(url)
        if kept is not None:
            return kept
        answer = self._fetcher.fetch(url, etag=etag, last_modified=last_modified, within_s=within_s)
        if isinstance(answer, Fetched):
            self._store.spool.put(url, answer)
        return answer


def _read_batch(
    store: CorpusStore,
    source: FollowedSource,
    batch: Sequence[Announcement],
    fetcher: Fetches,
    progress: Progress,
    settings: IndexSettings,
) -> Taken:
    _, taken = read_announcements(
        store,
        [(source, batch)],
        SpoolingFetcher(store, fetcher),
        progress,
        mirrors=settings.fetch_private,
        told=lambda url, entry, outcome: _note(store, url, entry, outcome),
    )
    return taken


def _note(store: CorpusStore, source: str, entry: Announcement, outcome: Ingested | Failed) -> None:
    note_outcome(store, source, entry, outcome)
    store.spool.clear()


class _Bar:
    """Tells of batches as of one phase. ``began`` counts what the batches before this one held."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._total = total
        self.began = 0

    def __call__(self, step: Step) -> None:
        self._progress(Step(Phase.FETCH, self.began + step.done, max(self._total, self.began + step.total)))


def _chosen(store: CorpusStore, urls: Sequence[str]) -> list[FollowedSource]:
    sources = {source.url: source for source in store.sources.all()}
    unknown = next((url for url in urls if url not in sources), None)
    if unknown is not None:
        raise UnknownEntryError(f"{shown(unknown)} is no source that is kept: `measures sources list` tells which are.")
    return [sources[url] for url in dict.fromkeys(urls or sources)]


def _begun(
    store: CorpusStore, chosen: Sequence[FollowedSource], since: datetime.date | None, until: datetime.date | None
) -> list[FollowedSource]:
    """Note what is to be walked, and return the sources as they are then.

    A backfill over the same days as one that was interrupted goes on with that one.
    """
    if since is None:
        begun = [source for source in chosen if source.backfill is not None]
        # What was kept right before an interruption may still have to be served.
        if not begun and (store.history.is_built() or not chosen):
            raise SourceError("No backfill was interrupted: say with --since from which day on to read.")
        return begun
    until = until or datetime.datetime.now(datetime.UTC).date()
    if since > until:
        raise SourceError(f"{since} is after {until}: give an earlier day with --since.")
    for source in chosen:
        before = source.backfill
        if before is None or before.since != since.isoformat() or before.until > until.isoformat():
            store.sources.backfilling(source.url, BackfillState(since.isoformat(), until.isoformat()))
    urls = {source.url for source in chosen}
    return [source for source in store.sources.all() if source.url in urls]


def _list_past(store: CorpusStore, source: FollowedSource, fetcher: Fetches, progress: Progress) -> str | None:
    """Note all announcements of the past of a source that are not noted yet. Return why not, where that fails."""
    state = source.backfill
    assert state is not None
    first = datetime.date.fromisoformat(state.since)
    last = datetime.date.fromisoformat(state.reached or state.until)
    spans = list(_months(first, last)) if source.kind is SourceKind.PRESS_CORNER else [Span(first, last)]
    spans = [] if state.listed else spans
    try:
        for number, span in enumerate(spans):
            progress(Step(Phase.FEEDS, number, len(spans)))
            announcements = list(read_past(source, fetcher, span))
            with store.writing():
                store.announcements.wait(source.url, announcements)
                store.sources.backfilling(source.url, BackfillState(state.since, state.until, span.since.isoformat()))
        progress(Step(Phase.FEEDS, len(spans), len(spans)))
    except NotReachedError as error:
        return str(error)
    except Exception as error:  # Any error of this source must not stop the others.
        return failure_sentence(source.url, error)
    return None


def _months(first: datetime.date, last: datetime.date) -> Iterator[Span]:
    """Yield the months of some days, the last month first."""
    until = last
    while until >= first:
        since = max(first, until.replace(day=1))
        yield Span(since, until)
        until = since - datetime.timedelta(days=1)


def _queue(store: CorpusStore, source: FollowedSource) -> tuple[list[Announcement], int]:
    """Return what of the past of a source is to be read, newest first, and how much of it the corpus holds already."""
    waiting = store.announcements.waiting(source.url, ATTEMPTS, time.time())
    to_read: list[Announcement] = []
    for announcement in waiting:
        if source.kind is not SourceKind.FOLDER and store.announcements.is_kept(announcement.url):
            store.announcements.see(source.url, announcement, "unchanged", None, 0.0)
        else:
            to_read.append(announcement)
    return to_read, len(waiting) - len(to_read)


def _ended(store: CorpusStore, source: FollowedSource, read: int, there: int, error: str | None) -> BackfilledSource:
    waiting = len(store.announcements.waiting(source.url, 1, 0.0))
    if error is None and not waiting:
        store.sources.backfilling(source.url, None)
    return BackfilledSource(source.url, read, there, waiting, error)
