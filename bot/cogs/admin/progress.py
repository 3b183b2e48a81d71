"""Shows how far a build is: one message, edited at most every two seconds, that goes on when Discord's token ends."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import discord
from discord import ui

from bot.app import sending as delivery
from bot.app.sending import INTERACTION_S
from bot.i18n.words import Words
from bot.views.message import BLUE, text_view
from bot.views.wording import phase_name
from index import Progress, Step

T = TypeVar("T")
EDIT_EVERY_S = 2.0
_BAR_CHARS = 20


def progress_text(words: Words, step: Step | None) -> str:
    """Return a step as a line with a bar, the rate and the time left."""
    if step is None:
        return words("Beginning …")
    share = step.done / step.total if step.total else 0.0
    filled = round(share * _BAR_CHARS)
    bar = "█" * filled + "░" * (_BAR_CHARS - filled)
    parts = [f"`{bar}` {share:.0%}", f"{phase_name(step.phase, words)} {step.done:,}/{step.total:,}"]
    if step.rate:
        parts.append(words("{rate} a second", rate=f"{step.rate:,.0f}" if step.rate >= 1 else f"{step.rate:.1f}"))
    if step.seconds_left is not None and share < 1:
        parts.append(words.count("{count} second left", "{count} seconds left", round(step.seconds_left)))
    return " · ".join(parts)


class ProgressMessage:
    """The message of one piece of work: the deferred reply while its token lives, then one in the channel or a DM."""

    def __init__(
        self, interaction: delivery.Interaction, words: Words, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take a deferred interaction."""
        self._interaction = interaction
        self._words = words
        self._clock = clock
        self._began_s = clock()
        self._latest: Step | None = None
        self._message: discord.Message | None = None

    async def follow(
        self, work: Callable[[Progress], T], run: Callable[[Callable[[], T]], Coroutine[Any, Any, T]]
    ) -> T:
        """Run work and show how far it is.

        :param run: what runs something off the event loop.
        :raises MeasuresError: what the work raises.
        """
        doing = asyncio.create_task(run(lambda: work(self._hear)))
        shown = ""
        while not doing.done():
            text = progress_text(self._words, self._latest)
            if text != shown:
                shown = text
                await self.show(text_view(text, accent=BLUE))
            await asyncio.wait({doing}, timeout=EDIT_EVERY_S)
        return await doing

    async def show(self, view: ui.LayoutView) -> None:
        """Replace what the message shows."""
        if self._clock() - self._began_s < INTERACTION_S:
            await delivery.answer(self._interaction, view)
        elif self._message is not None:
            view.stop()
            await self._message.edit(view=view)
        else:
            self._message = await self._move_out(view)

    async def _move_out(self, view: ui.LayoutView) -> discord.Message:
        """Go on in the channel, or where the bot may not write there, in a DM."""
        channel = self._interaction.channel
        if isinstance(channel, discord.abc.Messageable):
            try:
                return await delivery.post(channel, view)
            except discord.Forbidden:
                pass
        return await delivery.post(self._interaction.user, view)

    def _hear(self, step: Step) -> None:
        """Remember the latest step; called in the thread of the work."""
        self._latest = step
