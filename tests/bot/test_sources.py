"""`measures sources` and `/sources`: followed, read, listed, refused, removed, and tried without keeping anything."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.conftest import Run
from tests.bot.test_admin import administered, finished
from tests.corpus.servers import Request, Server
from tests.pages import release_page, rss
from tests.press_corner import ROOT, PressCorner, document
from tests.simulation import Chat

QUAYS = "How many million euros does the Commission give the port of {port} for new quays?"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    def refuse(request: Request) -> None:
        request.answer(b"<h1>Browser check</h1>", "403 Forbidden")

    with Server({"/refused": refuse}) as server:
        server.handlers["/feed"] = lambda request: request.answer(rss("Council", [server.url("/refused")]))
        monkeypatch.setenv("MEASURES_FETCH_PRIVATE", f"127.0.0.1:{server.port}")
        yield server


@pytest.fixture
def corner(site: Server) -> PressCorner:
    corner = PressCorner()
    for number in range(4):
        corner.publish(number, day=f"2026-01-{20 + number}")
    corner.serve(site)
    return corner


def test_sources_are_read_listed_and_removed(run: Run, site: Server, corner: PressCorner, tmp_path: Path) -> None:
    folder = tmp_path / "dropped"
    folder.mkdir()
    added = run("sources", "add", site.url("/feed"), str(folder))
    assert (added.returncode, added.stdout.count("followed: ")) == (0, 2)
    search = run("sources", "add", site.url(f"{ROOT}/"), "--types", "IP", "--title", "Quays")
    kept_as = search.stdout.removeprefix("followed: ").strip()
    tried = run("sources", "backfill", kept_as, "--since", "2026-01", "--dry-run", "--json")
    assert [each["title"] for each in json.loads(tried.stdout)["dry_run"]][-1] == "Quays for Antwerp 0"
    assert json.loads(run("sources", "list", "--json").stdout)["sources"][0]["kept"] == 0
    filled = run("sources", "backfill", kept_as, "--since", "2026-01", "--limit", "3")
    assert (filled.returncode, "3 read, 1 wait" in filled.stdout) == (0, True)
    rest = json.loads(run("sources", "backfill", "--json").stdout)
    assert (rest["sources"][0]["read"], len(rest["added"]), rest["sources"][0]["waiting"]) == (1, 1, 0)
    shutil.copy(_written(tmp_path / "answer.json", json.dumps(document(5))), folder)
    polled = run("sources", "poll")
    assert polled.returncode == 1, "the site refuses a page"
    assert "open the page in a browser, save it (HTML, MHTML or PDF) and add the file with --url." in polled.stderr
    assert "Fiume" in run("releases").stdout
    announced = json.loads(run("index", "announced", "--json").stdout)["announced"]
    assert [(each["url"], each["attempts"]) for each in announced] == [(site.url("/refused"), 1)]
    assert site.url("/refused") in run("index", "announced").stdout
    listed = run("sources", "list").stdout
    assert "4 kept, 0 set aside, 0 refused to programs" in listed
    assert "0 kept, 0 set aside, 1 refused to programs" in listed
    saved = _written(tmp_path / "saved.html", release_page(0).decode())
    assert run("index", "add", saved, "--url", site.url("/refused")).returncode == 0
    assert "Nothing is announced" in run("index", "announced").stderr
    assert run("sources", "remove", kept_as).returncode == 0


def test_dry_run_of_add_tells_and_keeps_nothing(run: Run, tmp_path: Path) -> None:
    good = _written(tmp_path / "good.json", json.dumps(document(1)))
    bad = _written(tmp_path / "bad.html", "<html><body><p>Nothing.</p></body></html>")
    tried = run("index", "add", good, bad, "--dry-run")
    assert tried.returncode == 1
    assert "would be added: 2026-01-20-ec-quays-for-bremen-1" in tried.stdout
    assert "Quays for Bremen 1 · 2026-01-20 · European Commission · en" in tried.stdout
    assert "| The Commission gives the port of Bremen" in tried.stdout
    assert f"would be set aside: {bad}" in tried.stdout
    assert "because " in tried.stdout
    assert "Nothing was kept" in tried.stderr
    assert "quays" not in run("releases").stdout
    assert json.loads(run("index", "quarantine", "list", "--json").stdout) == {"quarantine": []}


def test_nothing_to_read_is_said_with_what_to_do(run: Run) -> None:
    for command in ("sources poll", "sources backfill --since 2024", "feeds poll"):
        done = run(*command.split())
        kind = command.split()[0]
        assert done.returncode == 0
        assert done.stderr.startswith(f"No {kind[:-1]} is followed: `measures {kind} add")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("sources", "add", "nowhere"), "is no address of a feed or a sitemap"),
        (("sources", "remove", "https://www.europol.europa.eu/x"), "is no source that is kept"),
        (("sources", "poll", "https://www.europol.europa.eu/x"), "is no source that is kept"),
        (("sources", "backfill"), "No backfill was interrupted"),
        (("sources", "backfill", "--since", "yesterday"), "is no date"),
    ],
)
def test_wrong_use_is_one_sentence(run: Run, arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    assert result.returncode == 1
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


@administered
async def test_sources_from_discord_end_in_answers(chat: Chat, server: Server) -> None:
    chat.open_to_all("sources")
    corner = PressCorner()
    for number in range(3):
        corner.publish(number)
    corner.serve(server)
    server.handlers["/refused"] = lambda request: request.answer(b"", "403 Forbidden")
    server.handlers["/feed"] = lambda request: request.answer(rss("Council", [server.url("/refused")]))
    assert "No source is followed" in (await chat.ada.command("sources list")).text()
    added = await chat.ada.command("sources add", source=server.url(f"{ROOT}/"), types="IP", languages="en")
    assert "Followed" in added.text()
    await chat.ada.command("sources add", source=server.url("/feed"))
    filled = finished(await chat.ada.command("sources backfill", since="2026-01-01"), "is served")
    assert "3 read" in filled.text()
    assert "2 million euros" in (await chat.ask(QUAYS.format(port="Constanta"))).text()
    finished(await chat.ada.command("sources poll"), "is served")
    announced = (await chat.ada.command("index announced")).text()
    assert "/refused" in announced
    assert "Open each in a browser" in announced
    listed = (await chat.ada.command("sources list")).text()
    assert "3 kept, 0 set aside, 0 refused" in listed
    assert "0 kept, 0 set aside, 1 refused" in listed
    assert "is no address" in (await chat.ada.command("sources add", source="/etc")).text()
    choices = await chat.ada.complete("sources remove", "source", "feed")
    await chat.ada.command("sources remove", source=choices[0]["value"])
    assert "/feed" not in (await chat.ada.command("sources list")).text()
    refused = await chat.bob.command("sources list")
    assert refused.text() == "This is for those who run the bot."


def _written(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def test_starter_with_a_subject_that_is_none_is_wrong_use(run: Run) -> None:
    result = run("index", "add", "--starter", "--subject", "nothing")
    assert result.returncode == 2
    assert "migration, commission, central-bank" in result.stderr
    assert run("index", "add", "--subject", "commission").returncode == 2
