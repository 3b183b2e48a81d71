"""HTTP with JSON: a path for each tool, and `/openapi.json`, which describes them."""

import json
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any

from aiohttp import web

from bot.app.http import RUNNING, Prepare, body_of, error_response
from bot.app.metrics import Surface
from bot.programs.openapi import openapi
from bot.programs.service import NotServedError, Service, caller_id
from bot.programs.tools import TOOLS, Tool
from corpus import as_json

_SERVICE: web.AppKey[Callable[[], Service]] = web.AppKey("service")


def prepare(app: web.Application) -> None:
    """Add the routes, for what the bot serves by now."""
    _prepare(app, partial(_of_the_bot, app))


def routes_of(service: Callable[[], Service]) -> Prepare:
    """Return what adds the routes, for what is served without a bot."""
    return partial(_prepare, service=service)


def _prepare(app: web.Application, service: Callable[[], Service]) -> None:
    """Add the routes; also that of MCP, where its SDK is installed."""
    app[_SERVICE] = service
    app.router.add_get("/openapi.json", _describe)
    for tool in TOOLS.values():
        if tool.needs_key:
            app.router.add_post(tool.path, partial(_call, tool=tool))
        else:
            app.router.add_get(tool.path, partial(_call, tool=tool))
    if find_spec("mcp") is not None:
        from bot.programs import mcp_http

        mcp_http.prepare(app, service)


def _of_the_bot(app: web.Application) -> Service:
    """Return what calls tools in turn with people in Discord.

    :raises NotServedError: before the bot has begun, and while it stops.
    """
    bot = app[RUNNING].bot
    if bot is None or bot.stopping or bot.is_closed():
        raise NotServedError("The bot is starting or stopping: ask again in a minute.", 503, 60)
    keep = partial(bot.store.keep_receipt, days=bot.settings.answer_days)
    return Service(bot.queue, Surface.HTTP, keep, bot.admission)


async def _describe(request: web.Request) -> web.Response:
    return web.json_response(openapi())


async def _call(request: web.Request, tool: Tool) -> web.Response:
    try:
        arguments = await _arguments(request)
        service, as_text = request.app[_SERVICE](), request.method != "POST"
        document = await service.call(tool.name, arguments, caller_id(request.remote), as_text=as_text)
    except NotServedError as error:
        response = error_response(error.status, str(error))
        if error.retry_s is not None:
            response.headers["Retry-After"] = str(error.retry_s)
        return response
    return web.Response(text=as_json(document), content_type="application/json")


async def _arguments(request: web.Request) -> dict[str, Any]:
    """Return what a tool is given: the query of the address, or the JSON object in the body.

    :raises NotServedError: when it is neither.
    """
    if request.method != "POST":
        if len(request.query) > len(set(request.query)):
            raise NotServedError("Give each parameter once.", 400)
        return dict(request.query)
    if request.content_type != "application/json":
        raise NotServedError("Send a JSON object, as application/json.", 415)
    try:
        arguments = json.loads(await body_of(request))
    except (ValueError, RecursionError) as error:
        raise NotServedError("The body is no JSON: send a JSON object.", 400) from error
    if not isinstance(arguments, dict):
        raise NotServedError("The body is no JSON object.", 400)
    return arguments
