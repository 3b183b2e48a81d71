"""Bounds for what comes from others, so that it can be kept: every string is valid UTF-8 and has a maximum length."""

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from corpus.errors import SourceError
from corpus.models import Draft

MAX_TEXT_CHARS = 200_000  # The longest of 291 real releases has 13,849.
MAX_FIELD_CHARS = 5_000
_SURROGATES = range(0xD800, 0xE000)

Row = TypeVar("Row")


def utf8(text: str) -> str:
    """Return a text with surrogates, which come from JSON and file names, replaced by the replacement character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if ord(char) in _SURROGATES else char for char in text)
    return text


def repaired(row: Row) -> Row:
    """Return a dataclass with `utf8` applied to all its strings, including those in its mappings."""
    assert dataclasses.is_dataclass(row)
    assert not isinstance(row, type)
    values = {field.name: getattr(row, field.name) for field in dataclasses.fields(row)}
    valid = {name: _valid(value) for name, value in values.items()}
    return row if valid == values else dataclasses.replace(row, **valid)


def check_length(chars: int, name: str) -> None:
    """Check the length of a text.

    :raises SourceError: when it is longer than any release.
    """
    if chars > MAX_TEXT_CHARS:
        raise SourceError(
            f"{name} has {chars:,} characters of text: a release has at most {MAX_TEXT_CHARS:,}, give it alone."
        )


def bounded_draft(draft: Draft, name: str) -> Draft:
    """Return a draft that can be kept. A value other than the text that is too long counts as not stated.

    :param name: how messages call the source.
    :raises SourceError: when its text is longer than any release.
    """
    check_length(len(draft.text), name)
    fresh = Draft("")
    values: dict[str, Any] = {}
    for field in dataclasses.fields(draft):
        value = getattr(draft, field.name)
        if isinstance(value, Mapping):
            values[field.name] = {key: text for key, text in value.items() if len(str(text)) <= MAX_FIELD_CHARS}
        elif isinstance(value, str) and field.name != "text" and len(value) > MAX_FIELD_CHARS:
            values[field.name] = getattr(fresh, field.name)
    return repaired(dataclasses.replace(draft, **values))


def _valid(value: object) -> object:
    if isinstance(value, str):
        return utf8(value)
    if isinstance(value, datetime.datetime):  # A database column for days cannot be read back with a time in it.
        return value.date()
    if isinstance(value, Mapping):
        return {_valid(key): _valid(item) for key, item in value.items()}
    return value
