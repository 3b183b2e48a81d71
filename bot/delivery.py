"""Getting words to Discord once, through what may pass: resets, server errors, an answer that took effect and failed.

discord.py tries again after server errors, but not after a reset on Linux. A slash answer is an edit of its own reply,
which may be repeated; a channel message carries a nonce that Discord enforces, so that a repeated one is the same.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import discord
from discord import ui

log = logging.getLogger(__name__)
T = TypeVar("T")
Interaction = discord.Interaction[discord.Client]
_PAUSES_S = (0.2, 1.0, 3.0)
_ALREADY_ACKNOWLEDGED = 40060


async def defer(interaction: Interaction, *, ephemeral: bool) -> None:
    """Tell Discord that an answer will come. One that was told so before an error came back counts as told."""

    async def act() -> None:
        try:
            await interaction.response.defer(ephemeral=ephemeral, thinking=True)
        except discord.HTTPException as error:
            if error.code != _ALREADY_ACKNOWLEDGED:
                raise

    await _persist(act, "defer")


async def answer(
    interaction: Interaction, view: ui.LayoutView, files: Sequence[Callable[[], discord.File]] = ()
) -> discord.InteractionMessage:
    """Put the answer in the place of a deferred reply."""
    view.stop()
    return await _persist(
        lambda: interaction.edit_original_response(view=view, attachments=[make() for make in files]), "answer"
    )


async def respond(interaction: Interaction, view: ui.LayoutView, *, ephemeral: bool = True) -> None:
    """Answer an interaction at once; where it was answered or deferred already, with a follow-up."""
    view.stop()
    if interaction.response.is_done():
        await interaction.followup.send(view=view, ephemeral=ephemeral)
    else:
        await interaction.response.send_message(view=view, ephemeral=ephemeral)


async def reply(message: discord.Message, view: ui.LayoutView) -> discord.Message:
    """Answer a channel message with a reply that pings nobody."""
    view.stop()
    nonce = secrets.randbits(63)
    reference = message.to_reference(fail_if_not_exists=False)
    return await _persist(
        lambda: message.channel.send(view=view, reference=reference, mention_author=False, nonce=nonce), "reply"
    )


async def post(channel: discord.abc.Messageable, view: ui.LayoutView) -> discord.Message:
    """Send a message of the bot's own into a channel."""
    view.stop()
    nonce = secrets.randbits(63)
    return await _persist(lambda: channel.send(view=view, nonce=nonce), "post")


async def _persist(act: Callable[[], Awaitable[T]], what: str) -> T:
    """Do something again after what may pass; one line in the log each time."""
    for pause_s in _PAUSES_S:
        try:
            return await act()
        except (OSError, discord.DiscordServerError) as error:
            log.warning("%s failed (%s), trying again in %.1f s", what, type(error).__name__, pause_s)
            await asyncio.sleep(pause_s)
    return await act()
