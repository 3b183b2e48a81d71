"""When people are told of new releases, what Discord or the disk may refuse, and that nothing is told twice."""

import asyncio
import datetime
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import discord
import pytest
from discord import Permissions
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.app import async_store
from bot.app import sending as delivery
from bot.app.clock import now
from bot.app.notice_times import is_due
from bot.user_data import Finding, Often, ServerSettings, Subscription, Waiting
from index.answering.news import Wanted, WantedKind
from index.maintenance import build_all
from index.settings import IndexSettings
from tests.bot.bot_process import BotProcess
from tests.bot.newsroom import Newsroom, play
from tests.bot.test_process import LIGHT
from tests.bot.test_subscriptions import EUROPOL, rows
from tests.emulator import Fault
from tests.fakes import FakeEmbedder, quiet, silent, upkeep
from tests.simulation import Person
from tests.simulation.person import Channel

CLOSED = "Paused: direct messages to you are closed. Open them, then resume."
QUICK_CLOCK = f"""
from discord.ext import tasks
loop = tasks.loop
tasks.loop = lambda **every: loop(**({{"seconds": 0.2}} if every == {{"seconds": 30.0}} else every))
{LIGHT}
"""


def utc(text: str) -> datetime.datetime:
    """Return a moment in UTC."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)


def waiting(often: Often, found_on: str, *, guild: int | None = 1, made_in: int | None = None) -> Waiting:
    """Return what a subscription found at a moment."""
    wanted = Wanted(WantedKind.AGENCY, "europol")
    subscription = Subscription("a", 1, guild, 2, made_in, wanted, often, "en", utc("2026-01-01T00:00"))
    return Waiting(subscription, (Finding("a", "w", "r"),), utc(found_on))


@pytest.mark.parametrize(
    ("often", "found_on", "moment", "settings", "due"),
    [
        (Often.AT_ONCE, "2026-07-01T10:00", "2026-07-01T10:00", ServerSettings(), True),
        (Often.DAILY, "2026-07-01T10:00", "2026-07-02T05:59", ServerSettings(), False),  # 07:59 in Brussels
        (Often.DAILY, "2026-07-01T10:00", "2026-07-02T06:00", ServerSettings(), True),
        (Often.DAILY, "2026-12-01T10:00", "2026-12-02T06:00", ServerSettings(), False),  # 07:00 in winter
        (Often.DAILY, "2026-12-01T10:00", "2026-12-02T06:00", ServerSettings(zone="Europe/Helsinki"), True),
        (Often.DAILY, "2026-07-02T07:00", "2026-07-02T20:00", ServerSettings(), False),  # found after that morning
        (Often.WEEKLY, "2026-07-01T10:00", "2026-07-05T23:00", ServerSettings(), False),  # a Sunday
        (Often.WEEKLY, "2026-07-01T10:00", "2026-07-06T06:00", ServerSettings(), True),
        (Often.WEEKLY, "2026-07-01T10:00", "2026-07-09T12:00", ServerSettings(), True),  # the bot was off on Monday
        (Often.AT_ONCE, "2026-07-01T19:00", "2026-07-01T21:00", ServerSettings(quiet=(22, 7)), False),
        (Often.AT_ONCE, "2026-07-01T19:00", "2026-07-02T04:59", ServerSettings(quiet=(22, 7)), False),
        (Often.AT_ONCE, "2026-07-01T19:00", "2026-07-02T05:00", ServerSettings(quiet=(22, 7)), True),
        (Often.AT_ONCE, "2026-07-01T19:00", "2026-07-01T21:00", ServerSettings(zone="UTC", quiet=(22, 7)), True),
        (Often.DAILY, "2026-07-01T10:00", "2026-07-02T06:30", ServerSettings(quiet=(18, 9)), False),
        (Often.DAILY, "2026-07-01T10:00", "2026-07-02T07:00", ServerSettings(quiet=(18, 9)), True),
        (Often.AT_ONCE, "2026-07-01T10:00", "2026-07-01T10:00", ServerSettings(zone="Mars/Olympus"), True),
    ],
)
def test_digests_and_quiet_hours_go_by_the_time_zone_of_the_server(
    often: Often, found_on: str, moment: str, settings: ServerSettings, *, due: bool
) -> None:
    assert is_due(waiting(often, found_on), utc(moment), {1: settings}) is due
    private = waiting(often, found_on, guild=None, made_in=1)
    assert is_due(private, utc(moment), {1: settings}) is due, (
        "direct messages follow the server they were asked for in"
    )


def test_digest_is_one_message_with_all_that_is_new(tmp_path: Path) -> None:
    async def scenario(room: Newsroom) -> None:
        await room.chat.ada.command("subscribe", subject="port of Antwerp", often=Often.DAILY.value)
        texts = [room.write(f"{EUROPOL} This was part {number} of it.") for number in range(7)]
        room.maintenance.add(texts, quiet, force=True)
        await room.strike()
        assert room.told(room.chat.ada) == []
        await room.strike(now() + datetime.timedelta(days=1))
        [text] = room.told(room.chat.ada)
        assert text.count(f"“{EUROPOL}") == 5
        assert "-# 2 more releases; `/releases` lists all." in text
        await room.strike(now() + datetime.timedelta(days=2))
        assert len(room.told(room.chat.ada)) == 1

    play(scenario, tmp_path)


def test_closed_direct_messages_are_a_pause_and_not_tried_again(tmp_path: Path) -> None:
    async def scenario(room: Newsroom) -> None:
        chat = room.chat
        hans = chat.add_person("hans", locale="de")
        await hans.command("subscribe", agency="Europol")
        room.issue(EUROPOL)
        chat.env.inject_error("POST", "/channels/*/messages", status=403, code=50007)
        for _ in range(3):
            await room.strike()
        tries = chat.requested("POST", f"/channels/{hans.private_channel.id}/messages")
        assert len(tries) == 1
        shown = await hans.command("subscriptions")
        assert "⚠ Unterbrochen: Ihre Direktnachrichten sind geschlossen." in shown.text()
        await hans.click(shown, "Fortsetzen")
        assert shown.buttons == ["Beenden"]
        await room.strike()
        assert len(room.told(hans)) == 1, "what was found before is told when it goes on"
        with closing(sqlite3.connect(room.folder / "data" / "bot.db")) as db, db:
            db.execute("UPDATE subscriptions SET pause = 'closed', paused_at = '2020-01-01T00:00:00+00:00'")
        await chat.let(chat.bot.erase_old())
        assert rows(room, "SELECT * FROM subscriptions") == rows(room, "SELECT * FROM findings") == []

    play(scenario, tmp_path)


REFUSALS = {
    (403, 50001): (0, []),  # the channel is out of sight: it ends
    (404, 10003): (0, []),
    (403, 50013): (0, ["forbidden"]),
    (400, 200001): (0, ["filtered"]),
    (403, 20016): (1, [None]),  # slow mode: later
    (403, 20028): (1, [None]),
    (403, 40003): (1, [None]),  # too many messages of whatever kind: the others wait, too
}


def told_in(room: Newsroom, channel: Channel) -> int:
    """Return how many messages on what is new a channel got."""
    return sum("New: releases" in text for text in room.chat.said(channel))


async def subscribed(room: Newsroom, who: str, channel: Channel) -> Person:
    """Let somebody who manages a channel subscribe it."""
    person = room.chat.add_person(who, permissions=Permissions(manage_channels=True))
    told = await person.command("subscribe", agency="Europol", here=True, channel=channel)
    assert told.text().startswith(f"Subscribed: releases that name Europol, at once, in {channel.mention}.")
    return person


def test_what_discord_refuses_ends_pauses_or_puts_off(tmp_path: Path) -> None:
    async def scenario(room: Newsroom) -> None:
        chat = room.chat
        channels = {fault: chat.guild.create_text_channel(f"of-{fault[1]}") for fault in REFUSALS}
        for (status, code), channel in channels.items():
            await subscribed(room, f"manager-{code}", channel)
            chat.env.inject_error("POST", f"/channels/{channel.id}/messages", status=status, code=code)
        room.issue(EUROPOL)
        for _ in range(2):  # what is put off waits a minute before the next try
            await room.strike()
            assert [told_in(room, channel) for channel in channels.values()] == [0] * len(channels)
        await room.strike(now() + datetime.timedelta(minutes=2))
        for fault, channel in channels.items():
            pauses = [
                why for where, why in rows(room, "SELECT channel, pause FROM subscriptions") if where == channel.id
            ]
            assert (told_in(room, channel), pauses) == REFUSALS[fault], fault

    play(scenario, tmp_path)


def test_channels_are_told_nothing_once_they_are_lost(tmp_path: Path) -> None:
    async def scenario(room: Newsroom) -> None:
        chat, backend = room.chat, room.chat.env.backend
        deleted, hidden, of_who_left, of_who_sees_it_no_more, of_who_is_forgotten, kept = channels = [
            chat.guild.create_text_channel(f"channel-{number}") for number in range(6)
        ]
        people = [await subscribed(room, f"person-{number}", channel) for number, channel in enumerate(channels)]
        await people[5].command("subscribe", subject="cod")
        room.issue(EUROPOL)
        backend.delete_channel(deleted.id)
        chat.deny(hidden, "view_channel")
        backend.remove_member(chat.guild.id, people[2].id)
        blind = discord.PermissionOverwrite(view_channel=False).pair()[1].value
        backend.set_overwrite(of_who_sees_it_no_more.id, Overwrite(people[3].id, OverwriteType.MEMBER, 0, blind))
        erased = await people[4].command("forget-me")
        assert erased.text().startswith("Erased: 0 answers of yours. 1 subscription, too.")
        await room.strike()
        assert [told_in(room, channel) for channel in (of_who_left, of_who_sees_it_no_more, of_who_is_forgotten)] == [
            0, 0, 0,
        ]  # fmt: skip
        assert told_in(room, kept) == 1
        assert rows(room, "SELECT channel FROM subscriptions WHERE channel IS NOT NULL") == [(kept.id,)]
        await chat.leave()
        assert rows(room, "SELECT kind, guild, made_in FROM subscriptions") == [("subject", None, None)]
        assert rows(room, "SELECT work FROM findings") == [], "and what was found goes with them"

    play(scenario, tmp_path)


def test_server_that_threw_the_bot_out_meanwhile_is_forgotten_when_it_connects(tmp_path: Path) -> None:
    async def scenario(room: Newsroom) -> None:
        await subscribed(room, "dora", room.chat.channel)
        await room.chat.ada.command("subscribe", subject="cod")
        with closing(sqlite3.connect(room.folder / "data" / "bot.db")) as db, db:
            db.execute("UPDATE subscriptions SET guild = 5 WHERE guild IS NOT NULL")
        await room.chat.let(room.clock.on_ready())
        await room.chat.env.settle()
        made_in = rows(room, "SELECT kind, guild, made_in FROM subscriptions")
        assert made_in == [("subject", None, room.chat.guild.id)]

    play(scenario, tmp_path)


def test_storage_that_is_busy_holds_back_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(async_store, "WRITE_S", 0.1)

    async def scenario(room: Newsroom) -> None:
        ada, path = room.chat.ada, room.folder / "data" / "bot.db"
        await ada.command("subscribe", agency="Europol")
        room.issue(EUROPOL)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await room.strike()
            busy = await ada.command("subscribe", subject="cod")
            assert busy.text() == (
                "You were not subscribed: another process holds the data of the bot; try again in a minute."
            )
            assert room.told(ada) == []
        await room.strike()
        assert len(room.told(ada)) == 1
        room.forget_what_was_looked_at()
        await room.strike()
        assert len(room.told(ada)) == 1

    play(scenario, tmp_path)


def test_message_that_may_have_been_sent_has_one_nonce_and_is_looked_for_later(tmp_path: Path) -> None:
    async def scenario(room: Newsroom) -> None:
        chat, ada = room.chat, room.chat.ada
        sent = f"/channels/{ada.private_channel.id}/messages"
        await ada.command("subscribe", agency="Europol")
        room.issue(EUROPOL)
        for _ in range(2):
            chat.env.inject_error("POST", "/channels/*/messages", status=500, code=0)
        await room.strike()
        await room.strike()
        nonces = {(request.json or {})["nonce"] for request in chat.requested("POST", sent)}
        assert len(nonces) == 1, "so that Discord takes one of them"
        assert rows(room, "SELECT nonce, told FROM findings") == [(int(nonces.pop()), 0)]
        assert room.told(ada) == []
        late = now() + datetime.timedelta(seconds=delivery.SAME_NONCE_S + 1)
        await room.strike(late)
        assert len(room.told(ada)) == 1, "it was not there"
        with closing(sqlite3.connect(room.folder / "data" / "bot.db")) as db, db:
            just_before = chat.env.now() - datetime.timedelta(seconds=10)
            db.execute("UPDATE findings SET told = 0, claimed_at = ?", [just_before.isoformat()])
        await room.strike(late)
        assert len(room.told(ada)) == 1, "it is there"
        assert rows(room, "SELECT told FROM findings") == [(1,)]

    play(scenario, tmp_path)


def test_kill_between_claim_and_answer_tells_once(tmp_path: Path) -> None:
    settings = IndexSettings(data_dir=tmp_path / "data", model="fake")
    build_all(settings, FakeEmbedder(), silent)
    release = tmp_path / "release.md"
    head = (
        f"title: A title\nissuer: European Commission\nlanguage: en\ndate: {now().date()}\nurl: https://ec.europa.eu/1"
    )
    release.write_text(f"---\n{head}\n---\n\n{EUROPOL}\n", "utf-8")

    async def scenario() -> None:
        emulator, ada = process.emulator, process.people[0]
        private = emulator.private_channel(ada)
        await process.up(code=QUICK_CLOCK)
        asked = await emulator.slash(ada, process.channel, "subscribe", agency="europol")
        await emulator.wait(lambda: asked.original is not None and "Subscribed" in asked.original.text(), 20)
        fault = Fault("POST", rf"/channels/{private.id}/messages", delay_s=60, apply_first=True)
        emulator.faults.append(fault)
        await asyncio.to_thread(upkeep(settings, FakeEmbedder()).add, [str(release)], quiet, force=True)
        await emulator.wait(lambda: fault.hits == 1, 20)
        assert await process.down(signal.SIGKILL) == -signal.SIGKILL
        assert len(private.messages) == 1
        await process.up(code=QUICK_CLOCK)
        await emulator.wait(lambda: len(emulator.requested("POST", rf"/channels/{private.id}/messages")) == 2, 20)
        with closing(sqlite3.connect(settings.data_dir / "bot.db")) as db:
            await emulator.wait(lambda: db.execute("SELECT told FROM findings").fetchall() == [(1,)], 20)
        assert len(private.messages) == 1, "Discord took the second for the first, by its nonce"
        assert EUROPOL in private.messages[0].text()

    with BotProcess(tmp_path) as process:
        process.run(scenario())
