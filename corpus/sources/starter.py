"""The starter list: sources and releases by subject that come with the program, in `starter.toml`.

What that file says of the year and of the state of each address is for whoever keeps the list up to date.
"""

import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class StarterAddress:
    """The title and the address of a feed or of a release."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class StarterSearch:
    """A search in the press corner: types of documents, and words that titles must have."""

    title: str
    types: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """What to follow and to add for a subject, and from which day on its past is read."""

    name: str
    title: str
    since: datetime.date
    searches: tuple[StarterSearch, ...]
    feeds: tuple[StarterAddress, ...]
    releases: tuple[StarterAddress, ...]


@dataclass(frozen=True, slots=True)
class Starter:
    """All subjects. The first is for those who choose none."""

    subjects: tuple[Subject, ...]

    @property
    def feeds(self) -> tuple[StarterAddress, ...]:
        """The feeds of all subjects, each once."""
        return tuple({feed.url: feed for subject in self.subjects for feed in subject.feeds}.values())


@cache
def starter() -> Starter:
    """Return the starter list that comes with the program."""
    data = tomllib.loads((resources.files("corpus.sources") / "starter.toml").read_text("utf-8"))
    return Starter(tuple(map(_subject, data["subjects"])))


def _subject(entry: Mapping[str, Any]) -> Subject:
    sources = entry.get("sources", [])
    return Subject(
        entry["name"],
        entry["title"],
        entry["since"],
        searches=tuple(_search(source) for source in sources if source.get("kind") == "presscorner"),
        feeds=tuple(_address(source) for source in sources if "url" in source),
        releases=tuple(map(_address, entry.get("releases", []))),
    )


def _search(entry: Mapping[str, Any]) -> StarterSearch:
    types, words = (tuple(entry.get(name, [])) for name in ("types", "words"))
    return StarterSearch(entry["title"], types, words)


def _address(entry: Mapping[str, Any]) -> StarterAddress:
    return StarterAddress(entry["title"], entry["url"])
