"""One server with one channel, two people, and the small bot connected: what most tests begin with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import discord

from tests.emulator.channels import Channel
from tests.emulator.emulator import Emulator
from tests.emulator.fast import running
from tests.emulator.small_bot import SmallBot
from tests.emulator.world import Guild, User


@dataclass(frozen=True, slots=True)
class Scene:
    """Who is there."""

    emulator: Emulator
    bot: SmallBot
    guild: Guild
    channel: Channel
    ada: User
    bob: User


@asynccontextmanager
async def scene(
    emulator: Emulator | None = None,
    intents: discord.Intents | None = None,
    **options: Any,  # noqa: ANN401
) -> AsyncIterator[Scene]:
    """Set the scene, and leave the emulator when done: it raises where something was wrong."""
    async with emulator or Emulator() as emulator:
        guild = emulator.add_guild(locale="en-GB")
        channel = guild.add_channel("general")
        ada, bob = emulator.add_user("ada", locale="fr"), emulator.add_user("bob")
        guild.add_member(ada)
        guild.add_member(bob)
        bot = SmallBot(emulator, intents, **options)
        async with running(bot, emulator):
            yield Scene(emulator, bot, guild, channel, ada, bob)
