"""bot.db while another program holds it: presses are acknowledged, what can be tried again is, the rest is told."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest

from bot.app import bot_db_async as keeping
from bot.app.bot_db import BotStore
from bot.app.bot_db_schema import StoreBusyError
from bot.user_data import KeptAnswer, ServerSettings
from index.filters import Filters
from tests.bot.stage import QUESTION, QUOTE, Stage, on_stage
from tests.bot.test_answers import context_of, count_kept
from tests.bot.test_setup import manager, opened
from tests.emulator import Interaction, State
from tests.simulation import Chat, simulated

BUSY = "another process holds the data of the bot; try again in a minute."
HOLDER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute(sys.argv[2])
db.execute("SELECT count(*) FROM answers").fetchall()
print("held", flush=True)
sys.stdin.readline()
db.execute("ROLLBACK")
"""


@contextmanager
def held(path: Path, how: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    """Let another program hold bot.db: for writing, or with plain BEGIN for reading what stands in it now."""
    command = [sys.executable, "-c", HOLDER, str(path), how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield
        holder.communicate("\n")
    assert holder.returncode == 0


def kept_answer(answer_id: str, *, asker: int = 1, question: str = QUESTION) -> KeptAnswer:
    return KeptAnswer(answer_id, asker, None, 2, None, True, question, Filters(), ())


def database(where: Stage | Chat) -> Path:
    return where.bot.index_settings.data_dir / "bot.db"


def on_disk(where: Stage | Chat, text: str) -> bool:
    """Tell whether a text stands anywhere in bot.db and beside it."""
    return any(text.encode() in path.read_bytes() for path in sorted(database(where).parent.glob("bot.db*")))


@asynccontextmanager
async def busy(stage: Stage, how: str = "BEGIN IMMEDIATE") -> AsyncIterator[None]:
    with held(database(stage), how):
        yield


def acknowledged(pressed: list[Interaction]) -> bool:
    return all(each.acked_after_s is not None and each.acked_after_s < 2.5 for each in pressed)


@on_stage()
async def test_presses_are_acknowledged_and_nothing_is_lost(stage: Stage) -> None:
    emulator = stage.emulator
    old, erased, mentioned = await stage.ask(), await stage.ask(f"{QUESTION} zebracorn"), await stage.mention(QUESTION)
    await emulator.wait(lambda: count_kept(stage) == 3)
    async with busy(stage):
        new = await stage.ask("What will CEPOL do?")
        replied = await stage.mention("What will CEPOL do?")
        pressed = [
            await emulator.click(stage.bob, old, "Helpful"),
            await emulator.click(stage.bob, new, "Helpful"),
            await emulator.click(stage.ada, erased, "Delete"),
            await emulator.click(stage.bob, mentioned, "Not helpful"),
            *[await emulator.click(stage.bob, each, "More") for each in (old, new, mentioned, replied)],
            await emulator.click(stage.bob, old, context_of(old)),
        ]
        followed = await emulator.click(stage.ada, new, "Follow up")
        sent = await emulator.submit(stage.ada, followed, {"Your question": "and Frontex?"})
        pressed += [followed, sent]
        assert acknowledged(pressed)
        for each in pressed[4:8]:
            assert "More passages" in (await stage.answered(each)).text()
        assert QUOTE in (await stage.answered(pressed[8])).text()
        assert "Read as: What will Frontex do?" in (await stage.answered(sent)).text()
        assert "Read as: What will Frontex do?" in (await stage.reply(replied, "and Frontex?")).text()
        await asyncio.sleep(2)
        assert [each.state for each in pressed[:2]] == [State.DEFERRED] * 2
        assert count_kept(stage) == 3
    for each in pressed[:2]:
        assert (await stage.answered(each)).text() == "Thank you: this is kept without your name."
    await emulator.wait(lambda: count_kept(stage) == 6, 10)
    await emulator.wait(lambda: not on_disk(stage, "zebracorn"), 10)
    assert len(await stage.bot.store.write(lambda store: store.feedback())) == 2
    found = await stage.bot.store.write(lambda store: store.answer_in(replied.id))
    assert found is not None
    assert found.question == "What will CEPOL do?"


@simulated()
async def test_what_cannot_be_done_in_time_is_told_in_one_sentence_and_not_done(chat: Chat) -> None:
    patience, keeping.WRITE_S = keeping.WRITE_S, 0.5
    try:
        answer = await chat.ask(f"{QUESTION} zebracorn")
        assert count_kept(chat) == 1
        carol = manager(chat)
        settings = await opened(carol)
        with held(database(chat)):
            assert (await chat.bob.click(answer, "Helpful")).text() == f"Your opinion was not kept: {BUSY}"
            assert (await chat.ada.command("forget-me")).text() == f"Nothing was erased: {BUSY}"
            assert (await carol.click(settings, "Make private")).text() == f"The settings were not changed: {BUSY}"
            assert chat.bot.servers[chat.guild.id] == ServerSettings()
            assert "Answers are public" in settings.text()
        assert on_disk(chat, "zebracorn")
        assert await chat.bot.store.write(lambda store: store.feedback()) == []
        told = (await chat.ada.command("forget-me")).text()
        assert told == "Erased: 1 answer of yours. Nothing else is stored about you."
        assert not on_disk(chat, "zebracorn")
    finally:
        keeping.WRITE_S = patience


@on_stage()
async def test_forgetting_takes_along_what_was_not_written_yet(stage: Stage) -> None:
    await stage.ask()
    await stage.emulator.wait(lambda: count_kept(stage) == 1)
    async with busy(stage):
        for _ in range(2):
            await stage.ask(f"{QUESTION} zebracorn")
        await stage.command("ask", user=stage.bob, question=QUESTION)
        forgetting = await stage.emulator.slash(stage.ada, stage.channel, "forget-me")
        assert acknowledged([forgetting])
        await asyncio.sleep(0.5)
    told = (await stage.answered(forgetting)).text()
    assert told == "Erased: 3 answers of yours. Nothing else is stored about you."
    await stage.emulator.wait(lambda: count_kept(stage) == 1)
    await asyncio.sleep(1.5)
    assert count_kept(stage) == 1
    assert not on_disk(stage, "zebracorn")


@on_stage()
async def test_what_is_erased_while_another_reads_goes_from_the_log_when_that_ends(stage: Stage) -> None:
    await stage.ask(f"{QUESTION} zebracorn")
    await stage.emulator.wait(lambda: count_kept(stage) == 1)
    async with busy(stage, "BEGIN"):
        assert (await stage.command("forget-me")).text().startswith("Erased: 1 answer of yours.")
        assert count_kept(stage) == 0
    await stage.emulator.wait(lambda: not on_disk(stage, "zebracorn"), 15)


@on_stage()
async def test_clock_that_erases_outlives_a_file_in_use(stage: Stage) -> None:
    await stage.ask(f"{QUESTION} zebracorn")
    await stage.emulator.wait(lambda: count_kept(stage) == 1)
    with closing(sqlite3.connect(database(stage))) as db, db:
        db.execute("UPDATE answers SET at = '2020-01-01T00:00:00+00:00'")
    patience, keeping.WRITE_S = keeping.WRITE_S, 0.2
    try:
        async with busy(stage):
            await stage.bot.erase_old()
    finally:
        keeping.WRITE_S = patience
    await stage.emulator.wait(lambda: not on_disk(stage, "zebracorn"), 10)
    assert stage.bot.erase_old.is_running()


@on_stage()
async def test_bot_that_cannot_write_stops_in_time_all_the_same(stage: Stage) -> None:
    await stage.ask()
    async with busy(stage):
        await stage.ask()
        began = time.monotonic()
        await stage.bot.stop(2)
        assert time.monotonic() - began < 8


def test_nothing_waits_for_another_writer_for_longer_than_a_moment(tmp_path: Path) -> None:
    store = BotStore(tmp_path / "bot.db")
    store.keep(kept_answer("a"))
    acts = (
        lambda: store.keep(kept_answer("b")),
        lambda: store.set_message("a", 5),
        lambda: store.say("a", 1, "helpful", None),
        lambda: store.forget_answer("a"),
        lambda: store.forget_asker(1),
        lambda: store.forget_guild(1),
        lambda: store.forget_older_than(1),
        lambda: store.set_server(1, ServerSettings()),
        lambda: store.set_synced("a", "b"),
        lambda: store.audit(1, 1, "a", {}),
    )
    with held(tmp_path / "bot.db"):
        for act in acts:
            began = time.monotonic()
            with pytest.raises(StoreBusyError, match=r"^Another process holds .*bot\.db; do it again when"):
                act()
            assert time.monotonic() - began < 1.5
        other = BotStore(tmp_path / "bot.db")  # opens, and reads
        assert other.answer("a") == kept_answer("a")
        other.close()
    for act in acts:
        act()
    store.close()


def test_database_of_the_version_before_is_taken_over(tmp_path: Path) -> None:
    store = BotStore(tmp_path / "bot.db")
    store.keep(kept_answer("a"))
    store.close()
    with closing(sqlite3.connect(tmp_path / "bot.db")) as db, db:
        for sql in (
            "DROP TRIGGER answer_goes",
            "DROP INDEX feedback_voter",
            "ALTER TABLE feedback DROP COLUMN voter",
            "DROP TABLE fingerprints",
            "DELETE FROM _sqlite_migrations WHERE name = 'm004_one_verdict'",
            "INSERT INTO feedback (answer, verdict, at) VALUES ('a', 'helpful', '2026-01-01T00:00:00+00:00')",
        ):
            db.execute(sql)
    with held(tmp_path / "bot.db"), pytest.raises(StoreBusyError):
        BotStore(tmp_path / "bot.db")
    store = BotStore(tmp_path / "bot.db")
    assert store.answer("a") == kept_answer("a")
    assert store.say("a", 1, "helpful", None)
    assert len(store.feedback()) == 2
    store.close()
