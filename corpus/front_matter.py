"""Texts with a front-matter header, and the releases that come with the program, which are written so."""

import re
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from corpus.errors import SourceError
from corpus.models import Draft, Release
from corpus.web_urls import web_url

_FIELDS = ("title", "issuer", "date", "language", "kind", "reference", "url", "retrieved_from", "note")
_OPENS = "---\n"
_CLOSES = re.compile(r"^-{3,}[ \t]*$", re.MULTILINE)
_HEADER_MAX_CHARS = 10_000
_ADDRESSES = ("url", "retrieved_from")
_MAX_DEPTH = 5
_NOTHING = ("", "null", "~")
_DAY = re.compile(r"(?P<date>\d{4}-\d{2}-\d{2})(?:[Tt \t]|$)")


@cache
def shipped_releases() -> tuple[Release, ...]:
    """Return the releases that come with the program, in the order of their file names, which are the release ids."""
    files = sorted((resources.files("corpus") / "releases").iterdir(), key=lambda file: file.name)
    return tuple(
        (parse_front_matter(file.read_text("utf-8"), file.name) or Draft("")).accepted(file.name.removesuffix(".md"))
        for file in files
        if file.name.endswith(".md")
    )


def parse_front_matter(text: str, name: str) -> Draft | None:
    """Read a text that opens with a front-matter header (YAML between two lines of ``---``); None without a header.

    :raises SourceError: when the header is too long, is no YAML mapping of names to single values, or has an invalid
        date or address.
    """
    if not text.startswith(_OPENS):
        return None
    closed = _CLOSES.search(text, len(_OPENS))
    stated = _mapping(text[len(_OPENS) : closed.start()] if closed else None, name)
    if closed is None or not stated:
        return None
    values: dict[str, Any] = dict(stated)
    if "date" in stated:
        values["date"] = _day(stated["date"], name)
    for field in (field for field in _ADDRESSES if field in stated):
        values[field] = web_url(stated[field])
        if values[field] is None:
            raise SourceError(f"{name} has a header whose {field} is no web address: correct it and add it again.")
    return Draft(text=text[closed.end() :].strip(), found_in=dict.fromkeys(stated, "header"), **values)


def _mapping(header: str | None, name: str) -> dict[str, str]:
    """Return the values of a header as strings; nothing is converted to a number, a date or a boolean."""
    import yaml

    invalid = SourceError(f"{name} has a front-matter header that is not valid YAML: correct it and add it again.")
    if header is None:
        raise invalid
    if len(header) > _HEADER_MAX_CHARS:
        raise SourceError(
            f"{name} has a front-matter header of more than {_HEADER_MAX_CHARS:,} characters: shorten it."
        )
    try:
        if not _is_simple(header):
            raise invalid
        stated = yaml.load(header, Loader=yaml.BaseLoader)  # noqa: S506  (this loader makes only strings, lists and mappings)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise invalid from error
    if not isinstance(stated, dict):
        return {}
    if not all(isinstance(stated.get(field, ""), str) for field in _FIELDS):
        raise invalid
    return {field: stated[field] for field in _FIELDS if stated.get(field, "") not in _NOTHING}


def _is_simple(header: str) -> bool:
    """Tell whether a header has no aliases, which may expand to millions of copies, and no deep nesting.

    Deep nesting takes the parser quadratic time, so the events are read one by one, up to the first bad one.
    """
    import yaml

    depth = 0
    for event in yaml.parse(header, Loader=yaml.BaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH or isinstance(event, yaml.AliasEvent):
            return False
    return True


def _day(value: str, name: str) -> date:
    """Return the day of a date, which may be followed by a time."""
    day = _DAY.match(value)
    try:
        return date.fromisoformat(day["date"] if day else "")
    except ValueError as error:
        raise SourceError(
            f"{name} has a date that is not written YYYY-MM-DD in its header: correct it and add it again."
        ) from error
