"""What the bot serves over HTTP. It listens before there is a connection to Discord, and over all reconnects.

Routes are given by `routes.py`; their handlers find what they act on in ``request.app[RUNNING]``.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.app.http_access import Access
from bot.app.http_connections import BACKLOG, SILENT_S, BoundedServer
from bot.app.settings import Address, BotSettings
from corpus import FilterError, MeasuresError, QuestionError, SettingsError

if TYPE_CHECKING:
    from bot.app.client import MeasuresBot

log = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Prepare = Callable[[web.Application], None]
_MOST_BYTES = 64 * 1024
_BROKEN = (ConnectionError, HttpProcessingError, web.RequestPayloadError)
_CLOSE_S = 1.0
_BODY_S = 30.0  # for 64 KB


@dataclass(slots=True)
class Running:
    """The bot that runs now, or that ran last; None before the first one is made."""

    bot: "MeasuresBot | None" = None


RUNNING: web.AppKey[Running] = web.AppKey("running", Running)
_ACCESS: web.AppKey[Access] = web.AppKey("access", Access)


def access_of(settings: BotSettings, address: Address) -> Access:
    """Return who may ask, by the settings."""
    key = settings.http_key.get_secret_value().strip() if settings.http_key else ""
    return Access(address, key or None, settings.http_hosts)


def application(access: Access, running: Running, routes: Iterable[Prepare]) -> web.Application:
    """Return the application, which answers only what may be asked.

    :param routes: functions that add routes.
    """
    app = web.Application(middlewares=[_guarded], client_max_size=_MOST_BYTES)
    app[RUNNING], app[_ACCESS] = running, access
    for prepare in routes:
        prepare(app)
    return app


@asynccontextmanager
async def listening(settings: BotSettings, running: Running, routes: Iterable[Prepare]) -> AsyncIterator[None]:
    """Listen where the settings say until the block ends; do nothing where they say nothing.

    :raises SettingsError: when nothing can listen there.
    """
    address = settings.http
    if address is None:
        yield
        return
    app = application(access_of(settings, address), running, routes)
    runner = web.AppRunner(
        app, access_log=None, logger=_server_log(), shutdown_timeout=_CLOSE_S, keepalive_timeout=SILENT_S
    )
    await runner.setup()
    assert runner.server is not None
    listener: asyncio.Server | None = None
    try:
        try:
            listener = await asyncio.get_running_loop().create_server(
                BoundedServer(runner.server), address.host, address.port, backlog=BACKLOG
            )
        except OSError as error:
            raise SettingsError(
                f"Nothing can listen on {address} ({error.strerror or error}): give MEASURES_HTTP another one."
            ) from error
        log.info("listening on %s", address)
        yield
    finally:
        if listener is not None:
            listener.close()
        await runner.cleanup()


def _server_log() -> logging.Logger:
    """Return the log of aiohttp's server, which quotes the bytes of a broken request and who sent it: both go."""
    server_log = logging.getLogger(f"{__name__}.server")
    server_log.filters = [_without_request]
    return server_log


def _without_request(record: logging.LogRecord) -> bool:
    """Drop what is said of a request that is not HTTP, and shorten any other error to its kind."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, _BROKEN):
        return False
    record.msg, record.args = f"a request failed ({type(error).__name__})", ()
    record.exc_info = record.exc_text = None
    return True


async def body_of(request: web.Request) -> bytes:
    """Return the body of a request.

    :raises aiohttp.web.HTTPException: when it is too large, does not come in time, is cut short, or is not encoded as
        its headers say. For none of this there is a reason in this program.
    """
    try:
        async with asyncio.timeout(_BODY_S):
            return await request.read()
    except TimeoutError as error:
        raise web.HTTPRequestTimeout(reason="The body did not come in time: send it again") from error
    except _BROKEN as error:
        raise web.HTTPBadRequest(reason="The body is not what the headers say: send it again") from error


def error_response(status: int, why: str) -> web.Response:
    """Return an error as JSON: one sentence."""
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return web.json_response({"error": why}, status=status, headers=headers)


def _sentence(error: web.HTTPException) -> str:
    """Say in a sentence what is wrong with a request that no route takes."""
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return f"The request is larger than {_MOST_BYTES // 1024} KB: send less."
    if isinstance(error, web.HTTPMethodNotAllowed):
        return f"This path takes {' or '.join(sorted(error.allowed_methods - {'HEAD'}))}, not {error.method[:20]}."
    if isinstance(error, web.HTTPNotFound):
        return "There is no such path: /openapi.json describes those that there are."
    return f"{error.reason}."


@web.middleware
async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer what may be asked; turn every error into a sentence that holds nothing of a traceback."""
    refusal = request.app[_ACCESS].refusal(request)
    if refusal is not None:
        return error_response(refusal.status, refusal.why)
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return error_response(error.status, _sentence(error))
    except (QuestionError, FilterError) as error:
        return error_response(400, str(error))
    except MeasuresError as error:
        log.warning("http: %s: %s", type(error).__name__, error)
        return error_response(503, "The releases cannot be searched just now: try again later.")
    except Exception as error:
        reference = secrets.token_hex(4)
        # The message of an error may repeat what somebody asked.
        told = RuntimeError(type(error).__name__).with_traceback(error.__traceback__)
        log.error("unexpected error %s in http", reference, exc_info=told)
        return error_response(500, f"Something went wrong that should not have. Reference: {reference}")
