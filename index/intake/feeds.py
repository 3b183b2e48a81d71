"""The feeds that are polled: list, add and remove them."""

from contextlib import closing

from corpus import SourceError, UnknownEntryError, read_target, shown
from index.database.feeds import Feed
from index.database.history import By
from index.database.home import open_corpus_db
from index.intake.sources import is_address
from index.settings import IndexSettings, fetch_rules


def feeds(settings: IndexSettings) -> list[Feed]:
    """Return all feeds, by address."""
    with closing(open_corpus_db(settings, reading=True)) as store:
        return store.feeds.all()


def add_feed(settings: IndexSettings, url: str, title: str, by: By) -> bool:
    """Add a feed, which is read at the next poll. Return whether it is new.

    :raises SourceError: when it is no http or https address.
    :raises FetchError: when it contains a user name or a password, or its host may not be asked.
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
    """Remove a feed. The releases that came from it stay.

    :raises UnknownEntryError: when there is no such feed.
    """
    with closing(open_corpus_db(settings, by)) as store, store.writing():
        if not store.feeds.remove(url):
            raise UnknownEntryError(f"{shown(url)} is no feed that is kept: `measures feeds list` tells which are.")
        store.history.add("feed removed", feed=url)
