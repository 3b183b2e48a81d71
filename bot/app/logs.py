"""What the bot logs: a line an interaction, a line a failed request to Discord; never a text, a name or a secret."""

import asyncio
import logging
import re
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Literal

import aiohttp
import discord

from corpus import TEXT_FORMAT, JsonFormatter, LogFormatter, log_to_stderr, with_fields
from index import Answer

log = logging.getLogger(__name__)
Interaction = discord.Interaction[Any]
_MIN_SAID_CHARS = 3
_BEGAN, _ANSWER = "began", "answer"
_API = "/api/"
_ROUTE_NAME = re.compile(r"@?[a-z-]{2,24}")
# discord.py logs tracebacks of faults that it survives; these texts stand for them.
_SURVIVED = {
    "discord.shard": "no connection to Discord: trying again in some seconds",
    "discord.app_commands": "a completion could not be given",
}


def configure_logging(log_format: Literal["text", "json"], *, verbose: bool, secrets: Sequence[str] = ()) -> None:
    """Log to stderr, one line an event, without tracebacks of what discord.py survives by itself.

    :param secrets: what is hidden wherever it turns up.
    """
    is_json = log_format == "json"
    formatter = JsonFormatter(secrets=secrets) if is_json else LogFormatter(TEXT_FORMAT, secrets)
    handler = log_to_stderr(logging.DEBUG if verbose else logging.INFO, formatter, force=True)
    handler.addFilter(_without_survived_tracebacks)
    if verbose:
        logging.getLogger("discord").setLevel(logging.INFO)  # below that it writes what people ask
        return
    for name in ("discord", "httpx", "index.engine", "mcp"):  # the line of an interaction says what index.engine would
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("discord.http", "discord.webhook.async_"):  # `request_trace` logs these
        logging.getLogger(name).setLevel(logging.ERROR)


def _without_survived_tracebacks(record: logging.LogRecord) -> bool:
    """Shorten to one line what discord.py logs of a fault that it survives, and drop what another line tells."""
    if record.name == "discord.gateway" and "stopped responding" in str(record.msg):
        return False  # a line follows when the connection is there again, or cannot be made
    if record.name.startswith("discord.") and record.exc_info and record.exc_info[0]:
        told = next((text for name, text in _SURVIVED.items() if record.name.startswith(name)), record.getMessage())
        record.msg, record.args = f"{told} ({record.exc_info[0].__name__})", ()
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.exc_info = record.exc_text = None
    return True


def begin(interaction: Interaction) -> None:
    """Remember when an interaction came."""
    interaction.extras[_BEGAN] = time.perf_counter()


def note(interaction: Interaction, answer: Answer) -> None:
    """Keep an answer for the line of an interaction."""
    interaction.extras[_ANSWER] = answer


def served(interaction: Interaction, what: str) -> None:
    """Log an interaction that was served."""
    log_served(what, _took_ms(interaction), interaction.extras.get(_ANSWER))


def log_served(what: str, took_ms: float, answer: Answer | None) -> None:
    """Log something that was served, with a few figures of the answer where it is one."""
    fields: dict[str, object] = {"event": "served", "what": what, "took_ms": round(took_ms)}
    figures = ""
    if answer is not None:
        verdict = "answered" if answer.answered else "not found"
        figures = f" ({verdict}, confidence {answer.confidence:.2f}, engine {answer.took_ms:.0f} ms)"
        fields |= {"outcome": verdict, "confidence": round(answer.confidence, 3), "engine_ms": round(answer.took_ms)}
    log.info("%s: served in %.0f ms%s", what, took_ms, figures, extra=with_fields(**fields))


def refused(interaction: Interaction) -> None:
    """Log an interaction that was refused, for a reason that the person read."""
    name, took_ms = _name(interaction), _took_ms(interaction)
    fields = with_fields(event="refused", what=name, took_ms=round(took_ms))
    log.info("%s: refused in %.0f ms", name, took_ms, extra=fields)


def failed(interaction: Interaction, why: str) -> None:
    """Log an interaction that could not be served."""
    name, took_ms = _name(interaction), _took_ms(interaction)
    fields = with_fields(event="failed", what=name, took_ms=round(took_ms), why=why)
    log.warning("%s: failed after %.0f ms: %s", name, took_ms, why, extra=fields)


def described(interaction: Interaction) -> str:
    """Describe an interaction for the log of an unexpected error: all of it but the person's words and who it was."""
    place = "direct messages" if interaction.guild_id is None else f"guild {interaction.guild_id}"
    facts = (_name(interaction), f"{place} channel {interaction.channel_id}", f"locale {interaction.locale}")
    return f"{', '.join(facts)}, after {_took_ms(interaction):.0f} ms"


def said_in(interaction: Interaction) -> list[str]:
    """Return what a person typed into a command or a window."""
    return list(_typed(dict(interaction.data or {})))


def _typed(data: object) -> Iterator[str]:
    if isinstance(data, Mapping):
        if isinstance(data.get("value"), str):
            yield data["value"]
        for inner in data.values():
            yield from _typed(inner)
    elif isinstance(data, list):
        for inner in data:
            yield from _typed(inner)


def without_words(error: BaseException, said: Sequence[str]) -> BaseException:
    """Return an error with its traceback for the log; where its text repeats what a person wrote, that is left out."""
    shown = "".join(traceback.format_exception(error))
    held = [text for text in said if len(text) >= _MIN_SAID_CHARS and (text in shown or repr(text)[1:-1] in shown)]
    if not held:
        return error
    text = f"{type(error).__name__}: {error}"
    for each in sorted(held, key=len, reverse=True):
        text = text.replace(each, "[…]").replace(repr(each)[1:-1], "[…]")
    return RuntimeError(text).with_traceback(error.__traceback__)


def _took_ms(interaction: Interaction) -> float:
    began: float = interaction.extras.get(_BEGAN, time.perf_counter())
    return (time.perf_counter() - began) * 1000


def _name(interaction: Interaction) -> str:
    """Return what was used: a command's name, or the action of a button or a menu."""
    if interaction.command is not None:
        return interaction.command.qualified_name
    data: Mapping[str, object] = dict(interaction.data or {})
    custom_id = str(data.get("custom_id", ""))
    action = custom_id.split(":")[1] if custom_id[:2] in ("b:", "m:") else None
    return action or interaction.type.name


def request_trace() -> aiohttp.TraceConfig:
    """Return what logs a client's requests to Discord that fail; the gateway's faults are logged elsewhere."""
    config = aiohttp.TraceConfig()
    config.on_request_end.append(_log_error_status)
    config.on_request_exception.append(_log_no_answer)
    return config


async def _log_error_status(
    session: aiohttp.ClientSession, context: SimpleNamespace, request: aiohttp.TraceRequestEndParams
) -> None:
    status = request.response.status
    if not request.url.path.startswith(_API):
        return
    if status == 429:
        headers = request.response.headers
        what = "everything" if "X-RateLimit-Global" in headers else _route(request.url.path)
        fields = with_fields(event="discord", status=status, method=request.method, route=what)
        log.warning(
            "Discord wants %s s without %s %s", headers.get("Retry-After", "?"), request.method, what, extra=fields
        )
    elif status >= 500:
        route = _route(request.url.path)
        fields = with_fields(event="discord", status=status, method=request.method, route=route)
        log.warning("Discord answered %d to %s %s", status, request.method, route, extra=fields)


async def _log_no_answer(
    session: aiohttp.ClientSession, context: SimpleNamespace, request: aiohttp.TraceRequestExceptionParams
) -> None:
    if request.url.path.startswith(_API) and not isinstance(request.exception, asyncio.CancelledError):
        kind = type(request.exception).__name__
        route = _route(request.url.path)
        fields = with_fields(event="discord", error=kind, method=request.method, route=route)
        log.warning("no answer from Discord to %s %s (%s)", request.method, route, kind, extra=fields)


def _route(path: str) -> str:
    """Return a path without ids and tokens, as ``webhooks/…/messages/@original``."""
    parts = path.partition(_API)[2].split("/")[1:]
    masked = [part if _ROUTE_NAME.fullmatch(part) else "…" for part in parts]
    return "/".join(part for place, part in enumerate(masked) if part != "…" or masked[place - 1] != "…")
