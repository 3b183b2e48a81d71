"""The values of what changed: citations and what became of them, and what differs between two releases."""

import dataclasses
import hashlib
from dataclasses import dataclass
from enum import StrEnum

from index.results import Answer, Quote, Source


class FactKind(StrEnum):
    """What a fact is."""

    FIGURE = "figure"
    DATE = "date"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class FactChange:
    """What stands in one text and not in the other, as each writes it; empty where the other has nothing instead."""

    kind: FactKind
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class DiffSide:
    """One of the two that are compared: which version of its release it is, of how many, and when it was kept."""

    source: Source
    version: int
    versions: int
    kept_at: str

    def to_dict(self) -> dict[str, object]:
        """Return it as `measures releases diff --json` prints it."""
        own = {"version": self.version, "versions": self.versions, "kept_at": self.kept_at}
        return self.source.to_dict() | own


@dataclass(frozen=True, slots=True)
class DiffSentence:
    """A sentence, word for word: ``release.text[start:end]``."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ChangedSentence:
    """A sentence as it was and as it is, and which figures, dates and names only one of the two has."""

    before: DiffSentence
    after: DiffSentence
    facts: tuple[FactChange, ...]


@dataclass(frozen=True, slots=True)
class ChangedField:
    """What a release says of itself, before and after; empty where it says nothing."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ReleaseDiff:
    """What differs between two releases or two versions of one.

    In ``changed``, sentences in which figures, dates or names differ come first. Sentences in two languages cannot be
    aligned: then ``aligned`` is False, and ``facts`` says which figures, dates and names only one of the two has.
    """

    before: DiffSide
    after: DiffSide
    fields: tuple[ChangedField, ...]
    changed: tuple[ChangedSentence, ...]
    came: tuple[DiffSentence, ...]
    went: tuple[DiffSentence, ...]
    facts: tuple[FactChange, ...]
    same: int
    aligned: bool = True

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not (self.fields or self.changed or self.came or self.went or self.facts)

    def to_dict(self) -> dict[str, object]:
        """Return it as `measures releases diff --json` prints it."""
        return dataclasses.asdict(self) | {"before": self.before.to_dict(), "after": self.after.to_dict()}


class Fate(StrEnum):
    """What became of quoted words."""

    IDENTICAL = "identical"
    """They stand in the current version of their release."""
    CHANGED = "changed"
    """Their release was corrected, and they no longer stand in it."""
    WITHDRAWN = "withdrawn"
    """Their release was withdrawn, or is not in the corpus any more."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A span of one version of a release, and the SHA-256 of the words that stood there.

    An empty span is the title of the release: its words stand before the text.
    """

    release_id: str
    text_sha256: str
    start: int
    end: int
    words_sha256: str

    @property
    def is_title(self) -> bool:
        """Whether the title was quoted."""
        return self.start == self.end


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of a citation.

    ``words`` are those that were quoted, None where the quoted version is not kept; ``now`` is what stands in their
    place, ``start`` and ``end`` where in the current version. Nothing is said of what is withdrawn.
    """

    citation: Citation
    fate: Fate
    source: Source | None = None
    words: str | None = None
    now: str | None = None
    start: int | None = None
    end: int | None = None
    facts: tuple[FactChange, ...] = ()


def citations(answer: Answer) -> tuple[Citation, ...]:
    """Return what an answer quotes; where it found nothing, what comes nearest."""
    versions = {source.release_id: source.text_sha256 for source in answer.sources}
    return tuple(_citation(quote, versions[quote.release_id]) for quote in answer.quotes or answer.related)


def _citation(quote: Quote, text_sha256: str) -> Citation:
    return Citation(quote.release_id, text_sha256, quote.start, quote.end, words_digest(quote.text))


def words_digest(text: str) -> str:
    """Return the SHA-256 of words."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
