"""The buttons under an answer: context, more, follow up, helpful or not, delete."""

import asyncio
import dataclasses
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from discord import Permissions

from bot.views.message import BLUE, GREY
from index.encoders.embedder import SentenceTransformerEmbedder
from index.processes.jobs import open_corpus
from index.settings import IndexSettings
from tests.bot.conftest import made_up_release
from tests.emulator.components import walk
from tests.fakes import quiet, upkeep
from tests.simulation import QUESTION, QUOTE, Chat, Message, refusal, simulated

OLD = "This answer is older than 30 days or was erased: ask again."
MARCH = {"issuer": "European Commission", "since": "2023-03", "until": "2023-03"}
SENT = "Europol will send 300 officers to the port of Constanța to search containers for cocaine."


def context_of(message: Message, number: int = 1) -> str:
    """Return the custom id of the *Context* button of a quote."""
    buttons = [part for part in walk(message.components) if part.get("custom_id", "").startswith("b:context:")]
    return str(buttons[number - 1]["custom_id"])


@simulated()
async def test_context_shows_the_quote_between_its_neighbours_to_one_person(chat: Chat) -> None:
    answer = await chat.ask()
    message = await chat.bob.click(answer, context_of(answer))
    assert message.ephemeral
    assert message.accent_colours == [BLUE]
    lines = message.text().split("\n")
    place = lines.index(f"**{QUOTE} for border control units, consular offices and other relevant services.**")
    assert lines[place - 1].startswith("The cooperation on the financial investigation component")
    assert lines[place + 1] == "### Disrupting online communications"
    assert lines[place + 2].startswith("The capacity of the EU internet referral unit")
    assert lines[-5].startswith("**Migrant smuggling: Council approves")
    assert lines[-3].startswith("-# Fetched from migrationsansfrontieres.com/")
    assert lines[-2:] == ["-# Strengthening operational tools", "Read it at the source"]
    assert message.buttons == ["Read it at the source"]


@simulated(engine="library")
async def test_more_shows_other_passages_page_by_page(chat: Chat) -> None:
    answer = await chat.ask("How many officers will Europol send?", **MARCH)
    assert SENT in answer.text().replace("**", "")
    answer = await chat.ask("What is the budget of Europol?")
    nearest = await chat.bob.click(answer, "Nearest passage")
    page = await chat.bob.click(nearest, "More")
    assert page.ephemeral
    assert page.accent_colours == [GREY]
    assert page.text().startswith("**More passages, which may or may not answer:**\n> **[2]** “")
    assert page.buttons[0] == "Read it at the source: example.europa.eu"
    assert page.buttons[-4:] == ["Context [2]", "Context [3]", "Context [4]", "Next"]
    first = page.text()
    await chat.bob.click(page, "Next")
    assert "> **[5]** “" in page.text()
    assert "> **[2]** “" not in page.text()
    await chat.bob.click(page, "Back")
    assert page.text() == first
    around = await chat.bob.click(page, context_of(page))
    assert around.ephemeral
    assert around != page


@simulated()
async def test_more_ends(chat: Chat) -> None:
    page = await chat.ada.click(await chat.ask(), "More")
    seen = 0
    while "Next" in page.buttons:
        await chat.ada.click(page, "Next")
        seen += 1
        assert seen < 10
    assert "Back" in page.buttons


async def follow_up(chat: Chat, answer: Message, text: str, *, by_bob: bool = False) -> Message:
    """Let somebody press *Follow up* and ask in the window."""
    user = chat.bob if by_bob else chat.ada
    shown = await user.opens(answer, "Follow up")
    assert shown.title == "Follow up"
    return await shown.send({"Your question": text})


@simulated()
async def test_follow_up_is_read_with_the_question_before(chat: Chat) -> None:
    answer = await chat.ask("What will CEPOL do?")
    second = await follow_up(chat, answer, "and Frontex?")
    assert second != answer
    assert not second.ephemeral
    assert second.text().startswith("-# Asked: and Frontex?\n-# Read as: What will Frontex do?\n")
    third = await follow_up(chat, second, "and Europol?")
    assert third.text().startswith("-# Asked: and Europol?\n-# Read as: What will Europol do?\n")


@simulated()
async def test_answer_says_how_a_misspelt_question_was_read(chat: Chat) -> None:
    assert "-# Read as: What will Frontex do?\n" in (await chat.ask("what will Frotnex do")).text()
    assert "Read as" not in (await chat.ask("what will Frontex do")).text()


@simulated(engine="library")
async def test_follow_up_keeps_the_filters_of_the_person_and_of_nobody_else(chat: Chat) -> None:
    answer = await chat.ask("How many officers will Europol send?", **MARCH)
    own = await follow_up(chat, answer, "How many euros for scanners?")
    assert own.text().split("\n")[1].startswith("-# Only: European Commission · from <t:")
    assert "Constanța receives **3 million" in own.text()
    assert own.text().count("**Cocaine in the port of") == 1
    other = await follow_up(chat, answer, "and Frontex?", by_bob=True)
    assert "Read as" not in other.text()
    assert "Only: " not in other.text()
    assert "send" not in other.text().split("\n")[0]


@simulated()
async def test_follow_up_of_a_private_answer_is_private(chat: Chat) -> None:
    answer = await chat.ask("What will CEPOL do?", private=True)
    second = await follow_up(chat, answer, "and Frontex?")
    assert second.ephemeral
    assert second.text().startswith("-# Read as: What will Frontex do?\n")


@simulated()
async def test_helpful_is_kept_without_a_name(chat: Chat) -> None:
    answer = await chat.ask()
    thanks = await chat.bob.click(answer, "Helpful")
    assert thanks.ephemeral
    assert thanks.text() == "Thank you: this is kept without your name."
    [row] = await chat.bot.store.write(lambda store: list(store.feedback()))
    assert {field.name for field in dataclasses.fields(row)} == {"answer", "verdict", "reason", "at"}
    assert (row.verdict, row.reason) == ("helpful", None)


@pytest.mark.parametrize(("reason", "kept"), [("It is about boats.", "It is about boats."), ("", None)])
@simulated()
async def test_not_helpful_asks_why(chat: Chat, reason: str, kept: str | None) -> None:
    shown = await chat.bob.opens(await chat.ask(), "Not helpful")
    sent = await shown.send({"What is wrong? (optional)": reason})
    assert sent.text() == "Thank you: this is kept without your name."
    [row] = await chat.bot.store.write(lambda store: list(store.feedback()))
    assert (row.verdict, row.reason) == ("not helpful", kept)


@simulated()
async def test_whoever_asked_deletes_an_answer(chat: Chat) -> None:
    answers = [await chat.ask(), await chat.ask(private=True), await chat.mention(QUESTION)]
    assert count_kept(chat) == 3
    for answer in answers:
        await chat.ada.press(answer, "Delete")
        assert answer.deleted
    assert count_kept(chat) == 0


@simulated()
async def test_moderator_deletes_an_answer_and_a_stranger_does_not(chat: Chat) -> None:
    answer = await chat.ask()
    stranger = await chat.bob.click(answer, "Delete")
    assert refusal(stranger) == "Only the person who asked or a moderator can delete this."
    assert not answer.deleted
    carol = chat.add_person("carol", permissions=Permissions(manage_messages=True))
    await carol.press(answer, "Delete")
    assert answer.deleted
    assert count_kept(chat) == 0


@simulated()
async def test_after_thirty_days_context_works_and_more_says_ask_again(chat: Chat) -> None:
    answers = [await chat.ask(), await chat.mention(QUESTION)]
    assert count_kept(chat) == 2
    with closing(sqlite3.connect(chat.bot.index_settings.data_dir / "bot.db")) as db, db:
        db.execute("UPDATE answers SET at = '2020-01-01T00:00:00+00:00'")
    await chat.bot.erase_old()
    assert count_kept(chat) == 0
    for answer in answers:
        assert (await chat.ada.click(answer, "More")).text() == OLD
        assert QUOTE in (await chat.bob.click(answer, context_of(answer))).text()
        assert "can delete this" in refusal(await chat.bob.click(answer, "Delete"))
        await chat.ada.press(answer, "Delete")
        assert answer.deleted
    old = await chat.ask()
    await chat.bot.store.write(lambda store: store.forget_older_than(-1))
    assert refusal(await chat.ada.click(old, "Follow up")) == OLD


@simulated()
async def test_failure_after_a_press_is_told_beside_the_answer_and_not_in_its_place(chat: Chat) -> None:
    answer = await chat.ask()
    before = answer.text()
    chat.env.inject_error("DELETE", "/webhooks/*", status=400, code=50035)
    [told] = chat.seen(await chat.ada.press(answer, "Delete"))
    assert told.ephemeral
    assert told.text().startswith("Something went wrong that should not have. Reference: ")
    chat.failures.clear()
    assert answer.text() == before
    assert count_kept(chat) == 1


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
@simulated(engine="own_library")
async def test_buttons_after_the_index_changed(
    chat: Chat, default_model: SentenceTransformerEmbedder, tmp_path: Path, change: Change, context: str, more: str
) -> None:
    answer = await chat.ask("How many officers will Europol send?", **MARCH)
    settings = IndexSettings(data_dir=tmp_path / "own", model="")
    await asyncio.to_thread(change, settings, default_model, tmp_path / "changed.md")
    assert context in (await chat.bob.click(answer, context_of(answer))).text()
    assert more in (await chat.bob.click(answer, "More")).text()


def count_kept(user: Chat) -> int:
    """Return how many answers are kept."""
    with closing(sqlite3.connect(user.bot.index_settings.data_dir / "bot.db")) as db:
        (fetched_page,) = db.execute("SELECT count(*) FROM answers").fetchone()
    return int(fetched_page)
