"""`measures mcp`: serves programs without Discord, over the pipes of the program that starts it or over HTTP.

The index is opened, and where there is none built, in the background, so that a program is answered at once.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from bot.app.admission import Admission
from bot.app.async_store import AsyncBotStore
from bot.app.background import Background
from bot.app.coordination import open_coordination
from bot.app.health import prepare_for
from bot.app.http import Running, listening
from bot.app.metrics import Surface, took
from bot.app.queue import EngineQueue
from bot.app.run import engine_opener
from bot.app.settings import BotSettings
from bot.database.home import open_store
from bot.programs.http_api import routes_of
from bot.programs.service import Service
from corpus import SettingsError
from index import IndexSettings, Maintenance

_ITS_OWNER = -1  # who asks over pipes


def serve_stdio(bot_settings: BotSettings, settings: IndexSettings) -> bool:
    """Serve MCP until the other program closes its end. Return whether all threads are free to end."""
    from mcp.server.stdio import stdio_server

    from bot.programs.mcp_server import mcp_server

    async def serve(service: Service) -> None:
        unpaced = replace(service, admission=None)  # a program that starts another needs no pace
        server = mcp_server(lambda: unpaced, lambda _: _ITS_OWNER)
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())

    return asyncio.run(_with_service(bot_settings, settings, serve))


def serve_http(bot_settings: BotSettings, settings: IndexSettings) -> bool:
    """Serve HTTP and MCP over HTTP until SIGTERM or SIGINT. Return whether all threads are free to end.

    :raises SettingsError: when MEASURES_HTTP is not set, or nothing can listen there.
    """
    if bot_settings.http is None:
        raise SettingsError("MEASURES_HTTP is not set: set it to a host and a port, such as 127.0.0.1:9460.")

    async def serve(service: Service) -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        routes = [prepare_for(service.queue), routes_of(lambda: service)]
        async with listening(bot_settings, Running(), routes):
            await stop.wait()

    return asyncio.run(_with_service(bot_settings, settings, serve))


async def _with_service(
    bot_settings: BotSettings, settings: IndexSettings, serve: Callable[[Service], Awaitable[None]]
) -> bool:
    background = Background(settings, Maintenance(settings))
    store = AsyncBotStore(partial(open_store, settings))
    queue = EngineQueue(engine_opener(settings), bot_settings.queue, background.renew, took)
    coordination = open_coordination(settings)
    admission = Admission(bot_settings, queue, {}, lambda: background.updating, coordination)
    coordination.start(1, {})
    queue.start()
    background.start_refreshing()
    try:
        keep = partial(store.keep_receipt, days=bot_settings.answer_days)
        await serve(Service(queue, Surface.HTTP, keep, admission))
    finally:
        background.stop_refreshing()
        await coordination.close()
        await store.close()
        queue_is_free = queue.close()
        is_free = await background.close() and queue_is_free
    return is_free
