"""One rule for all that costs work, whether it is asked, pressed or sent: it takes a turn, and not too many are inside.

A question, a search or a card takes a whole turn, a look into what is there a quarter; a cog says what its buttons
take, and a button of which none says anything takes a quarter. What administrators press is free: they are named in
the settings. Who is inside is counted by the desk until the task that serves them ends, whatever it waits for.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord

from bot.app.bot_db import ServerSettings
from bot.app.errors import Refused
from bot.app.rate_limit import TURN
from bot.i18n.words import Words

if TYPE_CHECKING:
    from bot.app.client import MeasuresBot

Interaction = discord.Interaction["MeasuresBot"]


@dataclass(frozen=True, slots=True)
class Wait:
    """For how many seconds somebody has to wait: because too many are inside, or because it is not their turn."""

    seconds: int
    is_full: bool


def let_in(
    bot: "MeasuresBot", user_id: int, guild_id: int | None, turns: float = TURN, *, take: bool = True
) -> Wait | None:
    """Let a person in until the current task ends, for some turns of theirs; or return how long to wait instead."""
    busy_s = bot.desk.busy_s()
    if busy_s:
        return Wait(busy_s, is_full=True)
    wait_s = bot.pace.wait_s(user_id, bot.servers.get(guild_id or 0, ServerSettings()).pace, turns, take=take)
    if wait_s:
        return Wait(wait_s, is_full=False)
    bot.desk.enter()
    return None


def refuse_by_load(bot: "MeasuresBot", interaction: Interaction, turns: float = TURN, *, take: bool = True) -> None:
    """Refuse a person whose turn it is not, or when too many are inside.

    :param take: whether the turns are taken, or only looked for, because what follows takes them.
    :raises Refused: with the seconds after which to try again.
    """
    wait = let_in(bot, interaction.user.id, interaction.guild_id, turns, take=take)
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
