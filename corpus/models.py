"""The values that cross module borders: releases, their sections, and drafts of releases."""

import dataclasses
import datetime
import hashlib
from dataclasses import dataclass

UNDATED = datetime.date.min  # of documents in evaluation sets that state no date; a release always has one


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the span of the text under it, as character offsets into the release's text."""

    heading: str
    start: int
    end: int


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

    def missing(self) -> tuple[str, ...]:
        """Name what a release must state and this draft does not."""
        return tuple(field for field in ("title", "issuer", "date", "language") if not getattr(self, field))

    def accepted(self, release_id: str) -> Release:
        """Return the release that this draft becomes under an id.

        :raises ValueError: when something is still missing.
        """
        if self.missing():
            raise ValueError(f"a draft without {', '.join(self.missing())} is no release yet")
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return Release(release_id=release_id, **fields)


@dataclass(frozen=True, slots=True)
class Agency:
    """A body of the registry; `checked` names the facts that have a source, the others were written from knowledge."""

    id: str
    name: str
    acronyms: tuple[str, ...]
    other_acronyms: tuple[str, ...]
    aliases: tuple[str, ...]
    former_names: tuple[str, ...]
    type: str
    parent: str | None
    parts: tuple[str, ...]
    seat_city: str | None
    country: str | None
    website: str | None
    year_established: int | None
    status: str
    role: str
    note: str | None
    ambiguous_with: str | None
    checked: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All that the body is or was called."""
        return (self.name, *self.acronyms, *self.aliases, *self.former_names, *self.other_acronyms)


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text names a body: ``text[start:end]``."""

    agency_id: str
    start: int
    end: int
