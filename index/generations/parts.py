"""The parts of a generation, which each kind of storage implements in its own way. `reader.py` puts them together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus import Release
from index.database.passages_db import Namings, ServedPassage, ServedRelease
from index.encoders.embedder import Vectors
from index.generations.generation import Flags, Rows, Scope
from index.text.sentences import Span
from index.text.terms import Hashes

# What both kinds of keyword index must do alike, so that they give the same answers.
TITLE_BOOST = 0.5  # A term in the title of a release counts half as much as one in the passage.
MOST_SIMILAR = 3_000  # So many terms that begin with one letter are compared with a word.


class Texts(Protocol):
    """Texts and metadata. `PassageStore` explains the methods."""

    def close(self) -> None:
        """Close what is held open."""

    def releases(self) -> list[ServedRelease]:
        """Return all releases without their texts, by row."""

    def release(self, row: int) -> Release:
        """Return one release with its text."""

    def passages(self, rows: Sequence[int]) -> list[ServedPassage]:
        """Return passages, in the order of the rows that are given."""

    def passages_naming(self, agencies: Iterable[str]) -> Rows:
        """Return the rows of the passages that name at least one of some agencies, in order."""

    def naming(self, agencies: Iterable[str]) -> Namings:
        """Return every mention of some agencies, by passage."""

    def named_with(self, agencies: Iterable[str]) -> list[tuple[str, int]]:
        """Return which other agencies the passages name that name some agencies: pairs of agency and passage."""

    def named(self) -> dict[str, Rows]:
        """Return the agencies that are named, each with the passages that name it, in order."""

    def spans(self, rows: range) -> list[Span]:
        """Return the spans of consecutive sentences. Rows after the last sentence of all give none."""


class PassageVectors(Protocol):
    """The vectors of the passages."""

    def __len__(self) -> int:
        """Return the number of passages."""

    def search(self, vector: Vectors, k: int, allowed: Flags | None = None) -> Rows:
        """Return the at most `k` nearest passages, best first, among those allowed, ``(passages,)``."""

    def rows(self, rows: Rows) -> Vectors:
        """Return the vectors of passages, ``(n, dim)`` float32."""


class Keywords(Protocol):
    """The terms of the passages and of the titles of their releases."""

    def __len__(self) -> int:
        """Return the number of passages."""

    def frequency(self, term: str) -> int:
        """Return how many passages hold a term, or have it in their title, whichever are more."""

    def similar(self, term: str) -> list[str]:
        """Return the most frequent terms that begin with the same letter as a term."""

    def search(self, terms: Sequence[str], weights: NDArray[np.float64], k: int, scope: Scope) -> Rows:
        """Return the at most `k` passages with the highest BM25 of weighted terms, best first."""


class Sentences(Protocol):
    """The vectors and terms of the sentences, and the terms of the titles."""

    def __len__(self) -> int:
        """Return the number of sentences."""

    def cosines(self, rows: Rows, vector: Vectors) -> Vectors:
        """Return the cosines of sentences to a vector, ``(n,)``, or to several in columns, ``(n, m)``."""

    def counts(self, first: Rows, last: Rows, wanted: Hashes) -> NDArray[np.float32]:
        """Return how often terms stand in ranges of sentences, ``(n, terms)``; `last` is not included."""

    def lengths(self, first: Rows, last: Rows) -> Rows:
        """Return how many terms ranges of sentences hold, ``(n,)``."""

    def title_counts(self, releases: Rows, wanted: Hashes) -> NDArray[np.float32]:
        """Return how often terms stand in the titles of releases, ``(n, terms)``."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a generation. ``first_sentences`` is as `Contents.first_sentences` gives it."""

    texts: Texts
    vectors: PassageVectors
    keywords: Keywords
    sentences: Sentences
    first_sentences: Rows
