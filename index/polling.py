"""Feeds -> new releases: what is due is read, what is new in it is taken in, what fails is left alone for longer.

Times are seconds since 1970. An entry is settled once it was taken in or set aside; one that could not be had is tried
again at the next polls, three times in all. A feed's ETag is kept only when nothing of it is left to be had, so that
"not modified" never hides an entry.
"""

import random
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from corpus.errors import FeedError, FetchError, SourceError, UnknownEntryError
from corpus.feeds import FeedEntry, next_poll, read_feed
from corpus.fetch import NotModified
from index.ingest import UNSAID, Overrides
from index.models import Progress
from index.settings import IndexSettings
from index.sources import Fetches, OpenFetcher, PatientFetcher, Taken, is_address, take_in
from index.store.corpus import By, CorpusStore
from index.store.feeds import Feed

ENTRIES = 100  # a feed that suddenly holds 50,000 is read over many polls
_ATTEMPTS = 3
_LONGEST_S = 27 * 3600.0  # a day, and more than what `next_poll` adds to it


@dataclass(frozen=True, slots=True)
class PolledFeed:
    """What became of a feed: how many entries were new, or why it could not be read; `skipped` while it backs off."""

    url: str
    new: int = 0
    error: str | None = None
    skipped: bool = False

    def to_dict(self) -> dict[str, object]:
        """Return it as `measures feeds poll --json` prints it."""
        return {"url": self.url, "new": self.new, "error": self.error, "skipped": self.skipped}


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
) -> Polled:
    """Read feeds and take in what is new in them.

    :param urls: the feeds to read, whenever they are due; without any, all but those that back off.
    :param due_only: whether only what is due is read.
    :raises UnknownEntryError: when an address is no feed that is kept.
    """
    feeds = {feed.url: feed for feed in store.feeds.all()}
    unknown = [url for url in urls if url not in feeds]
    if unknown:
        raise UnknownEntryError(f"{unknown[0][:200]} is no feed that is kept: `measures feeds list` tells which are.")
    ready = {feed.url for feed in due(list(feeds.values()), time.time())}
    wanted = [url for url in (urls or feeds) if url in urls or url in ready or not (due_only or feeds[url].failures)]
    resting = [feed for feed in feeds.values() if feed.failures and feed.url not in wanted and not urls]
    polled = [PolledFeed(feed.url, error=feed.last_error, skipped=True) for feed in resting]
    found: list[_Found] = []
    with open_fetcher() as opened:
        fetcher = PatientFetcher(opened)
        for done, url in enumerate(wanted):
            progress("feeds", done, len(wanted))
            try:
                found.append(_read(store, feeds[url], fetcher))
            except (FetchError, FeedError) as error:
                store.feeds.failed(url, _due(settings, feeds[url].failures + 1), str(error))
                polled.append(PolledFeed(url, error=str(error)))
        progress("feeds", len(wanted), len(wanted))
    entries = {entry.url: entry for one in found for entry in one.entries}
    hints = {
        url: Overrides(title=entry.title if entry.title != entry.url else None, date=entry.date)
        for url, entry in entries.items()
    }
    taken = take_in(
        store, list(entries), UNSAID, open_fetcher, progress, hints=hints, mirrors=settings.fetch_private, revive=False
    )
    outcomes: dict[str, str] = {source.source: source.status for source in taken.ingested}
    outcomes |= {failure.source: "failed" for failure in taken.failed}
    polled += [_finish(store, one, outcomes, settings) for one in found]
    return Polled(tuple(sorted(polled, key=lambda one: one.url)), taken)


@dataclass(frozen=True, slots=True)
class _Found:
    """A feed that was read: what it is called now, the entries to take in, and what was seen of it."""

    feed: Feed
    title: str
    entries: tuple[FeedEntry, ...]
    etag: str | None
    last_modified: str | None
    more: bool


def _read(store: CorpusStore, feed: Feed, fetcher: Fetches) -> _Found:
    answer = fetcher.fetch(feed.url, etag=feed.etag, last_modified=feed.last_modified)
    if isinstance(answer, NotModified):
        return _Found(feed, feed.title, (), feed.etag, feed.last_modified, more=False)
    read = read_feed(answer.data, answer.url)
    unique = {entry.url: entry for entry in read.entries if is_address(entry.url)}
    settled = store.feeds.settled(feed.url, list(unique), _ATTEMPTS)
    new = [entry for entry in unique.values() if entry.url not in settled]
    return _Found(
        feed, read.title or feed.title, tuple(new[:ENTRIES]), answer.etag, answer.last_modified, len(new) > ENTRIES
    )


def _finish(store: CorpusStore, found: _Found, outcomes: dict[str, str], settings: IndexSettings) -> PolledFeed:
    """Write down what became of a feed's entries, and when it is due again."""
    for entry in found.entries:
        store.feeds.see(found.feed.url, entry.url, outcomes[entry.url])
    left = found.more or any(outcomes[entry.url] == "failed" for entry in found.entries)
    store.feeds.polled(
        found.feed.url,
        _due(settings, 0),
        title=found.title,
        etag=None if left else found.etag,
        last_modified=None if left else found.last_modified,
    )
    return PolledFeed(found.feed.url, new=len(found.entries))


def _due(settings: IndexSettings, failures: int) -> float:
    return time.time() + next_poll(failures, settings.feed_interval * 60, random.random())  # noqa: S311


def feeds(settings: IndexSettings) -> list[Feed]:
    """Return the feeds that are kept, by address."""
    with closing(CorpusStore(settings.data_dir / "corpus.db", reading=True)) as store:
        return store.feeds.all()


def add_feed(settings: IndexSettings, url: str, title: str, by: By) -> bool:
    """Keep a feed, which is read at the next poll; tell whether it is new.

    :raises SourceError: when it is no http or https address.
    """
    if not is_address(url):
        raise SourceError(f"{url[:200]!r} is no address of a feed: give one that begins with https://.")
    with closing(CorpusStore(settings.data_dir / "corpus.db", by)) as store, store.writing():
        new = store.feeds.add(url, title)
        if new:
            store.log("feed added", feed=url)
        return new


def remove_feed(settings: IndexSettings, url: str, by: By) -> None:
    """Forget a feed; the releases that came of it stay.

    :raises UnknownEntryError: when it is not kept.
    """
    with closing(CorpusStore(settings.data_dir / "corpus.db", by)) as store, store.writing():
        if not store.feeds.remove(url):
            raise UnknownEntryError(f"{url[:200]} is no feed that is kept: `measures feeds list` tells which are.")
        store.log("feed removed", feed=url)
