"""A server on a loopback Discord, people in it, and the bot, for one test."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from bot.client import MeasuresBot
from bot.settings import BotSettings
from index.engine import Engine
from index.settings import IndexSettings
from index.upkeep import Upkeep
from tests.emulator import Emulator, Permission, User
from tests.emulator.channels import Channel
from tests.emulator.fast import QUICK, running
from tests.emulator.interactions import Interaction, State
from tests.emulator.messages import Message
from tests.emulator.world import Guild
from tests.fakes import EngineHere

Scenario: TypeAlias = Callable[["Stage"], Coroutine[None, None, None]]
Test: TypeAlias = Callable[[pytest.FixtureRequest], None]
NEEDED = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ATTACH_FILES
    | Permission.ADD_REACTIONS
)
QUESTION = "Which agency will train border control units?"
QUOTE = "Operational needs-based training will be further made available by CEPOL"


@dataclass(slots=True)
class Stage:
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
async def playing(
    engine: Engine,
    data_dir: Path,
    *,
    upkeep: Upkeep | None = None,
    **settings: Any,  # noqa: ANN401 - the settings' own
) -> AsyncIterator[Stage]:
    """Run the bot in a server with a channel, and with Ada and Bob."""
    async with Emulator() as emulator:
        guild = emulator.add_guild(locale="en-GB")
        guild.bot_permissions = int(NEEDED)
        channel = guild.add_channel("general")
        ada, bob = emulator.add_user("ada"), emulator.add_user("bob")
        guild.add_member(ada)
        guild.add_member(bob)
        bot = make_bot(emulator, engine, data_dir, upkeep, **settings)
        async with running(bot, emulator):
            yield Stage(emulator, bot, guild, channel, ada, bob)
            await bot.stop(2)


def make_bot(
    emulator: Emulator,
    engine: Engine,
    data_dir: Path,
    upkeep: Upkeep | None = None,
    **settings: object,
) -> MeasuresBot:
    """Make a bot that reaches the emulator. Nobody is too fast for it, unless a test says so."""
    chosen = BotSettings.model_validate({"pace": 600, "pace_burst": 100} | settings)
    content = chosen.message_content
    index = IndexSettings(data_dir=data_dir)
    return MeasuresBot(
        chosen,
        index,
        lambda: EngineHere(engine),
        upkeep=upkeep,
        message_content=content,
        connector=emulator.connector(),
        **QUICK,
    )


def on_stage(*, engine: str = "served_by_default_model", **settings: object) -> Callable[[Scenario], Test]:
    """Make a scenario a test: it is played with an engine, which a fixture gives, and settings of the bot."""

    def decorate(scenario: Scenario) -> Test:
        def test(request: pytest.FixtureRequest) -> None:
            play(scenario, request.getfixturevalue(engine), **settings)

        test.__name__ = scenario.__name__
        return test

    return decorate


def play(scenario: Callable[[Stage], Awaitable[None]], engine: Engine, **settings: Any) -> None:  # noqa: ANN401
    """Play a scenario."""

    async def whole() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with playing(engine, Path(folder), **settings) as stage:
                await scenario(stage)

    asyncio.run(whole())
