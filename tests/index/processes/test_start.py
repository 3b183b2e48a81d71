"""The starter list: a subject is followed and read with one command; without a network that is said once."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import index
from corpus.errors import FetchError
from corpus.fetching.fetcher import Fetcher
from corpus.fetching.urls import FetchRules
from index.maintenance import Maintenance
from index.settings import IndexSettings
from tests.corpus.internet import QUICK, Internet
from tests.corpus.servers import Handler, Request, page
from tests.fakes import FakeEmbedder, Here, quiet
from tests.pages import rss
from tests.press_corner import document

PRESS = "https://ec.europa.eu/commission/presscorner/api"
FEED = "https://www.europol.europa.eu/cms/api/rss/news"
COUNCIL = "https://www.consilium.europa.eu"


@pytest.fixture
def settings(tmp_path: Path) -> IndexSettings:
    return IndexSettings(data_dir=tmp_path / "data", model="fake")


@pytest.fixture
def net() -> Iterator[Internet]:
    with Internet() as internet:
        yield internet


class ByPath(dict[str, Handler]):
    """Pages by whole addresses; the interface of the press corner by its path."""

    def get(self, url: str, otherwise: Any = None) -> Any:  # noqa: ANN401
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        if url.startswith(f"{PRESS}/search"):
            return page(json.dumps({"docuLanguageListResources": _rows(query)}).encode())
        if url.startswith(f"{PRESS}/documents"):
            number = int(query["reference"].rpartition("/")[2])
            return page(json.dumps(document(number, day="2026-01-05")).encode() if number in (1, 2) else b"")
        if url.startswith(COUNCIL):
            return lambda request: request.answer(b"", "403 Forbidden")
        return super().get(url, otherwise)


def _rows(query: dict[str, str]) -> list[dict[str, str]]:
    if query["datefrom"] != "01012026" or query["pagenumber"] != "1":
        return []
    titles = ("Smugglers of quays", "A fund against trafficking", "Cheese")
    return [
        {"refCode": f"IP/26/{number}", "eventDate": "2026-01-05", "title": title, "languageCode": "en"}
        for number, title in enumerate(titles, 1)
    ]


def test_subject_is_followed_read_and_told(net: Internet, settings: IndexSettings) -> None:
    net.pages = ByPath({f"{PRESS}/rss": page(b""), FEED: page(rss("Europol", [])), f"{COUNCIL}/": page(b"")})
    keeper = Maintenance(settings, Here(settings, FakeEmbedder(), net.fetcher))
    started = keeper.start("migration", quiet)
    titles = {release.title for release in index.releases(settings)}
    assert titles >= {"Quays for Bremen 1", "Quays for Constanta 2"}
    assert not any("IP/26/3" in url for url in net.asked), "its title has no word of the subject"
    assert started.kept == 2
    assert started.refused >= 3
    assert started.added.generation == "000001"
    assert any("consilium" in entry.url for entry in keeper.announced())
    followed = {listed.source.url for listed in keeper.sources()}
    assert FEED in followed
    assert any("presscorner/?types=IP" in url for url in followed)


def test_without_a_network_that_is_said_once(settings: IndexSettings) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("Temporary failure in name resolution")

    keeper = Maintenance(
        settings, Here(settings, FakeEmbedder(), lambda: Fetcher(FetchRules(delay_s=0.0), QUICK, resolver=unknown))
    )
    with pytest.raises(FetchError, match=r"^There is no network: none of ec\.europa\.eu, [^:]+ can be reached"):
        keeper.start("migration", quiet)
    assert len(keeper.sources()) >= 5
    assert {listed.source.failures for listed in keeper.sources()} == {0}


def test_site_that_is_down_is_not_taken_for_no_network(net: Internet, settings: IndexSettings) -> None:
    def broken(request: Request) -> None:
        request.answer(b"", "500 Oops")

    net.pages = {"https://www.ecb.europa.eu/rss/press.html": broken}
    keeper = Maintenance(settings, Here(settings, FakeEmbedder(), net.fetcher))
    started = keeper.start("central-bank", quiet)
    assert (started.kept, len(started.unread)) == (0, 1)
