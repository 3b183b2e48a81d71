"""The protocol of a generation: what can be asked of it, whatever stores it. Answers know this protocol and no files.

Releases, passages and sentences are numbered from 0 in the order of the corpus. These numbers are called rows. Arrays
have one entry for each row that was asked for, in that order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus import Release
from index.database.passages_db import Namings, ServedPassage, ServedRelease
from index.encoders.embedder import Vectors
from index.filters import Filters
from index.generations.manifest import Manifest
from index.text.sentences import Span
from index.text.terms import Hashes

Rows = NDArray[np.int64]
Counts = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a passage must meet, as an index of keywords knows it. None restricts nothing.

    It must name one of ``agencies``, and its release must have one of ``issuers``, one of ``languages`` and a day from
    ``since`` to ``until``, as days since 1 January of year 1.
    """

    agencies: tuple[str, ...] | None = None
    issuers: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Which releases, ``(releases,)``, and passages, ``(passages,)``, a search may find. None where it may find all.

    ``terms`` says the same for an index of keywords, but for ``only``, the rows of the only releases that may be found,
    and ``hidden``, the rows of those that may not.
    """

    releases: Flags | None = None
    passages: Flags | None = None
    terms: Terms = Terms()
    only: Rows | None = None
    hidden: Rows | None = None


@dataclass(frozen=True, slots=True)
class PassageEvidence:
    """How passages relate to a question.

    ``cosines``, ``(n,)``, is in the units of `Background`. ``counts`` says how often each term stands in a passage,
    ``in_title`` whether the title of its release holds the term, ``(n, terms)`` each. ``relative_lengths``, ``(n,)``,
    is the number of terms over that of the average passage.
    """

    cosines: NDArray[np.float64]
    counts: Counts
    in_title: Flags
    relative_lengths: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SentenceEvidence:
    """How sentences relate to a question.

    ``cosines``, ``(n,)``, is in the units of `Background`. ``held``, ``held_before`` and ``held_after``,
    ``(n, terms)``, tell which terms a sentence and its neighbours in the release hold. ``positions``, ``(n,)``, counts
    the sentences of the release before it.
    """

    cosines: NDArray[np.float64]
    held: Flags
    held_before: Flags
    held_after: Flags
    positions: Rows


@dataclass(frozen=True, slots=True)
class ReleaseEvidence:
    """How often terms stand in the texts and in the titles of releases, ``(n, terms)`` each.

    ``relative_lengths``, ``(n,)``, is the number of terms of a text over that of the average release.
    """

    counts: Counts
    in_title: Counts
    relative_lengths: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Extent:
    """How many releases may be shown, of how many issuers, and of which years where any of them has a date."""

    releases: int
    issuers: int
    first_year: int | None
    last_year: int | None


@dataclass(frozen=True, slots=True)
class SpansAround:
    """The spans of the sentences before and after a sentence, within its release, in the order of the text."""

    before: list[Span]
    after: list[Span]


class Generation(Protocol):
    """A generation that is open for reading. Used by one thread at a time."""

    manifest: Manifest

    def __len__(self) -> int:
        """Return the number of passages."""

    def frequency(self, term: str) -> int:
        """Return how many passages hold a term, or have it in the title of their release, whichever are more."""

    def similar(self, term: str) -> list[str]:
        """Return terms of the corpus that begin with the same letter, the most frequent first."""

    def spellings(self, term: str, code: str) -> list[str]:
        """Return how releases in a language that may be shown write a term, the most frequent spelling first."""

    def scope(self, filters: Filters) -> Scope:
        """Return what a search with filters may find.

        :raises FilterError: when a filter names nothing.
        """

    def nearest(self, vector: Vectors, k: int, scope: Scope) -> Rows:
        """Return the at most `k` passages with the highest cosine to a vector, ``(dim,)``, best first."""

    def matching(self, terms: Sequence[str], weights: NDArray[np.float64], k: int, scope: Scope) -> Rows:
        """Return the at most `k` passages with the highest BM25 of weighted terms, best first."""

    def passage_evidence(self, passages: Rows, terms: Hashes, vector: Vectors) -> PassageEvidence:
        """Return how passages relate to a question's terms and vector."""

    def sentence_evidence(self, sentences: Rows, releases: Rows, terms: Hashes, vector: Vectors) -> SentenceEvidence:
        """Return how sentences, of the releases given for each, relate to a question's terms and vector."""

    def release_evidence(self, releases: Rows, terms: Hashes) -> ReleaseEvidence:
        """Return how often terms stand in releases."""

    def sentence_cosines(self, sentences: Rows, vectors: Vectors) -> Vectors:
        """Return the cosines of sentences to several vectors, ``(m, dim)``, as ``(n, m)``."""

    def passages(self, rows: Sequence[int]) -> list[ServedPassage]:
        """Return passages with their texts."""

    def release(self, row: int) -> Release:
        """Return a release with its text."""

    def served(self, rows: Sequence[int]) -> list[ServedRelease]:
        """Return releases without their texts."""

    def dates(self, releases: Rows) -> Rows:
        """Return the dates of releases as days since 1 January of year 1, ``(n,)``."""

    def release_row(self, release_id: str) -> int | None:
        """Return the row of a release that may be shown, None where there is none."""

    def releases_of(self, passages: Rows) -> Rows:
        """Return the rows of the releases that passages belong to, ``(n,)``."""

    def passages_of(self, release: int) -> list[ServedPassage]:
        """Return all passages of a release, in the order of the text."""

    def shown_releases(self) -> list[Release]:
        """Return the releases that may be shown, without their texts, by row."""

    def extent(self) -> Extent:
        """Return how much may be shown."""

    def shown_counts(self) -> tuple[int, int]:
        """Return how many releases may be shown, and how many passages they have."""

    def span(self, sentence: int) -> Span:
        """Return the span of a sentence in its release."""

    def spans_around(self, sentence: int, release: int, count: int) -> SpansAround:
        """Return the spans of the at most `count` sentences before a sentence of a release, and of those after it."""

    def naming(self, agencies: Iterable[str]) -> Namings:
        """Return every mention of some agencies in the releases that may be shown, by passage."""

    def named_with(self, agencies: Iterable[str]) -> list[tuple[str, int]]:
        """Return which others are named where some agencies are: pairs of an agency and a passage, each once."""

    def names(self, agency_id: str) -> bool:
        """Tell whether a release that may be shown names an agency."""

    def named_agencies(self) -> frozenset[str]:
        """Return the ids of the agencies that releases that may be shown name."""
