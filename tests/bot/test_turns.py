"""One rule for all that costs work: it takes a turn, only so many are inside, and a person has one verdict."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from discord import ui

from bot.app import sending as delivery
from bot.app.rate_limit import RateLimit
from bot.views.custom_ids import button
from bot.views.message import text_view
from tests.bot.stores import file_store
from tests.bot.test_answers import context_of
from tests.bot.test_busy import kept_answer
from tests.simulation import QUESTION, Chat, Message, Person, refusal, simulated

FAST = re.compile(r"That was fast: press again in \d+ seconds?\.")
BUSY = re.compile(r"Busy: try again in \d+ seconds?\.")
CHARGED_LATER = {"meant", "askhere", "about", "example", "follow"}  # the question that they lead to takes the turn


def crowd(chat: Chat, number: int) -> list[Person]:
    """Let more people into the server."""
    return [chat.add_person(f"visitor-{number}") for number in range(number)]


async def press_at_once(
    chat: Chat, people: list[Person], message: Message, name: str
) -> list[simcord.InteractionResult]:
    """Let people press a button, all before anybody is answered, and wait until each has heard something."""
    with chat.at_once():
        pressed = [await person.press(message, name) for person in people]
    await chat.wait(lambda: all(each.acknowledged for each in pressed))
    return pressed


def refusals(chat: Chat, pressed: list[simcord.InteractionResult]) -> list[str]:
    """Return what those read who were refused at once."""
    return [refusal(message) for message in map(chat.ada.sees, pressed) if not message.deferred]


@asynccontextmanager
async def engine_at_work(chat: Chat) -> AsyncIterator[None]:
    """Keep the engine at work for as long as the block lasts."""
    gate = threading.Event()
    holding = asyncio.create_task(chat.bot.with_engine(lambda engine: gate.wait(30)))
    try:
        yield
    finally:
        gate.set()
        await holding


@simulated(pace=1, pace_burst=1)
async def test_buttons_of_an_answer_wait_for_a_turn_and_say_so_to_the_person_alone(chat: Chat) -> None:
    answer = await chat.ask()
    for name in [context_of(answer), "Follow up", *["More"] * 20]:
        assert FAST.fullmatch(refusal(await chat.ada.click(answer, name))), name
    for _ in range(4):
        await chat.ada.click(answer, "Helpful")
    for name in ["Helpful", "Not helpful", "Delete"]:
        assert FAST.fullmatch(refusal(await chat.ada.click(answer, name))), name
    assert not answer.deleted
    assert "More passages" in (await chat.bob.click(answer, "More")).text()


@simulated(engine="library", pace=1, pace_burst=1)
async def test_cards_lists_and_passages_wait_for_a_turn(chat: Chat) -> None:
    people = iter(crowd(chat, 3))
    card: dict[str, Any] = {"name": "Europol"}
    for command, options in (("agency", card), ("releases", {})):
        person = next(people)
        shown = await person.command(command, **options)
        for name in [name for name in shown.buttons if name in ("Next", "Back")] or [shown.buttons[0]]:
            assert FAST.fullmatch(refusal(await person.click(shown, name))), (command, name)
    answer = await chat.ask("How many officers will Europol send to the port of Kotka?")
    person = next(people)
    page = await person.click(answer, "More")
    assert FAST.fullmatch(refusal(await person.click(page, "Next")))


@simulated(pace=1, pace_burst=1)
async def test_no_button_that_was_ever_made_is_free_but_those_that_lead_to_a_question(chat: Chat) -> None:
    await chat.ask()
    for _ in range(4):
        await chat.ada.command("forget-me")
    channel = chat.bot.get_channel(chat.channel.id)
    assert isinstance(channel, discord.TextChannel)
    chat.bot.buttons.handlers["new"] = chat.bot.buttons.handlers["helpful"]
    for action in sorted(chat.bot.buttons.handlers.keys() - CHARGED_LATER):
        view = text_view("press")
        view.add_item(ui.ActionRow(ui.Button(label="Press", custom_id=button(action, "x:1"))))
        await delivery.post(channel, view)
        assert FAST.fullmatch(refusal(await chat.ada.click(chat.messages()[-1], "Press"))), action


@simulated()
async def test_a_look_takes_a_quarter_of_a_turn(chat: Chat) -> None:
    chat.bot.admission.rate_limit = RateLimit(3, 3, clock=lambda: 0.0)
    answer = await chat.ask()
    looks = [await chat.ada.click(answer, context_of(answer)) for _ in range(12)]
    assert [look.deferred for look in looks] == [True] * 8 + [False] * 4, "two turns were left"
    assert all(FAST.fullmatch(refusal(look)) for look in looks[8:])


@pytest.mark.parametrize("name", ["More", "Context", "Helpful"])
@simulated(queue=10)
async def test_many_presses_at_once_neither_grow_the_row_nor_keep_others_out(chat: Chat, name: str) -> None:
    answer = await chat.ask()
    people, pressed_by = crowd(chat, 40), context_of(answer) if name == "Context" else name
    async with engine_at_work(chat):
        pressed = await press_at_once(chat, people, answer, pressed_by)
        assert chat.bot.queue.pending <= 10 + 1  # the one that keeps the engine at work is nobody's
        busy = refusals(chat, pressed)
        assert all(map(BUSY.fullmatch, busy))
        if name != "Helpful":  # which no engine is asked for
            assert 30 <= len(busy) <= 31
    await chat.env.settle()
    assert all(chat.ada.sees(each).text() for each in pressed)
    assert "Asked" in (await chat.ask()).text()
    assert "More passages" in (await chat.bob.click(answer, "More")).text()


@simulated()
async def test_one_person_who_presses_30_times_is_served_as_often_as_the_pace_says(chat: Chat) -> None:
    chat.bot.admission.rate_limit = RateLimit(3, 3, clock=lambda: 0.0)
    answer = await chat.ask()
    async with engine_at_work(chat):
        refused = refusals(chat, await press_at_once(chat, [chat.bob] * 30, answer, "More"))
        assert len(refused) == 27
        assert all(map(FAST.fullmatch, refused))
        with chat.at_once():
            asked = await chat.ada.slash("ask", question=QUESTION)
        await chat.wait(lambda: asked.acknowledged)
        assert asked.deferred
    await chat.env.settle()
    assert "Asked" in chat.ada.sees(asked).text()


@simulated(pace=1, pace_burst=1)
async def test_many_mentions_out_of_turn_are_shown_one_hourglass_at_a_time(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    react = discord.Message.add_reaction

    async def react_as_slowly_as_discord(message: discord.Message, emoji: str) -> None:
        await asyncio.sleep(0.5)
        await react(message, emoji)

    monkeypatch.setattr(discord.Message, "add_reaction", react_as_slowly_as_discord)
    await chat.mention()
    with chat.at_once():
        asked = [await chat.ada.write(f"{chat.bot_mention} {QUESTION} {number}") for number in range(40)]
    await chat.env.settle()
    assert 0 < sum(bool(each.reactions) for each in asked) < 10
    assert len(chat.said()) == 1


@simulated()
async def test_windows_that_are_opened_and_left_are_forgotten(chat: Chat) -> None:
    answer = await chat.ask()
    shown = [await chat.ada.opens(answer, "Follow up") for _ in range(20)]
    assert len(chat.bot._connection._view_store._modals) == 0
    assert "Asked" in (await shown[-1].send({"Your question": QUESTION})).text()


async def verdicts(chat: Chat) -> list[tuple[str, str | None]]:
    return [(row.verdict, row.reason) for row in await chat.bot.store.write(lambda store: store.feedback())]


@simulated()
async def test_a_person_has_one_verdict_an_answer_and_may_change_it(chat: Chat) -> None:
    answer, other = await chat.ask(), await chat.ask()
    pressed = await press_at_once(chat, [chat.bob] * 30, answer, "Helpful")
    await chat.env.settle()
    assert all("Thank you" in chat.bob.sees(each).text() for each in pressed)
    assert await verdicts(chat) == [("helpful", None)]
    window = await chat.bob.opens(answer, "Not helpful")
    await window.send({"What is wrong? (optional)": "It is about boats."})
    assert await verdicts(chat) == [("not helpful", "It is about boats.")]
    await chat.ada.click(answer, "Helpful")
    await chat.bob.click(other, "Helpful")
    assert sorted(await verdicts(chat)) == sorted(
        [("not helpful", "It is about boats."), ("helpful", None), ("helpful", None)]
    )
    await chat.bob.click(answer, "Helpful")
    assert await verdicts(chat) == [("helpful", None)] * 3


def test_one_verdict_outlives_a_restart_and_names_nobody(tmp_path: Path) -> None:
    for verdict in ("helpful", "not helpful"):
        store = file_store(tmp_path / "bot.db")
        store.keep(kept_answer("a", asker=7))
        assert store.say("a", 123456789, verdict, None)
        assert not store.say("gone", 123456789, verdict, None)
        assert [row.verdict for row in store.feedback()] == [verdict]
        assert not [row for row in store._db.dicts("SELECT * FROM feedback") if 123456789 in row.values()]
        assert b"123456789" not in (tmp_path / "bot.db").read_bytes()
        store.close()
