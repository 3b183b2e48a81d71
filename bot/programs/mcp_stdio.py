"""`measures mcp`: the MCP server for a program on the same machine, which starts it and talks to it over its pipes."""

import asyncio
import logging

from mcp.server.stdio import stdio_server

from bot.app.background import Background
from bot.app.queue import EngineQueue
from bot.app.run import engine_opener
from bot.programs.mcp_server import mcp_server
from bot.programs.service import Service
from index import IndexSettings, Maintenance

log = logging.getLogger(__name__)
_ITS_OWNER = -1  # who asks; a program that starts another needs no pace
_BOUND = 1_000


def serve_stdio(settings: IndexSettings) -> bool:
    """Serve until the other program closes its end. Return whether all threads are free to end.

    The index is opened, and where there is none built, in the background: the program is answered at once.
    """
    return asyncio.run(_serve(settings))


async def _serve(settings: IndexSettings) -> bool:
    background = Background(settings, Maintenance(settings))
    queue = EngineQueue(engine_opener(settings), _BOUND, background.renew)
    service = Service(queue)
    queue.start()
    background.start_refreshing()
    server = mcp_server(lambda: service, lambda _: _ITS_OWNER)
    try:
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())
    finally:
        background.stop_refreshing()
        is_free = queue.close()
        is_free = await background.close() and is_free
    return is_free
