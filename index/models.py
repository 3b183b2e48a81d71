"""The values that answers are made of. Nothing heavy is imported here, so that they can be shown cheaply."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Progress(Protocol):
    """Who hears how far a build is; `phase` is one of chunk, embed, write, verify, ask."""

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Hear that `done` of `total` steps of a phase are behind."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Whole sentences of one release, word for word: ``release.text[start:end]``."""

    text: str
    release_id: str
    start: int
    end: int
    heading: str
    score: float
    link: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """A release that quotes are from."""

    release_id: str
    text_sha256: str
    title: str
    issuer: str
    date: str
    language: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence that a reader should know, with ``{names}`` for ``values``, so that it can be said in any language."""

    template: str
    values: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        """Say it in English."""
        return self.template.format(**self.values)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the releases say to a question; where nothing answers it, `related` holds what comes nearest."""

    question: str
    answered: bool
    confidence: float
    threshold: float
    quotes: tuple[Quote, ...]
    sources: tuple[Source, ...]
    related: tuple[Quote, ...]
    notices: tuple[Notice, ...]
    generation: str
    took_ms: float

    def to_dict(self) -> dict[str, object]:
        """Return the answer as `measures ask --json` prints it."""
        return dataclasses.asdict(self) | {"notices": list(map(str, self.notices))}


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage that was found: ``release.text[start:end]``, under its heading."""

    release_id: str
    ordinal: int
    start: int
    end: int
    heading: str
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The passages nearest to a query, best first."""

    query: str
    passages: tuple[FoundPassage, ...]
    generation: str
    took_ms: float

    def to_dict(self) -> dict[str, object]:
        """Return the result as `measures search --json` prints it."""
        return dataclasses.asdict(self)
