"""How many connections the bot holds over HTTP: without a bound, clients that say nothing would take all its files.

Each connection is an open file, of which a process has about a thousand, and the bot needs some for Discord and for
what it keeps.
"""

import asyncio

from aiohttp import web

SILENT_S = 60.0
"""After how long a connection ends that waits for a request."""
BACKLOG = 16
"""How many connections are taken at a time, before any of them may be refused."""
_MOST = 100
_FULL = b'{"error": "Too many connections are open: try again in a minute."}'
_REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json; charset=utf-8\r\nRetry-After: 60\r\n"
    b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(_FULL), _FULL)
)


class BoundedServer:
    """Makes connections as a server does, up to a number. More are refused in a sentence."""

    def __init__(self, server: web.Server) -> None:
        """Take the server."""
        self._server = server
        self._coming = 0

    def __call__(self) -> asyncio.Protocol:
        """Return what speaks over a new connection, which the server knows a moment later."""
        if len(self._server.connections) + self._coming >= _MOST:
            return _Refused()
        self._coming += 1
        asyncio.get_running_loop().call_soon(self._came)
        return self._server()

    def _came(self) -> None:
        self._coming -= 1


class _Refused(asyncio.Protocol):
    """A connection that is told why it ends."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Tell it, and end it."""
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(_REFUSAL)
        transport.close()
