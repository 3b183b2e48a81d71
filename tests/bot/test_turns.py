"""One rule for all that costs work: it takes a turn, only so many are inside, and a person has one verdict."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import discord
import pytest
from discord import ui

from bot.app import sending as delivery
from bot.app.bot_db import BotStore
from bot.app.rate_limit import RateLimit
from bot.views.custom_ids import button
from bot.views.message import text_view
from index.engine import Engine
from tests.bot.stage import QUESTION, Stage, on_stage, play, refusal
from tests.bot.test_answers import context_of
from tests.bot.test_busy import kept_answer
from tests.emulator import Interaction, Message, State, User
from tests.simulation import Chat, simulated

FAST = re.compile(r"That was fast: press again in \d+ seconds?\.")
BUSY = re.compile(r"Busy: try again in \d+ seconds?\.")
CHARGED_LATER = {"askhere", "about", "example", "follow"}  # the question that they lead to takes the turn


def crowd(stage: Stage, number: int) -> list[User]:
    """Let more people into the server."""
    people = [stage.emulator.add_user(f"visitor-{at}") for at in range(number)]
    for person in people:
        stage.guild.add_member(person)
    return people


async def press_at_once(stage: Stage, people: list[User], message: Message, name: str) -> list[Interaction]:
    """Let people press a button, all before anybody is answered; how fast a machine is, is tested elsewhere."""
    clock = stage.emulator.clock
    now = clock.monotonic()
    clock.monotonic = lambda: now  # type: ignore[method-assign]
    try:
        pressed = [await stage.emulator.click(person, message, name, wait=False) for person in people]
        await stage.emulator.wait(lambda: all(each.acked for each in pressed), 60)
    finally:
        del clock.monotonic
    return pressed


@asynccontextmanager
async def engine_at_work(stage: Stage) -> AsyncIterator[None]:
    """Keep the engine at work for as long as the block lasts."""
    gate = threading.Event()
    holding = asyncio.create_task(stage.bot.with_engine(lambda engine: gate.wait(30)))
    try:
        yield
    finally:
        gate.set()
        await holding


@on_stage(pace=1, pace_burst=1)
async def test_buttons_of_an_answer_wait_for_a_turn_and_say_so_to_the_person_alone(stage: Stage) -> None:
    answer = await stage.ask()
    for name in [context_of(answer), "Follow up", *["More"] * 20]:
        assert FAST.fullmatch(refusal(await stage.emulator.click(stage.ada, answer, name))), name
    for _ in range(4):
        await stage.click(stage.ada, answer, "Helpful")
    for name in ["Helpful", "Not helpful", "Delete"]:
        assert FAST.fullmatch(refusal(await stage.emulator.click(stage.ada, answer, name))), name
    assert not answer.deleted
    assert "More passages" in (await stage.click(stage.bob, answer, "More")).text()


@on_stage(engine="library", pace=1, pace_burst=1)
async def test_cards_lists_and_passages_wait_for_a_turn(stage: Stage) -> None:
    people = iter(crowd(stage, 3))
    for command, options in (("agency", {"name": "Europol"}), ("releases", {})):
        person = next(people)
        shown = await stage.command(command, user=person, **options)
        for name in [name for name in shown.buttons if name in ("Next", "Back")] or [shown.buttons[0]]:
            refused = await stage.emulator.click(person, shown, name)
            assert FAST.fullmatch(refusal(refused)), (command, name)
    answer = await stage.ask("How many officers will Europol send?")
    person = next(people)
    page = await stage.click(person, answer, "More")
    assert FAST.fullmatch(refusal(await stage.emulator.click(person, page, "Next")))


@on_stage(pace=1, pace_burst=1)
async def test_no_button_that_was_ever_made_is_free_but_those_that_lead_to_a_question(stage: Stage) -> None:
    await stage.ask()
    for _ in range(4):
        await stage.command("forget-me")
    channel = stage.bot.get_channel(stage.channel.id)
    assert isinstance(channel, discord.TextChannel)
    stage.bot.buttons.handlers["new"] = stage.bot.buttons.handlers["helpful"]
    for action in sorted(stage.bot.buttons.handlers.keys() - CHARGED_LATER):
        view = text_view("press")
        view.add_item(ui.ActionRow(ui.Button(label="Press", custom_id=button(action, "x:1"))))
        await delivery.post(channel, view)
        pressed = await stage.emulator.click(stage.ada, stage.channel.messages[-1], "Press")
        assert FAST.fullmatch(refusal(pressed)), action


@on_stage(pace=3, pace_burst=3)
async def test_a_look_takes_a_quarter_of_a_turn(stage: Stage) -> None:
    answer = await stage.ask()
    looks = [await stage.emulator.click(stage.ada, answer, context_of(answer)) for _ in range(12)]
    refused = [refusal(look) for look in looks if not look.deferred]
    assert 2 <= len(refused) <= 4  # two turns were left, and the clock goes on
    assert all(map(FAST.fullmatch, refused))


@pytest.mark.parametrize("name", ["More", "Context", "Helpful"])
def test_many_presses_at_once_neither_grow_the_row_nor_keep_others_out(
    served_by_default_model: Engine, name: str
) -> None:
    async def scenario(stage: Stage) -> None:
        answer = await stage.ask()
        people, pressed_by = crowd(stage, 40), context_of(answer) if name == "Context" else name
        await stage.emulator.wait(lambda: not stage.bot.queue.pending)
        async with engine_at_work(stage):
            pressed = await press_at_once(stage, people, answer, pressed_by)
            assert stage.bot.queue.pending <= 10 + 1  # the one that keeps the engine at work is nobody's
            busy = [each for each in pressed if not each.deferred]
            assert all(BUSY.fullmatch(refusal(each)) for each in busy)
            if name != "Helpful":  # which no engine is asked for
                assert 30 <= len(busy) <= 31
        await stage.emulator.wait(lambda: all(each.state is State.ANSWERED for each in pressed), 30)
        assert "Asked" in (await stage.ask()).text()
        assert "More passages" in (await stage.click(stage.bob, answer, "More")).text()

    play(scenario, served_by_default_model, queue=10)


@on_stage()
async def test_one_person_who_presses_30_times_is_served_as_often_as_the_pace_says(stage: Stage) -> None:
    stage.bot.admission.rate_limit = RateLimit(3, 3)
    answer = await stage.ask()
    async with engine_at_work(stage):
        pressed = await press_at_once(stage, [stage.bob] * 30, answer, "More")
        refused = [refusal(each) for each in pressed if not each.deferred]
        assert len(refused) == 27
        assert all(map(FAST.fullmatch, refused))
        carol = await stage.emulator.slash(stage.ada, stage.channel, "ask", question=QUESTION)
        assert carol.deferred
    await stage.answered(carol)


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
    asked = await chat.ada.write_at_once(*[f"{chat.bot_mention} {QUESTION} {number}" for number in range(40)])
    assert 0 < sum(bool(one.reactions) for one in asked) < 10
    assert len(chat.said()) == 1


@on_stage()
async def test_windows_that_are_opened_and_left_are_forgotten(stage: Stage) -> None:
    answer = await stage.ask()
    shown = [await stage.emulator.click(stage.ada, answer, "Follow up") for _ in range(20)]
    assert len(stage.bot._connection._view_store._modals) == 1
    followed = await stage.answered(await stage.emulator.submit(stage.ada, shown[-1], {"Your question": QUESTION}))
    assert "Asked" in followed.text()


async def verdicts(stage: Stage) -> list[tuple[str, str | None]]:
    return [(row.verdict, row.reason) for row in await stage.bot.store.write(lambda store: store.feedback())]


@on_stage()
async def test_a_person_has_one_verdict_an_answer_and_may_change_it(stage: Stage) -> None:
    answer, other = await stage.ask(), await stage.ask()
    for pressed in await press_at_once(stage, [stage.bob] * 30, answer, "Helpful"):
        assert "Thank you" in (await stage.answered(pressed)).text()
    assert await verdicts(stage) == [("helpful", None)]
    shown = await stage.emulator.click(stage.bob, answer, "Not helpful")
    await stage.answered(
        await stage.emulator.submit(stage.bob, shown, {"What is wrong? (optional)": "It is about boats."})
    )
    assert await verdicts(stage) == [("not helpful", "It is about boats.")]
    await stage.click(stage.ada, answer, "Helpful")
    await stage.click(stage.bob, other, "Helpful")
    assert sorted(await verdicts(stage)) == sorted(
        [("not helpful", "It is about boats."), ("helpful", None), ("helpful", None)]
    )
    await stage.click(stage.bob, answer, "Helpful")
    assert await verdicts(stage) == [("helpful", None)] * 3


def test_one_verdict_outlives_a_restart_and_names_nobody(tmp_path: Path) -> None:
    for verdict in ("helpful", "not helpful"):
        store = BotStore(tmp_path / "bot.db")
        store.keep(kept_answer("a", asker=7))
        assert store.say("a", 123456789, verdict, None)
        assert not store.say("gone", 123456789, verdict, None)
        assert [row.verdict for row in store.feedback()] == [verdict]
        assert not [row for row in store._db.query("SELECT * FROM feedback") if 123456789 in row.values()]
        assert b"123456789" not in (tmp_path / "bot.db").read_bytes()
        store.close()
