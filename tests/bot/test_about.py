"""`/help`, `/about` and `/forget-me`, and what is erased when."""

import sqlite3
from contextlib import closing

from bot.i18n.words import words_for
from bot.user_data import ServerSettings
from bot.views.about import administrators_lines
from bot.views.message import BLUE
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
    assert lines[1] == "**Releases** 1 release, 13 passages · <t:1544097600:D>"
    assert lines[2] == "-# Council of the European Union"
    assert lines[3].startswith("-# generation 000001, fingerprint ")
    assert "of the answerable questions are answered" in lines[4]
    assert lines[5].startswith("**What is stored** With your id: your questions and answers for 7 days, and what you ")
    assert all(len(line.split()) < 55 for line in lines), "four short parts"
    assert "reuse with attribution" in lines[6]


def test_administrators_read_when_several_machines_are_worth_it_where_there_may_be_some() -> None:
    words = words_for("de")
    several = administrators_lines(words, [], [], in_database=True)
    assert several[:-1] == administrators_lines(words, [], [])
    assert several[-1].startswith("-# Mehrere Rechner lohnen sich nur, wo einer nicht alle Fragen beantworten kann")


@simulated(engine="library")
async def test_about_gives_the_span_of_dates_and_all_issuers(chat: Chat) -> None:
    message = await chat.ada.command("about")
    assert "13 releases, " in message.text()
    assert "<t:1544097600:D> … <t:1702641600:D>" in message.text()
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
async def test_forget_me_erases_feedback_as_long_as_it_can_be_told_whose_it_is(chat: Chat) -> None:
    answer = await chat.ask()
    window = await chat.bob.opens(answer, "Not helpful")
    await window.send({"What is wrong? (optional)": "zebracorn"})
    await chat.ada.click(answer, "Helpful")
    told = await chat.bob.command("forget-me")
    assert told.text() == "Erased: 0 answers of yours. 1 piece of feedback, too. Nothing else is stored about you."
    assert b"zebracorn" not in stored(chat)
    assert [row.verdict for row in await chat.bot.store.write(lambda store: store.feedback())] == ["helpful"]


@simulated(answer_days=365)
async def test_what_is_written_in_feedback_is_erased_after_90_days_by_the_clock(chat: Chat) -> None:
    answers = [await chat.ask(), await chat.ask()]
    for answer, reason in zip(answers, ("zebracorn", "narwhal"), strict=True):
        window = await chat.bob.opens(answer, "Not helpful")
        await window.send({"What is wrong? (optional)": reason})
    assert b"zebracorn" in stored(chat)
    with closing(sqlite3.connect(chat.bot.index_settings.data_dir / "bot.db")) as db, db:
        for reason, days in (("zebracorn", "-91 days"), ("narwhal", "-89 days")):
            db.execute("UPDATE feedback SET at = datetime('now', ?) WHERE reason = ?", [days, reason])
    chat.bot.erase_old.change_interval(seconds=0.1)
    chat.bot.erase_old.restart()
    await chat.wait(lambda: b"zebracorn" not in stored(chat))
    rows = await chat.bot.store.write(lambda store: store.feedback())
    assert [(row.verdict, row.reason) for row in rows] == [("not helpful", None), ("not helpful", "narwhal")]


@simulated()
async def test_about_and_forget_me_agree_on_what_is_kept(chat: Chat) -> None:
    said = (await chat.ada.command("about")).text().split("\n")[5]
    for part in (
        "`/forget-me` erases both.",
        "Without it: feedback, and what answers quoted.",
        "What administrators do stays under their id.",
        "Logs hold no questions and no names.",
    ):
        assert part in said
    await chat.bot.store.write(lambda store: store.audit(chat.ada.id, chat.guild.id, "index add", {}))
    told = (await chat.ada.command("forget-me")).text()
    assert told == (
        "Erased: 0 answers of yours. Kept: 1 entry under your id, of what you did as an administrator, because "
        "everybody is answered from the releases and it must stay possible to tell who changed them. Nothing else is "
        "stored about you."
    )
    other = (await chat.bob.command("forget-me")).text()
    assert other == "Erased: 0 answers of yours. Nothing else is stored about you."


@simulated()
async def test_forget_me_claims_nothing_that_it_could_not_look_up(chat: Chat) -> None:
    await chat.wait(lambda: chat.bot.queue.is_ready and chat.bot.background.is_idle)
    folder = chat.bot.index_settings.data_dir
    for path in folder.glob("corpus.db*"):
        path.unlink()
    (folder / "corpus.db").mkdir()
    told = (await chat.ada.command("forget-me")).text()
    assert told == (
        "Erased: 0 answers of yours. Whether you did something as an administrator cannot be looked up just now."
    )


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
    again = await chat.bot.store.write(lambda store: store.servers())
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
