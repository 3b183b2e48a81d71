"""The values that modules exchange: releases, their sections, drafts of releases, agencies and their mentions."""

import dataclasses
import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

NOT_EU_AGENCY = "not an EU body"
UNDATED = datetime.date.min  # For documents of evaluation sets that state no date; a release always has a date.


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, and the span of the text under it as character offsets into the text of the release."""

    heading: str
    start: int
    end: int


class Origin(StrEnum):
    """How the address of a text is known. `index.intake.authority` decides by it what the text may change."""

    FETCHED = "fetched"
    """The text was fetched from the address, or from another address of the same publisher."""
    GIVEN = "given"
    """An administrator gave it, or the header of a file that an administrator handed over."""
    SAVED = "saved"
    """The browser that saved the page wrote it next to the page."""
    CLAIMED = "claimed"
    """The page itself states it, which anybody could have written."""


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
    """How `url` is known, an `Origin`; None for releases that came with the program."""
    edition_of: str | None = field(default=None, compare=False)
    """The work of which it is a language edition: the id of the edition that came first. None while it is alone."""

    @property
    def work(self) -> str:
        """What all language editions of a release have in common."""
        return self.edition_of or self.release_id

    @property
    def text_sha256(self) -> str:
        """SHA-256 of the text in UTF-8, in hexadecimal. It identifies this version of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Draft:
    """What a source holds before it is accepted as a release; ``None`` is a value that it does not state."""

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
    """Where each value was found: "json-ld", "og:title", "meta Reference", "text", "detected" …"""
    claims: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What the source claims and its address contradicts: the "url" of another page, another agency as "issuer"."""
    languages: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The addresses of its editions by language, where the source links them; they may be relative to its own."""

    def missing(self) -> tuple[str, ...]:
        """Name what a release must state and this draft does not."""
        return tuple(name for name in ("title", "issuer", "date", "language") if not getattr(self, name))

    def accepted(self, release_id: str) -> Release:
        """Return the release that this draft becomes under an id.

        :raises ValueError: when something is still missing.
        """
        if self.missing():
            raise ValueError(f"a draft without {', '.join(self.missing())} is no release yet")
        names = {field.name for field in dataclasses.fields(self)} - {"found_in", "claims", "languages"}
        return Release(release_id=release_id, **{name: getattr(self, name) for name in names})


class Guard(StrEnum):
    """What a name that may mean something else needs, besides being in a text, to count as a mention."""

    SPELLED = "spelled"
    """It is spelled as in the registry, or in capitals: "Europe Direct", not "Europe direct"."""
    BARE = "bare"
    """It is spelled so, and it is not part of another name: "Council", not "Council of Bars"."""
    NAMED = "named"
    """It is spelled so, and the text also names the agency by an unguarded name: ERA, SIS."""
    DEFINED = "defined"
    """It is spelled so, and the text has it in brackets after another name of the agency: EC, EEA."""
    LOOKUP = "lookup"
    """It is never a mention. It only finds the agency when a person looks it up."""


@dataclass(frozen=True, slots=True)
class FormerName:
    """A former name of an agency, and the last year in which it was used."""

    name: str
    acronym: str | None
    until: int


@dataclass(frozen=True, slots=True)
class LocalNames:
    """What an agency is called in a language, without an article. The first of `names` is the official one."""

    names: tuple[str, ...]
    short: tuple[str, ...]
    """Names that other bodies have, too: "Cour des comptes"."""
    acronyms: tuple[str, ...]
    sources: Mapping[str, str] = field(hash=False)
    """Where each of them is from."""
    unchecked: tuple[str, ...]
    """Those of them that were written from memory."""

    @property
    def source(self) -> str:
        """Where the official one is from."""
        return self.sources[self.names[0]]

    @property
    def all(self) -> tuple[str, ...]:
        """All of them, the official one first."""
        return (*self.names, *self.short, *self.acronyms)


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency of the registry. `checked` names the facts that have a source; others were written from memory."""

    id: str
    name: str
    acronyms: tuple[str, ...]
    acronyms_by_language: Mapping[str, tuple[str, ...]] = field(hash=False)
    names_by_language: Mapping[str, LocalNames] = field(hash=False)
    """By the code of the language, for the languages of the EU without English; empty for an agency without any."""
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
    def is_eu_agency(self) -> bool:
        """Whether it belongs to the EU. The registry also has some that are often mistaken for EU agencies."""
        return self.type != NOT_EU_AGENCY

    @property
    def own_names(self) -> tuple[str, ...]:
        """All its English names: name, acronyms, aliases, former names and former acronyms."""
        former = (name for past in self.former_names for name in (past.name, past.acronym) if name is not None)
        return tuple(dict.fromkeys((self.name, *self.acronyms, *self.aliases, *former)))

    @property
    def names(self) -> tuple[str, ...]:
        """All its names, including acronyms in other languages."""
        other = (name for names in self.acronyms_by_language.values() for name in names)
        return tuple(dict.fromkeys((*self.own_names, *other)))

    @property
    def all_names(self) -> tuple[str, ...]:
        """All its names in all languages."""
        local = (name for names in self.names_by_language.values() for name in names.all)
        return tuple(dict.fromkeys((*self.names, *local)))

    @property
    def unchecked(self) -> tuple[str, ...]:
        """The facts on the card of the agency that have no source."""
        facts = {"seat": self.seat_city, "year": self.year_established, "role": self.role}
        checked = " ".join(self.checked)
        return tuple(fact for fact, value in facts.items() if value is not None and fact not in checked)

    def to_dict(self) -> dict[str, object]:
        """Return the facts on its card as `measures agency --json` prints them."""
        shown = ("id", "name", "acronyms", "type", "parent", "parts", "seat_city", "country", "website")
        return {fact: getattr(self, fact) for fact in (*shown, "year_established", "status", "role", "unchecked")}


@dataclass(frozen=True, slots=True)
class Mention:
    """The place ``text[start:end]`` where a text names an agency."""

    agency_id: str
    start: int
    end: int
