"""A dry run tells what would become of sources, and keeps nothing."""

import datetime
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import index
from corpus.fetching.fetcher import Fetcher, FetchLimits
from index.maintenance import Maintenance
from index.settings import IndexSettings, fetch_rules
from tests.corpus.servers import Server, page
from tests.fakes import FakeEmbedder, Here, quiet
from tests.pages import release_page, rss
from tests.press_corner import ROOT, PressCorner, document


@pytest.fixture
def site() -> Iterator[Server]:
    with Server({}) as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path, site: Server) -> IndexSettings:
    return IndexSettings(data_dir=tmp_path / "data", model="fake", fetch_private=frozenset({("127.0.0.1", site.port)}))


@pytest.fixture
def keeper(settings: IndexSettings) -> Maintenance:
    limits = FetchLimits(backoff_s=0.0)
    return Maintenance(settings, Here(settings, FakeEmbedder(), lambda: Fetcher(fetch_rules(settings), limits)))


def state(settings: IndexSettings) -> dict[str, str]:
    return {
        str(path.relative_to(settings.data_dir)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in settings.data_dir.rglob("*")
        if path.is_file()
    }


def test_add_is_tried_on_a_copy(tmp_path: Path, site: Server, keeper: Maintenance, settings: IndexSettings) -> None:
    kept, changed, doubtful, twice = (tmp_path / f"{name}.json" for name in ("kept", "changed", "doubtful", "twice"))
    for path, number in ((kept, 1), (changed, 2), (twice, 3)):
        path.write_text(json.dumps(document(number)))
    doubtful.write_text(json.dumps(document(4) | {"eventDate": None, "publishDate": None}))
    corner = PressCorner()
    corner.publish(2)
    corner.serve(site)
    site.handlers["/no"] = lambda request: request.answer(b"", "403 Forbidden")
    address = site.url(f"{ROOT}/detail/en/ip_26_2")
    keeper.add([str(kept), address], quiet)
    corner.documents["IP/26/2", "en"] = document(2, day="2026-01-21")
    before = state(settings)
    sources = [str(kept), address, str(doubtful), str(twice), site.url("/no"), "nowhere.html"]
    previews = keeper.preview_add(sources, quiet).previews
    outcomes = {preview.source: preview.outcome for preview in previews}
    assert outcomes == {
        str(kept): "unchanged",
        address: "changed",
        str(doubtful): "quarantined",
        str(twice): "added",
        site.url("/no"): "failed",
        "nowhere.html": "failed",
    }
    by_source = {preview.source: preview for preview in previews}
    added = by_source[str(twice)]
    assert (added.title, added.issuer, added.language) == ("Quays for Dublin 3", "European Commission", "en")
    assert (added.date, added.text[:14]) == (datetime.date(2026, 1, 20), "The Commission")
    assert by_source[address].date == datetime.date(2026, 1, 21)
    assert by_source[str(doubtful)].reasons == ("no date (give it with --date)",)
    assert "open the page in a browser" in by_source[site.url("/no")].reasons[0]
    assert state(settings) == before
    assert keeper.announced() == []


def test_poll_and_backfill_are_tried_on_a_copy(site: Server, keeper: Maintenance, settings: IndexSettings) -> None:
    site.handlers["/0"] = page(release_page(0))
    site.handlers["/feed"] = page(rss("Council", [site.url("/0")]))
    keeper.add_feed(site.url("/feed"))
    keeper.add_feed(site.url("/missing"))
    corner = PressCorner()
    corner.publish(1)
    corner.serve(site)
    search, _ = keeper.add_source(site.url(f"{ROOT}/"))
    keeper.rebuild(quiet)
    before = state(settings)
    polled = keeper.preview_poll(quiet)
    assert [preview.outcome for preview in polled.previews] == ["added"]
    assert len(polled.errors) == 1
    filled = keeper.preview_backfill(quiet, [search], since=datetime.date(2026, 1, 1))
    assert [(preview.outcome, preview.title) for preview in filled.previews] == [("added", "Quays for Bremen 1")]
    assert state(settings) == before
    assert len(index.releases(settings)) == 1
    assert len(keeper.poll(quiet).added.taken.ingested) >= 1, "the poll still finds what is new"


def test_two_copies_of_one_release_are_told_apart(tmp_path: Path, keeper: Maintenance) -> None:
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    for path in (first, second):
        path.write_text(json.dumps(document(1)))
    previews = keeper.preview_add([str(first), str(second)], quiet).previews
    assert [preview.outcome for preview in previews] == ["added", "unchanged"]
