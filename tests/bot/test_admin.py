"""`/index` and `/feeds`: administrators change the corpus from Discord while the bot goes on answering."""

import asyncio
import re
import shutil
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import simcord

from index.engine import Engine
from index.generations.folder import Generations
from index.maintenance import Maintenance
from index.processes.job_process import JobProcess
from index.settings import IndexSettings
from tests.conftest import FIXTURES
from tests.corpus.servers import Request, Server, page
from tests.fakes import FakeEmbedder, Here
from tests.pages import rss
from tests.simulation import Chat, Message, chatting

QUESTION = "How long may national authorities take to answer a request for a harbour?"
QUOTE = "National authorities will have 90 days to answer a request."
PAGE = (FIXTURES / "pages" / "consilium.html").read_bytes()
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><item><title>Small harbours</title>
<link>{address}/release</link></item></channel></rss>"""
Scenario = Callable[[Chat, Server], Awaitable[None]]


async def quoted_now(chat: Chat) -> str:
    """Ask the question, and return what is quoted: the answer, or the nearest passage where there is none."""
    answer = await chat.ask(QUESTION)
    if "Nearest passage" in answer.buttons:
        answer = await chat.ada.click(answer, "Nearest passage")
    return answer.text()


def administered(scenario: Scenario, *, in_process: bool = False) -> Callable[[Path, Path], None]:
    """Play a scenario on a data folder with the shipped release, beside a web server that may be fetched from.

    :param in_process: whether a process of its own does each job, as for people; each takes a second to start.
    """

    async def play(server: Server, built: Path, folder: Path) -> None:
        settings = IndexSettings(
            data_dir=folder,
            model="fake",
            fetch_private=frozenset({("127.0.0.1", server.port)}),
            fetch_delay=0,
        )
        shutil.copytree(built, folder)
        upkeep = Maintenance(
            settings,
            JobProcess(settings, "tests.fakes:fake_embedder") if in_process else Here(settings, FakeEmbedder()),
        )
        with Engine(settings, FakeEmbedder()) as engine:
            async with chatting(engine, folder, maintenance=upkeep, administered=True) as chat:
                chat.open_to_all("index", "feeds")
                await scenario(chat, server)

    def test(built_once: Path, tmp_path: Path) -> None:
        def release(request: Request) -> None:
            request.answer(PAGE, Content_Type="text/html; charset=utf-8")

        def feed(request: Request) -> None:
            request.answer(FEED.format(address=f"http://127.0.0.1:{server.port}").encode(), Content_Type="text/xml")

        with Server({"/release": release, "/feed": feed}) as server:
            asyncio.run(play(server, built_once, tmp_path / "served"))

    test.__name__ = scenario.__name__
    return test


in_a_process = partial(administered, in_process=True)


def finished(message: Message, text: str) -> Message:
    """Return the message of a piece of work, which says something at its end."""
    assert text in message.text()
    assert message.ephemeral
    return message


@in_a_process
async def test_release_added_by_its_address_is_quoted(chat: Chat, server: Server) -> None:
    address = f"http://127.0.0.1:{server.port}/release"
    message = await chat.ada.command("index add", addresses=address)
    message = finished(message, "is served")
    assert "**added** `2019-03-14-council" in message.text()
    quoted = await quoted_now(chat)
    assert QUOTE in quoted
    audited = await chat.bot.store.write(lambda store: store.audited())
    assert [(entry.who, entry.action) for entry in audited] == [(chat.ada.id, "index add")]
    again = await chat.ada.command("index add", addresses=address)
    assert "**unchanged**" in finished(again, "is served").text()
    history = await chat.ada.command("index history")
    text = history.text()
    assert f"Discord user {chat.ada.id}" in text
    assert "/index add" in text


@administered
async def test_forget_me_tells_an_administrator_what_stays_in_both_logs(chat: Chat, server: Server) -> None:
    message = await chat.ada.command("index add", addresses=f"http://127.0.0.1:{server.port}/release")
    finished(message, "is served")
    history = (await chat.ada.command("index history")).text()
    entries = history.count(f"Discord user {chat.ada.id}")
    assert entries > 1
    text = (await chat.ada.command("forget-me")).text()
    assert f"Kept: {entries + 1} entries under your id, of what you did as an administrator," in text
    assert "Kept" not in (await chat.bob.command("forget-me")).text()


@administered
async def test_completion_that_would_have_to_wait_offers_nothing(chat: Chat, server: Server) -> None:
    gate = threading.Event()
    working = [asyncio.create_task(chat.bot.background.run(lambda: gate.wait(10))) for _ in range(4)]
    try:
        await chat.wait(lambda: chat.bot.background.is_full)
        typed = [await chat.ada.complete("index remove", "release", "council") for _ in range(3)]
    finally:
        gate.set()
    await asyncio.gather(*working)
    assert typed == [[]] * 3
    assert await chat.ada.complete("index remove", "release", "council")


@administered
async def test_files_come_through_the_window_and_their_names_are_only_shown(chat: Chat, server: Server) -> None:
    window = await chat.ada.command_opens("index add")
    message = finished(await window.send({"Files": [("..\\..\\passwd", PAGE)]}), "is served")
    assert "**added** `2019-03-14-council" in message.text()
    assert server.asked == []


@administered
async def test_what_is_set_aside_is_corrected_and_accepted(chat: Chat, server: Server) -> None:
    text = b"# Lighthouses\n\n" + b"The lighthouse of Varna will be repaired in 2031 by the port authority. " * 8
    message = await chat.ada.command("index add", file=("lighthouse.md", text))
    assert "**set aside** #1" in finished(message, "set aside").text()
    shown = await chat.ada.command("index quarantine")
    window = await chat.ada.opens(shown, "Accept …")
    submitted = await window.send({"Date": "2020-02-02", "Issuer": "European Commission", "Title": "Lighthouses"})
    assert "**added** `2020-02-02" in finished(submitted, "is served").text()
    assert "Nothing is set aside." in (await chat.ada.command("index quarantine")).text()


@administered
async def test_change_that_a_file_offers_is_shown_and_accepted_by_hand(chat: Chat, server: Server) -> None:
    added = await chat.ada.command("index add", addresses=f"http://127.0.0.1:{server.port}/release")
    finished(added, "is served")
    file = ("release.html", PAGE.replace(b"90 days", b"9 days"))
    offered = await chat.ada.command("index add", file=file, force=True)
    assert "nobody gave that address by hand" in finished(offered, "set aside").text()
    assert QUOTE in await quoted_now(chat)
    shown = await chat.ada.command("index quarantine")
    lines = shown.text().split("\n")
    assert any(line.startswith("-# -") and "90 days" in line for line in lines), lines
    assert any(line.startswith("-# +") and "9 days" in line for line in lines), lines
    window = await chat.ada.opens(shown, "Accept …")
    assert "**changed**" in finished(await window.send({}), "is served").text()
    assert QUOTE not in await quoted_now(chat)


@administered
async def test_release_is_withdrawn_after_a_question_and_a_rollback_does_not_bring_it_back(
    chat: Chat, server: Server
) -> None:
    added = await chat.ada.command("index add", addresses=f"http://127.0.0.1:{server.port}/release")
    finished(added, "is served")
    choices = await chat.ada.complete("index remove", "release", "harbours")
    asked = await chat.ada.command("index remove", release=choices[0]["value"])
    assert "Withdraw “Small harbours" in asked.text()
    removed = await chat.ada.click(asked, "Yes, do it")
    finished(removed, "is served")
    assert QUOTE not in await quoted_now(chat)
    confirm = await chat.ada.command("index rollback")
    back = await chat.ada.click(confirm, "Yes, do it")
    assert "is served again" in finished(back, "is served again").text()
    assert QUOTE not in await quoted_now(chat)
    status = await chat.ada.command("index status")
    assert "pinned" in status.text()
    rebuilt = await chat.ada.command("index rebuild")
    finished(rebuilt, "is served.")


@administered
async def test_feed_is_followed_and_what_is_new_is_quoted(chat: Chat, server: Server) -> None:
    address = f"http://127.0.0.1:{server.port}/feed"
    assert "Followed" in (await chat.ada.command("feeds add", url=address)).text()
    polled = await chat.ada.command("feeds poll")
    assert "1 new" in finished(polled, "is served").text()
    assert QUOTE in await quoted_now(chat)
    assert address in (await chat.ada.command("feeds list")).text().replace("\\", "")
    await chat.ada.command("feeds remove", url=address)
    assert "No feed is followed" in (await chat.ada.command("feeds list")).text()


@in_a_process
async def test_feed_that_is_due_is_polled_while_the_bot_runs(chat: Chat, server: Server) -> None:
    polling: Any = chat.bot.get_cog("Polling")
    polling.poll.cancel()
    assert QUOTE not in await quoted_now(chat)
    await chat.ada.command("feeds add", url=f"http://127.0.0.1:{server.port}/feed")
    await polling.poll()
    assert QUOTE in await quoted_now(chat)
    asked = len(server.asked)
    await polling.poll()
    assert len(server.asked) == asked


@administered
async def test_nobody_else_gets_in_by_command_button_or_completion(chat: Chat, server: Server) -> None:
    for name in ("index status", "index add", "index rebuild", "feeds list"):
        message = await chat.bob.command(name)
        assert message.ephemeral
        assert message.text() == "This is for those who run the bot."
    assert await chat.bob.complete("index remove", "release", "") == []
    other = chat.add_server("another", chat.ada)
    with pytest.raises(simcord.SetupError, match="No application command"):
        await chat.ada.command("index status", channel=other)


@in_a_process
async def test_second_build_is_told_who_builds_what_since_when(chat: Chat, server: Server) -> None:
    with Generations(chat.bot.index_settings.data_dir).building("Grace", "index build"):
        message = await chat.ada.command("index rebuild")
        text = finished(message, "⚠").text()
    assert re.search(r"Another build is running .*Grace.*index build.*20\d\d-", text), text
    rebuilt = await chat.ada.command("index rebuild")
    finished(rebuilt, "is served.")


@administered
async def test_what_is_no_address_is_refused_at_once(chat: Chat, server: Server) -> None:
    message = await chat.ada.command("index add", addresses="/etc/passwd")
    assert not message.deferred
    assert "is no address" in message.text()
    private = await chat.ada.command("index add", addresses="http://127.0.0.1:1/x")
    assert "failed" in finished(private, "failed").text()


@administered
async def test_feed_whose_entries_fail_says_so_and_one_that_may_not_be_asked_for_is_refused(
    chat: Chat, server: Server
) -> None:
    address = f"http://127.0.0.1:{server.port}"
    server.handlers["/failing"] = page(rss("News", [f"{address}/release", f"{address}/gone"]))
    await chat.ada.command("feeds add", url=f"{address}/failing")
    polled = finished(await chat.ada.command("feeds poll"), "is served")
    assert "1 of 2 entries failed" in polled.text()
    listed = (await chat.ada.command("feeds list")).text()
    assert "1 of 2 entries failed" in listed
    assert "status 404" in listed
    for bad in ("https://ada:secret@www.europol.europa.eu/feed", "https://www.example.org/feed"):
        refused = (await chat.ada.command("feeds add", url=bad)).text()
        assert "names a user" in refused or "is not a host that releases are taken from" in refused
        assert "secret" not in refused
