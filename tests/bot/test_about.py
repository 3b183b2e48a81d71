"""`/help`, `/about` and `/forget-me`, and what is erased when."""

import sqlite3
from contextlib import closing

from bot.render import BLUE
from bot.store import ServerSettings
from tests.simulation import QUESTION, QUOTE, Chat, simulated


def stored(chat: Chat) -> bytes:
    """Return all bytes of bot.db and what SQLite keeps beside it."""
    folder = chat.bot.index_settings.data_dir
    return b"".join(path.read_bytes() for path in sorted(folder.glob("bot.db*")))


@simulated()
async def test_help_explains_every_command_and_its_example_answers(chat: Chat) -> None:
    message = await chat.ada.command("help")
    assert not message.deferred
    assert message.ephemeral
    assert message.accent_colours == [BLUE]
    for command in ("/ask", "/agency", "/releases", "/about", "/forget-me", "“Check against EU releases”"):
        assert command in message.text()
    [example] = message.buttons
    answer = await chat.ada.click(message, example)
    assert answer.ephemeral
    assert answer.accent_colours == [BLUE]
    assert "joint liaison task force" in answer.text()


@simulated(answer_days=7)
async def test_about_tells_of_corpus_quality_and_what_is_stored(chat: Chat) -> None:
    message = await chat.ada.command("about")
    assert message.ephemeral
    lines = message.text().split("\n")
    assert lines[1] == "**Releases** 1 release, 13 passages · <t:1544097600:d>"
    assert lines[2] == "-# Council of the European Union"
    assert lines[3].startswith("-# generation 000001, fingerprint ")
    assert "of the answerable questions are answered" in lines[4]
    assert lines[5].startswith("**What is stored** Your question and the place of its answer, for 7 days,")
    assert "reuse with attribution" in lines[6]


@simulated(engine="library")
async def test_about_gives_the_span_of_dates_and_all_issuers(chat: Chat) -> None:
    message = await chat.ada.command("about")
    assert "13 releases, " in message.text()
    assert "<t:1544097600:d> … <t:1702641600:d>" in message.text()
    assert "-# Council of the European Union, European Commission" in message.text()


@simulated()
async def test_forget_me_erases_what_the_person_asked_and_nothing_of_others(chat: Chat) -> None:
    await chat.ask(f"{QUESTION} zebracorn")
    await chat.mention(f"{QUESTION} zebracorn")
    kept = await chat.bob.command("ask", question=QUESTION)
    assert b"zebracorn" in stored(chat)
    message = await chat.ada.command("forget-me")
    assert message.ephemeral
    assert message.text() == "Erased: 2 answers of yours. Nothing else is stored about you."
    assert b"zebracorn" not in stored(chat)
    assert "More passages" in (await chat.bob.click(kept, "More")).text()
    again = await chat.ada.command("forget-me")
    assert again.text() == "Erased: 0 answers of yours. Nothing else is stored about you."


@simulated()
async def test_leaving_a_server_erases_its_answers_and_settings(chat: Chat) -> None:
    private = chat.ada.private_channel
    await chat.ada.write(QUESTION, channel=private)
    await chat.ask(f"{QUESTION} zebracorn")
    await chat.server_chose(language="fr")
    await chat.leave()
    assert b"zebracorn" not in stored(chat)
    assert chat.guild.id not in chat.bot.servers
    with closing(sqlite3.connect(chat.bot.index_settings.data_dir / "bot.db")) as db:
        assert db.execute("SELECT guild FROM answers").fetchall() == [(None,)]
        assert db.execute("SELECT * FROM servers").fetchall() == []


@simulated()
async def test_settings_of_a_server_survive_a_restart(chat: Chat) -> None:
    await chat.server_chose(channels=(1, 2), private=True, language="pl", pace=2, ask_channel=3, ask_message=4)
    again = await chat.bot.storing(lambda store: store.servers())
    assert again == {chat.guild.id: ServerSettings((1, 2), True, "pl", 2, 3, 4)}


@simulated()
async def test_feedback_outlives_the_answer_and_names_nobody(chat: Chat) -> None:
    answer = await chat.ask()
    assert QUOTE in answer.text()
    await chat.bob.click(answer, "Helpful")
    await chat.ada.command("forget-me")
    with closing(sqlite3.connect(chat.bot.index_settings.data_dir / "bot.db")) as db:
        [row] = db.execute("SELECT * FROM feedback").fetchall()
    assert chat.bob.id not in row
    assert chat.ada.id not in row
