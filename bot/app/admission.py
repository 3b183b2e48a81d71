"""Who may ask now: everything that costs work has a price, and only so many people are served at a time.

A question, a search or a card costs a turn, a look at what is there a quarter of one. What is only written down
(feedback, settings) has a rate limit of its own, so that people who ask much can still say what they think of it. A
cog sets the prices of its buttons; other buttons cost a look. Buttons for administrators are free, because the
settings name who may use them. A person counts as being served until the task that serves them ends.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import discord

from bot.app.coordination import Coordination
from bot.app.errors import Refused
from bot.app.queue import EngineQueue
from bot.app.rate_limit import RateLimit
from bot.app.settings import BotSettings
from bot.i18n.words import Words, words_for
from bot.user_data import ServerSettings

_NOTES_A_TURN = 4


class Price(Enum):
    """What something costs."""

    TURN = "a turn"
    LOOK = "a quarter of a turn"
    NOTE = "a note, of which there are four a turn"
    AHEAD = "nothing yet: the question that follows costs the turn, and there must be one left for it"
    NOTHING = "nothing"


_TOKENS = {Price.TURN: 1.0, Price.LOOK: 0.25, Price.AHEAD: 1.0}


@dataclass(frozen=True, slots=True)
class Wait:
    """For how many seconds somebody has to wait, and whether that is because too many are being served."""

    seconds: int
    is_full: bool


class Admission:
    """Lets people in as long as they have turns left and not too many are being served."""

    def __init__(
        self,
        settings: BotSettings,
        queue: EngineQueue,
        servers: Mapping[int, ServerSettings],
        is_updating: Callable[[], bool],
        coordination: Coordination,
    ) -> None:
        """Take the queue that counts who is served, what servers set, and what tells whether the index is updated.

        :param coordination: what knows how much a person asked of all bots.
        """
        self.rate_limit = RateLimit(settings.pace, settings.pace_burst)
        self.note_limit = RateLimit(_NOTES_A_TURN * settings.pace, _NOTES_A_TURN * settings.pace_burst)
        self._queue = queue
        self._servers = servers
        self._is_updating = is_updating
        self._coordination = coordination

    async def let_in(self, user_id: int, guild_id: int | None, price: Price = Price.TURN) -> Wait | None:
        """Let a person in until the current task ends, for a price; or return how long they have to wait."""
        if price is Price.NOTHING:
            return None
        busy_s = self._queue.busy_s()
        if busy_s:
            return Wait(busy_s, is_full=True)
        is_first = self._queue.enter()  # before asking, so that those who are asked about count
        wait_s = await self._wait_s(user_id, guild_id, price)
        if wait_s and is_first:
            self._queue.leave()
        return Wait(wait_s, is_full=False) if wait_s else None

    async def _wait_s(self, user_id: int, guild_id: int | None, price: Price) -> int:
        if price is Price.NOTE:
            return await self._coordination.wait_s("note", self.note_limit, user_id, take=True)
        per_minute = self._servers.get(guild_id or 0, ServerSettings()).pace
        turns, take = _TOKENS[price], price is not Price.AHEAD
        return await self._coordination.wait_s("turn", self.rate_limit, user_id, per_minute, turns, take=take)

    async def let_in_or_refuse(self, interaction: discord.Interaction[Any], price: Price = Price.TURN) -> None:
        """Let a person in, or refuse one who asks too fast or comes when too many are being served.

        :raises Refused: with the seconds after which to try again.
        """
        wait = await self.let_in(interaction.user.id, interaction.guild_id, price)
        if wait is None:
            return
        words = words_for(str(interaction.locale))
        if wait.is_full and self._is_updating():
            raise Refused(words("Updating the index: ask again in a minute."))
        raise Refused(wait_sentence(words, wait, by_button=interaction.type is discord.InteractionType.component))


def wait_sentence(words: Words, wait: Wait, *, by_button: bool) -> str:
    """Say for how long somebody has to wait, and what for."""
    seconds = wait.seconds
    if wait.is_full:
        return words.count("Busy: try again in {count} second.", "Busy: try again in {count} seconds.", seconds)
    if by_button:
        return words.count(
            "That was fast: press again in {count} second.", "That was fast: press again in {count} seconds.", seconds
        )
    return words.count(
        "That was fast: ask again in {count} second.", "That was fast: ask again in {count} seconds.", seconds
    )
