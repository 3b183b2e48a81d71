"""The buttons under an answer: context, more, follow up, helpful or not, delete."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.views.answers import BLUE, GREY
from index.encoders.embedder import SentenceTransformerEmbedder
from index.engine import Engine
from index.processes.jobs import open_corpus
from index.settings import IndexSettings
from tests.bot.conftest import made_up_release
from tests.bot.stage import QUESTION, QUOTE, Stage, on_stage, play, refusal
from tests.emulator import Fault, Message, Permission
from tests.fakes import quiet, upkeep

OLD = "This answer is older than 30 days or was erased: ask again."
MARCH = {"issuer": "European Commission", "since": "2023-03", "until": "2023-03"}
SENT = "Europol will send 300 officers to the port of Constanța to search containers for cocaine."


def context_of(message: Message, number: int = 1) -> str:
    """Return the custom id of the *Context* button beside a quote."""
    box = next(part for part in message.components if "accent_color" in part)
    sections = [part for part in box["components"] if "accessory" in part]
    return str(sections[number - 1]["accessory"]["custom_id"])


@on_stage()
async def test_context_shows_the_quote_between_its_neighbours_to_one_person(stage: Stage) -> None:
    answer = await stage.ask()
    message = await stage.click(stage.bob, answer, context_of(answer))
    assert message.ephemeral
    assert message.accent_colours == [BLUE]
    lines = message.text().split("\n")
    at = lines.index(f"**{QUOTE} for border control units, consular offices and other relevant services.**")
    assert lines[at - 1].startswith("The cooperation on the financial investigation component")
    assert lines[at + 1] == "### Disrupting online communications"
    assert lines[at + 2].startswith("The capacity of the EU internet referral unit")
    assert lines[-4].startswith("**Migrant smuggling: Council approves")
    assert lines[-2].startswith("-# Fetched from migrationsansfrontieres.com/")
    assert lines[-1] == "-# Strengthening operational tools"
    assert not message.buttons


@on_stage(engine="library")
async def test_more_shows_other_passages_page_by_page(stage: Stage) -> None:
    answer = await stage.ask("How many officers will Europol send?", **MARCH)
    assert SENT in answer.text()
    answer = await stage.ask("How many officers will Europol send?")
    page = await stage.click(stage.bob, answer, "More")
    assert page.ephemeral
    assert page.accent_colours == [GREY]
    assert page.text().startswith("**More passages, which may or may not answer:**\n> **[1]** “")
    assert page.buttons[-1:] == ["Next"]
    first = page.text()
    await stage.click(stage.bob, page, "Next")
    assert "> **[4]** “" in page.text()
    assert "> **[1]** “" not in page.text()
    await stage.click(stage.bob, page, "Back")
    assert page.text() == first
    around = await stage.click(stage.bob, page, context_of(page))
    assert around.ephemeral
    assert around is not page


@on_stage()
async def test_more_ends(stage: Stage) -> None:
    page = await stage.click(stage.ada, await stage.ask(), "More")
    seen = 0
    while "Next" in page.buttons:
        await stage.click(stage.ada, page, "Next")
        seen += 1
        assert seen < 10
    assert "Back" in page.buttons


async def follow_up(stage: Stage, answer: Message, text: str, *, by_bob: bool = False) -> Message:
    """Let somebody press *Follow up* and ask in the window."""
    user = stage.bob if by_bob else stage.ada
    shown = await stage.emulator.click(user, answer, "Follow up")
    assert shown.modal is not None
    assert shown.modal["title"] == "Follow up"
    return await stage.answered(await stage.emulator.submit(user, shown, {"Your question": text}))


@on_stage()
async def test_follow_up_is_read_with_the_question_before(stage: Stage) -> None:
    answer = await stage.ask("What will CEPOL do?")
    second = await follow_up(stage, answer, "and Frontex?")
    assert second is not answer
    assert not second.ephemeral
    assert second.text().startswith("-# Asked: and Frontex?\n-# Read as: What will Frontex do?\n")
    third = await follow_up(stage, second, "and Europol?")
    assert third.text().startswith("-# Asked: and Europol?\n-# Read as: What will Europol do?\n")


@on_stage(engine="library")
async def test_follow_up_keeps_the_filters_of_the_person_and_of_nobody_else(stage: Stage) -> None:
    answer = await stage.ask("How many officers will Europol send?", **MARCH)
    own = await follow_up(stage, answer, "How many euros for scanners?")
    assert own.text().split("\n")[2].startswith("-# Only: European Commission · from <t:")
    assert "Constanța receives 3 million" in own.text()
    assert own.text().count("**Cocaine in the port of") == 1
    other = await follow_up(stage, answer, "and Frontex?", by_bob=True)
    assert "Read as" not in other.text()
    assert "Only: " not in other.text()
    assert "send" not in other.text().split("\n")[0]


@on_stage()
async def test_follow_up_of_a_private_answer_is_private(stage: Stage) -> None:
    answer = await stage.ask("What will CEPOL do?", private=True)
    second = await follow_up(stage, answer, "and Frontex?")
    assert second.ephemeral
    assert second.text().startswith("-# Read as: What will Frontex do?\n")


@on_stage()
async def test_helpful_is_kept_without_a_name(stage: Stage) -> None:
    answer = await stage.ask()
    thanks = await stage.click(stage.bob, answer, "Helpful")
    assert thanks.ephemeral
    assert thanks.text() == "Thank you: this is kept without your name."
    [row] = await stage.bot.store.write(lambda store: list(store.feedback()))
    assert row.keys() == {"answer", "verdict", "reason", "at"}
    assert (row["verdict"], row["reason"]) == ("helpful", None)


@pytest.mark.parametrize(("reason", "kept"), [("It is about boats.", "It is about boats."), ("", None)])
def test_not_helpful_asks_why(served_by_default_model: Engine, reason: str, kept: str | None) -> None:
    async def scenario(stage: Stage) -> None:
        shown = await stage.emulator.click(stage.bob, await stage.ask(), "Not helpful")
        sent = await stage.emulator.submit(stage.bob, shown, {"What is wrong? (optional)": reason})
        assert (await stage.answered(sent)).text() == "Thank you: this is kept without your name."
        [row] = await stage.bot.store.write(lambda store: list(store.feedback()))
        assert (row["verdict"], row["reason"]) == ("not helpful", kept)

    play(scenario, served_by_default_model)


@on_stage()
async def test_whoever_asked_deletes_an_answer(stage: Stage) -> None:
    answers = [await stage.ask(), await stage.ask(private=True), await stage.mention(QUESTION)]
    await stage.emulator.wait(lambda: count_kept(stage) == 3)
    for answer in answers:
        await stage.emulator.click(stage.ada, answer, "Delete")
        await stage.emulator.wait(lambda answer=answer: answer.deleted)  # type: ignore[misc]
    await stage.emulator.wait(lambda: count_kept(stage) == 0)


@on_stage()
async def test_moderator_deletes_an_answer_and_a_stranger_does_not(stage: Stage) -> None:
    answer = await stage.ask()
    stranger = await stage.emulator.click(stage.bob, answer, "Delete")
    assert refusal(stranger) == "Only the person who asked or a moderator can delete this."
    assert not answer.deleted
    carol = stage.emulator.add_user("carol")
    stage.guild.add_member(carol, permissions=int(Permission.MANAGE_MESSAGES))
    await stage.emulator.click(carol, answer, "Delete")
    await stage.emulator.wait(lambda: answer.deleted)
    await stage.emulator.wait(lambda: count_kept(stage) == 0)


@on_stage()
async def test_after_thirty_days_context_works_and_more_says_ask_again(stage: Stage) -> None:
    answers = [await stage.ask(), await stage.mention(QUESTION)]
    await stage.emulator.wait(lambda: count_kept(stage) == 2)
    with closing(sqlite3.connect(stage.bot.index_settings.data_dir / "bot.db")) as db, db:
        db.execute("UPDATE answers SET at = '2020-01-01T00:00:00+00:00'")
    await stage.bot.erase_old()
    assert count_kept(stage) == 0
    for answer in answers:
        assert (await stage.click(stage.ada, answer, "More")).text() == OLD
        assert QUOTE in (await stage.click(stage.bob, answer, context_of(answer))).text()
        assert "can delete this" in refusal(await stage.emulator.click(stage.bob, answer, "Delete"))
        await stage.emulator.click(stage.ada, answer, "Delete")
        await stage.emulator.wait(lambda answer=answer: answer.deleted)  # type: ignore[misc]
    old = await stage.ask()
    await stage.bot.store.write(lambda store: store.forget_older_than(-1))
    assert refusal(await stage.emulator.click(stage.ada, old, "Follow up")) == OLD


@on_stage()
async def test_failure_after_a_press_is_told_beside_the_answer_and_not_in_its_place(stage: Stage) -> None:
    answer = await stage.ask()
    before = answer.text()
    forbidden = Fault("DELETE", "/webhooks/", status=403, body={"code": 50013, "message": "Missing Permissions"})
    stage.emulator.faults.append(forbidden)
    pressed = await stage.emulator.click(stage.ada, answer, "Delete")
    await stage.emulator.wait(lambda: pressed.followups)
    [told] = pressed.followups
    assert told.ephemeral
    assert told.text().startswith("Something went wrong that should not have. Reference: ")
    assert answer.text() == before
    assert count_kept(stage) == 1


Change = Callable[[IndexSettings, SentenceTransformerEmbedder, Path], object]


def moved(settings: IndexSettings, model: SentenceTransformerEmbedder, file: Path) -> object:
    """Correct the release of March by a paragraph in front of the quote."""
    text = made_up_release(3).replace("## Checks", "Nothing else was decided in the meeting of today.\n\n## Checks")
    file.write_text(text, "utf-8")
    return upkeep(settings, model).add([str(file)], quiet, force=True)


def corrected(settings: IndexSettings, model: SentenceTransformerEmbedder, file: Path) -> object:
    """Correct the release of March by another number in the quote."""
    file.write_text(made_up_release(3, officers=200), "utf-8")
    return upkeep(settings, model).add([str(file)], quiet, force=True)


def removed(settings: IndexSettings, model: SentenceTransformerEmbedder, file: Path) -> object:
    """Withdraw the release of March."""
    with closing(open_corpus(settings)) as store:
        release_id = store.find("https://example.europa.eu/constanța", "")
    assert release_id is not None
    upkeep(settings, model).withdraw(release_id, quiet)
    return None


def rebuilt(settings: IndexSettings, model: SentenceTransformerEmbedder, file: Path) -> object:
    """Add another release, which moves every row of the index."""
    file.write_text(made_up_release(1).replace("antwerp", "aalst").replace("Antwerp", "Aalst"), "utf-8")
    return upkeep(settings, model).add([str(file)], quiet, force=True)


@pytest.mark.parametrize(
    ("change", "context", "more"),
    [
        (rebuilt, f"**{SENT}**", "More passages"),
        (moved, f"**{SENT}**", "More passages"),
        (corrected, "This release was corrected since: the quoted words no longer stand in it.", "More passages"),
        (removed, "This release is no longer served.", "There are no more."),
    ],
)
def test_buttons_after_the_index_changed(
    own_library: Engine,
    default_model: SentenceTransformerEmbedder,
    tmp_path: Path,
    change: Change,
    context: str,
    more: str,
) -> None:
    async def scenario(stage: Stage) -> None:
        answer = await stage.ask("How many officers will Europol send?", **MARCH)
        settings = IndexSettings(data_dir=tmp_path / "own", model="")
        await asyncio.to_thread(change, settings, default_model, tmp_path / "changed.md")
        assert context in (await stage.click(stage.bob, answer, context_of(answer))).text()
        assert more in (await stage.click(stage.bob, answer, "More")).text()

    play(scenario, own_library)


def count_kept(stage: Stage) -> int:
    """Return how many answers are kept."""
    with closing(sqlite3.connect(stage.bot.index_settings.data_dir / "bot.db")) as db:
        (found,) = db.execute("SELECT count(*) FROM answers").fetchone()
    return int(found)
