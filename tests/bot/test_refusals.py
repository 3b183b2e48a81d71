"""What Discord refuses without anything being wrong: a sentence or silence, one line in the log, and no traceback."""

import logging

import discord
import pytest

from bot.app import logs, refusals
from bot.i18n.words import words_for
from index.engine import Engine
from tests.simulation import NEEDED, QUESTION, QUOTE, Chat, simulated

CHANNEL = "/channels/*/messages"
EDIT = "/webhooks/*/messages/@original"


@pytest.mark.parametrize(("status", "code"), [(403, 160005), (403, 200000), (400, 200001), (403, 20016), (404, 10003)])
@simulated()
async def test_refused_reply_is_one_line_a_channel(
    chat: Chat, status: int, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    for _ in range(2):
        chat.env.inject_error("POST", CHANNEL, status=status, code=code)
        await chat.ada.write(f"{chat.bot_mention} {QUESTION}")
    assert chat.said() == []
    [record] = [each for each in caplog.records if "cannot answer in channel" in each.getMessage()]
    assert record.exc_info is None
    assert "Discord refused: " in record.getMessage()


@simulated()
async def test_archived_thread_is_opened_again(chat: Chat) -> None:
    chat.permit(chat.bot_role, NEEDED | discord.Permissions(manage_threads=True, manage_channels=True))
    thread = chat.add_thread(chat.channel)
    chat.env.inject_error("POST", f"/channels/{thread.id}/messages", status=400, code=refusals.THREAD_ARCHIVED)
    answer = await chat.mention(QUESTION, channel=thread)
    assert QUOTE in answer.text()
    [opened] = chat.requested("PATCH", f"/channels/{thread.id}")
    assert opened.json == {"archived": False}


@simulated()
async def test_thread_that_may_not_be_opened_is_one_line(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    thread = chat.add_thread(chat.channel)
    chat.env.inject_error("POST", f"/channels/{thread.id}/messages", status=400, code=refusals.THREAD_ARCHIVED)
    chat.env.inject_error("PATCH", f"/channels/{thread.id}", status=403, code=50013)
    await chat.ada.write(f"{chat.bot_mention} {QUESTION}", channel=thread)
    assert chat.said(thread) == []
    assert any("the thread is archived" in line for line in caplog.messages)


@simulated()
async def test_answer_after_fifteen_minutes_is_a_message_in_the_channel(chat: Chat) -> None:
    chat.env.inject_error("PATCH", EDIT, status=401, code=refusals.TOKEN_OVER)
    await chat.ada.slash("ask", question=QUESTION)
    assert QUOTE in chat.said()[-1]


@simulated()
async def test_private_answer_after_fifteen_minutes_stays_private(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    chat.env.inject_error("PATCH", EDIT, status=401, code=refusals.TOKEN_OVER)
    await chat.ada.slash("ask", question=QUESTION, private=True)
    assert not [text for text in chat.said() if QUOTE in text]
    assert any("Discord refused: the interaction is over" in line for line in caplog.messages)


@pytest.mark.parametrize("code", [10062, 40060, 10008])
@simulated()
async def test_press_that_came_too_late_is_silent_and_one_line(
    chat: Chat, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await chat.ask()
    caplog.set_level(logging.WARNING)
    chat.env.inject_error("DELETE", "/webhooks/*", status=404 if code != 40060 else 400, code=code)
    assert chat.seen(await chat.ada.press(answer, "Delete")) == []
    assert len([line for line in caplog.messages if "Discord refused" in line]) == 1


@simulated()
async def test_too_many_threads_are_told_in_german(chat: Chat) -> None:
    carl = chat.add_person("carl", locale="de")
    answer = await carl.command("ask", question=QUESTION)
    chat.env.inject_error("DELETE", "/webhooks/*", status=400, code=160006)
    [told] = chat.seen(await carl.press(answer, "Delete"))
    assert told.text().startswith("Dieser Server hat so viele offene Threads")


def test_every_sentence_on_a_refusal_is_said_in_every_language() -> None:
    for refusal in refusals._REFUSALS.values():
        if refusal.sentence is not None:
            assert refusals.told(words_for("pl"), refusal) != refusal.sentence


@simulated()
async def test_voice_channel_without_connect_is_listed_by_setup(chat: Chat) -> None:
    voice = chat.guild.create_voice_channel("voice")
    chat.deny(voice, "connect")
    manager = chat.add_person("carol", permissions=discord.Permissions(manage_guild=True))
    shown = await manager.command("setup")
    assert f"⚠ I cannot answer in {voice.mention}: Connect" in shown.text()


@simulated()
async def test_thread_whose_channel_is_not_known_is_answered_in(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = chat.add_thread(chat.channel)
    monkeypatch.setattr(discord.Thread, "parent", property(lambda _: None))
    assert QUOTE in (await chat.mention(QUESTION, channel=thread)).text()


@simulated()
async def test_unknown_fault_has_a_reference_and_a_log_without_the_words(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(self: Engine, text: str, filters: object, limit: int = 3) -> None:
        raise LookupError(f"cannot read {text!r}")

    monkeypatch.setattr(Engine, "answer", fail)
    asked = "What does Aunt Agatha's budget hold?"
    for told in (await chat.ask(asked), await chat.mention(asked)):
        reference = told.text().removeprefix("Something went wrong that should not have. Reference: ")
        [record] = [each for each in caplog.records if reference in each.getMessage()]
        assert record.exc_info is not None
        logged = logging.Formatter().format(record)
        assert "LookupError: cannot read" in logged
        assert "Agatha" not in logged
        assert "in fail" in logged
    chat.failures.clear()


def test_error_that_repeats_nothing_is_logged_as_it_is() -> None:
    error = LookupError("no such row")
    assert logs.without_words(error, ["What will Europol do?", ""]) is error


@simulated()
async def test_window_that_was_open_over_a_restart_is_answered(chat: Chat) -> None:
    answer = await chat.ask()
    window = await chat.ada.opens(answer, "Follow up")
    chat.bot._connection._view_store._modals.clear()  # as a new process begins
    assert (
        "-# Read as: Which agency will train border control units: the coast guards?"
        in (await window.send({"Your question": "and the coast guards?"})).text()
    )
    reason = await chat.ada.opens(answer, "Not helpful")
    chat.bot._connection._view_store._modals.clear()
    assert "Thank you" in (await reason.send({"What is wrong? (optional)": "It is about boats."})).text()
    card = await chat.ada.command("agency", name="cepol")
    about = await chat.ada.opens(card, "Ask about CEPOL")
    chat.bot._connection._view_store._modals.clear()
    assert QUOTE in (await about.send({"Your question": QUESTION})).text()
