"""Where settings come from: `.env` and the environment, and names in them that no setting has."""

import logging
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv.parser import parse_stream
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.app.settings import BotSettings
from corpus import SettingsError
from index import ENV_ENCODING, ENV_FILE, IndexSettings, read_settings, variable

log = logging.getLogger(__name__)
# Also what was meant to begin so: MEASURE_PACE would be ignored without a word.
_OURS = re.compile(r"MEASURES?[_-].*", re.IGNORECASE)
_PREFIX = re.compile(r"MEASURES?[_-]*", re.IGNORECASE)
_LEAST_LIKE = 60.0
_LETTERS_A_SLIP = 8  # that a name has for each slip beyond the first


@dataclass(frozen=True, slots=True)
class Found:
    """The names in `.env` and in the environment, each with whether it has a value, and what is wrong with `.env`."""

    path: Path
    in_file: Mapping[str, bool] | None
    """None where there is no file."""
    in_environment: Mapping[str, bool]
    unreadable_lines: tuple[int, ...] = ()
    open_to_others: bool = False

    def unknown(self) -> list[str]:
        """Return a sentence of each name that is meant for this program and that no setting has."""
        names = known_names()
        origins = {name: "the environment" for name in self.in_environment} | {
            name: str(self.path) for name in self.in_file or ()
        }
        return [_unknown(name, where, names) for name, where in origins.items() if name.upper() not in names]

    def where(self) -> str:
        """Say where settings were looked for, and which have a value there; never the values."""
        if self.in_file is None:
            file = f"no file {self.path}"
        else:
            file = f"{self.path}: {_those_set(self.in_file) or 'nothing is set'}"
        return f"{file}; in the environment: {_those_set(self.in_environment) or 'none'}"


def known_names() -> frozenset[str]:
    """Return the names of all settings."""
    return frozenset(variable(kind, field) for kind in (BotSettings, IndexSettings) for field in kind.model_fields)


def find_settings() -> Found:
    """Look where settings come from.

    :raises SettingsError: when `.env` cannot be read.
    """
    logging.getLogger("dotenv.main").setLevel(logging.ERROR)  # it warns of a line once for each class of settings
    path = ENV_FILE.absolute()
    in_environment = {name: bool(value) for name, value in sorted(os.environ.items()) if _is_ours(name)}
    if not path.is_file():
        if os.path.lexists(path) and not path.is_char_device():  # a link to /dev/null is a way to have none
            raise SettingsError(f"{path} is no file: make it one, or move it away.")
        return Found(path, None, in_environment)
    try:
        with path.open(encoding=ENV_ENCODING) as stream:
            bindings = list(parse_stream(stream))
        mode = stat.S_IMODE(path.stat().st_mode)
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not in UTF-8: save it as UTF-8.") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}): allow it.") from error
    names = {binding.key: bool(binding.value) for binding in bindings if binding.key and _is_ours(binding.key)}
    lines = tuple(_line_of(binding.original.string, binding.original.line) for binding in bindings if binding.error)
    return Found(path, names, in_environment, lines, bool(mode & 0o077))


def check_settings() -> None:
    """Check the names and values of all that is set, also of what a command does not use, and warn of an open `.env`.

    :raises SettingsError: naming each name that no setting has, or else each value that makes no sense.
    """
    check_names()
    for kind in (BotSettings, IndexSettings):
        read_settings(kind)


def check_names() -> None:
    """Check the names of all that is set, and warn of a `.env` that others may read.

    :raises SettingsError: naming each that no setting has, with the nearest that there is.
    """
    sources = find_settings()
    for number in sources.unreadable_lines:
        log.warning("%s: line %d is left out, because it is not NAME=value", sources.path, number)
    if sources.in_file and sources.open_to_others:
        log.warning("others may read %s: chmod 600 keeps them out", sources.path)
    if unknown := sources.unknown():
        raise SettingsError(f"{'; '.join(unknown)}.")


def _those_set(names: Mapping[str, bool]) -> str:
    return ", ".join(name for name, has_value in names.items() if has_value)


def _is_ours(name: str) -> bool:
    """Tell whether a name is meant for this program: by its prefix, or by one that is a slip away before a setting."""
    if _OURS.fullmatch(name) or name.upper() == "DISCORD_TOKEN":
        return True
    prefix, _, rest = name.upper().replace("-", "_").partition("_")
    return OSA.distance(prefix, "MEASURES", score_cutoff=1) <= 1 and f"MEASURES_{rest.lstrip('_')}" in known_names()


def _unknown(name: str, where: str, names: frozenset[str]) -> str:
    core = _PREFIX.sub("", name).upper() if _OURS.fullmatch(name) else name.upper().partition("_")[2]
    cores = {known: _PREFIX.sub("", known) for known in sorted(names)}
    # A slip comes before a part: HTPT is HTTP, though more of it is in HTTP_HOSTS.
    nearest = process.extractOne(
        core, cores, scorer=OSA.distance, score_cutoff=1 + len(core) // _LETTERS_A_SLIP
    ) or process.extractOne(core, cores, scorer=fuzz.WRatio, score_cutoff=_LEAST_LIKE)
    hint = f"write {nearest[2]}" if nearest is not None else ".env.example lists them all"
    return f"{name}, in {where}, is no setting: {hint}"


def _line_of(text: str, number: int) -> int:
    """Return the number of the line that a faulty binding is on: blank lines before it belong to it."""
    return number + len(text) - len(text.lstrip("\r\n"))
