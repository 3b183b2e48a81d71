"""A full disk, a read-only folder, a damaged database: people read what was not done, in their language."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest

from bot.app import async_store
from bot.i18n.words import words_for
from bot.user_data import ServerSettings
from index.engine import Engine
from index.generations.folder import Generations
from index.maintenance import Maintenance, build_all
from index.settings import IndexSettings
from tests.bot.test_admin import finished
from tests.bot.test_setup import ASK_CHANNEL, choose, manager, opened
from tests.disks import disk, full, read_only
from tests.emulator.components import STRING_SELECT
from tests.fakes import FakeEmbedder, Here, quiet, silent
from tests.pages import paragraphs
from tests.simulation import QUESTION, Chat, chatting

COUNCIL = "2018-12-06-council-migrant-smuggling"
FULL = "the disk of the bot is full; whoever runs the bot must free some space."
FORBIDDEN = "the bot may not write its data; whoever runs the bot must allow it."
DAMAGED = "the data of the bot is damaged; tell whoever runs the bot."
LATER_S = 120.0  # longer than a test waits for the bot to come to rest
Scenario = Callable[[Chat], Awaitable[None]]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the bot write what it could not write two minutes later: an act ends with the first try."""
    monkeypatch.setattr(async_store, "_PAUSES_S", (LATER_S,))


def play(scenario: Scenario, folder: Path) -> None:
    """Play a scenario on a data folder with the shipped release, two generations, and something set aside."""
    settings = IndexSettings(data_dir=folder, model="fake", threshold=0.0)
    build_all(settings, FakeEmbedder(), silent)
    upkeep = Maintenance(settings, Here(settings, FakeEmbedder()))
    (folder.parent / "undated.md").write_text("# A title\n\n" + "\n\n".join(paragraphs(1)), "utf-8")
    upkeep.add([str(folder.parent / "undated.md")], quiet)
    build_all(settings, FakeEmbedder(), silent)

    async def whole() -> None:
        with Engine(settings, FakeEmbedder()) as engine:
            async with chatting(engine, folder, maintenance=upkeep, administered=True) as chat:
                chat.open_to_all("index", "feeds")
                await scenario(chat)

    asyncio.run(whole())


def kept(chat: Chat) -> list[int | None]:
    """Return the messages of the answers that are kept."""
    with closing(sqlite3.connect(chat.bot.index_settings.data_dir / "bot.db")) as db:
        return [message for (message,) in db.execute("SELECT message FROM answers ORDER BY rowid")]


async def people(chat: Chat, why: str, during: Callable[[], AbstractContextManager[None]]) -> None:
    """Let people do what writes into bot.db while that is not possible."""
    hans, carol = chat.add_person("hans", locale="de"), manager(chat)
    answer, settings = await chat.ask(), await opened(carol)
    replied = await hans.mention_bot(QUESTION)
    assert kept(chat) == [answer.id, replied.id]
    with closing(sqlite3.connect(chat.bot.index_settings.data_dir / "bot.db")) as db, db:
        db.execute("UPDATE answers SET at = '2020-01-01T00:00:00+00:00' WHERE asker = ?", [hans.id])
    place = chat.guild.create_text_channel("ask-the-eu")
    with during():
        await chat.let(chat.bot.erase_old())  # what it raised would be its end
        assert len(kept(chat)) == 2
        assert (await chat.ada.command("forget-me")).text() == f"Nothing was erased: {why}"
        assert (await hans.command("forget-me")).text() == f"Nichts wurde gelöscht: {words_for('de')(why)}"
        assert (await chat.bob.click(answer, "Helpful")).text() == f"Your opinion was not kept: {why}"
        window = await chat.bob.opens(answer, "Not helpful")
        sent = await window.send({"What is wrong? (optional)": "All of it."})
        assert sent.text() == f"Your opinion was not kept: {why}"
        chosen = await choose(carol, settings, STRING_SELECT, 0, ["fr"])
        assert chosen.text() == f"The settings were not changed: {why}"
        chosen = await choose(carol, settings, 8, ASK_CHANNEL, [place])
        assert chosen.text() == f"The settings were not changed: {why}"
        assert chat.messages(place) == []
        assert chat.bot.servers.get(chat.guild.id, ServerSettings()) == ServerSettings()
        confirm = await chat.ada.command("index remove", release=COUNCIL)
        assert (await chat.ada.click(confirm, "Yes, do it")).text() == f"Nothing was done: {why}"
        assert "CEPOL" in (await chat.ask()).text(), "questions are answered all the same"
        await chat.ada.press(answer, "Delete")
        assert answer.deleted
    await chat.env.advance_time(LATER_S)
    assert answer.id not in kept(chat), "what is stored of it goes as soon as that can be"
    await choose(carol, settings, 8, ASK_CHANNEL, [place])
    assert chat.bot.servers.get(chat.guild.id, ServerSettings()).ask_channel == place.id


def test_full_disk(tmp_path: Path) -> None:
    with disk(tmp_path / "disk", "8m") as folder:
        play(lambda chat: people(chat, FULL, lambda: full(folder)), folder / "data")


ADMIN: dict[str, tuple[str, dict[str, Any]]] = {
    "index add": ("Nothing was added", {"addresses": "https://www.europol.europa.eu/x"}),
    "index rebuild": ("Nothing was built", {}),
    "feeds add": ("The feed is not followed", {"url": "https://www.europol.europa.eu/feed"}),
    "feeds poll": ("Not everything that is new was taken in", {}),
}


async def administrators(chat: Chat, why: str, spoil: Callable[[], object]) -> None:
    """Let an administrator do what writes into corpus.db while that is not possible."""
    ada = chat.ada
    confirm = {
        "Nothing was withdrawn": await ada.command("index remove", release=COUNCIL),
        "Nothing was erased": await ada.command("index remove", release=COUNCIL, erase=True),
    }
    aside = await ada.command("index quarantine")
    window = await ada.opens(aside, "Accept …")
    spoil()
    for name, (undone, options) in ADMIN.items():
        assert (await ada.command(name, **options)).text().removeprefix("⚠ ") == f"{undone}: {why}"
    for undone, message in confirm.items():
        assert (await ada.click(message, "Yes, do it")).text() == f"⚠ {undone}: {why}"
    submitted = await window.send({"Date": "2020-02-02", "Issuer": "European Commission", "Title": "A title"})
    assert submitted.text() == f"⚠ Nothing was accepted: {why}"
    assert (await ada.click(aside, "Discard")).text() == f"Nothing was discarded: {why}"


def test_damaged_corpus_db(tmp_path: Path) -> None:
    def damage() -> None:
        (tmp_path / "data" / "corpus.db").write_bytes(b"no database " * 1_000)

    play(lambda chat: administrators(chat, DAMAGED, damage), tmp_path / "data")


def test_read_only_folder(tmp_path: Path) -> None:
    async def scenario(chat: Chat) -> None:
        confirm = await chat.ada.command("index rollback")
        answer = await chat.ask()
        with read_only(tmp_path / "data"):
            assert "CEPOL" in (await chat.ask()).text()
            assert (await chat.ada.click(confirm, "Yes, do it")).text() == f"Nothing was rolled back: {FORBIDDEN}"
            assert "passages" in (await chat.ada.click(answer, "More")).text()
        await chat.env.advance_time(LATER_S)

    play(scenario, tmp_path / "data")


def test_rollback_to_what_is_served_is_no_act(tmp_path: Path) -> None:
    async def scenario(chat: Chat) -> None:
        generations = Generations(tmp_path / "data")
        before = generations.stamp()
        text = (await chat.ada.command("index rollback", generation="000002")).text()
        assert text == "Generation 000002 is served already: nothing was changed."
        confirm = await chat.ada.command("index rollback")
        for told in ("Generation 000001 is served again.", "Generation 000001 is served already"):
            finished(await chat.ada.click(confirm, "Yes, do it"), told)
        assert generations.stamp() != before
        audited = await chat.bot.store.write(lambda store: store.audited())
        assert [entry.action for entry in audited] == ["index rollback"]

    play(scenario, tmp_path / "data")


def test_text_is_erased_after_a_question_and_the_audit_says_by_whom(tmp_path: Path) -> None:
    async def scenario(chat: Chat) -> None:
        answer = await chat.ask()
        confirm = await chat.ada.command("index remove", release=COUNCIL, erase=True)
        assert confirm.text().startswith("Erase the text of “Migrant smuggling: Council approves a set of measures")
        assert "CEPOL" in (await chat.ask()).text(), "nothing is done before the answer"
        text = finished(await chat.ada.click(confirm, "Yes, do it"), "is erased").text()
        assert "Gone with it, since they held it: generations 000001, 000002." in text
        assert "Generation 000003 is served." in text
        assert "CEPOL" not in (await chat.ask()).text()
        assert len(kept(chat)) == 1
        files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
        assert not [path for path in files if b"will be further made available by CEPOL" in path.read_bytes()]
        audited = await chat.bot.store.write(lambda store: store.audited())
        assert [(entry.who, entry.action) for entry in audited] == [(chat.ada.id, "index remove erase")]
        history = (await chat.ada.command("index history")).text()
        assert f"**erased** `{COUNCIL}` · Discord user {chat.ada.id} (/index remove erase)" in history
        assert "older" in (await chat.ada.click(answer, "More")).text()

    play(scenario, tmp_path / "data")
