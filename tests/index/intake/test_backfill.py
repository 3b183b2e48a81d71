"""The past of a source is read once, at the pace of its host, and goes on where it was interrupted, even by a kill."""

import datetime
import random
import signal
import time
from contextlib import closing

import pytest

import index
from corpus.errors import SourceError
from corpus.fetching.fetcher import Fetcher, FetchLimits
from index.database.home import open_corpus_db
from index.maintenance import Maintenance
from index.results import Phase, Step
from index.settings import IndexSettings, fetch_rules
from tests.corpus.servers import Request, Server
from tests.fakes import FakeEmbedder, Here, quiet
from tests.forked import Forked
from tests.press_corner import ROOT, PressCorner

SINCE = datetime.date(2025, 11, 10)
_WORK = """
import datetime, pathlib, sys
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, quiet, upkeep
folder, port = sys.argv[1:]
private = frozenset({("127.0.0.1", int(port))})
keeper = upkeep(IndexSettings(data_dir=pathlib.Path(folder), model="fake", fetch_private=private), FakeEmbedder())
print("ready", flush=True)
done = keeper.backfill(quiet, since=datetime.date(2025, 11, 10), until=datetime.date(2026, 1, 31))
print("done", flush=True)
"""


@pytest.fixture
def corner(site: Server) -> PressCorner:
    """Thirty documents of three months, a factsheet without text, and one that is too old."""
    corner = PressCorner()
    days = ("2025-11-15", "2025-12-01", "2026-01-20")
    for number in range(30):
        corner.publish(number, day=days[number % 3])
    corner.textless.add(corner.publish(77, kind="FS", day="2025-12-24"))
    corner.publish(99, day="2025-11-09")
    corner.serve(site)
    return corner


@pytest.fixture
def keeper(settings: IndexSettings, site: Server) -> Maintenance:
    limits = FetchLimits(backoff_s=0.0)
    keeper = Maintenance(settings, Here(settings, FakeEmbedder(), lambda: Fetcher(fetch_rules(settings), limits)))
    keeper.add_source(site.url(f"{ROOT}/"))
    return keeper


def test_past_is_read_newest_first_and_once(
    site: Server, corner: PressCorner, keeper: Maintenance, settings: IndexSettings
) -> None:
    steps: list[Step] = []
    done = keeper.backfill(steps.append, since=SINCE, until=datetime.date(2026, 1, 31))
    assert [(source.read, source.there, source.waiting, source.error) for source in done.sources] == [(31, 0, 0, None)]
    assert len(done.added.taken.ingested) == 30
    assert done.added.generation == "000001"
    assert len(index.releases(settings)) == 31
    assert len(corner.read) == len(set(corner.read)) == 31
    days = [corner.documents["IP/26/" + each.split()[0].split("/")[2], "en"]["eventDate"] for each in corner.read[:10]]
    assert set(days) == {"2026-01-20"}
    assert max(step.total for step in steps if step.phase is Phase.FETCH) == 31
    assert "FS/26/77 en" in corner.read
    again = keeper.backfill(quiet, since=SINCE, until=datetime.date(2026, 1, 31))
    assert [(source.read, source.there) for source in again.sources] == [(0, 0)]
    assert len(corner.read) == 31
    keeper.backfill(quiet, since=datetime.date(2025, 11, 1), until=datetime.date(2026, 1, 31))
    assert corner.read[31:] == ["IP/26/99 en"], "an earlier day reads only what is before"


def test_backfill_goes_on_where_its_limit_ended_it(corner: PressCorner, keeper: Maintenance) -> None:
    first = keeper.backfill(quiet, since=SINCE, until=datetime.date(2026, 1, 31), limit=12)
    assert [(source.read, source.waiting) for source in first.sources] == [(12, 19)]
    (listed,) = keeper.sources()
    assert listed.source.backfill is not None
    assert listed.counts.waiting == 19
    second = keeper.backfill(quiet)
    assert [(source.read, source.waiting) for source in second.sources] == [(19, 0)]
    assert len(corner.read) == len(set(corner.read)) == 31
    with pytest.raises(SourceError, match="No backfill was interrupted"):
        keeper.backfill(quiet)


def test_what_the_corpus_holds_already_is_not_read(site: Server, corner: PressCorner, keeper: Maintenance) -> None:
    keeper.add([site.url(f"{ROOT}/detail/en/IP_26_2")], quiet)
    done = keeper.backfill(quiet, since=SINCE, until=datetime.date(2026, 1, 31))
    assert [(source.read, source.there) for source in done.sources] == [(30, 1)]
    assert corner.read.count("IP/26/2 en") == 1


def test_list_that_fails_is_told_and_gone_on_with(site: Server, corner: PressCorner, keeper: Maintenance) -> None:
    serve = site.handlers.get(f"{ROOT}/api/search")
    assert serve is not None
    calls: list[str] = []

    def fail_in_november(request: Request) -> None:
        calls.append(request.path)
        if "112025" in request.path and len(calls) < 10:
            request.answer(b"<h1>Access denied</h1>", "403 Forbidden")
        else:
            serve(request)

    site.handlers[f"{ROOT}/api/search"] = fail_in_november
    first = keeper.backfill(quiet, since=SINCE, until=datetime.date(2026, 1, 31))
    assert "answers programs with 403" in (first.sources[0].error or "")
    assert first.sources[0].read == 21, "what was listed before is read all the same"
    calls += [""] * 10
    listed = len(calls)
    second = keeper.backfill(quiet)
    assert (second.sources[0].error, second.sources[0].read) == (None, 10)
    assert not any("012026" in path.partition("datefrom=")[2][:9] for path in calls[listed:]), "January was listed"


def test_kept_before_an_interruption_is_served_after_it(
    corner: PressCorner, keeper: Maintenance, settings: IndexSettings
) -> None:
    def stop(step: Step) -> None:
        if step.phase is Phase.FETCH and step.done >= 8:
            raise KeyboardInterrupt

    corner.pause_s = 0.03  # Progress is told at most ten times a second.
    with pytest.raises(KeyboardInterrupt):
        keeper.backfill(stop, since=SINCE, until=datetime.date(2026, 1, 31))
    before = len(corner.read)
    assert 5 <= before < 31
    corner.pause_s = 0.0
    done = keeper.backfill(quiet)
    assert len(corner.read) == len(set(corner.read)) == 31
    assert done.sources[0].read == 31 - before
    assert len(index.releases(settings)) == 31


def test_backfill_that_was_killed_before_its_build_is_served_by_the_next_call(
    corner: PressCorner, keeper: Maintenance, settings: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("index.processes.source_jobs.serve", raise_interrupt)
        with pytest.raises(KeyboardInterrupt):
            keeper.backfill(quiet, since=SINCE, until=datetime.date(2026, 1, 31))
    assert (len(corner.read), keeper.sources()[0].source.backfill) == (31, None)
    done = keeper.backfill(quiet)
    assert (done.sources, done.added.generation) == ((), "000001")
    assert len(index.releases(settings)) == 31
    with pytest.raises(SourceError, match="No backfill was interrupted"):
        keeper.backfill(quiet)


def raise_interrupt(*given: object, **options: object) -> None:
    raise KeyboardInterrupt


def test_document_that_was_fetched_before_a_kill_is_not_fetched_again(
    site: Server, corner: PressCorner, keeper: Maintenance, settings: IndexSettings
) -> None:
    dying = """
import os
import index.intake.addresses as addresses
take, taken = addresses.ingest, []
def ingest_or_die(*given, **options):
    taken.append(given)
    if len(taken) == 5:
        os._exit(9)
    return take(*given, **options)
addresses.ingest = ingest_or_die
"""
    for _ in range(3):
        process = Forked(dying + _WORK, settings.data_dir, site.port)
        process.communicate()
        assert process.returncode == 9
    assert len(corner.read) == len(set(corner.read)) == 14, "with one that has no text"
    keeper.backfill(quiet)
    assert len(corner.read) == len(set(corner.read)) == 31
    assert len(index.releases(settings)) == 31
    with closing(open_corpus_db(settings)) as store:
        assert list(store._db.query("SELECT 1 FROM spool")) == []


def test_backfill_survives_kills_at_any_moment(
    site: Server, corner: PressCorner, keeper: Maintenance, settings: IndexSettings
) -> None:
    chance = random.Random(17)
    kills = 0
    for attempt in range(12):
        with Forked(_WORK, settings.data_dir, site.port) as process:
            assert process.stdout.readline() == "ready\n"
            if attempt < 8:
                time.sleep(chance.uniform(0.02, 0.6))
                process.send_signal(signal.SIGKILL)
                kills += 1
            elif process.stdout.readline() == "done\n":
                break
    assert len(set(corner.read)) == 31
    assert len(corner.read) <= 31 + kills, "at most what was being read at a kill is read again"
    assert len(index.releases(settings)) == 31
    with closing(open_corpus_db(settings)) as store:
        assert store.announcements.waiting(site.url(f"{ROOT}/?languages=en"), 3, time.time()) == []
