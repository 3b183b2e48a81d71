"""How many connections the bot holds over HTTP: without a bound, clients that say nothing would take all its files.

Each connection is an open file, of which a process has about a thousand, and the bot needs some for Discord and for
what it keeps.
"""

import asyncio
from collections.abc import Callable

from aiohttp import web

SILENT_S = 60.0
"""After how long a connection ends that waits for a request."""
_MOST = 200
_FULL = b'{"error": "Too many connections are open: try again in a minute."}'
_REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json; charset=utf-8\r\nRetry-After: 60\r\n"
    b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(_FULL), _FULL)
)


def bounded(server: web.Server) -> Callable[[], asyncio.Protocol]:
    """Return what makes connections as a server does, up to a number. More are refused in a sentence."""
    return lambda: server() if len(server.connections) < _MOST else _Refused()


class _Refused(asyncio.Protocol):
    """A connection that is told why it ends."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Tell it, and end it."""
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(_REFUSAL)
        transport.close()
