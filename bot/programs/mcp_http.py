"""MCP over streamable HTTP, at `/mcp` of what the bot serves over HTTP.

The SDK speaks ASGI, and the bot's listener is aiohttp. Each request is answered by itself, as JSON and without a
session, so a whole request goes in and a whole response comes out.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, MutableMapping
from typing import Any

from aiohttp import web
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from bot.app.http import body_of
from bot.programs.mcp_server import Context, mcp_server
from bot.programs.service import Service, caller_id

_Message = MutableMapping[str, Any]
_MANAGER: web.AppKey[StreamableHTTPSessionManager] = web.AppKey("mcp", StreamableHTTPSessionManager)
_HOP_BY_HOP = {"connection", "transfer-encoding", "content-length"}


def prepare(app: web.Application, service: Callable[[], Service]) -> None:
    """Add the route."""
    server = mcp_server(service, _caller)
    app[_MANAGER] = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
    app.cleanup_ctx.append(_running)
    app.router.add_post("/mcp", _handle)


def _caller(context: Context) -> int:
    client = getattr(context.request, "client", None)
    return caller_id(client.host if client is not None else None)


async def _running(app: web.Application) -> AsyncIterator[None]:
    """Run the SDK's part in a task of its own: what it cancels is never the task that runs the bot."""
    running, ending = asyncio.Event(), asyncio.Event()

    async def run() -> None:
        async with app[_MANAGER].run():
            running.set()
            await ending.wait()

    task = asyncio.create_task(run(), name="mcp")
    await running.wait()
    yield
    ending.set()
    await task


async def _handle(request: web.Request) -> web.Response:
    """Pass a request on, and return the response."""
    body = await body_of(request)
    response = web.Response()
    parts: list[bytes] = []
    sent = asyncio.Event()
    incoming: list[_Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> _Message:
        if incoming:
            return incoming.pop()
        await sent.wait()
        return {"type": "http.disconnect"}

    async def send(message: _Message) -> None:
        if message["type"] == "http.response.start":
            response.set_status(message["status"])
            for name, value in message["headers"]:
                if name.decode("latin-1").lower() not in _HOP_BY_HOP:
                    response.headers.add(name.decode("latin-1"), value.decode("latin-1"))
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    try:
        await request.app[_MANAGER].handle_request(_scope(request), receive, send)
    finally:
        sent.set()
    response.body = b"".join(parts)
    return response


def _scope(request: web.Request) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.scheme,
        "path": request.path,
        "raw_path": request.rel_url.raw_path.encode("ascii"),
        "query_string": request.rel_url.raw_query_string.encode("ascii"),
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.raw_headers],
        "client": (request.remote or "", 0),
        "server": None,
    }
