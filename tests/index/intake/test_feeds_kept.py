"""What fails of a feed is seen, no host delays the feeds of others, and no address tells a password."""

import json
import sqlite3
import time
from contextlib import closing

import pytest

import index
from corpus.errors import FetchError
from corpus.fetching.fetcher import Fetcher, FetchLimits
from index.database.home import open_corpus_db
from index.intake.poll_budget import Budget
from index.intake.polling import poll
from index.maintenance import Maintenance
from index.settings import IndexSettings, fetch_rules
from tests.corpus.servers import Request, Server, page
from tests.fakes import FakeEmbedder, Here, quiet, silent
from tests.pages import Tagged, release_page, rss

LIMITS = FetchLimits(backoff_s=0.0)


@pytest.fixture
def keeper(settings: IndexSettings) -> Maintenance:
    return Maintenance(settings, Here(settings, FakeEmbedder(), lambda: Fetcher(fetch_rules(settings), LIMITS)))


def test_feed_whose_entries_fail_is_seen_in_the_list(
    site: Server, keeper: Maintenance, settings: IndexSettings
) -> None:
    gone = [site.url(f"/gone/{number}") for number in range(2)]
    served = Tagged(rss("News", [site.url("/1"), *gone]))
    site.handlers |= {"/1": page(release_page(1)), "/feed": served}
    keeper.add_feed(site.url("/feed"))
    for _ in range(5):
        keeper.poll(quiet)
        (feed,) = keeper.feeds()
        assert (feed.failures, feed.last_error, feed.failed_entries, feed.entries) == (0, None, 2, 3)
        assert feed.entry_error is not None
        assert feed.entry_error.endswith("is not given out (status 404): check the address.")
    served.change(rss("News", [site.url("/1")]))
    keeper.poll(quiet)
    (feed,) = keeper.feeds()
    assert (feed.failed_entries, feed.entries, feed.entry_error) == (0, 1, None)


def slow(request: Request) -> None:
    """Answer too late for anybody."""
    time.sleep(1.0)
    request.answer(b"late")


def test_slow_host_does_not_delay_the_feeds_of_others(settings: IndexSettings, site: Server) -> None:
    with Server({}) as other:
        both = settings.fetch_private | {("127.0.0.1", other.port)}
        settings = settings.model_copy(update={"fetch_private": both})
        keeper = Maintenance(settings, Here(settings, FakeEmbedder()))
        site.handlers |= {f"/{number}": slow for number in range(20)}
        site.handlers["/feed"] = page(rss("Slow news", [site.url(f"/{number}") for number in range(20)]))
        other.handlers |= {f"/{number}": page(release_page(number)) for number in range(5)}
        other.handlers["/feed"] = page(rss("Other news", [other.url(f"/{number}") for number in range(5)]))
        for server in (site, other):
            keeper.add_feed(server.url("/feed"))
        budget = Budget(whole_s=60.0, host_s=3.0, enough_s=1.0)
        began = time.monotonic()
        with closing(open_corpus_db(settings)) as store:
            polled = poll(store, lambda: Fetcher(fetch_rules(settings), LIMITS), silent, settings, budget=budget)
        assert time.monotonic() - began < 30
        by_url = {each.url: each for each in polled.sources}
        assert by_url[other.url("/feed")].new == 5
        assert by_url[site.url("/feed")].waiting > 10
        due = {feed.url: feed.due for feed in keeper.feeds()}
        assert due[site.url("/feed")] <= time.time(), "what was not reached is next"
        assert due[other.url("/feed")] > time.time() + 600
        assert [each.source for each in polled.taken.failed if each.source.startswith(other.url("/"))] == []


def test_poll_whose_time_is_over_begins_next_time_with_what_it_did_not_reach(
    settings: IndexSettings, site: Server, keeper: Maintenance
) -> None:
    for number in range(4):
        site.handlers[f"/feed/{number}"] = page(rss(f"News {number}", []))
        keeper.add_feed(site.url(f"/feed/{number}"))
    with closing(open_corpus_db(settings)) as store:
        nothing = Budget(whole_s=1.0, enough_s=2.0)
        polled = poll(store, lambda: Fetcher(fetch_rules(settings), LIMITS), silent, settings, budget=nothing)
        over = [each.skipped and "of a poll are over" in str(each.error) for each in polled.sources]
        assert over == [True] * 4
        assert [feed.failures for feed in store.sources.all()] == [0] * 4
    keeper.poll(quiet, [site.url("/feed/0")])
    asked = len(site.paths)
    keeper.poll(quiet)
    assert site.paths[asked:] == ["/feed/1", "/feed/2", "/feed/3", "/feed/0"]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://ada:secret@www.europol.europa.eu/feed", "names a user before the host"),
        ("https://ada@www.europol.europa.eu/feed", "names a user before the host"),
        ("https://www.example.org/feed", "is not a host that releases are taken from"),
        ("http://[", "is not a web address"),
        ("https://", "is not a web address"),
    ],
)
def test_feed_that_may_not_be_asked_for_is_refused(url: str, why: str, keeper: Maintenance) -> None:
    with pytest.raises(FetchError, match=why) as refused:
        keeper.add_feed(url)
    assert "secret" not in str(refused.value)
    assert keeper.feeds() == []


def test_password_of_a_feed_that_was_kept_before_is_forgotten(keeper: Maintenance, settings: IndexSettings) -> None:
    open_corpus_db(settings).close()
    secret, bare = "https://ada:secret@www.europol.europa.eu/feed?a=b@c", "https://www.europol.europa.eu/feed?a=b@c"
    with closing(sqlite3.connect(settings.data_dir / "corpus.db")) as db, db:
        db.execute("DROP TABLE sources")
        db.execute("DROP TABLE announcements")
        db.execute(
            "CREATE TABLE feeds (url TEXT PRIMARY KEY, title, added_at, etag, last_modified, polled_at, due, "
            "failures, last_error)"
        )
        db.execute("CREATE TABLE seen_entries (feed TEXT, url TEXT, at, attempts, outcome)")
        db.execute("INSERT INTO feeds VALUES (?, '', '', NULL, NULL, NULL, 0, 0, NULL)", [secret])
        db.execute("INSERT INTO log (at, action, details) VALUES ('', 'feed added', ?)", [json.dumps({"feed": secret})])
        db.execute("DELETE FROM _sqlite_migrations WHERE name IN ('m014_failing_entries', 'm016_sources')")
    assert [feed.url for feed in keeper.feeds()] == [bare]
    assert index.history(settings).entries[0].details == {"feed": bare}
