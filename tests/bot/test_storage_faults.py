"""A full disk, a read-only folder, a damaged database: people read what was not done, in their language."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

from bot.i18n.words import words_for
from bot.user_data import ServerSettings
from index.engine import Engine
from index.generations.folder import Generations
from index.maintenance import Maintenance, build_all
from index.processes.job_process import JobProcess
from index.settings import IndexSettings
from tests.bot.stage import QUESTION, Stage, playing
from tests.bot.test_admin import admin, finished
from tests.bot.test_setup import ASK_CHANNEL
from tests.disks import disk, full, read_only
from tests.emulator import Interaction, Message, Permission, User
from tests.emulator.components import STRING_SELECT, walk
from tests.fakes import FakeEmbedder, quiet, silent
from tests.pages import paragraphs

COUNCIL = "2018-12-06-council-migrant-smuggling"
FULL = "the disk of the bot is full; whoever runs the bot must free some space."
FORBIDDEN = "the bot may not write its data; whoever runs the bot must allow it."
DAMAGED = "the data of the bot is damaged; tell whoever runs the bot."
Scenario = Callable[[Stage], Awaitable[None]]


def play(scenario: Scenario, folder: Path) -> None:
    """Play a scenario on a data folder with the shipped release, two generations, and something set aside."""
    settings = IndexSettings(data_dir=folder, model="fake", threshold=0.0)
    build_all(settings, FakeEmbedder(), silent)
    upkeep = Maintenance(settings, JobProcess(settings, "tests.fakes:fake_embedder"))
    (folder.parent / "undated.md").write_text("# A title\n\n" + "\n\n".join(paragraphs(1)), "utf-8")
    upkeep.add([str(folder.parent / "undated.md")], quiet)
    build_all(settings, FakeEmbedder(), silent)

    async def whole() -> None:
        with Engine(settings, FakeEmbedder()) as engine:
            async with playing(engine, folder, maintenance=upkeep, administered=True) as stage:
                stage.guild.add_member(stage.ada, permissions=int(Permission.MANAGE_GUILD))
                await scenario(stage)

    asyncio.run(whole())


def manager(stage: Stage) -> User:
    """Return somebody who manages the server, and is not its owner."""
    carol = stage.emulator.add_user("carol")
    stage.guild.add_member(carol, permissions=int(Permission.MANAGE_GUILD))
    return carol


async def opened(stage: Stage, user: User) -> Message:
    """Let somebody open the settings."""
    interaction = await stage.emulator.slash(user, stage.channel, "setup")
    assert interaction.original is not None
    return interaction.original


def menu(message: Message, kind: int, number: int) -> str:
    """Return the custom id of a menu."""
    return str([part for part in walk(message.components) if part["type"] == kind][number]["custom_id"])


async def told(stage: Stage, interaction: Interaction) -> str:
    """Return what somebody reads whom something was not done for."""
    told = ""

    def is_told() -> bool:
        nonlocal told
        messages = [*interaction.followups, *([interaction.original] if interaction.original else [])]
        told = next((text for text in (one.text() for one in messages) if ": " in text and " bot" in text.lower()), "")
        return bool(told)

    await stage.emulator.wait(is_told, 60)
    return told


def kept(stage: Stage) -> list[int | None]:
    """Return the messages of the answers that are kept."""
    with closing(sqlite3.connect(stage.bot.index_settings.data_dir / "bot.db")) as db:
        return [message for (message,) in db.execute("SELECT message FROM answers ORDER BY rowid")]


def german(stage: Stage) -> User:
    user = stage.emulator.add_user("hans", locale="de")
    stage.guild.add_member(user)
    return user


async def people(stage: Stage, why: str, during: Callable[[], AbstractContextManager[None]]) -> None:
    """Let people do what writes into bot.db while that is not possible."""
    emulator, hans, carol = stage.emulator, german(stage), manager(stage)
    answer, settings = await stage.ask(), await opened(stage, carol)
    await stage.mention(QUESTION, user=hans)
    await stage.emulator.wait(lambda: kept(stage) == [answer.id, stage.channel.messages[-1].id])
    with closing(sqlite3.connect(stage.bot.index_settings.data_dir / "bot.db")) as db, db:
        db.execute("UPDATE answers SET at = '2020-01-01T00:00:00+00:00' WHERE asker = ?", [hans.id])
    place = stage.guild.add_channel("ask-the-eu")
    with during():
        await stage.bot.erase_old()  # what it raised would be its end
        assert len(kept(stage)) == 2
        assert await told(stage, await emulator.slash(stage.ada, stage.channel, "forget-me")) == (
            f"Nothing was erased: {why}"
        )
        assert await told(stage, await emulator.slash(hans, stage.channel, "forget-me")) == (
            f"Nichts wurde gelöscht: {words_for('de')(why)}"
        )
        assert await told(stage, await emulator.click(stage.bob, answer, "Helpful")) == (
            f"Your opinion was not kept: {why}"
        )
        shown = await emulator.click(stage.bob, answer, "Not helpful")
        sent = await emulator.submit(stage.bob, shown, {"What is wrong? (optional)": "All of it."})
        assert await told(stage, sent) == f"Your opinion was not kept: {why}"
        chosen = await emulator.select(carol, settings, menu(settings, STRING_SELECT, 0), ["fr"])
        assert await told(stage, chosen) == f"The settings were not changed: {why}"
        chosen = await emulator.select(carol, settings, menu(settings, 8, ASK_CHANNEL), [place])
        assert await told(stage, chosen) == f"The settings were not changed: {why}"
        await emulator.wait(lambda: not place.messages)
        assert stage.bot.servers == {}
        removed = await admin(stage, "index remove", release=COUNCIL)
        pressed = await emulator.click(stage.ada, await stage.answered(removed), "Yes, do it")
        assert await told(stage, pressed) == f"Nothing was done: {why}"
        asked = await stage.ask()
        assert "CEPOL" in asked.text(), "questions are answered all the same"
        await emulator.click(stage.ada, answer, "Delete")
        await emulator.wait(lambda: answer.deleted)
    await emulator.wait(lambda: answer.id not in kept(stage), 20)  # what is stored of it goes as soon as that can be
    chosen = await emulator.select(carol, settings, menu(settings, 8, ASK_CHANNEL), [place])
    await emulator.wait(lambda: stage.bot.servers.get(stage.guild.id, ServerSettings()).ask_channel == place.id)


def test_full_disk(tmp_path: Path) -> None:
    with disk(tmp_path / "disk", "8m") as folder:
        play(lambda stage: people(stage, FULL, lambda: full(folder)), folder / "data")


ADMIN: dict[str, tuple[str, dict[str, Any]]] = {
    "index add": ("Nothing was added", {"addresses": "https://www.europol.europa.eu/x"}),
    "index rebuild": ("Nothing was built", {}),
    "feeds add": ("The feed is not followed", {"url": "https://www.europol.europa.eu/feed"}),
    "feeds poll": ("Not everything that is new was taken in", {}),
}


async def administrators(stage: Stage, why: str, spoil: Callable[[], object]) -> None:
    """Let an administrator do what writes into corpus.db while that is not possible."""
    confirm = {
        "Nothing was withdrawn": await stage.answered(await admin(stage, "index remove", release=COUNCIL)),
        "Nothing was erased": await stage.answered(await admin(stage, "index remove", release=COUNCIL, erase=True)),
    }
    aside = await stage.answered(await admin(stage, "index quarantine"))
    accept = await stage.emulator.click(stage.ada, aside, "Accept …")
    spoil()
    for name, (undone, options) in ADMIN.items():
        assert (await told(stage, await admin(stage, name, **options))).removeprefix("⚠ ") == f"{undone}: {why}"
    for undone, message in confirm.items():
        pressed = await stage.emulator.click(stage.ada, message, "Yes, do it")
        assert await told(stage, pressed) == f"⚠ {undone}: {why}"
    given = {"Date": "2020-02-02", "Issuer": "European Commission", "Title": "A title"}
    submitted = await stage.emulator.submit(stage.ada, accept, given)
    assert await told(stage, submitted) == f"⚠ Nothing was accepted: {why}"
    pressed = await stage.emulator.click(stage.ada, aside, "Discard")
    assert await told(stage, pressed) == f"Nothing was discarded: {why}"


def test_damaged_corpus_db(tmp_path: Path) -> None:
    def damage() -> None:
        (tmp_path / "data" / "corpus.db").write_bytes(b"no database " * 1_000)

    play(lambda stage: administrators(stage, DAMAGED, damage), tmp_path / "data")


def test_read_only_folder(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.quiet()
        confirm = await stage.answered(await admin(stage, "index rollback"))
        answer = await stage.ask()
        await stage.quiet()
        with read_only(tmp_path / "data"):
            assert "CEPOL" in (await stage.ask()).text()
            pressed = await stage.emulator.click(stage.ada, confirm, "Yes, do it")
            assert await told(stage, pressed) == f"Nothing was rolled back: {FORBIDDEN}"
            assert "passages" in (await stage.click(stage.bob, answer, "More")).text()

    play(scenario, tmp_path / "data")


def test_rollback_to_what_is_served_is_no_act(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        generations = Generations(tmp_path / "data")
        before = generations.stamp()
        asked = await admin(stage, "index rollback", generation="000002")
        text = (await stage.answered(asked)).text()
        assert text == "Generation 000002 is served already: nothing was changed."
        confirm = await stage.answered(await admin(stage, "index rollback"))
        for told in ("Generation 000001 is served again.", "Generation 000001 is served already"):
            pressed = await stage.emulator.click(stage.ada, confirm, "Yes, do it")
            await finished(stage, pressed, told)
        assert generations.stamp() != before
        audited = await stage.bot.store.write(lambda store: store.audited())
        assert [entry["action"] for entry in audited] == ["index rollback"]

    play(scenario, tmp_path / "data")


def test_text_is_erased_after_a_question_and_the_audit_says_by_whom(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        answer = await stage.ask()
        await stage.quiet()
        confirm = await stage.answered(await admin(stage, "index remove", release=COUNCIL, erase=True))
        assert confirm.text().startswith("Erase the text of “Migrant smuggling: Council approves a set of measures")
        assert "CEPOL" in (await stage.ask()).text(), "nothing is done before the answer"
        pressed = await stage.emulator.click(stage.ada, confirm, "Yes, do it")
        text = (await finished(stage, pressed, "is erased")).text()
        assert "Gone with it, since they held it: generations 000001, 000002." in text
        assert "Generation 000003 is served." in text
        assert "CEPOL" not in (await stage.ask()).text()
        await stage.emulator.wait(lambda: len(kept(stage)) == 1)
        files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
        assert not [path for path in files if b"will be further made available by CEPOL" in path.read_bytes()]
        audited = await stage.bot.store.write(lambda store: store.audited())
        assert [(entry["who"], entry["action"]) for entry in audited] == [(stage.ada.id, "index remove erase")]
        history = (await stage.answered(await admin(stage, "index history"))).text()
        assert f"**erased** `{COUNCIL}` · Discord user {stage.ada.id} (/index remove erase)" in history
        assert "older" in (await stage.click(stage.ada, answer, "More")).text()

    play(scenario, tmp_path / "data")
