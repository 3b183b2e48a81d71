"""Feeds bring what is new once, in one build; what fails is reported, left alone for longer, and never loops."""

import sqlite3
import time
from contextlib import closing

import pytest

import index
from corpus.errors import SourceError, UnknownEntryError
from index.intake.polling import due
from index.maintenance import Maintenance
from index.settings import IndexSettings
from tests.corpus.servers import Server, page
from tests.fakes import quiet
from tests.pages import Tagged, release_page, rss


@pytest.fixture
def feed(site: Server, keeper: Maintenance) -> Tagged:
    """A feed of two releases, which is followed."""
    for number in range(6):
        site.handlers[f"/{number}"] = page(release_page(number))
    served = Tagged(rss("Council news", [site.url("/0"), site.url("/1")]))
    site.handlers["/feed"] = served
    assert keeper.add_feed(site.url("/feed"))
    return served


def test_new_entries_are_served_with_one_build(
    feed: Tagged, site: Server, keeper: Maintenance, settings: IndexSettings
) -> None:
    polled = keeper.poll(quiet)
    assert [(each.url, each.new, each.error) for each in polled.sources] == [(site.url("/feed"), 2, None)]
    assert [source.status for source in polled.added.taken.ingested] == ["added", "added"]
    assert polled.added.generation == "000001"
    (kept,) = keeper.feeds()
    assert (kept.title, kept.failures, kept.last_error) == ("Council news", 0, None)
    assert 0.85 * 3600 < kept.due - time.time() < 1.15 * 3600
    keeper.poll(quiet)
    assert feed.not_modified == 1
    feed.change(rss("Council news", [site.url(f"/{number}") for number in range(3)]))
    again = keeper.poll(quiet)
    assert (again.sources[0].new, again.added.generation) == (1, "000002")
    assert site.paths.count("/0") == 1, "what was seen is not fetched again"
    assert len(index.releases(settings)) == 4


def test_release_that_was_withdrawn_does_not_come_back_by_a_feed(
    feed: Tagged, site: Server, keeper: Maintenance
) -> None:
    polled = keeper.poll(quiet)
    gone = polled.added.taken.ingested[0].release_id
    keeper.withdraw(gone, quiet, build=False)
    feed.change(rss("Council news", [site.url("/0?again"), site.url("/1")]))
    again = keeper.poll(quiet)
    assert [source.status for source in again.added.taken.ingested] == ["quarantined"]
    assert again.added.taken.ingested[0].reasons == (f"it was withdrawn as {gone}",)


def test_failing_feed_is_left_alone_for_longer_and_reported(
    feed: Tagged, site: Server, keeper: Maintenance, settings: IndexSettings
) -> None:
    site.handlers["/other"] = page(rss("Other news", [site.url("/5")]))
    keeper.add_feed(site.url("/other"))
    feed.down = True
    polled = keeper.poll(quiet)
    assert [(each.url, each.new, bool(each.error)) for each in polled.sources] == [
        (site.url("/feed"), 0, True),
        (site.url("/other"), 1, False),
    ]
    waits = []
    for failures in range(1, 8):
        failing = keeper.feeds()[0]
        assert failing.failures == failures
        waits.append(failing.due - time.time())
        assert keeper.poll(quiet).sources[0].skipped, "a feed that backs off is not asked"
        keeper.poll(quiet, [site.url("/feed")])
    assert waits[0] > 1.5 * 3600
    assert waits[1] > 1.5 * waits[0]
    assert max(waits) < 27 * 3600
    feed.down = False
    assert keeper.poll(quiet, [site.url("/feed")]).sources[0].new == 2
    assert keeper.feeds()[0].failures == 0


def test_page_that_is_no_feed_is_reported(site: Server, keeper: Maintenance) -> None:
    site.handlers["/page"] = page(release_page(1))
    keeper.add_feed(site.url("/page"))
    (polled,) = keeper.poll(quiet).sources
    assert polled.error is not None
    assert polled.error.endswith(".")


def test_network_gone_in_the_middle_loses_no_entry(
    feed: Tagged, site: Server, keeper: Maintenance, settings: IndexSettings
) -> None:
    feed.change(rss("Council news", [site.url(f"/{number}") for number in range(6)]))
    handlers = dict(site.handlers)
    for number in range(3, 6):
        site.handlers[f"/{number}"] = lambda request: request.connection.close()
    polled = keeper.poll(quiet)
    assert (len(polled.added.taken.ingested), len(polled.added.taken.failed)) == (3, 3)
    assert polled.added.generation == "000001", "what came is served"
    site.handlers.update(handlers)
    again = keeper.poll(quiet)
    assert again.sources[0].new == 3
    assert feed.not_modified == 0, "the feed was asked for whole, for entries of it were still to be had"
    assert len(index.releases(settings)) == 7
    keeper.poll(quiet)
    assert feed.not_modified == 1


def test_entry_that_always_fails_is_given_up(feed: Tagged, site: Server, keeper: Maintenance) -> None:
    feed.change(rss("Council news", [site.url("/gone"), "http://127.0.0.1:1/", "http://169.254.169.254/", "ftp://a/b"]))
    counts = [keeper.poll(quiet).sources[0].new for _ in range(5)]
    assert counts[:3] == [3, 3, 3]
    assert counts[3:] == [0, 0]


def test_many_entries_are_read_over_many_polls(feed: Tagged, site: Server, keeper: Maintenance) -> None:
    feed.change(rss("Council news", [site.url(f"/gone/{number}") for number in range(150)]))
    assert keeper.poll(quiet).sources[0].new == 100
    site.handlers["/gone/149"] = page(release_page(3))
    assert keeper.poll(quiet).sources[0].new == 100, "those that failed are tried again first"


def test_clock_set_back_lets_no_feed_wait_for_years(feed: Tagged, keeper: Maintenance, settings: IndexSettings) -> None:
    keeper.poll(quiet)
    (kept,) = keeper.feeds()
    now = time.time()
    assert due([kept], now) == []
    assert due([kept], now + 2 * 3600) == [kept]
    assert due([kept], now - 365 * 24 * 3600) == [kept]
    with closing(sqlite3.connect(settings.data_dir / "corpus.db")) as connection, connection:
        connection.execute("UPDATE log SET at = '2999-01-01T00:00:00+00:00'")
    feed.change(rss("Council news", []))
    keeper.rebuild(quiet)
    newest = index.history(settings).entries[0]
    assert (newest.action, newest.at < "2999") == ("built", True), "the order is that of what was done, not of clocks"


def test_feeds_are_followed_and_forgotten(site: Server, keeper: Maintenance) -> None:
    assert keeper.add_feed(site.url("/feed"), title="News")
    assert not keeper.add_feed(site.url("/feed"))
    keeper.remove_feed(site.url("/feed"))
    assert keeper.feeds() == []
    with pytest.raises(UnknownEntryError, match="is no source that is kept"):
        keeper.remove_feed(site.url("/feed"))
    with pytest.raises(UnknownEntryError, match="is no source that is kept"):
        keeper.poll(quiet, [site.url("/feed")])
    with pytest.raises(SourceError, match="is no address of a feed"):
        keeper.add_feed("file:///etc/passwd")
