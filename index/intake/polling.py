"""Feeds -> new releases: what is due is read, what is new in it is taken in, what fails is left alone for longer.

Times are seconds since 1970. An entry is settled once it was taken in or set aside; one that could not be had is tried
again at the next polls, three times in all. A feed's ETag is kept only when nothing of it is left to be had, so that
"not modified" never hides an entry. A poll has a budget of time (`poll_budget.py`): what it did not
reach is due at once.
"""

import dataclasses
import random
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from itertools import zip_longest

from corpus import (
    FeedEntry,
    FetchError,
    NotModified,
    NotReachedError,
    SourceError,
    UnknownEntryError,
    next_poll,
    read_feed,
    read_target,
    shown,
    speaks_for,
)
from index.database.corpus_db import CorpusStore
from index.database.feeds import Feed
from index.database.history import By
from index.database.home import open_corpus_db
from index.intake.failures import mishap
from index.intake.overrides import UNSAID, Overrides
from index.intake.poll_budget import Budget, BudgetedFetcher
from index.intake.sources import Failed, Fetches, OpenFetcher, PatientFetcher, Taken, is_address, take_in
from index.results import Phase, Progress, Step
from index.settings import IndexSettings, fetch_rules

BUDGET = Budget()
ENTRIES = 100  # a feed that suddenly holds 50,000 is read over many polls
_ATTEMPTS = 3
_LONGEST_S = 27 * 3600.0  # a day, and more than what `next_poll` adds to it


@dataclass(frozen=True, slots=True)
class PolledFeed:
    """What became of a feed: how many entries were tried, how many of them failed, and how many wait for the next poll.

    ``error`` is why it could not be read, ``entry_error`` what the last of the entries met that failed; `skipped` says
    that it was not asked for.
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
    """What became of feeds, and of their new entries."""

    feeds: tuple[PolledFeed, ...]
    taken: Taken


def due(feeds: Sequence[Feed], now: float) -> list[Feed]:
    """Return the feeds that are due; one due later than ever set is, too, for then the clock was set back."""
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
    """Read feeds, those first that are due longest, and take in what is new in them.

    :param urls: the feeds to read, whenever they are due; without any, all but those that back off.
    :param due_only: whether only what is due is read.
    :raises UnknownEntryError: when an address is no feed that is kept.
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
        found, unread = _read_all(store, [feeds[url] for url in wanted], fetcher, progress, settings)
        taken = _take_in(store, found, fetcher, progress, settings)
        over = fetcher.is_over
    polled += unread
    failures = {failure.source: failure for failure in taken.failed}
    statuses = {source.source: source.status for source in taken.ingested}
    for one in found:
        try:
            polled.append(_finish(store, one, statuses, failures, settings, over=over))
        except Exception as error:
            polled.append(_failed(store, one.feed, error, settings))
    return Polled(tuple(sorted(polled, key=lambda one: one.url)), taken)


@dataclass(frozen=True, slots=True)
class _Found:
    """A feed that was read: what it is called now, what it announces, what of that is to be taken in, what was seen."""

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
) -> tuple[list[_Found], list[PolledFeed]]:
    """Return the feeds that could be read, and what became of those that could not."""
    found: list[_Found] = []
    unread: list[PolledFeed] = []
    for done, feed in enumerate(feeds):
        progress(Step(Phase.FEEDS, done, len(feeds)))
        try:
            found.append(_read(store, feed, fetcher))
        except NotReachedError as error:
            store.feeds.hurry(feed.url, time.time())
            unread.append(PolledFeed(feed.url, error=str(error), skipped=True))
        except Exception as error:  # whatever it is, it is of this feed and stops no other
            unread.append(_failed(store, feed, error, settings))
    progress(Step(Phase.FEEDS, len(feeds), len(feeds)))
    return found, unread


def _take_in(
    store: CorpusStore, found: Sequence[_Found], fetcher: Fetches, progress: Progress, settings: IndexSettings
) -> Taken:
    """Take in what is new, one entry of each feed in turn: a host is waited for while the others are asked."""
    rounds = zip_longest(*(one.entries for one in found))
    entries = {entry.url: entry for turn in rounds for entry in turn if entry is not None}
    hints = {
        entry.url: Overrides(title=entry.title if entry.title != entry.url else None, date=entry.date)
        for feed in found
        for entry in feed.entries
        if speaks_for(feed.feed.url, entry.url)  # nobody says what another's page is
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
    """Write down that a feed failed, and leave it alone for longer.

    :raises MeasuresError: when the error is none of the feed's.
    """
    why = mishap(feed.url, error)
    store.feeds.failed(feed.url, _due(settings, feed.failures + 1), why)
    return PolledFeed(feed.url, error=why)


def _read(store: CorpusStore, feed: Feed, fetcher: Fetches) -> _Found:
    answer = fetcher.fetch(feed.url, etag=feed.etag, last_modified=feed.last_modified)
    if isinstance(answer, NotModified):
        return _Found(feed, feed.title, (), (), feed.etag, feed.last_modified, modified=False)
    read = read_feed(answer.data, answer.url)
    unique = {entry.url: entry for entry in read.entries if is_address(entry.url)}
    settled = store.feeds.settled(feed.url, list(unique), _ATTEMPTS)
    new = [entry for entry in unique.values() if entry.url not in settled]
    return _Found(
        feed,
        read.title or feed.title,
        tuple(unique),
        tuple(new[:ENTRIES]),
        answer.etag,
        answer.last_modified,
        more=len(new) > ENTRIES,
    )


def _finish(
    store: CorpusStore,
    found: _Found,
    statuses: Mapping[str, str],
    failures: Mapping[str, Failed],
    settings: IndexSettings,
    *,
    over: bool,
) -> PolledFeed:
    """Write down what became of a feed's entries, and when it is due again.

    :param over: whether the time of the whole poll was over before all was done.
    """
    url = found.feed.url
    waiting = [entry.url for entry in found.entries if entry.url in failures and not failures[entry.url].reached]
    tried = [entry.url for entry in found.entries if entry.url not in waiting]
    for entry in tried:
        error = failures[entry].error if entry in failures else None
        store.feeds.see(url, entry, "failed" if error else statuses[entry], error)
    errors = [failures[entry].error for entry in tried if entry in failures]
    if waiting and not tried and not over:  # its host was too slow for a single entry
        return _failed(store, found.feed, FetchError(failures[waiting[0]].error), settings)
    left = found.more or bool(waiting) or bool(errors)
    store.feeds.polled(
        url,
        time.time() if waiting else _due(settings, 0),
        title=found.title,
        etag=None if left else found.etag,
        last_modified=None if left else found.last_modified,
    )
    if found.modified:
        store.feeds.count(url, found.announced)
    return PolledFeed(
        url, len(tried), failed=len(errors), waiting=len(waiting), entry_error=errors[-1] if errors else None
    )


def _due(settings: IndexSettings, failures: int) -> float:
    return time.time() + next_poll(failures, settings.feed_interval * 60, random.random())  # noqa: S311


def feeds(settings: IndexSettings) -> list[Feed]:
    """Return the feeds that are kept, by address."""
    with closing(open_corpus_db(settings, reading=True)) as store:
        return store.feeds.all()


def add_feed(settings: IndexSettings, url: str, title: str, by: By) -> bool:
    """Keep a feed, which is read at the next poll; tell whether it is new.

    :raises SourceError: when it is no http or https address.
    :raises FetchError: when it names a user or a password, or its host may not be asked.
    """
    url = url.strip()
    if not is_address(url):
        raise SourceError(f"{shown(url)!r} is no address of a feed: give one that begins with https://.")
    read_target(url, fetch_rules(settings))
    with closing(open_corpus_db(settings, by)) as store, store.writing():
        new = store.feeds.add(url, title)
        if new:
            store.history.add("feed added", feed=url)
        return new


def remove_feed(settings: IndexSettings, url: str, by: By) -> None:
    """Forget a feed; the releases that came of it stay.

    :raises UnknownEntryError: when it is not kept.
    """
    with closing(open_corpus_db(settings, by)) as store, store.writing():
        if not store.feeds.remove(url):
            raise UnknownEntryError(f"{shown(url)} is no feed that is kept: `measures feeds list` tells which are.")
        store.history.add("feed removed", feed=url)
