"""One rule for all that costs work, whether it is asked, pressed or sent: it has a price, and not too many are inside.

A question, a search or a card takes a turn of a person's, a look into what is there a quarter of one. What is only
written down has a pace of its own, so that nobody who asks much is kept from saying what they think of it. A cog says
what its buttons take; one of which none says anything takes a quarter. What administrators press is free: they are
named in the settings. Who is inside is counted by the desk until the task that serves them ends, whatever it waits for.
"""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import discord

from bot.app.errors import Refused
from bot.i18n.words import Words
from bot.user_data import ServerSettings

if TYPE_CHECKING:
    from bot.app.client import MeasuresBot

Interaction = discord.Interaction["MeasuresBot"]
NOTES_A_TURN = 4


class Price(Enum):
    """What something takes."""

    TURN = "a turn"
    LOOK = "a quarter of a turn"
    NOTE = "a note, of which there are four a turn"
    AHEAD = "nothing yet: the question that follows takes the turn, and must have one"
    NOTHING = "nothing"


_TOKENS = {Price.TURN: 1.0, Price.LOOK: 0.25, Price.AHEAD: 1.0}


@dataclass(frozen=True, slots=True)
class Wait:
    """For how many seconds somebody has to wait: because too many are inside, or because it is not their turn."""

    seconds: int
    is_full: bool


def let_in(bot: "MeasuresBot", user_id: int, guild_id: int | None, price: Price = Price.TURN) -> Wait | None:
    """Let a person in until the current task ends, for a price; or return how long to wait instead."""
    if price is Price.NOTHING:
        return None
    busy_s = bot.queue.busy_s()
    if busy_s:
        return Wait(busy_s, is_full=True)
    if price is Price.NOTE:
        wait_s = bot.note_limit.wait_s(user_id)
    else:
        pace = bot.servers.get(guild_id or 0, ServerSettings()).pace
        wait_s = bot.rate_limit.wait_s(user_id, pace, _TOKENS[price], take=price is not Price.AHEAD)
    if wait_s:
        return Wait(wait_s, is_full=False)
    bot.queue.enter()
    return None


def refuse_by_load(bot: "MeasuresBot", interaction: Interaction, price: Price = Price.TURN) -> None:
    """Refuse a person whose turn it is not, or when too many are inside.

    :raises Refused: with the seconds after which to try again.
    """
    wait = let_in(bot, interaction.user.id, interaction.guild_id, price)
    if wait is not None:
        words = bot.words_private(interaction)
        if wait.is_full and bot.updating:
            raise Refused(words("Updating the index: ask again in a minute."))
        pressed = interaction.type is discord.InteractionType.component
        raise Refused(_sentence(words, wait, pressed=pressed))


def _sentence(words: Words, wait: Wait, *, pressed: bool) -> str:
    seconds = wait.seconds
    if wait.is_full:
        return words.count("Busy: try again in {count} second.", "Busy: try again in {count} seconds.", seconds)
    if pressed:
        return words.count(
            "That was fast: press again in {count} second.", "That was fast: press again in {count} seconds.", seconds
        )
    return words.count(
        "That was fast: ask again in {count} second.", "That was fast: ask again in {count} seconds.", seconds
    )
