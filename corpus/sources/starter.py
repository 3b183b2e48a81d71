"""The starter list: official feeds and addresses of releases that come with the program, in `starter.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class StarterAddress:
    """The address of a feed, or of a release and its year."""

    title: str
    url: str
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Starter:
    """The feeds, and the releases, oldest first."""

    feeds: tuple[StarterAddress, ...]
    releases: tuple[StarterAddress, ...]


@cache
def starter() -> Starter:
    """Return the starter list that comes with the program."""
    data = tomllib.loads((resources.files("corpus.sources") / "starter.toml").read_text("utf-8"))
    return Starter(
        feeds=tuple(map(_address, data["feeds"])),
        releases=tuple(map(_address, data["releases"])),
    )


def _address(entry: Mapping[str, Any]) -> StarterAddress:
    """Read an entry. Its remarks `seen` and `opened` are only for those who edit the file."""
    return StarterAddress(entry["title"], entry["url"], entry.get("year"))
