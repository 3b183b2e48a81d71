"""`measures bot`: starts the bot with the settings, and ends it within ten seconds of a signal."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

import aiohttp
import discord

import index
from bot.app import logs
from bot.app.client import MeasuresBot
from bot.app.errors import BotRunningError, DiscordError
from bot.app.http import Prepare, Running, listening
from bot.app.proxy import proxy_options
from bot.app.routes import ROUTES
from bot.app.settings import BotSettings
from bot.database.connection import StoreBusyError
from corpus import Holder, SettingsError, forget_secrets
from index import EngineProcess, EngineRunner, IndexSettings, Lock

log = logging.getLogger(__name__)
T = TypeVar("T")
_PAUSES_S = (1, 2, 5, 10, 30, 60)
_STOP_S = 10.0
_AUTHENTICATION_FAILED = 4004
Connect = Callable[[], aiohttp.BaseConnector | None]


def engine_opener(settings: IndexSettings) -> Callable[[], EngineProcess]:
    """Return what opens the engine, after it has checked every digest."""

    def open_engine() -> EngineProcess:
        index.verify(settings)
        engine = EngineProcess(settings)
        log.info("the index is open")
        return engine

    return open_engine


def run_bot(
    settings: BotSettings,
    index_settings: IndexSettings,
    open_engine: Callable[[], EngineRunner],
    *,
    force_sync: bool = False,
    connect: Connect = lambda: None,
    routes: Iterable[Prepare] = ROUTES,
    **options: Any,  # noqa: ANN401 - discord.py's own
) -> None:
    """Run the bot until SIGTERM or SIGINT; then finish what is under way within 10 s.

    :raises SettingsError: when there is no token, nothing can listen on the address for HTTP, or only some shards
        are to be served without a database.
    :raises BotRunningError: when another bot runs on the data folder, naming its process.
    :raises DiscordError: when Discord does not take the token or an intent.
    """
    token = _token(settings)
    if settings.shards is not None and index_settings.database_url is None:
        raise SettingsError(
            "MEASURES_SHARDS is set, but MEASURES_DATABASE_URL is not, by which the bots agree: set both or none."
        )
    forget_secrets()
    running = Running()
    options |= proxy_options(index_settings)

    def make(*, message_content: bool) -> MeasuresBot:
        running.bot = MeasuresBot(
            settings,
            index_settings,
            open_engine,
            message_content=message_content,
            force_sync=force_sync,
            connector=connect(),
            **options,
        )
        return running.bot

    async def may_read_content() -> bool:
        return settings.message_content and await _has_content_intent(
            discord.Client(
                intents=discord.Intents(guilds=True),
                connector=connect(),
                http_trace=logs.request_trace(),
                **proxy_options(index_settings),
            ),
            token,
        )

    async def serve() -> bool:
        async with listening(settings, running, routes):
            return await _supervise(make, token, may_read_content)

    with Lock(index_settings.data_dir, "bot").held(Holder(f"process {os.getpid()}"), BotRunningError):
        is_free = asyncio.run(serve())
    if not is_free:
        # The interpreter would wait for the engine's thread, which builds an index or loads a model as long as it
        # takes. What is served is never half written, so the process may end in the middle of it.
        logging.shutdown()
        os._exit(0)


def _token(settings: BotSettings) -> str:
    token = settings.discord_token.get_secret_value().strip() if settings.discord_token else ""
    if not token:
        raise SettingsError(
            "DISCORD_TOKEN is not set: put the bot's token into .env, from the Discord developer portal."
        )
    return token


async def _supervise(
    make: Callable[..., MeasuresBot], token: str, may_read_content: Callable[[], Coroutine[Any, Any, bool]]
) -> bool:
    """Start the bot again after faults that may pass, until told to stop; return whether its threads may end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    failures = 0
    while not stop.is_set():
        began = time.monotonic()
        try:
            content = await _unless(stop, may_read_content())
            return content is None or await _run_once(make(message_content=content), token, stop)
        except (StoreBusyError, discord.DiscordException, aiohttp.ClientError, OSError) as error:
            if refusal := _refusal(error):
                raise DiscordError(refusal) from error
            if isinstance(error, discord.HTTPException) and error.status < 500 and error.status != 429:
                raise
            failures = 1 if time.monotonic() - began > 2 * _PAUSES_S[-1] else failures + 1
            pause_s = _PAUSES_S[min(failures, len(_PAUSES_S)) - 1]
            why = (
                str(error) if isinstance(error, StoreBusyError) else f"no connection to Discord: {type(error).__name__}"
            )
            log.warning("%s: trying again in %d s", why.rstrip("."), pause_s)
            await _unless(stop, asyncio.sleep(pause_s))
    return True


def _refusal(error: Exception) -> str | None:
    """Say why Discord does not let the bot in; None where it may do so later."""
    code = error.code if isinstance(error, discord.ConnectionClosed) else None
    if isinstance(error, discord.LoginFailure) or code == _AUTHENTICATION_FAILED:
        return "Discord does not take the token: copy it anew from the developer portal into DISCORD_TOKEN."
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return (
            "Discord does not grant the application an intent that was asked for: switch it on in the developer "
            "portal, or take MEASURES_MESSAGE_CONTENT out."
        )
    return None


async def _run_once(bot: MeasuresBot, token: str, stop: asyncio.Event) -> bool:
    running = asyncio.create_task(bot.start(token), name="bot")
    stopping = asyncio.create_task(stop.wait(), name="stop")
    is_free = True
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running
            if not stop.is_set():
                raise ConnectionError("the connection ended")
    finally:
        if stop.is_set():
            log.info("stopping")
        is_free = await bot.stop(_STOP_S if stop.is_set() else 0.0)
        stopping.cancel()
        running.cancel()
        await asyncio.gather(running, stopping, return_exceptions=True)
    return is_free


async def _has_content_intent(probe: discord.Client, token: str) -> bool:
    """Tell whether the application has the message content intent; asked before connecting with it."""
    async with probe:
        await probe.login(token)
        flags = probe.application_flags
    if flags.gateway_message_content or flags.gateway_message_content_limited:
        return True
    log.warning("MEASURES_MESSAGE_CONTENT is set, but the application does not have that intent: going on without it")
    return False


async def _unless(stop: asyncio.Event, act: Coroutine[Any, Any, T]) -> T | None:
    """Return what a coroutine returns; None where the bot is told to stop before."""
    acting, stopping = asyncio.create_task(act), asyncio.create_task(stop.wait())
    await asyncio.wait({acting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not acting.done():
        acting.cancel()
        await asyncio.gather(acting, return_exceptions=True)
        return None
    return await acting
