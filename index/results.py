"""The values that answers are made of. Nothing heavy is imported here, so that they can be shown cheaply."""

import dataclasses
import datetime
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from corpus import Origin, Release, canonical_url, web_url


class Progress(Protocol):
    """Who hears how far a build is; `phase` is one of fetch, chunk, embed, write, verify, ask."""

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Hear that `done` of `total` steps of a phase are behind."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far a phase is, as a value that any surface can show; `rate` is steps a second so far, 0 where unknown."""

    phase: str
    done: int
    total: int
    rate: float

    @property
    def seconds_left(self) -> float | None:
        """How long the phase still takes at this rate."""
        return (self.total - self.done) / self.rate if self.rate else None


class Steps(Protocol):
    """Who hears of steps."""

    def __call__(self, step: Step, /) -> None:
        """Hear how far a phase is."""


class Meter:
    """A `Progress` that tells of it as steps, at most ten times a second within a phase."""

    _PAUSE_S = 0.1

    def __init__(self, steps: Steps) -> None:
        """Say who hears of it."""
        self._steps = steps
        self._phase = ""
        self._began = self._told = 0.0

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Hear that `done` of `total` steps of a phase are behind."""
        now = time.monotonic()
        if phase != self._phase:
            self._phase, self._began, self._told = phase, now, 0.0
        if done < total and now - self._told < self._PAUSE_S:
            return
        self._told = now
        taken = now - self._began
        self._steps(Step(phase, done, total, done / taken if taken > 0 else 0.0))


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
    """A release that quotes are from.

    ``retrieved_from`` is where its text was fetched, where that is not its address; ``origin`` is how its address is
    known, where neither a fetch nor a person stands for it.
    """

    release_id: str
    text_sha256: str
    title: str
    issuer: str
    date: str
    language: str
    url: str | None
    retrieved_from: str | None = None
    origin: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Return it as `measures ask --json` prints it, which tells nothing of where it was fetched."""
        told = (field.name for field in dataclasses.fields(self))
        return {name: getattr(self, name) for name in told if name not in ("retrieved_from", "origin")}


def as_source(release: Release, text_sha256: str) -> Source:
    """Return a release as a source; an address that could not be kept today is not shown either."""
    fetched_from = web_url(release.retrieved_from)
    return Source(
        release.release_id,
        text_sha256,
        release.title,
        release.issuer,
        release.date.isoformat(),
        release.language,
        web_url(release.url),
        None if canonical_url(fetched_from) == canonical_url(release.url) else fetched_from,
        release.origin if release.origin in (Origin.SAVED, Origin.CLAIMED) else None,
    )


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence that a reader should know, with ``{names}`` for ``values``, so that it can be said in any language."""

    template: str
    values: Mapping[str, str | datetime.date] = field(default_factory=dict, hash=False)

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
        said = {"sources": [source.to_dict() for source in self.sources], "notices": list(map(str, self.notices))}
        return dataclasses.asdict(self) | said


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


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is served, in figures; ``fingerprint`` names the state of the corpus."""

    releases: int
    passages: int
    issuers: Sequence[str]
    first: datetime.date | None
    last: datetime.date | None
    generation: str
    fingerprint: str
    threshold: float


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Answering from a confidence on: coverage of the answerable questions, and risk among all answered."""

    threshold: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A mention, where it stands, and the body's part there.

    ``passage`` and ``sentence`` count the release's passages and the passage's sentences from 0; ``role`` is "acts",
    "acted on" or None.
    """

    agency_id: str
    start: int
    end: int
    passage: int
    sentence: int
    role: str | None
