"""The values that cross borders: answers and progress. Nothing heavy is imported here: showing them is cheap."""

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Protocol

from corpus import Origin, Release, canonical_url, web_url


class Phase(StrEnum):
    """What a piece of work is doing now."""

    FEEDS = "feeds"
    FETCH = "fetch"
    CHUNK = "chunk"
    EMBED = "embed"
    WRITE = "write"
    VERIFY = "verify"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Step:
    """How far a phase is: `done` of `total`. ``rate`` counts those done a second, 0 where nobody has measured it."""

    phase: Phase
    done: int
    total: int
    rate: float = 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long the phase still takes at this rate."""
        return (self.total - self.done) / self.rate if self.rate else None


class Progress(Protocol):
    """Whoever is told how far a piece of work is."""

    def __call__(self, step: Step, /) -> None:
        """Take note of a step."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Whole sentences of one release, word for word: ``release.text[start:end]``.

    Or its title, which stands before the text and not in it: then ``start`` and ``end`` are 0. ``parts``, where there
    are some, are the ranges of that text that are shown, in order: the first begins with it and the last ends with it.
    What stands between them is left out. ``answer`` is the range that answers, None where that is not sure.
    """

    text: str
    release_id: str
    start: int
    end: int
    heading: str
    score: float
    link: str | None
    parts: tuple[tuple[int, int], ...] = ()
    is_title: bool = False
    answer: tuple[int, int] | None = None

    @property
    def shown(self) -> str:
        """What is shown of the text: all of it, or its parts with "[…]" between them."""
        texts = [self.text[start - self.start : end - self.start] for start, end in self._shown_parts]
        return "".join(map("".join, zip(texts, [*self._gaps, ""], strict=True)))

    @property
    def around_answer(self) -> tuple[str, str, str]:
        """What is shown before the answer, the answer, and what is shown after it. Without one, all is before."""
        shown = self.shown
        place = 0
        for (start, end), gap in zip(self._shown_parts, [*self._gaps, ""], strict=True):
            if self.answer and start <= self.answer[0] and self.answer[1] <= end:
                first, last = (place + offset - start for offset in self.answer)
                return shown[:first], shown[first:last], shown[last:]
            place += end - start + len(gap)
        return shown, "", ""

    @property
    def _shown_parts(self) -> tuple[tuple[int, int], ...]:
        return self.parts or ((self.start, self.start + len(self.text)),)

    @property
    def _gaps(self) -> list[str]:
        between = [self.text[end - self.start : start - self.start] for (_, end), (start, _) in pairwise(self.parts)]
        return ["\n[…]\n" if "\n" in words else " […] " for words in between]

    def to_dict(self) -> dict[str, object]:
        """Return the quote as the commands print it: with parts, and with an answer, only where there are some."""
        shown = dataclasses.asdict(self)
        del shown["is_title"]
        shown["answer"] = {"start": self.answer[0], "end": self.answer[1]} if self.answer else None
        return {name: value for name, value in shown.items() if value or name not in ("parts", "answer")}


@dataclass(frozen=True, slots=True)
class Source:
    """A release that quotes are from.

    ``retrieved_from`` is where its text was fetched, None where that is its address. ``origin`` is how its address is
    known, None where it was fetched from there or a person gave it.
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
        """Return it as `measures ask --json` prints it: without where it was fetched."""
        names = (field.name for field in dataclasses.fields(self))
        return {name: getattr(self, name) for name in names if name not in ("retrieved_from", "origin")}


def as_source(release: Release, text_sha256: str) -> Source:
    """Return a release as a source. An address of an older program that would not be kept today is left out."""
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
    """A sentence that a reader should know. It has ``{names}`` for ``values`` and can be said in any language."""

    template: str
    values: Mapping[str, str | datetime.date] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        """Say it in English."""
        return self.template.format(**self.values)


@dataclass(frozen=True, slots=True)
class Known:
    """How much is served, for whoever gets no answer: years are None where no release has a date.

    ``unnamed`` are the short names of the agencies that the question names and no release does.
    """

    releases: int
    issuers: int
    first_year: int | None
    last_year: int | None
    unnamed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnsweredPart:
    """One of several questions that were asked at once. ``quotes`` are the numbers of its quotes, from 1 on."""

    question: str
    answered: bool
    confidence: float
    quotes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the releases say to a question.

    Where nothing answers it, `related` holds the quotes that come nearest, and `known` says how much is served. Where
    it asks several questions at once, `questions` tells of each, and the quotes answer those that are answered.
    ``read_as`` is the question as it was read, where its spelling was corrected.
    """

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
    known: Known | None = None
    questions: tuple[AnsweredPart, ...] = ()
    read_as: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Return the answer as `measures ask --json` prints it.

        `questions` is there where several were asked, `read_as` where the spelling was corrected. A title that answers
        is in `titles`, so that every one of `quotes` is ``release.text[start:end]``.
        """
        worded = {
            "quotes": [quote.to_dict() for quote in self.quotes if not quote.is_title],
            "titles": [
                {"text": quote.text, "release_id": quote.release_id, "link": quote.link}
                for quote in self.quotes
                if quote.is_title
            ],
            "related": [quote.to_dict() for quote in self.related],
            "sources": [source.to_dict() for source in self.sources],
            "notices": list(map(str, self.notices)),
        }
        shown = dataclasses.asdict(self) | worded
        left_out = {"known", *(name for name in ("questions", "read_as", "titles") if not shown[name])}
        return {name: value for name, value in shown.items() if name not in left_out}


class NotAsked(StrEnum):
    """Why a question was not asked again of the generation that answered it."""

    GONE = "generation gone"
    UNREADABLE = "generation unreadable"
    OTHER_MODEL = "other model"
    REFUSED = "refused"
    """It, or what narrows it, can no longer be asked: every release of an issuer was withdrawn."""
    ERASED = "question erased"


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage that a search found: ``release.text[start:end]``, under its heading."""

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
    """What answering from a confidence on means: coverage of the answerable questions, and risk of what is answered."""

    threshold: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A mention, where it stands, and the part that the agency has there.

    ``passage`` counts the passages of the release from 0, ``sentence`` the sentences of the passage. ``role`` is
    "acts", "acted on" or None.
    """

    agency_id: str
    start: int
    end: int
    passage: int
    sentence: int
    role: str | None
