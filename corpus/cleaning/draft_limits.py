"""What comes in from others, made fit to be kept: every string can be written as UTF-8 and has a bound."""

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from corpus.errors import SourceError
from corpus.models import Draft

MAX_TEXT_CHARS = 200_000  # the longest of 291 real releases has 13,849
MAX_FIELD_CHARS = 5_000
_SURROGATES = range(0xD800, 0xE000)

Row = TypeVar("Row")


def utf8(text: str) -> str:
    """Return a text with a replacement character for what is no character: half of one, from JSON or a file's name."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if ord(char) in _SURROGATES else char for char in text)
    return text


def repaired(row: Row) -> Row:
    """Return a dataclass with all its strings as `utf8` has them, those in its mappings, too."""
    assert dataclasses.is_dataclass(row)
    assert not isinstance(row, type)
    values = {field.name: getattr(row, field.name) for field in dataclasses.fields(row)}
    fit = {name: _fit(value) for name, value in values.items()}
    return row if fit == values else dataclasses.replace(row, **fit)


def check_length(chars: int, name: str) -> None:
    """Make sure that a text is no longer than a release.

    :raises SourceError: when it is.
    """
    if chars > MAX_TEXT_CHARS:
        raise SourceError(
            f"{name} has {chars:,} characters of text: a release has at most {MAX_TEXT_CHARS:,}, give it alone."
        )


def bounded_draft(draft: Draft, name: str) -> Draft:
    """Return a draft fit to be kept; of what it states beside its text, what is too long counts as not stated.

    :param name: how messages call the source.
    :raises SourceError: when its text is longer than any release.
    """
    check_length(len(draft.text), name)
    fresh = Draft("")
    values: dict[str, Any] = {}
    for field in dataclasses.fields(draft):
        value = getattr(draft, field.name)
        if isinstance(value, Mapping):
            values[field.name] = {key: one for key, one in value.items() if len(str(one)) <= MAX_FIELD_CHARS}
        elif isinstance(value, str) and field.name != "text" and len(value) > MAX_FIELD_CHARS:
            values[field.name] = getattr(fresh, field.name)
    return repaired(dataclasses.replace(draft, **values))


def _fit(value: object) -> object:
    if isinstance(value, str):
        return utf8(value)
    if isinstance(value, datetime.datetime):  # which SQLite, and whoever reads a date back, do not take for a day
        return value.date()
    if isinstance(value, Mapping):
        return {_fit(key): _fit(one) for key, one in value.items()}
    return value
