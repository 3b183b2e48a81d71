"""The simulation has teeth: it fails a test where the bot sent what Discord refuses, or failed without a sentence."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import simcord
from discord import ui

from bot.app import sending as delivery
from bot.app.client import Interaction
from bot.views.custom_ids import button
from bot.views.message import text_view
from index.engine import Engine
from tests.emulator.fast import asynchronous
from tests.simulation import Chat, chatting, simulated
from tests.simulation.limits import refusals
from tests.simulation.wrong import WRONG_COMMANDS, WRONG_MESSAGES, WRONG_RESPONSES, v2

Probe = Callable[[Interaction, str], Any]
BY_SIMCORD = {"a picture that is not attached"}  # limits.py knows no files
BY_SITUATION = {"an update of nothing", "choices for a command"}  # which simcord and discord.py know


def request(method: str, path: str, json: object) -> simcord.HttpLogEntry:
    return simcord.HttpLogEntry(method, path, {}, json, None)


async def pressed(chat: Chat, probe: Probe) -> None:
    """Let Ada press a button that does something."""
    chat.bot.buttons.handlers["probe"] = probe
    view = text_view("press")
    view.add_item(ui.ActionRow(ui.Button(label="Probe", custom_id=button("probe"))))
    channel: Any = chat.bot.get_channel(chat.channel.id)
    await delivery.post(channel, view)
    await chat.ada.press(chat.messages()[-1], "Probe")


@pytest.mark.parametrize("name", sorted(set(WRONG_MESSAGES) - BY_SIMCORD))
def test_wrong_messages_are_refused(name: str) -> None:
    body = WRONG_MESSAGES[name]
    assert list(refusals([request("POST", "/channels/1/messages", body)]))
    assert list(refusals([request("PATCH", "/webhooks/1/token/messages/@original", body)])) or "nonce" in name


@pytest.mark.parametrize("name", WRONG_COMMANDS)
def test_wrong_commands_are_refused(name: str) -> None:
    assert list(refusals([request("PUT", "/applications/1/commands", WRONG_COMMANDS[name])]))


@pytest.mark.parametrize("name", sorted(set(WRONG_RESPONSES) - BY_SITUATION))
def test_wrong_responses_are_refused(name: str) -> None:
    assert list(refusals([request("POST", "/interactions/1/token/callback", WRONG_RESPONSES[name])]))


def test_26_choices_of_an_autocompletion_are_refused() -> None:
    choices = [{"name": f"{number}", "value": f"{number}"} for number in range(26)]
    body = {"type": 8, "data": {"choices": choices}}
    assert list(refusals([request("POST", "/interactions/1/token/callback", body)]))


def test_what_is_right_is_not_refused() -> None:
    assert not list(refusals([request("POST", "/channels/1/messages", v2({"type": 10, "content": "x" * 4000}))]))


async def left_with_a_press(engine: Engine, folder: Path, probe: Probe) -> None:
    """Run a chat in which Ada presses a button that does something."""
    async with chatting(engine, folder) as chat:
        await pressed(chat, probe)


@asynchronous
async def test_test_fails_where_the_bot_sent_what_discord_refuses(
    served_by_default_model: Engine, tmp_path: Path
) -> None:
    async def probe(interaction: Interaction, rest: str) -> None:
        view = text_view("a link")
        view.add_item(ui.ActionRow(ui.Button(label="Open", url="javascript:alert()")))
        await delivery.respond(interaction, view)

    with pytest.raises(AssertionError, match=r"callback: .*url"):
        await left_with_a_press(served_by_default_model, tmp_path, probe)


@asynchronous
async def test_test_fails_where_the_bot_failed(served_by_default_model: Engine, tmp_path: Path) -> None:
    async def probe(interaction: Interaction, rest: str) -> None:
        raise ZeroDivisionError

    with pytest.raises(AssertionError, match="unexpected error"):
        await left_with_a_press(served_by_default_model, tmp_path, probe)


@simulated()
async def test_person_presses_only_what_is_there_and_seen(chat: Chat) -> None:
    answer = await chat.ask(private=True)
    with pytest.raises(LookupError):
        await chat.ada.press(answer, "Nowhere")
    with pytest.raises(simcord.SetupError, match="not visible"):
        await chat.bob.press(answer, "More")


@simulated(administered=True)
async def test_command_is_offered_only_to_whom_it_is_meant_for(chat: Chat) -> None:
    with pytest.raises(simcord.SetupError, match="not visible"):
        await chat.bob.command("index status")
