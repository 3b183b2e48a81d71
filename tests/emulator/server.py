"""The sockets: TLS under Discord's names, plain for subprocesses; every request recorded, checked and answered."""

import asyncio
import json
import socket
import struct
import traceback
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.web_request import FileField

from tests.emulator import tls
from tests.emulator.errors import ApiError, InvalidForm
from tests.emulator.recorder import Fault, Recorded, Upload
from tests.emulator.rest import application, callbacks, channels, commands, webhooks
from tests.emulator.rest.call import HANDLERS, Call
from tests.emulator.schema import Operation, description

if TYPE_CHECKING:
    from tests.emulator.gateway import Gateway
    from tests.emulator.platform import Platform

ROUTES = (application, callbacks, channels, commands, webhooks)
_API = "/api/v10"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Server:
    """One emulator's HTTP server on 127.0.0.1."""

    def __init__(self, platform: "Platform", gateway: "Gateway") -> None:
        self._platform = platform
        self._gateway = gateway
        self._runner: web.AppRunner | None = None
        self.tls_port = self.plain_port = 0

    async def start(self) -> None:
        """Listen on two free ports."""
        app = web.Application(client_max_size=32 * 1024 * 1024)
        app.router.add_route("*", "/{tail:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5, handle_signals=False)
        await self._runner.setup()
        for context in (tls.server_context(), None):
            await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=context).start()
        self.tls_port, self.plain_port = (address[1] for address in self._runner.addresses)

    async def stop(self) -> None:
        """Stop listening, and cut what is connected."""
        for connection in list(self._gateway.connections):
            connection.close(1001)
        if self._runner is None or self._runner.server is None:
            return
        transports = [handler.transport for handler in self._runner.server.connections]
        await self._runner.cleanup()
        for transport in transports:
            if transport is not None:
                transport.abort()  # The end of TLS would be waited for, and the loop ends before.
        await asyncio.sleep(0)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith(_API):
            return await self._rest(request, request.rel_url.raw_path.removeprefix(_API))
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._gateway.handle(request)
        if (data := self._platform.world.files.get(request.path)) is not None:
            return web.Response(body=data)
        self._platform.problem(f"nothing is at {request.method} {request.url}")
        return web.Response(status=404)

    async def _rest(self, request: web.Request, path: str) -> web.StreamResponse:
        body, files = await _parsed(request)
        at_s = self._platform.clock.monotonic()
        recorded = Recorded(request.method, path, dict(request.query), request.headers, body, files, at_s)
        self._platform.requests.append(recorded)
        fault = next((each for each in self._platform.faults if each.takes(request.method, path)), None)
        if fault is None:
            status, answer = self._answer(recorded)
            response: web.StreamResponse = _json(status, answer, request)
        else:
            response = await self._faulty(request, recorded, fault)
        recorded.status = response.status if isinstance(response, web.Response) else 0
        self._platform.changed()
        return response

    async def _faulty(self, request: web.Request, recorded: Recorded, fault: Fault) -> web.StreamResponse:
        if fault.apply_first:
            self._answer(recorded)
        await asyncio.sleep(fault.delay_s)
        if fault.reset:
            _reset(request)
            return web.StreamResponse()
        if fault.status is None:
            return _json(*self._answer(recorded), request)
        if isinstance(fault.body, str):
            return web.Response(status=fault.status, text=fault.body, headers=fault.headers, content_type="text/html")
        answer = {"code": 0, "message": "fault"} if fault.body is None else fault.body
        return _json(fault.status, answer, request, fault.headers)

    def _answer(self, recorded: Recorded) -> tuple[int, object]:
        try:
            recorded.answer = None
            status, recorded.answer = self._route(recorded)
        except ApiError as error:
            if isinstance(error, InvalidForm):
                flaws = "; ".join(map(str, error.flaws))
                self._platform.problem(f"invalid request {recorded.method} {recorded.path}: {flaws}")
            status, recorded.answer = error.status, error.body()
        except Exception:
            self._platform.problem(f"{recorded.method} {recorded.path} raised:\n{traceback.format_exc()}")
            status, recorded.answer = 503, {"code": 0, "message": "the emulator failed"}
        return status, recorded.answer

    def _route(self, recorded: Recorded) -> tuple[int, object]:
        result = description().match(recorded.method, recorded.path)
        if result is None or result[0].operation_id not in HANDLERS:
            self._platform.problem(f"unknown route {recorded.method} {recorded.path}")
            raise ApiError(404, 0, "404: Not Found")
        operation, params = result
        self._authorize(recorded, operation)
        self._validate(recorded, operation)
        call = Call(self._platform, params, recorded.query, recorded.json, recorded.files)
        answer = HANDLERS[operation.operation_id](call)
        if answer is None:
            return 204, None
        status = next(status for status in operation.successes if status != 204)
        flaws = description().answer_flaws(operation, status, answer) if self._platform.validate else []
        for flaw in flaws:
            self._platform.problem(f"the emulator's own answer to {recorded.method} {recorded.path}: {flaw}")
        return status, answer

    def _authorize(self, recorded: Recorded, operation: Operation) -> None:
        if operation.needs_bot and recorded.headers.get("Authorization") != f"Bot {self._platform.token}":
            raise ApiError(401, 0, "401: Unauthorized")

    def _validate(self, recorded: Recorded, operation: Operation) -> None:
        if not operation.has_body or not self._platform.validate:
            return
        form = recorded.json if recorded.json is not None else {}
        if flaws := description().request_flaws(operation, form):
            raise InvalidForm(*flaws)


async def _parsed(request: web.Request) -> tuple[object, dict[str, Upload]]:
    if not request.content_type.startswith("multipart/"):
        text = await request.text()
        return (json.loads(text) if text else None), {}
    parts = await request.post()
    files = {key: _upload(part) for key, part in parts.items() if isinstance(part, FileField)}
    body = parts.get("payload_json")
    return (json.loads(body) if isinstance(body, str) else {}), files


def _upload(part: FileField) -> Upload:
    with part.file:
        return Upload(part.filename, part.content_type, part.file.read())


def _json(status: int, answer: object, request: web.Request, headers: dict[str, str] | None = None) -> web.Response:
    """Answer as Discord does: the content type is exactly application/json, or discord.py takes the body for text."""
    if status == 204:
        return web.Response(status=204)
    text = json.dumps(answer)
    if not request.secure:
        text = text.replace("https://cdn.discordapp.com", f"http://{request.host}")
        text = text.replace("wss://gateway.discord.gg", f"ws://{request.host}/gateway")
    return web.Response(
        status=status, body=text.encode(), headers={"Content-Type": "application/json", **(headers or {})}
    )


def _reset(request: web.Request) -> None:
    """Cut the connection with a TCP reset."""
    if request.transport is None:
        return
    raw = request.transport.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    request.transport.abort()
