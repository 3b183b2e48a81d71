"""One line in the log for every request to Discord that failed: what was asked of it, never a token or a text."""

import asyncio
import logging
import re
from types import SimpleNamespace

import aiohttp

log = logging.getLogger(__name__)
_API = "/api/"
_NAMED = re.compile(r"@?[a-z-]{2,24}")


def trace() -> aiohttp.TraceConfig:
    """Make what listens to a client's requests; the gateway's are told of elsewhere."""
    config = aiohttp.TraceConfig()
    config.on_request_end.append(_answered)
    config.on_request_exception.append(_cut)
    return config


async def _answered(
    session: aiohttp.ClientSession, context: SimpleNamespace, request: aiohttp.TraceRequestEndParams
) -> None:
    status = request.response.status
    if not request.url.path.startswith(_API):
        return
    if status == 429:
        headers = request.response.headers
        what = "everything" if "X-RateLimit-Global" in headers else _route(request.url.path)
        log.warning("Discord wants %s s without %s %s", headers.get("Retry-After", "?"), request.method, what)
    elif status >= 500:
        log.warning("Discord answered %d to %s %s", status, request.method, _route(request.url.path))


async def _cut(
    session: aiohttp.ClientSession, context: SimpleNamespace, request: aiohttp.TraceRequestExceptionParams
) -> None:
    if request.url.path.startswith(_API) and not isinstance(request.exception, asyncio.CancelledError):
        kind = type(request.exception).__name__
        log.warning("no answer from Discord to %s %s (%s)", request.method, _route(request.url.path), kind)


def _route(path: str) -> str:
    """Return a path without ids and tokens, as ``webhooks/…/messages/@original``."""
    parts = path.partition(_API)[2].split("/")[1:]
    kept = [part if _NAMED.fullmatch(part) else "…" for part in parts]
    return "/".join(part for at, part in enumerate(kept) if part != "…" or kept[at - 1] != "…")
