"""How a test is run in a chat, and what fails it besides its own assertions."""

import asyncio
import inspect
import logging
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import simcord

from bot.app.client import MeasuresBot
from bot.app.settings import BotSettings
from index.engine import Engine
from index.maintenance import Maintenance
from index.settings import IndexSettings
from tests.fakes import EngineHere
from tests.simulation.chat import Chat, new_server
from tests.simulation.delivery import deliver_as_discord
from tests.simulation.limits import refusals

Scenario: TypeAlias = Callable[..., Coroutine[None, None, None]]
_GUILD_ID = 1 << 40  # known before the server is there: administrators name theirs in the settings
_SETTLES_S = 60.0  # a build in a process of its own is waited for, too


@asynccontextmanager
async def chatting(
    engine: Engine,
    data_dir: Path,
    *,
    maintenance: Maintenance | None = None,
    administered: bool = False,
    **settings: Any,  # noqa: ANN401 - the settings' own
) -> AsyncIterator[Chat]:
    """Run the bot in a server with a channel, Ada and Bob; `administered` lets Ada change the corpus.

    :raises AssertionError: the bot sent what Discord refuses, or failed without a sentence.
    """
    admin_guilds = {_GUILD_ID} if administered else set()
    chosen = BotSettings.model_validate({"pace": 600, "pace_burst": 100, "admin_guilds": admin_guilds} | settings)
    bot = MeasuresBot(
        chosen,
        IndexSettings(data_dir=data_dir),
        lambda: EngineHere(engine),
        maintenance=maintenance,
        message_content=chosen.message_content,
        shard_count=1,
    )
    with _failures() as failures:
        async with simcord.run(bot, check_errors=False, settle_timeout=_SETTLES_S) as env:
            chat = Chat(env, bot, new_server(env, "A server", "en-GB", _GUILD_ID), failures)
            deliver_as_discord(env, chat.people)
            chat.ada, chat.bob = chat.add_person("ada"), chat.add_person("bob")
            if administered:
                bot.settings = chosen.model_copy(update={"admin_users": {chat.ada.id}})
            try:
                yield chat
            except Exception as error:
                error.add_note(env.transcript())
                raise
            await env.settle()
            await bot.stop(2)
        if problems := [*refusals(env.http_requests), *failures]:
            raise AssertionError("\n".join(problems))


def simulated(
    *,
    engine: str = "served_by_default_model",
    **settings: Any,  # noqa: ANN401 - the settings' own
) -> Callable[[Scenario], Callable[..., None]]:
    """Make a scenario a test: it is played with an engine, which a fixture gives, and settings of the bot."""

    def decorate(scenario: Scenario) -> Callable[..., None]:
        async def play(served: Engine, **given: object) -> None:
            with tempfile.TemporaryDirectory() as folder:
                async with chatting(served, Path(folder), **settings) as chat:
                    await scenario(chat, **given)

        def test(request: pytest.FixtureRequest, **given: object) -> None:
            asyncio.run(play(request.getfixturevalue(engine), **given))

        test.__name__ = scenario.__name__
        asked = list(inspect.signature(scenario).parameters.values())[1:]
        first = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        test.__signature__ = inspect.Signature([first, *asked])  # type: ignore[attr-defined]
        return test

    return decorate


class _Noting(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def _failures() -> Iterator[list[str]]:
    """Note what is logged as an error."""
    noting = _Noting()
    logging.getLogger().addHandler(noting)
    try:
        yield noting.lines
    finally:
        logging.getLogger().removeHandler(noting)
