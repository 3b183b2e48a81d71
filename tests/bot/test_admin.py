"""`/index` and `/feeds`: administrators change the corpus from Discord while the bot goes on answering."""

import asyncio
import re
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from index.engine import Engine
from index.generations.folder import Generations
from index.maintenance import Maintenance, build_all
from index.processes.job_process import JobProcess
from index.settings import IndexSettings
from tests.bot.stage import Stage, playing
from tests.conftest import FIXTURES
from tests.corpus.servers import Request, Server, page
from tests.emulator import Permission, User
from tests.emulator.errors import JSON
from tests.emulator.interactions import Interaction, State
from tests.emulator.messages import Message
from tests.emulator.recorder import Upload
from tests.fakes import FakeEmbedder, silent
from tests.pages import rss

QUESTION = "How long may national authorities take to answer a request for a harbour?"
QUOTE = "National authorities will have 90 days to answer a request."
PAGE = (FIXTURES / "pages" / "consilium.html").read_bytes()
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><item><title>Small harbours</title>
<link>{address}/release</link></item></channel></rss>"""
Play = Callable[[Callable[[Stage, Server], Awaitable[None]]], None]


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    """Play a scenario on a data folder with the shipped release, beside a web server that may be fetched from."""

    def release(request: Request) -> None:
        request.answer(PAGE, Content_Type="text/html; charset=utf-8")

    def feed(request: Request) -> None:
        request.answer(FEED.format(address=f"http://127.0.0.1:{server.port}").encode(), Content_Type="text/xml")

    with Server({"/release": release, "/feed": feed}) as server:
        settings = IndexSettings(
            data_dir=tmp_path / "served",
            model="fake",
            fetch_private=frozenset({("127.0.0.1", server.port)}),
            fetch_delay=0,
        )
        build_all(settings, FakeEmbedder(), silent)
        upkeep = Maintenance(settings, JobProcess(settings, "tests.fakes:fake_embedder"))

        def run(scenario: Callable[[Stage, Server], Awaitable[None]]) -> None:
            async def whole() -> None:
                with Engine(settings, FakeEmbedder()) as engine:
                    async with playing(engine, settings.data_dir, maintenance=upkeep, administered=True) as stage:
                        stage.guild.add_member(stage.ada, permissions=int(Permission.MANAGE_GUILD))
                        await scenario(stage, server)

            asyncio.run(whole())

        yield run


async def finished(stage: Stage, interaction: Interaction, text: str) -> Message:
    """Wait until the message of a piece of work says something."""
    await stage.emulator.wait(lambda: interaction.original is not None and text in interaction.original.text(), 60)
    assert interaction.original is not None
    assert interaction.ephemeral
    return interaction.original


async def admin(stage: Stage, name: str, user: User | None = None, **options: object) -> Interaction:
    return await stage.emulator.slash(user or stage.ada, stage.channel, name, override=True, **options)  # type: ignore[arg-type]


def test_release_added_by_its_address_is_quoted(play: Play) -> None:
    async def scenario(stage: Stage, server: Server) -> None:
        address = f"http://127.0.0.1:{server.port}/release"
        interaction = await admin(stage, "index add", addresses=address)
        message = await finished(stage, interaction, "is served")
        assert "**added** `2019-03-14-council" in message.text()
        answer = await stage.ask(QUESTION)
        assert QUOTE in answer.text()
        audited = await stage.bot.store.write(lambda store: store.audited())
        assert [(entry["who"], entry["action"]) for entry in audited] == [(stage.ada.id, "index add")]
        again = await admin(stage, "index add", addresses=address)
        assert "**unchanged**" in (await finished(stage, again, "is served")).text()
        history = await admin(stage, "index history")
        text = (await stage.answered(history)).text()
        assert f"Discord user {stage.ada.id}" in text
        assert "/index add" in text

    play(scenario)


def test_forget_me_tells_an_administrator_what_stays_in_both_logs(play: Play) -> None:
    async def scenario(stage: Stage, server: Server) -> None:
        interaction = await admin(stage, "index add", addresses=f"http://127.0.0.1:{server.port}/release")
        await finished(stage, interaction, "is served")
        history = (await stage.answered(await admin(stage, "index history"))).text()
        entries = history.count(f"Discord user {stage.ada.id}")
        assert entries > 1
        text = (await stage.command("forget-me")).text()
        assert f"Kept: {entries + 1} entries under your id, of what you did as an administrator," in text
        assert "Kept" not in (await stage.command("forget-me", user=stage.bob)).text()

    play(scenario)


def test_completion_that_would_have_to_wait_offers_nothing(play: Play) -> None:
    async def scenario(stage: Stage, server: Server) -> None:
        gate = threading.Event()
        working = [asyncio.create_task(stage.bot.upkeeping(lambda: gate.wait(10))) for _ in range(4)]
        try:
            await stage.emulator.wait(lambda: stage.bot.is_looking)
            typed = [await typed_release(stage) for _ in range(3)]
        finally:
            gate.set()
        await asyncio.gather(*working)
        assert typed == [[]] * 3
        assert await typed_release(stage)

    play(scenario)


async def typed_release(stage: Stage) -> list[JSON]:
    """Let Ada type into the option that completes releases."""
    return await stage.emulator.autocomplete(stage.ada, stage.channel, "index remove", release="council")


def test_files_come_through_the_window_and_their_names_are_only_shown(play: Play) -> None:
    async def scenario(stage: Stage, server: Server) -> None:
        interaction = await admin(stage, "index add")
        assert interaction.modal is not None
        upload = Upload("..\\..\\passwd", "text/html", PAGE)
        submitted = await stage.emulator.submit(stage.ada, interaction, {"Files": [upload]})
        message = await finished(stage, submitted, "is served")
        assert "**added** `2019-03-14-council" in message.text()
        assert server.asked == []

    play(scenario)


def test_what_is_set_aside_is_corrected_and_accepted(play: Play) -> None:
    async def scenario(stage: Stage, server: Server) -> None:
        text = b"# Lighthouses\n\n" + b"The lighthouse of Varna will be repaired in 2031 by the port authority. " * 8
        file = Upload("lighthouse.md", "text/markdown", text)
        interaction = await admin(stage, "index add", file=file)
        assert "**set aside** #1" in (await finished(stage, interaction, "set aside")).text()
        shown = await stage.answered(await admin(stage, "index quarantine"))
        accept = await stage.emulator.click(stage.ada, shown, "Accept …")
        assert accept.modal is not None
        submitted = await stage.emulator.submit(
            stage.ada, accept, {"Date": "2020-02-02", "Issuer": "European Commission", "Title": "Lighthouses"}
        )
        assert "**added** `2020-02-02" in (await finished(stage, submitted, "is served")).text()
        assert "Nothing is set aside." in (await stage.answered(await admin(stage, "index quarantine"))).text()

    play(scenario)


def test_change_that_a_file_offers_is_shown_and_accepted_by_hand(play: Play) -> None:
    async def scenario(stage: Stage, server: Server) -> None:
        added = await admin(stage, "index add", addresses=f"http://127.0.0.1:{server.port}/release")
        await finished(stage, added, "is served")
        file = Upload("release.html", "text/html", PAGE.replace(b"90 days", b"9 days"))
        offered = await admin(stage, "index add", file=file, force=True)
        assert "nobody gave that address by hand" in (await finished(stage, offered, "set aside")).text()
        assert QUOTE in (await stage.ask(QUESTION)).text()
        shown = await stage.answered(await admin(stage, "index quarantine"))
        lines = shown.text().split("\n")
        assert any(line.startswith("-# -") and "90 days" in line for line in lines), lines
        assert any(line.startswith("-# +") and "9 days" in line for line in lines), lines
        accept = await stage.emulator.click(stage.ada, shown, "Accept …")
        submitted = await stage.emulator.submit(stage.ada, accept, {})
        assert "**changed**" in (await finished(stage, submitted, "is served")).text()
        assert QUOTE not in (await stage.ask(QUESTION)).text()

    play(scenario)


def test_release_is_withdrawn_after_a_question_and_a_rollback_does_not_bring_it_back(play: Play) -> None:
    async def scenario(stage: Stage, server: Server) -> None:
        added = await admin(stage, "index add", addresses=f"http://127.0.0.1:{server.port}/release")
        await finished(stage, added, "is served")
        choices = await stage.emulator.autocomplete(stage.ada, stage.channel, "index remove", release="harbours")
        asked = await stage.answered(await admin(stage, "index remove", release=choices[0]["value"]))
        assert "Withdraw “Small harbours" in asked.text()
        removed = await stage.emulator.click(stage.ada, asked, "Yes, do it")
        await finished(stage, removed, "is served")
        assert QUOTE not in (await stage.ask(QUESTION)).text()
        confirm = await stage.answered(await admin(stage, "index rollback"))
        back = await stage.emulator.click(stage.ada, confirm, "Yes, do it")
        assert "is served again" in (await finished(stage, back, "is served again")).text()
        assert QUOTE not in (await stage.ask(QUESTION)).text()
        status = await stage.answered(await admin(stage, "index status"))
        assert "pinned" in status.text()
        rebuilt = await admin(stage, "index rebuild")
        await finished(stage, rebuilt, "is served.")

    play(scenario)


def test_feed_is_followed_and_what_is_new_is_quoted(play: Play) -> None:
    async def scenario(stage: Stage, server: Server) -> None:
        address = f"http://127.0.0.1:{server.port}/feed"
        assert "Followed" in (await stage.answered(await admin(stage, "feeds add", url=address))).text()
        polled = await admin(stage, "feeds poll")
        assert "1 new" in (await finished(stage, polled, "is served")).text()
        assert QUOTE in (await stage.ask(QUESTION)).text()
        assert address in (await stage.answered(await admin(stage, "feeds list"))).text().replace("\\", "")
        await stage.answered(await admin(stage, "feeds remove", url=address))
        assert "No feed is followed" in (await stage.answered(await admin(stage, "feeds list"))).text()

    play(scenario)


def test_feed_that_is_due_is_polled_while_the_bot_runs(play: Play) -> None:
    async def scenario(stage: Stage, server: Server) -> None:
        polling: Any = stage.bot.get_cog("Polling")
        polling.poll.cancel()
        assert QUOTE not in (await stage.ask(QUESTION)).text()
        await stage.answered(await admin(stage, "feeds add", url=f"http://127.0.0.1:{server.port}/feed"))
        await polling.poll()
        assert QUOTE in (await stage.ask(QUESTION)).text()
        asked = len(server.asked)
        await polling.poll()
        assert len(server.asked) == asked

    play(scenario)


def test_nobody_else_gets_in_by_command_button_or_completion(play: Play) -> None:
    async def scenario(stage: Stage, server: Server) -> None:
        stage.guild.add_member(stage.bob, permissions=int(Permission.MANAGE_GUILD))
        for name in ("index status", "index add", "index rebuild", "feeds list"):
            message = await stage.answered(await admin(stage, name, stage.bob))
            assert message.ephemeral
            assert message.text() == "This is for those who run the bot."
        assert await stage.emulator.autocomplete(stage.bob, stage.channel, "index remove", release="") == []
        other = stage.emulator.add_guild("another")
        other.add_member(stage.ada, permissions=int(Permission.MANAGE_GUILD))
        with pytest.raises(LookupError, match="no command 'index'"):
            await stage.emulator.slash(stage.ada, other.add_channel("general"), "index status")

    play(scenario)


def test_second_build_is_told_who_builds_what_since_when(play: Play) -> None:
    async def scenario(stage: Stage, server: Server) -> None:
        with Generations(stage.bot.index_settings.data_dir).building("Grace", "index build"):
            interaction = await admin(stage, "index rebuild")
            text = (await finished(stage, interaction, "⚠")).text()
        assert re.search(r"Another build is running .*Grace.*index build.*20\d\d-", text), text
        rebuilt = await admin(stage, "index rebuild")
        await finished(stage, rebuilt, "is served.")

    play(scenario)


def test_what_is_no_address_is_refused_at_once(play: Play) -> None:
    async def scenario(stage: Stage, server: Server) -> None:
        interaction = await admin(stage, "index add", addresses="/etc/passwd")
        await stage.emulator.wait(lambda: interaction.state is State.ANSWERED)
        assert not interaction.deferred
        assert interaction.original is not None
        assert "is no address" in interaction.original.text()
        private = await admin(stage, "index add", addresses="http://127.0.0.1:1/x")
        assert "failed" in (await finished(stage, private, "failed")).text()

    play(scenario)


def test_feed_whose_entries_fail_says_so_and_one_that_may_not_be_asked_for_is_refused(play: Play) -> None:
    async def scenario(stage: Stage, server: Server) -> None:
        address = f"http://127.0.0.1:{server.port}"
        server.handlers["/failing"] = page(rss("News", [f"{address}/release", f"{address}/gone"]))
        await stage.answered(await admin(stage, "feeds add", url=f"{address}/failing"))
        polled = await finished(stage, await admin(stage, "feeds poll"), "is served")
        assert "1 of 2 entries failed" in polled.text()
        listed = (await stage.answered(await admin(stage, "feeds list"))).text()
        assert "1 of 2 entries failed" in listed
        assert "status 404" in listed
        for bad in ("https://ada:secret@www.europol.europa.eu/feed", "https://www.example.org/feed"):
            refused = (await stage.answered(await admin(stage, "feeds add", url=bad))).text()
            assert "names a user" in refused or "is not a host that releases are taken from" in refused
            assert "secret" not in refused

    play(scenario)
