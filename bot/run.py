"""`measures bot`: from the settings to a bot that runs until it is told to stop."""

import asyncio
import json
import logging
import signal
import time
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import aiohttp
import discord

from bot.client import MeasuresBot
from bot.settings import BotSettings
from corpus.errors import DiscordError, SettingsError
from index import catalogue
from index.embed import SentenceTransformerEmbedder
from index.engine import Engine
from index.generations import Generations
from index.settings import IndexSettings
from index.upkeep import build_all

log = logging.getLogger(__name__)
_PAUSES_S = (1, 2, 5, 10, 30, 60)
_STOP_S = 10.0
_MAY_PASS = (OSError, aiohttp.ClientError, discord.DiscordServerError, discord.GatewayNotFound, AttributeError)
Connect = Callable[[], aiohttp.BaseConnector | None]


def configure_logging(log_format: Literal["text", "json"], *, verbose: bool) -> None:
    """Log to stderr, one line an event: no tracebacks of what discord.py survives by itself."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if log_format == "json" else logging.Formatter(_TEXT))
    handler.addFilter(_without_survived_tracebacks)
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler], force=True)
    logging.getLogger("discord").setLevel(logging.INFO if verbose else logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)


_TEXT = "%(asctime)s %(levelname)-7s %(name)s %(message)s"


class JsonFormatter(logging.Formatter):
    """Writes a JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of an event."""
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def _without_survived_tracebacks(record: logging.LogRecord) -> bool:
    """Shorten what discord.py logs of a connection that it makes anew: the kind of error, in the one line."""
    if record.name in ("discord.client", "discord.shard", "discord.gateway") and record.exc_info:
        kind = record.exc_info[0]
        record.msg, record.args = f"{record.getMessage()} ({kind.__name__ if kind else ''})", ()
        record.exc_info = record.exc_text = None
    return True


def engine_opener(settings: IndexSettings) -> Callable[[], Engine]:
    """Return what opens the engine: it builds first where nothing is served yet, and checks every digest."""

    def open_engine() -> Engine:
        embedder = SentenceTransformerEmbedder(settings.model)
        if Generations(settings.data_dir).current() is None:
            log.info("there is no index yet: building it from the shipped releases")
            build_all(settings, embedder, lambda phase, done, total: None)
        catalogue.verify(settings)
        engine = Engine(settings, embedder)
        engine.warm()
        log.info("the index is open")
        return engine

    return open_engine


def run_bot(
    settings: BotSettings,
    index_settings: IndexSettings,
    open_engine: Callable[[], Engine],
    *,
    force_sync: bool = False,
    connect: Connect = lambda: None,
    **options: Any,  # noqa: ANN401 - discord.py's own
) -> None:
    """Run the bot until SIGTERM or SIGINT; then finish what is under way within 10 s.

    :raises SettingsError: when there is no token.
    :raises DiscordError: when Discord does not take the token or an intent.
    """
    token = settings.discord_token.get_secret_value().strip() if settings.discord_token else ""
    if not token:
        raise SettingsError(
            "DISCORD_TOKEN is not set: put the bot's token into .env, from the Discord developer portal."
        )

    def make(*, message_content: bool) -> MeasuresBot:
        return MeasuresBot(
            settings,
            index_settings,
            open_engine,
            message_content=message_content,
            force_sync=force_sync,
            connector=connect(),
            **options,
        )

    async def may_read_content() -> bool:
        return settings.message_content and await _has_content_intent(
            discord.Client(intents=discord.Intents.none(), connector=connect()), token
        )

    asyncio.run(_supervise(make, token, may_read_content))


async def _supervise(
    make: Callable[..., MeasuresBot], token: str, may_read_content: Callable[[], Awaitable[bool]]
) -> None:
    """Run bots one after the other as long as what ends them may pass."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    failures = 0
    while not stop.is_set():
        began = time.monotonic()
        try:
            await _run_once(make(message_content=await may_read_content()), token, stop)
            return
        except discord.LoginFailure as error:
            raise DiscordError(
                "Discord does not take the token: copy it anew from the developer portal into DISCORD_TOKEN."
            ) from error
        except discord.PrivilegedIntentsRequired as error:
            raise DiscordError(
                "Discord does not grant the application an intent that was asked for: switch it on in the developer "
                "portal, or take MEASURES_MESSAGE_CONTENT out."
            ) from error
        except _MAY_PASS as error:
            failures = 0 if time.monotonic() - began > 2 * _PAUSES_S[-1] else failures + 1
            pause_s = _PAUSES_S[min(failures, len(_PAUSES_S)) - 1]
            log.warning("no connection to Discord (%s): trying again in %d s", type(error).__name__, pause_s)
            await _pause(stop, pause_s)


async def _run_once(bot: MeasuresBot, token: str, stop: asyncio.Event) -> None:
    running = asyncio.create_task(bot.start(token), name="bot")
    stopping = asyncio.create_task(stop.wait(), name="stop")
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running
            if not stop.is_set():
                raise ConnectionError("the connection ended")
    finally:
        log.info("stopping")
        await bot.stop(_STOP_S if stop.is_set() else 0.0)
        stopping.cancel()
        running.cancel()
        await asyncio.gather(running, stopping, return_exceptions=True)


async def _has_content_intent(probe: discord.Client, token: str) -> bool:
    """Tell whether the application has the message content intent; asked before connecting with it."""
    async with probe:
        await probe.login(token)
        flags = probe.application_flags
    if flags.gateway_message_content or flags.gateway_message_content_limited:
        return True
    log.warning("MEASURES_MESSAGE_CONTENT is set, but the application does not have that intent: going on without it")
    return False


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
