"""Sends messages to Discord once each, also through faults that pass: resets, server errors, a lost response.

discord.py tries again after server errors, but not after a reset on Linux. A first response is tried again and again
within the 3 s that Discord waits for it; "already acknowledged" counts as success. A slash answer is an edit of
its own reply, which may be repeated; a channel message carries a nonce that Discord enforces, so that a repeated one is
the same. What fails is logged by logs.py.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeVar

import aiohttp
import discord
from discord import ui

from bot.app.refusals import THREAD_ARCHIVED, TOKEN_OVER

T = TypeVar("T")
Interaction = discord.Interaction[discord.Client]
MAY_PASS = (ConnectionError, TimeoutError, aiohttp.ClientError, discord.DiscordServerError)
INTERACTION_S = 14 * 60.0  # Discord takes edits of a reply for 15 minutes; the last one needs some of them
SAME_NONCE_S = 120.0  # Discord takes messages with one nonce for the same "in the past few minutes".
_PAUSE_S = 0.05
_PAUSES_S = (0.2, 1.0, 3.0)
_GIVE_UP_S = 40.0
_TRIES_S = (0.9, 0.9)  # discord.py itself waits 1 s after an error and then 3 s, when Discord has given up
_ALREADY_ACKNOWLEDGED = 40060
_DEFERRED, _EPHEMERAL = "deferred", "ephemeral"
LEFT = "left"  # among the extras of an interaction that another bot, which is gone, may have begun to answer


async def defer(interaction: Interaction, *, ephemeral: bool) -> None:
    """Tell Discord that an answer will come."""
    await _first_response(lambda: interaction.response.defer(ephemeral=ephemeral, thinking=True))
    interaction.extras[_DEFERRED] = True
    interaction.extras[_EPHEMERAL] = ephemeral


async def defer_update(interaction: Interaction) -> None:
    """Tell Discord that the message with the button that was used will change."""
    await _first_response(interaction.response.defer)


async def defer_page(interaction: Interaction) -> bool:
    """Tell Discord that a page will be turned, in a copy for the person alone where another person asked for it.

    Return whether everybody sees the page.
    """
    message = interaction.message
    asked_by = message.interaction_metadata.user.id if message and message.interaction_metadata else None
    if message is None or asked_by != interaction.user.id:
        await defer(interaction, ephemeral=True)
        return False
    await defer_update(interaction)
    return not message.flags.ephemeral


async def ask(interaction: Interaction, modal: ui.Modal) -> None:
    """Show a window."""
    await _first_response(lambda: interaction.response.send_modal(modal))


async def answer(
    interaction: Interaction, view: ui.LayoutView, files: Sequence[Callable[[], discord.File]] = ()
) -> discord.Message:
    """Put the answer in the place of a deferred reply.

    After 15 minutes Discord takes no edit any more: what everybody may see is then a message in the channel.
    """
    view.stop()
    try:
        return await _persist(
            lambda: interaction.edit_original_response(view=view, attachments=[make() for make in files])
        )
    except discord.HTTPException as error:
        channel = interaction.channel
        if error.code != TOKEN_OVER or interaction.extras.get(_EPHEMERAL, True):
            raise
        if not isinstance(channel, discord.abc.Messageable):
            raise
        return await post(channel, view, files)


async def respond(interaction: Interaction, view: ui.LayoutView, *, ephemeral: bool = True) -> None:
    """Say something to a person: at once, in the place of a deferred reply, or else as a follow-up."""
    view.stop()
    if _DEFERRED in interaction.extras:
        await answer(interaction, view)
    elif interaction.response.is_done():
        await interaction.followup.send(view=view, ephemeral=ephemeral)
    else:
        send = partial(interaction.response.send_message, view=view, ephemeral=ephemeral)
        if not await _first_response(send) and interaction.extras.get(LEFT):
            await _persist(lambda: interaction.edit_original_response(view=view))


async def reply(message: discord.Message, view: ui.LayoutView, *, failed: bool = False) -> discord.Message:
    """Answer a channel message with a reply that pings nobody.

    A message has one answer, and after it one reply that says what went wrong. Their nonces are made of its id, so that
    two bots that cannot agree who answers send one of each all the same.

    :param failed: whether it says what went wrong.
    """
    view.stop()
    nonce = f"{message.id}!" if failed else str(message.id)
    reference = message.to_reference(fail_if_not_exists=False)
    return await _in_open_thread(
        message.channel,
        lambda: message.channel.send(view=view, reference=reference, mention_author=False, nonce=nonce),
    )


async def change(message: discord.Message, view: ui.LayoutView) -> discord.Message:
    """Replace what a message of the bot shows."""
    view.stop()
    return await _in_open_thread(message.channel, lambda: message.edit(view=view))


async def post(
    channel: discord.abc.Messageable,
    view: ui.LayoutView,
    files: Sequence[Callable[[], discord.File]] = (),
    nonce: int | None = None,
) -> discord.Message:
    """Send a message of the bot's own into a channel.

    :param nonce: that of the message, where it may have been sent before.
    """
    view.stop()
    if nonce is None:
        nonce = new_nonce()
    return await _in_open_thread(
        channel, lambda: channel.send(view=view, nonce=nonce, files=[make() for make in files])
    )


def new_nonce() -> int:
    """Return what makes a message one that Discord takes only once."""
    return secrets.randbits(63)


async def _in_open_thread(channel: object, act: Callable[[], Awaitable[T]]) -> T:
    """Send something; where a thread is archived, open it again first, if that is allowed."""
    try:
        return await _persist(act)
    except discord.HTTPException as error:
        if error.code != THREAD_ARCHIVED or not isinstance(channel, discord.Thread):
            raise
        with suppress(discord.HTTPException):
            await channel.edit(archived=False)
            return await _persist(act)
        raise


async def _first_response(act: Callable[[], Awaitable[object]]) -> bool:
    """Give the first response; a try that fails or hangs is repeated while there is time.

    Return whether it is this one: Discord may have one already.
    """
    for timeout_s in (*_TRIES_S, None):
        try:
            async with asyncio.timeout(timeout_s):
                await act()
            return True
        except (discord.HTTPException, *MAY_PASS) as error:
            if isinstance(error, discord.HTTPException) and error.code == _ALREADY_ACKNOWLEDGED:
                return False
            if timeout_s is None or not _may_pass(error):
                raise
            await asyncio.sleep(_PAUSE_S)
    return False


async def _persist(act: Callable[[], Awaitable[T]]) -> T:
    """Run a request, and repeat it after faults that may pass."""
    began = time.monotonic()
    for pause_s in _PAUSES_S:
        try:
            return await act()
        except (discord.HTTPException, *MAY_PASS) as error:
            if time.monotonic() - began > _GIVE_UP_S or not _may_pass(error):
                raise
            await asyncio.sleep(pause_s)
    return await act()


def _may_pass(error: Exception) -> bool:
    """Tell whether trying again may help; too many requests without a time to wait are a passing ban."""
    return isinstance(error, MAY_PASS) or (isinstance(error, discord.HTTPException) and error.status == 429)


async def finish(timeout_s: float) -> None:
    """Wait for the answers that are being sent: the tasks that discord.py runs commands and events in."""
    names = ("discord.py: ", "CommandTree-invoker", "discord-ui-")
    sending = [task for task in asyncio.all_tasks() if task.get_name().startswith(names)]
    if sending:
        await asyncio.wait(sending, timeout=timeout_s)
