"""The bot in this process, connected over real sockets to a loopback Discord: a server, a channel and two people."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.app.client import MeasuresBot
from bot.app.settings import BotSettings
from index.engine import Engine
from index.settings import IndexSettings
from tests.emulator import Emulator, Permission, User
from tests.emulator.channels import Channel
from tests.emulator.fast import QUICK, running
from tests.emulator.interactions import Interaction, State
from tests.emulator.messages import Message
from tests.emulator.world import Guild
from tests.fakes import EngineHere
from tests.simulation import QUESTION

NEEDED = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ATTACH_FILES
    | Permission.ADD_REACTIONS
)


@dataclass(frozen=True, slots=True)
class ConnectedBot:
    """What a test acts with."""

    emulator: Emulator
    bot: MeasuresBot
    guild: Guild
    channel: Channel
    ada: User
    bob: User

    async def answered(self, interaction: Interaction) -> Message:
        """Wait for the answer that takes the place of a deferred reply."""
        await self.emulator.wait(lambda: interaction.state is State.ANSWERED)
        assert interaction.original is not None
        return interaction.original

    async def ask(self, question: str = QUESTION, **options: Any) -> Message:  # noqa: ANN401 - a command's own
        """Let Ada ask in the channel, and return the answer."""
        return await self.answered(
            await self.emulator.slash(self.ada, self.channel, "ask", question=question, **options)
        )


@asynccontextmanager
async def connected_bot(
    open_engine: Callable[[], Engine],
    data_dir: Path,
    **options: Any,  # noqa: ANN401 - discord.py's own
) -> AsyncIterator[ConnectedBot]:
    """Run the bot until the block ends. A failure in its loop that nothing else notices fails the test."""
    unnoticed: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unnoticed.append(str(context)))
    async with Emulator() as emulator:
        connected = make_bot(emulator, open_engine, data_dir, **options)
        async with running(connected.bot, emulator):
            yield connected
            await connected.bot.stop(2)
    assert not unnoticed


def make_bot(
    emulator: Emulator,
    open_engine: Callable[[], Engine],
    data_dir: Path,
    *,
    queue: int = 50,
    **options: Any,  # noqa: ANN401 - discord.py's own
) -> ConnectedBot:
    """Make a bot that has yet to connect, for a server with a channel, Ada and Bob. Nobody is too fast for it."""
    guild = emulator.add_guild(locale="en-GB")
    guild.bot_permissions = int(NEEDED)
    channel = guild.add_channel("general")
    ada, bob = emulator.add_user("ada"), emulator.add_user("bob")
    guild.add_member(ada)
    guild.add_member(bob)
    settings = BotSettings.model_validate({"pace": 600, "pace_burst": 100, "queue": queue})
    index = IndexSettings(data_dir=data_dir)
    bot = MeasuresBot(
        settings, index, lambda: EngineHere(open_engine()), connector=emulator.connector(), **(QUICK | options)
    )
    return ConnectedBot(emulator, bot, guild, channel, ada, bob)
