"""`/help`, `/about` and `/forget-me`, and what is erased when."""

import sqlite3
from contextlib import closing

from bot.user_data import ServerSettings
from bot.views.answers import BLUE
from tests.bot.stage import QUESTION, QUOTE, Stage, on_stage
from tests.emulator import State


def stored(stage: Stage) -> bytes:
    """Return all bytes of bot.db and what SQLite keeps beside it."""
    folder = stage.bot.index_settings.data_dir
    return b"".join(path.read_bytes() for path in sorted(folder.glob("bot.db*")))


@on_stage()
async def test_help_explains_every_command_and_its_example_answers(stage: Stage) -> None:
    interaction = await stage.emulator.slash(stage.ada, stage.channel, "help")
    assert interaction.state is State.ANSWERED
    message = interaction.original
    assert message is not None
    assert message.ephemeral
    assert message.accent_colours == [BLUE]
    for command in ("/ask", "/agency", "/releases", "/about", "/forget-me", "“Check against EU releases”"):
        assert command in message.text()
    [example] = message.buttons
    answer = await stage.click(stage.ada, message, example)
    assert answer.ephemeral
    assert answer.accent_colours == [BLUE]
    assert "joint liaison task force" in answer.text()


@on_stage(answer_days=7)
async def test_about_tells_of_corpus_quality_and_what_is_stored(stage: Stage) -> None:
    message = await stage.command("about")
    assert message.ephemeral
    lines = message.text().split("\n")
    assert lines[1] == "**Releases** 1 release, 13 passages · <t:1544097600:d>"
    assert lines[2] == "-# Council of the European Union"
    assert lines[3].startswith("-# generation 000001, fingerprint ")
    assert "of the answerable questions are answered" in lines[4]
    assert lines[5].startswith("**What is stored** Your question and the place of its answer, for 7 days,")
    assert "reuse with attribution" in lines[6]


@on_stage(engine="library")
async def test_about_gives_the_span_of_dates_and_all_issuers(stage: Stage) -> None:
    message = await stage.command("about")
    assert "13 releases, " in message.text()
    assert "<t:1544097600:d> … <t:1702641600:d>" in message.text()
    assert "-# Council of the European Union, European Commission" in message.text()


@on_stage()
async def test_forget_me_erases_what_the_person_asked_and_nothing_of_others(stage: Stage) -> None:
    await stage.ask(f"{QUESTION} zebracorn")
    await stage.mention(f"{QUESTION} zebracorn")
    kept = await stage.command("ask", user=stage.bob, question=QUESTION)
    assert b"zebracorn" in stored(stage)
    interaction = await stage.emulator.slash(stage.ada, stage.channel, "forget-me")
    message = await stage.answered(interaction)
    assert message.ephemeral
    assert message.text() == "Erased: 2 answers of yours. Nothing else is stored about you."
    assert b"zebracorn" not in stored(stage)
    assert "More passages" in (await stage.click(stage.bob, kept, "More")).text()
    again = await stage.command("forget-me")
    assert again.text() == "Erased: 0 answers of yours. Nothing else is stored about you."


@on_stage()
async def test_forget_me_erases_feedback_as_long_as_it_can_be_told_whose_it_is(stage: Stage) -> None:
    answer = await stage.ask()
    shown = await stage.emulator.click(stage.bob, answer, "Not helpful")
    await stage.answered(await stage.emulator.submit(stage.bob, shown, {"What is wrong? (optional)": "zebracorn"}))
    await stage.click(stage.ada, answer, "Helpful")
    told = await stage.command("forget-me", user=stage.bob)
    assert told.text() == "Erased: 0 answers of yours. 1 piece of feedback, too. Nothing else is stored about you."
    assert b"zebracorn" not in stored(stage)
    assert [row["verdict"] for row in await stage.bot.store.write(lambda store: store.feedback())] == ["helpful"]


@on_stage(answer_days=365)
async def test_what_is_written_in_feedback_is_erased_after_90_days_by_the_clock(stage: Stage) -> None:
    answers = [await stage.ask(), await stage.ask()]
    for answer, reason in zip(answers, ("zebracorn", "narwhal"), strict=True):
        shown = await stage.emulator.click(stage.bob, answer, "Not helpful")
        await stage.answered(await stage.emulator.submit(stage.bob, shown, {"What is wrong? (optional)": reason}))
    assert b"zebracorn" in stored(stage)
    with closing(sqlite3.connect(stage.bot.index_settings.data_dir / "bot.db")) as db, db:
        for reason, days in (("zebracorn", "-91 days"), ("narwhal", "-89 days")):
            db.execute("UPDATE feedback SET at = datetime('now', ?) WHERE reason = ?", [days, reason])
    stage.bot.erase_old.change_interval(seconds=0.1)
    stage.bot.erase_old.restart()
    await stage.emulator.wait(lambda: b"zebracorn" not in stored(stage))
    found = await stage.bot.store.write(lambda store: store.feedback())
    assert [(row["verdict"], row["reason"]) for row in found] == [("not helpful", None), ("not helpful", "narwhal")]


@on_stage()
async def test_about_and_forget_me_agree_on_what_is_kept(stage: Stage) -> None:
    said = (await stage.command("about")).text().split("\n")[5]
    for part in (
        "`/forget-me` erases them at once.",
        "Feedback is kept without names, what is written in it for 90 days;",
        "What administrators do to the releases stays under their id,",
        "Logs hold no questions and no names.",
    ):
        assert part in said
    await stage.bot.store.write(lambda store: store.audit(stage.ada.id, stage.guild.id, "index add", {}))
    told = (await stage.command("forget-me")).text()
    assert told == (
        "Erased: 0 answers of yours. Kept: 1 entry under your id, of what you did as an administrator, because "
        "everybody is answered from the releases and it must stay possible to tell who changed them. Nothing else is "
        "stored about you."
    )
    other = (await stage.command("forget-me", user=stage.bob)).text()
    assert other == "Erased: 0 answers of yours. Nothing else is stored about you."


@on_stage()
async def test_forget_me_claims_nothing_that_it_could_not_look_up(stage: Stage) -> None:
    await stage.emulator.wait(lambda: stage.bot.queue.is_ready and not stage.bot._upkeeping)
    folder = stage.bot.index_settings.data_dir
    for path in folder.glob("corpus.db*"):
        path.unlink()
    (folder / "corpus.db").mkdir()
    told = (await stage.command("forget-me")).text()
    assert told == (
        "Erased: 0 answers of yours. Whether you did something as an administrator cannot be looked up just now."
    )


@on_stage()
async def test_leaving_a_server_erases_its_answers_and_settings(stage: Stage) -> None:
    private = stage.emulator.private_channel(stage.ada)
    await stage.emulator.post(stage.ada, private, QUESTION)
    await stage.emulator.wait(lambda: stage.said(private))
    await stage.ask(f"{QUESTION} zebracorn")
    await stage.server_chose(language="fr")
    stage.guild.remove_bot()
    await stage.emulator.wait(lambda: b"zebracorn" not in stored(stage))
    assert stage.guild.id not in stage.bot.servers
    with closing(sqlite3.connect(stage.bot.index_settings.data_dir / "bot.db")) as db:
        assert db.execute("SELECT guild FROM answers").fetchall() == [(None,)]
        assert db.execute("SELECT * FROM servers").fetchall() == []


@on_stage()
async def test_settings_of_a_server_survive_a_restart(stage: Stage) -> None:
    await stage.server_chose(channels=(1, 2), private=True, language="pl", pace=2, ask_channel=3, ask_message=4)
    again = await stage.bot.store.write(lambda store: store.servers())
    assert again == {stage.guild.id: ServerSettings((1, 2), True, "pl", 2, 3, 4)}


@on_stage()
async def test_feedback_outlives_the_answer_and_names_nobody(stage: Stage) -> None:
    answer = await stage.ask()
    assert QUOTE in answer.text()
    await stage.click(stage.bob, answer, "Helpful")
    await stage.command("forget-me")
    with closing(sqlite3.connect(stage.bot.index_settings.data_dir / "bot.db")) as db:
        [row] = db.execute("SELECT * FROM feedback").fetchall()
    assert stage.bob.id not in row
    assert stage.ada.id not in row
