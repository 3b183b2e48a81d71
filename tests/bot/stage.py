"""A server on a loopback Discord, people in it, and the bot, for one test."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from bot.app.client import MeasuresBot
from bot.app.settings import BotSettings
from bot.user_data import ServerSettings
from index.engine import Engine
from index.maintenance import Maintenance
from index.settings import IndexSettings
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

    async def mention(self, text: str, *, user: User | None = None, channel: Channel | None = None) -> Message:
        """Let somebody write to the bot in a channel, and return its reply."""
        where = channel or self.channel
        before = len(where.messages)
        await self.emulator.post(user or self.ada, where, f"{self.emulator.bot.mention} {text}")
        await self.emulator.wait(lambda: len(where.messages) >= before + 2)
        return where.messages[-1]

    async def reply(self, to: Message, text: str, *, user: User | None = None) -> Message:
        """Let somebody reply to a message of the bot, and return its reply."""
        before = len(self.said(to.channel))
        await self.emulator.post(user or self.ada, to.channel, text, reply_to=to)
        await self.emulator.wait(lambda: len(self.said(to.channel)) > before)
        return to.channel.messages[-1]

    async def click(self, user: User, message: Message, button: str) -> Message:
        """Let somebody press a button, and return what it answers with."""
        return await self.answered(await self.emulator.click(user, message, button))

    async def command(self, name: str, /, *, user: User | None = None, **options: Any) -> Message:  # noqa: ANN401
        """Let somebody use a command in the channel, and return the answer."""
        return await self.answered(await self.emulator.slash(user or self.ada, self.channel, name, **options))

    async def refused(self, name: str, /, **options: Any) -> str:  # noqa: ANN401 - a command's own
        """Let Ada use a command, and return the one sentence that she alone reads at once."""
        interaction = await self.emulator.slash(self.ada, self.channel, name, **options)
        return refusal(interaction)

    async def server_chose(self, **settings: Any) -> None:  # noqa: ANN401 - the settings' own
        """Let the server choose settings."""
        await self.bot.set_server(self.guild.id, ServerSettings(**settings))

    def said(self, channel: Channel | None = None) -> list[str]:
        """Return what the bot said in a channel."""
        return [one.text() for one in (channel or self.channel).messages if one.author is self.emulator.bot]

    async def quiet(self) -> None:
        """Wait until whatever Ada did before is behind the bot: a question of hers is answered after it."""
        await self.mention(QUESTION)


def refusal(interaction: Interaction) -> str:
    """Return the sentence of a refusal: the first response, for the person alone."""
    assert not interaction.deferred
    assert interaction.ephemeral
    assert not interaction.followups
    assert interaction.original is not None
    return interaction.original.text()


@asynccontextmanager
async def playing(
    engine: Engine,
    data_dir: Path,
    *,
    maintenance: Maintenance | None = None,
    administered: bool = False,
    **settings: Any,  # noqa: ANN401 - the settings' own
) -> AsyncIterator[Stage]:
    """Run the bot in a server with a channel, and with Ada and Bob; `administered` lets Ada change the corpus."""
    async with Emulator() as emulator:
        guild = emulator.add_guild(locale="en-GB")
        guild.bot_permissions = int(NEEDED)
        channel = guild.add_channel("general")
        ada, bob = emulator.add_user("ada"), emulator.add_user("bob")
        guild.add_member(ada)
        guild.add_member(bob)
        if settings.get("message_content"):
            emulator.application.allow_message_content()
        if administered:
            settings |= {"admin_guilds": {guild.id}, "admin_users": {ada.id}}
        bot = make_bot(emulator, engine, data_dir, maintenance, **settings)
        async with running(bot, emulator):
            yield Stage(emulator, bot, guild, channel, ada, bob)
            await bot.stop(2)


def make_bot(
    emulator: Emulator,
    engine: Engine,
    data_dir: Path,
    maintenance: Maintenance | None = None,
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
        maintenance=maintenance,
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
        # The clock of the feeds may still look into the folder, in a thread that nobody waits for.
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            async with playing(engine, Path(folder), **settings) as stage:
                await scenario(stage)

    asyncio.run(whole())
