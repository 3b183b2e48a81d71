"""Sources -> new releases: sources that are due are read, what is new is taken in, and failing sources wait longer.

Times are seconds since 1970. An announcement is settled when it was taken in or put into quarantine, or has no text.
One that could not be fetched is tried again at the next polls, three times in all. One whose site refuses programs is
never settled: it is tried again after pauses that grow, until it can be read or a person brings the page. The ETag of a
feed is kept only when no entry is left to fetch, so that "not modified" never hides an entry. A poll has a budget of
time (`poll_budget.py`); what it did not reach is due at once.
"""

import dataclasses
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from corpus import FetchError, NotReachedError, UnknownEntryError, next_poll, next_try, shown
from index.database.announcements import BY_HAND, Announcement
from index.database.corpus_db import CorpusStore
from index.database.sources import FollowedSource, SourceKind
from index.intake.announcing import ReadSource, read_source
from index.intake.failures import failure_sentence
from index.intake.keep import Ingested
from index.intake.patient_fetcher import Fetches, OpenFetcher, PatientFetcher
from index.intake.poll_budget import Budget, BudgetedFetcher
from index.intake.reading import read_announcements
from index.intake.sources import Failed, Failing, Taken
from index.results import Phase, Progress, Step
from index.settings import IndexSettings

BUDGET = Budget()
ENTRIES = 100  # Entries of one source per poll. A feed that suddenly has 50,000 takes many polls.
ATTEMPTS = 3
_REFUSED_AGAIN = 10  # Refused addresses of one source that a poll tries again.
_LONGEST_S = 27 * 3600.0  # Longer than `next_poll` ever returns: a day and a tenth.


@dataclass(frozen=True, slots=True)
class PolledSource:
    """What became of a source: how many announcements were tried, how many failed, and how many wait for the next poll.

    ``error`` says why the source could not be read, and ``entry_error`` why the last failed announcement failed.
    ``skipped`` tells that the source was not requested.
    """

    url: str
    new: int = 0
    error: str | None = None
    skipped: bool = False
    failed: int = 0
    waiting: int = 0
    entry_error: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Return it as `measures feeds poll --json` prints it."""
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True)
class Polled:
    """What became of the sources, and of what is new in them."""

    sources: tuple[PolledSource, ...]
    taken: Taken


def due(sources: Sequence[FollowedSource], now: float) -> list[FollowedSource]:
    """Return the sources that are due. One that is due too far ahead also counts, because the clock was set back."""
    return [source for source in sources if not now < source.due <= now + _LONGEST_S]


def poll(
    store: CorpusStore,
    open_fetcher: OpenFetcher,
    progress: Progress,
    settings: IndexSettings,
    urls: Sequence[str] = (),
    *,
    due_only: bool = False,
    kind: SourceKind | None = None,
    budget: Budget = BUDGET,
) -> Polled:
    """Read sources, beginning with the one that has been due longest, and take in what is new.

    :param urls: the sources to read, even if they are not due; by default all that do not wait after failures.
    :param due_only: whether only sources that are due are read.
    :param kind: only sources of this kind are read.
    :raises UnknownEntryError: when an address is no known source.
    """
    sources = {source.url: source for source in store.sources.all() if kind in (None, source.kind)}
    wanted = _wanted(sources, urls, due_only=due_only)
    resting = [source for source in sources.values() if source.failures and source.url not in wanted and not urls]
    polled = [PolledSource(source.url, error=source.last_error, skipped=True) for source in resting]
    with open_fetcher() as opened:
        fetcher = BudgetedFetcher(PatientFetcher(opened), budget)
        newly_read, unread = _read_all(store, [sources[url] for url in wanted], fetcher, progress, settings)
        if not urls and kind is None:
            newly_read.append(_given_by_hand(store))
        told, taken = read_announcements(
            store,
            [(read.read.source, read.entries) for read in newly_read],
            fetcher,
            progress,
            mirrors=settings.fetch_private,
            told=lambda source, entry, outcome: note_outcome(store, source, entry, outcome),
        )
        over = fetcher.is_over
    polled += unread
    for read in newly_read:
        if read.read.source.url == BY_HAND:
            continue
        try:
            polled.append(_finish(store, read, told[read.read.source.url], settings, over=over))
        except Exception as error:
            polled.append(_failed(store, read.read.source, error, settings))
    return Polled(tuple(sorted(polled, key=lambda source: source.url)), taken)


def note_outcome(store: CorpusStore, source: str, entry: Announcement, outcome: Ingested | Failed) -> None:
    """Note what became of an announcement, right after it is known, so that nothing is read twice."""
    if isinstance(outcome, Ingested):
        store.announcements.see(source, entry, outcome.status, None, 0.0)
    elif outcome.why is not Failing.UNREACHED:
        is_refused = outcome.why is Failing.REFUSED
        tried = store.announcements.attempts(source, entry.url) if is_refused else 0
        retry = time.time() + next_try(tried, random.random()) if is_refused else 0.0  # noqa: S311
        store.announcements.see(source, entry, outcome.why, outcome.error, retry)


@dataclass(frozen=True, slots=True)
class _NewlyRead:
    """A source that was read, and what of it is taken in. ``more`` tells that there is more than a poll takes in."""

    read: ReadSource
    entries: tuple[Announcement, ...]
    more: bool = False


def _wanted(sources: dict[str, FollowedSource], urls: Sequence[str], *, due_only: bool) -> list[str]:
    """Return the addresses of the sources to read, the one that has been due longest first.

    :raises UnknownEntryError: when an address is no known source.
    """
    unknown = [url for url in urls if url not in sources]
    if unknown:
        raise UnknownEntryError(
            f"{shown(unknown[0])} is no source that is kept: `measures sources list` tells which are."
        )
    ready = {source.url for source in due(list(sources.values()), time.time())}
    rested = {url for url in sources if not (due_only or sources[url].failures)}
    wanted = [url for url in (urls or sources) if url in urls or url in ready | rested]
    return sorted(wanted, key=lambda url: sources[url].due)


def _read_all(
    store: CorpusStore, sources: Sequence[FollowedSource], fetcher: Fetches, progress: Progress, settings: IndexSettings
) -> tuple[list[_NewlyRead], list[PolledSource]]:
    """Return the sources that could be read, and what became of the others."""
    newly_read: list[_NewlyRead] = []
    unread: list[PolledSource] = []
    for done, source in enumerate(sources):
        progress(Step(Phase.FEEDS, done, len(sources)))
        try:
            newly_read.append(_newly_read(store, read_source(source, fetcher)))
        except NotReachedError as error:
            store.sources.hurry(source.url, time.time())
            unread.append(PolledSource(source.url, error=str(error), skipped=True))
        except Exception as error:  # Any error of this source must not stop the others.
            unread.append(_failed(store, source, error, settings))
    progress(Step(Phase.FEEDS, len(sources), len(sources)))
    return newly_read, unread


def _newly_read(store: CorpusStore, read: ReadSource) -> _NewlyRead:
    """Return a source with what is new in it, and what its site refused and is to be tried again now."""
    url = read.source.url
    settled = store.announcements.settled(url, read.announcements, ATTEMPTS)
    new = [entry for entry in read.announcements if entry.url not in settled]
    again = store.announcements.refused(url, time.time(), _REFUSED_AGAIN)
    return _NewlyRead(read, (*new[:ENTRIES], *again), more=len(new) > ENTRIES)


def _given_by_hand(store: CorpusStore) -> _NewlyRead:
    """Return the addresses that people gave, that were refused, and that are to be tried again now."""
    again = store.announcements.refused(BY_HAND, time.time(), _REFUSED_AGAIN)
    return _NewlyRead(ReadSource(by_hand(), "", ()), tuple(again))


def by_hand() -> FollowedSource:
    """Return what stands for the addresses that people gave, in place of a source."""
    from index.intake.following import UNASKED

    return FollowedSource(BY_HAND, SourceKind.FEED, UNASKED, "", "", None, None, None, None, 0.0, 0, None)


def _failed(store: CorpusStore, source: FollowedSource, error: Exception, settings: IndexSettings) -> PolledSource:
    """Record that a source failed, and let it wait longer.

    :raises MeasuresError: when the error is not about the source.
    """
    why = failure_sentence(source.url, error)
    store.sources.failed(source.url, _due(settings, source.failures + 1), why)
    return PolledSource(source.url, error=why)


def _finish(
    store: CorpusStore,
    newly_read: _NewlyRead,
    told: Sequence[Ingested | Failed],
    settings: IndexSettings,
    *,
    over: bool,
) -> PolledSource:
    """Record when a source is due again.

    :param told: what became of its announcements.
    :param over: whether the time of the whole poll was used up.
    """
    read = newly_read.read
    url = read.source.url
    failures = [outcome for outcome in told if isinstance(outcome, Failed)]
    waiting = [failure for failure in failures if not failure.reached]
    failed = [failure for failure in failures if failure.reached and failure.why is not Failing.TEXTLESS]
    tried = len(told) - len(waiting)
    if waiting and not tried and not over:  # Its host was too slow for even one announcement.
        return _failed(store, read.source, FetchError(waiting[0].error), settings)
    # What was refused is tried again by itself, so the source need not be read again for it.
    left = newly_read.more or bool(waiting) or any(failure.why is Failing.FAILED for failure in failed)
    store.sources.polled(
        url,
        time.time() if waiting else _due(settings, 0),
        title=read.title,
        etag=None if left else read.etag,
        last_modified=None if left else read.last_modified,
    )
    if read.modified:
        errors = store.announcements.failing(url, [entry.url for entry in read.announcements])
        store.sources.count(url, len(read.announcements), len(errors), errors[-1] if errors else None)
    last = failed[-1].error if failed else None
    return PolledSource(url, tried, failed=len(failed), waiting=len(waiting), entry_error=last)


def _due(settings: IndexSettings, failures: int) -> float:
    return time.time() + next_poll(failures, settings.feed_interval * 60, random.random())  # noqa: S311
