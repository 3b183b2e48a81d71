"""The whole way in one run: a press corner, a site that refuses programs and a watched folder end in answers.

What comes in by the command line is quoted there and in Discord, and so is what comes in from Discord afterwards.
"""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.encoders.embedder import SentenceTransformerEmbedder
from index.engine import Engine
from index.settings import load_index_settings
from tests.bot.conftest import Run
from tests.corpus.servers import Request, Server
from tests.fakes import upkeep
from tests.pages import paragraphs, press_page, rss
from tests.press_corner import MORE, PORTS, ROOT, SENTENCES, PressCorner, document
from tests.simulation import Chat, chatting


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A press corner, and pages that programs may not read, announced by a feed."""

    def refuse(request: Request) -> None:
        request.answer(b"<h1>Browser check</h1>", "403 Forbidden")

    with Server({"/council/1": refuse, "/council/2": refuse}) as server:
        addresses = [server.url("/council/1"), server.url("/council/2")]
        server.handlers["/council/feed"] = lambda request: request.answer(rss("Council", addresses))
        monkeypatch.setenv("MEASURES_FETCH_PRIVATE", f"127.0.0.1:{server.port}")
        yield server


@pytest.fixture
def corner(site: Server) -> PressCorner:
    """A press corner whose list, searched for press releases, has the first document only."""
    corner = PressCorner()
    corner.publish(1)
    corner.publish(2, kind="MEMO")
    corner.publish(3, kind="SPEECH")
    corner.serve(site)
    return corner


def question(number: int) -> str:
    return f"How many million euros does the Commission give the port of {PORTS[number]} for new quays?"


def sentence(number: int) -> str:
    return SENTENCES["en"].format(port=PORTS[number], number=number)


def saved(number: int, address: str) -> str:
    """Return a page as a browser saves it, with its address in a comment."""
    page = press_page(
        f"Quays for {PORTS[number]}", "2026-01-20", [sentence(number), MORE["en"], *paragraphs(number, 1)]
    ).decode()
    return page.replace("<html", f"<!-- saved from url=({len(address):04}){address} -->\n<html", 1)


def quoted(run: Run, number: int, url: str) -> bool:
    """Tell whether the command line answers with a document, and leads to its page."""
    answer = json.loads(run("ask", question(number), "--json").stdout)
    quotes = [quote["text"] for quote in answer["quotes"]]
    return quotes[:1] == [sentence(number)] and answer["sources"][0]["url"] == url


def test_sources_end_in_answers_on_the_command_line_and_in_discord(
    run: Run, site: Server, corner: PressCorner, tmp_path: Path
) -> None:
    folder = tmp_path / "dropped"
    folder.mkdir()
    (folder / "answer.json").write_text(json.dumps(document(4)))
    (folder / "council.html").write_text(saved(5, site.url("/council/1")))
    for source in (site.url("/council/feed"), str(folder), site.url(f"{ROOT}/api/rss?language=en")):
        assert run("sources", "add", source).returncode == 0
    assert run("sources", "add", site.url(f"{ROOT}/"), "--types", "IP").returncode == 0

    assert run("index", "add", site.url(f"{ROOT}/detail/en/memo_26_2"), "--no-build").returncode == 0, "it is a shell"
    assert run("sources", "backfill", site.url(f"{ROOT}/?types=IP&languages=en"), "--since", "2026-01").returncode == 0
    assert "2 of them failed" in (told := run("sources", "poll").stderr)
    assert "open the page in a browser, save it (HTML, MHTML or PDF) and add the file" in told
    announced = json.loads(run("index", "announced", "--json").stdout)["announced"]
    assert [each["url"] for each in announced] == [site.url("/council/2")], "the saved page settled the other"

    assert quoted(run, 1, site.url(f"{ROOT}/detail/en/ip_26_1"))
    assert quoted(run, 4, "https://ec.europa.eu/commission/presscorner/detail/en/ip_26_4")
    assert quoted(run, 5, site.url("/council/1"))
    asyncio.run(in_discord(site, corner, folder))
    assert "Nothing is announced" in run("index", "announced").stderr
    assert quoted(run, 6, site.url("/council/2"))


async def in_discord(site: Server, corner: PressCorner, folder: Path) -> None:
    """Ask for all of it in Discord, then let more come in there."""
    settings = load_index_settings()
    embedder = SentenceTransformerEmbedder()
    with Engine(settings, embedder) as engine:
        upkeep_here = upkeep(settings, embedder)
        async with chatting(engine, settings.data_dir, maintenance=upkeep_here, administered=True) as chat:
            chat.open_to_all("sources")
            assert [number for number in range(1, 6) if not await is_quoted(chat, number)] == []
            (folder / "another.html").write_text(saved(6, site.url("/council/2")))
            assert "is served" in (await chat.ada.command("sources poll")).text()
            assert await is_quoted(chat, 6)
            assert "2 kept, 0 set aside, 0 refused" in (await chat.ada.command("sources list")).text()


async def is_quoted(chat: Chat, number: int) -> bool:
    """Tell whether the bot answers with a document."""
    said = (await chat.ask(question(number))).text().replace("**", "")
    return f"{number} million euros for new quays and {number} cranes" in said
