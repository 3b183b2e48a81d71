"""bot.db while another program holds it: presses are acknowledged, what can be tried again is, the rest is told."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import simcord

from bot.app import async_store
from bot.database import sqlite
from bot.database.connection import StoreBusyError
from bot.user_data import KeptAnswer, ServerSettings
from index.filters import Filters
from tests.bot.stores import file_store
from tests.bot.test_answers import context_of, count_kept
from tests.bot.test_setup import manager, opened
from tests.simulation import QUESTION, QUOTE, Chat, simulated

BUSY = "another process holds the data of the bot; try again in a minute."
LATER_S = 120.0  # longer than a test waits for the bot to come to rest
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


def database(chat: Chat) -> Path:
    return chat.bot.index_settings.data_dir / "bot.db"


def on_disk(chat: Chat, text: str) -> bool:
    """Tell whether a text stands anywhere in bot.db and beside it."""
    return any(text.encode() in path.read_bytes() for path in sorted(database(chat).parent.glob("bot.db*")))


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the bot write what it could not write two minutes later: an act ends with the first try."""
    monkeypatch.setattr(async_store, "_PAUSES_S", (LATER_S,))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the bot give up soon where somebody waits for what is written."""
    monkeypatch.setattr(async_store, "WRITE_S", 0.2)
    monkeypatch.setattr(sqlite, "_WAIT_S", 0.05)


async def acknowledged(chat: Chat, *pressed: simcord.InteractionResult) -> None:
    """Wait until the bot has told Discord that it heard of all this, for which there are three seconds."""
    await chat.wait(lambda: all(each.acknowledged for each in pressed), 2.5)


@simulated()
async def test_presses_are_acknowledged_and_nothing_is_lost(chat: Chat) -> None:
    old, erased, mentioned = await chat.ask(), await chat.ask(f"{QUESTION} zebracorn"), await chat.mention()
    assert count_kept(chat) == 3
    with held(database(chat)):
        new = await chat.ask("What will CEPOL do?")
        replied = await chat.mention("What will CEPOL do?")
        for each in (old, new, mentioned, replied):
            assert "More passages" in (await chat.bob.click(each, "More")).text()
        assert QUOTE in (await chat.bob.click(old, context_of(old))).text()
        window = await chat.ada.opens(new, "Follow up")
        assert "Read as: What will Frontex do?" in (await window.send({"Your question": "and Frontex?"})).text()
        assert "Read as: What will Frontex do?" in (await chat.ada.reply(replied, "and Frontex?")).text()
        await chat.ada.press(erased, "Delete")
        await chat.bob.opens(mentioned, "Not helpful")
        with chat.at_once():
            helpful = [await chat.bob.press(each, "Helpful") for each in (old, new)]
        await acknowledged(chat, *helpful)
        assert all(each.deferred for each in helpful)
        assert count_kept(chat) == 3
    await chat.env.settle()
    for thanked in helpful:
        assert chat.bob.sees(thanked).text() == "Thank you: this is kept without your name."
    await chat.env.advance_time(LATER_S)
    assert count_kept(chat) == 6
    assert not on_disk(chat, "zebracorn")
    assert len(await chat.bot.store.write(lambda store: store.feedback())) == 2
    kept = await chat.bot.store.write(lambda store: store.answer_in(replied.id))
    assert kept is not None
    assert kept.question == "What will CEPOL do?"


@pytest.mark.usefixtures("impatient")
@simulated()
async def test_what_cannot_be_done_in_time_is_told_in_one_sentence_and_not_done(chat: Chat) -> None:
    answer = await chat.ask(f"{QUESTION} zebracorn")
    assert count_kept(chat) == 1
    carol = manager(chat)
    settings = await opened(carol)
    with held(database(chat)):
        assert (await chat.bob.click(answer, "Helpful")).text() == f"Your opinion was not kept: {BUSY}"
        assert (await chat.ada.command("forget-me")).text() == f"Nothing was erased: {BUSY}"
        with chat.at_once():
            chosen = await carol.press(settings, "Make private")
        await acknowledged(chat, chosen)
        await chat.env.settle()
        assert carol.sees(chosen).text() == f"The settings were not changed: {BUSY}"
        assert chat.bot.servers.get(chat.guild.id, ServerSettings()) == ServerSettings()
        assert "Answers are public" in settings.text()
    assert on_disk(chat, "zebracorn")
    assert await chat.bot.store.write(lambda store: store.feedback()) == []
    told = (await chat.ada.command("forget-me")).text()
    assert told == "Erased: 1 answer of yours. Nothing else is stored about you."
    assert not on_disk(chat, "zebracorn")


@simulated()
async def test_forgetting_takes_along_what_was_not_written_yet(chat: Chat) -> None:
    await chat.ask()
    assert count_kept(chat) == 1
    with held(database(chat)):
        for _ in range(2):
            await chat.ask(f"{QUESTION} zebracorn")
        await chat.bob.command("ask", question=QUESTION)
        with chat.at_once():
            forgetting = await chat.ada.slash("forget-me")
        await acknowledged(chat, forgetting)
        await asyncio.sleep(0.5)
        assert forgetting.deferred
    await chat.env.settle()
    assert chat.ada.sees(forgetting).text() == "Erased: 3 answers of yours. Nothing else is stored about you."
    await chat.env.advance_time(LATER_S)
    assert count_kept(chat) == 1
    assert not on_disk(chat, "zebracorn")


@simulated()
async def test_what_is_erased_while_another_reads_goes_from_the_log_when_that_ends(chat: Chat) -> None:
    await chat.ask(f"{QUESTION} zebracorn")
    assert count_kept(chat) == 1
    with held(database(chat), "BEGIN"):
        assert (await chat.ada.command("forget-me")).text().startswith("Erased: 1 answer of yours.")
        assert count_kept(chat) == 0
    await chat.env.advance_time(LATER_S)
    assert not on_disk(chat, "zebracorn")


@pytest.mark.usefixtures("impatient")
@simulated()
async def test_clock_that_erases_outlives_a_file_in_use(chat: Chat) -> None:
    await chat.ask(f"{QUESTION} zebracorn")
    assert count_kept(chat) == 1
    with closing(sqlite3.connect(database(chat))) as db, db:
        db.execute("UPDATE answers SET at = '2020-01-01T00:00:00+00:00'")
    with held(database(chat)):
        await chat.let(chat.bot.erase_old())
    await chat.env.advance_time(LATER_S)
    assert not on_disk(chat, "zebracorn")
    assert chat.bot.erase_old.is_running()


@simulated()
async def test_bot_that_cannot_write_stops_in_time_all_the_same(chat: Chat) -> None:
    await chat.ask()
    with held(database(chat)):
        await chat.ask()
        began = time.monotonic()
        await chat.bot.stop(2)
        assert time.monotonic() - began < 8


def test_nothing_waits_for_another_writer_for_longer_than_a_moment(tmp_path: Path) -> None:
    store = file_store(tmp_path / "bot.db")
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
        other = file_store(tmp_path / "bot.db")  # opens, and reads
        assert other.answer("a") == kept_answer("a")
        other.close()
    for act in acts:
        act()
    store.close()


def test_database_of_the_version_before_is_taken_over(tmp_path: Path) -> None:
    store = file_store(tmp_path / "bot.db")
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
        file_store(tmp_path / "bot.db")
    store = file_store(tmp_path / "bot.db")
    assert store.answer("a") == kept_answer("a")
    assert store.say("a", 1, "helpful", None)
    assert len(store.feedback()) == 2
    store.close()
