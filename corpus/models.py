"""The values that cross module borders: releases, their sections, drafts of releases; bodies and their mentions."""

import dataclasses
import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

NOT_EU_BODY = "not an EU body"
UNDATED = datetime.date.min  # of documents in evaluation sets that state no date; a release always has one


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the span of the text under it, as character offsets into the release's text."""

    heading: str
    start: int
    end: int


class Origin(StrEnum):
    """How the address of a text is known, and so what the text may do: `index.intake.authority` decides."""

    FETCHED = "fetched"
    """It was fetched from there, or from where the same publisher answers."""
    GIVEN = "given"
    """An administrator said so, or the header of a file that an administrator handed over."""
    SAVED = "saved"
    """The browser that saved the page wrote it beside it."""
    CLAIMED = "claimed"
    """The page says so itself, which anybody could have written."""


@dataclass(frozen=True, slots=True)
class Release:
    """One version of an official press release: its text and where it comes from."""

    release_id: str
    title: str
    issuer: str
    date: datetime.date
    language: str
    text: str
    kind: str = "press release"
    url: str | None = None
    retrieved_from: str | None = None
    note: str | None = None
    reference: str | None = None
    origin: str | None = None
    """How `url` is known to be its address, an `Origin`; None of those that came with the program."""

    @property
    def text_sha256(self) -> str:
        """SHA-256 of the text in UTF-8, in hexadecimal: it names this version of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Draft:
    """What a source holds before it is accepted as a release; ``None`` is what it does not state."""

    text: str
    title: str | None = None
    issuer: str | None = None
    date: datetime.date | None = None
    language: str | None = None
    kind: str = "press release"
    url: str | None = None
    retrieved_from: str | None = None
    note: str | None = None
    reference: str | None = None
    origin: str | None = None
    found_in: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Where the title, the issuer and so on are from: "json-ld", "og:title", "meta Reference", "text", "detected" …"""
    claims: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What it says of itself and its address does not bear out: another's "url", another body as its "issuer"."""

    def missing(self) -> tuple[str, ...]:
        """Name what a release must state and this draft does not."""
        return tuple(name for name in ("title", "issuer", "date", "language") if not getattr(self, name))

    def accepted(self, release_id: str) -> Release:
        """Return the release that this draft becomes under an id.

        :raises ValueError: when something is still missing.
        """
        if self.missing():
            raise ValueError(f"a draft without {', '.join(self.missing())} is no release yet")
        names = {one.name for one in dataclasses.fields(self)} - {"found_in", "claims"}
        return Release(release_id=release_id, **{name: getattr(self, name) for name in names})


class Guard(StrEnum):
    """What a name needs besides standing in a text to be a mention, where it may mean something else."""

    SPELLED = "spelled"
    """It is written as the registry has it, or in capitals: "Europe Direct", not "Europe direct"."""
    BARE = "bare"
    """It is so written, and no other body's name goes on around it: "Council", not "Council of Bars"."""
    NAMED = "named"
    """It is so written, and the text also names the body by an unguarded name: ERA, SIS."""
    DEFINED = "defined"
    """It is so written, and the text gives it in brackets after another name of the body: EC, EEA."""
    LOOKUP = "lookup"
    """It never is a mention: it only finds the body when a person looks it up."""


@dataclass(frozen=True, slots=True)
class FormerName:
    """What a body was called, and the last year it was."""

    name: str
    acronym: str | None
    until: int


@dataclass(frozen=True, slots=True)
class Agency:
    """A body of the registry; `checked` names the facts with a source, others were written from knowledge."""

    id: str
    name: str
    acronyms: tuple[str, ...]
    acronyms_by_language: Mapping[str, tuple[str, ...]] = field(hash=False)
    aliases: tuple[str, ...]
    former_names: tuple[FormerName, ...]
    type: str
    parent: str | None
    parts: tuple[str, ...]
    seat_city: str | None
    country: str | None
    website: str | None
    year_established: int | None
    status: str
    role: str
    guarded: Mapping[str, Guard] = field(hash=False)
    checked: tuple[str, ...]

    @property
    def is_eu_body(self) -> bool:
        """Whether it belongs to the EU, rather than being often taken for one that does."""
        return self.type != NOT_EU_BODY

    @property
    def own_names(self) -> tuple[str, ...]:
        """All that it is or was called in English: name, acronyms, aliases, former names and acronyms."""
        former = (name for one in self.former_names for name in (one.name, one.acronym) if name is not None)
        return tuple(dict.fromkeys((self.name, *self.acronyms, *self.aliases, *former)))

    @property
    def names(self) -> tuple[str, ...]:
        """All that it is or was called, in other languages, too."""
        other = (name for names in self.acronyms_by_language.values() for name in names)
        return tuple(dict.fromkeys((*self.own_names, *other)))

    @property
    def unchecked(self) -> tuple[str, ...]:
        """Name the facts on a body's card that no source was found for."""
        facts = {"seat": self.seat_city, "year": self.year_established, "role": self.role}
        said = " ".join(self.checked)
        return tuple(fact for fact, value in facts.items() if value is not None and fact not in said)

    def to_dict(self) -> dict[str, object]:
        """Return the facts on its card, as `measures agency --json` prints them."""
        shown = ("id", "name", "acronyms", "type", "parent", "parts", "seat_city", "country", "website")
        return {fact: getattr(self, fact) for fact in (*shown, "year_established", "status", "role", "unchecked")}


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text names a body: ``text[start:end]``."""

    agency_id: str
    start: int
    end: int
