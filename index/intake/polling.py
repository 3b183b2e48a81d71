"""Feeds -> new releases: feeds that are due are read, their new entries are taken in, and failing feeds wait longer.

Times are seconds since 1970. An entry is settled when it was taken in or put into quarantine. An entry that could not
be fetched is tried again at the next polls, three times in all. The ETag of a feed is kept only when no entry is left
to fetch, so that "not modified" never hides an entry. A poll has a budget of time (`poll_budget.py`); what it did not
reach is due at once.
"""

import dataclasses
import random
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import zip_longest

from corpus import (
    FeedEntry,
    FetchError,
    NotModified,
    NotReachedError,
    UnknownEntryError,
    next_poll,
    read_feed,
    shown,
    speaks_for,
)
from index.database.corpus_db import CorpusStore
from index.database.feeds import Feed
from index.intake.failures import failure_sentence
from index.intake.overrides import UNSAID, Overrides
from index.intake.poll_budget import Budget, BudgetedFetcher
from index.intake.sources import Failed, Fetches, OpenFetcher, PatientFetcher, Taken, is_address, take_in
from index.results import Phase, Progress, Step
from index.settings import IndexSettings

BUDGET = Budget()
ENTRIES = 100  # Entries of one feed per poll. A feed that suddenly has 50,000 takes many polls.
_ATTEMPTS = 3
_LONGEST_S = 27 * 3600.0  # Longer than `next_poll` ever returns: a day and a tenth.


@dataclass(frozen=True, slots=True)
class PolledFeed:
    """What became of a feed: how many entries were tried, how many of them failed, and how many wait for the next poll.

    ``error`` says why the feed could not be read, and ``entry_error`` why the last failed entry failed. ``skipped``
    tells that the feed was not requested.
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
    """What became of the feeds, and of their new entries."""

    feeds: tuple[PolledFeed, ...]
    taken: Taken


def due(feeds: Sequence[Feed], now: float) -> list[Feed]:
    """Return the feeds that are due. One that is due too far ahead also counts, because the clock was set back."""
    return [feed for feed in feeds if not now < feed.due <= now + _LONGEST_S]


def poll(
    store: CorpusStore,
    open_fetcher: OpenFetcher,
    progress: Progress,
    settings: IndexSettings,
    urls: Sequence[str] = (),
    *,
    due_only: bool = False,
    budget: Budget = BUDGET,
) -> Polled:
    """Read feeds, beginning with the one that has been due longest, and take in their new entries.

    :param urls: the feeds to read, even if they are not due; by default all that do not wait after failures.
    :param due_only: whether only feeds that are due are read.
    :raises UnknownEntryError: when an address is no known feed.
    """
    feeds = {feed.url: feed for feed in store.feeds.all()}
    unknown = [url for url in urls if url not in feeds]
    if unknown:
        raise UnknownEntryError(f"{shown(unknown[0])} is no feed that is kept: `measures feeds list` tells which are.")
    ready = {feed.url for feed in due(list(feeds.values()), time.time())}
    wanted = [url for url in (urls or feeds) if url in urls or url in ready or not (due_only or feeds[url].failures)]
    wanted.sort(key=lambda url: feeds[url].due)
    resting = [feed for feed in feeds.values() if feed.failures and feed.url not in wanted and not urls]
    polled = [PolledFeed(feed.url, error=feed.last_error, skipped=True) for feed in resting]
    with open_fetcher() as opened:
        fetcher = BudgetedFetcher(PatientFetcher(opened), budget)
        read_feeds, unread = _read_all(store, [feeds[url] for url in wanted], fetcher, progress, settings)
        taken = _take_in(store, read_feeds, fetcher, progress, settings)
        over = fetcher.is_over
    polled += unread
    failures = {failure.source: failure for failure in taken.failed}
    statuses = {source.source: source.status for source in taken.ingested}
    for read in read_feeds:
        try:
            polled.append(_finish(store, read, statuses, failures, settings, over=over))
        except Exception as error:
            polled.append(_failed(store, read.feed, error, settings))
    return Polled(tuple(sorted(polled, key=lambda feed: feed.url)), taken)


@dataclass(frozen=True, slots=True)
class _ReadFeed:
    """A feed that was read: its title, all addresses that it announces, and the new entries to take in.

    ``more`` tells that it has more new entries than a poll takes in, ``modified`` that it has changed since last time.
    """

    feed: Feed
    title: str
    announced: tuple[str, ...]
    entries: tuple[FeedEntry, ...]
    etag: str | None
    last_modified: str | None
    more: bool = False
    modified: bool = True


def _read_all(
    store: CorpusStore, feeds: Sequence[Feed], fetcher: Fetches, progress: Progress, settings: IndexSettings
) -> tuple[list[_ReadFeed], list[PolledFeed]]:
    """Return the feeds that could be read, and what became of the others."""
    read_feeds: list[_ReadFeed] = []
    unread: list[PolledFeed] = []
    for done, feed in enumerate(feeds):
        progress(Step(Phase.FEEDS, done, len(feeds)))
        try:
            read_feeds.append(_read(store, feed, fetcher))
        except NotReachedError as error:
            store.feeds.hurry(feed.url, time.time())
            unread.append(PolledFeed(feed.url, error=str(error), skipped=True))
        except Exception as error:  # Any error of this feed must not stop the others.
            unread.append(_failed(store, feed, error, settings))
    progress(Step(Phase.FEEDS, len(feeds), len(feeds)))
    return read_feeds, unread


def _take_in(
    store: CorpusStore, read_feeds: Sequence[_ReadFeed], fetcher: Fetches, progress: Progress, settings: IndexSettings
) -> Taken:
    """Take in the new entries, one of each feed in turn, so that the pause of a host is used to ask the others."""
    rounds = zip_longest(*(read.entries for read in read_feeds))
    entries = {entry.url: entry for turn in rounds for entry in turn if entry is not None}
    hints = {
        entry.url: Overrides(title=entry.title if entry.title != entry.url else None, date=entry.date)
        for read in read_feeds
        for entry in read.entries
        if speaks_for(read.feed.url, entry.url)  # A feed gives no hints about the page of another site.
    }
    return take_in(
        store,
        list(entries),
        UNSAID,
        lambda: nullcontext(fetcher),
        progress,
        hints=hints,
        mirrors=settings.fetch_private,
        revive=False,
    )


def _failed(store: CorpusStore, feed: Feed, error: Exception, settings: IndexSettings) -> PolledFeed:
    """Record that a feed failed, and let it wait longer.

    :raises MeasuresError: when the error is not about the feed.
    """
    why = failure_sentence(feed.url, error)
    store.feeds.failed(feed.url, _due(settings, feed.failures + 1), why)
    return PolledFeed(feed.url, error=why)


def _read(store: CorpusStore, feed: Feed, fetcher: Fetches) -> _ReadFeed:
    answer = fetcher.fetch(feed.url, etag=feed.etag, last_modified=feed.last_modified)
    if isinstance(answer, NotModified):
        return _ReadFeed(feed, feed.title, (), (), feed.etag, feed.last_modified, modified=False)
    content = read_feed(answer.data, answer.url)
    unique = {entry.url: entry for entry in content.entries if is_address(entry.url)}
    settled = store.feeds.settled(feed.url, list(unique), _ATTEMPTS)
    new = [entry for entry in unique.values() if entry.url not in settled]
    return _ReadFeed(
        feed,
        content.title or feed.title,
        tuple(unique),
        tuple(new[:ENTRIES]),
        answer.etag,
        answer.last_modified,
        more=len(new) > ENTRIES,
    )


def _finish(
    store: CorpusStore,
    read: _ReadFeed,
    statuses: Mapping[str, str],
    failures: Mapping[str, Failed],
    settings: IndexSettings,
    *,
    over: bool,
) -> PolledFeed:
    """Record what became of the entries of a feed, and when the feed is due again.

    :param over: whether the time of the whole poll was used up.
    """
    url = read.feed.url
    waiting = [entry.url for entry in read.entries if entry.url in failures and not failures[entry.url].reached]
    tried = [entry.url for entry in read.entries if entry.url not in waiting]
    for entry in tried:
        error = failures[entry].error if entry in failures else None
        store.feeds.see(url, entry, failures[entry].why if error else statuses[entry], error)
    errors = [failures[entry].error for entry in tried if entry in failures]
    if waiting and not tried and not over:  # Its host was too slow for even one entry.
        return _failed(store, read.feed, FetchError(failures[waiting[0]].error), settings)
    left = read.more or bool(waiting) or bool(errors)
    store.feeds.polled(
        url,
        time.time() if waiting else _due(settings, 0),
        title=read.title,
        etag=None if left else read.etag,
        last_modified=None if left else read.last_modified,
    )
    if read.modified:
        store.feeds.count(url, read.announced)
    return PolledFeed(
        url, len(tried), failed=len(errors), waiting=len(waiting), entry_error=errors[-1] if errors else None
    )


def _due(settings: IndexSettings, failures: int) -> float:
    return time.time() + next_poll(failures, settings.feed_interval * 60, random.random())  # noqa: S311
