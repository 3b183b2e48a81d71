"""Where to begin: the official feeds and the addresses of releases that come with the program, in `starter.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class StarterAddress:
    """A feed, or a release and its year; whether the address was seen in public copies, or even opened, when listed."""

    title: str
    url: str
    seen: bool
    opened: bool
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Starter:
    """The feeds, and the releases with the oldest first."""

    feeds: tuple[StarterAddress, ...]
    releases: tuple[StarterAddress, ...]


@cache
def starter() -> Starter:
    """Return the starter list that comes with the program."""
    data = tomllib.loads((resources.files("corpus.sources") / "starter.toml").read_text("utf-8"))
    return Starter(
        feeds=tuple(StarterAddress(**feed) for feed in data["feeds"]),
        releases=tuple(StarterAddress(**release) for release in data["releases"]),
    )
