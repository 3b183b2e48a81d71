"""The parts of several segments as those of one generation. A generation of one segment needs none of this.

The rows of a segment follow those of the segments before it.
"""

import dataclasses
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus import Release
from index.database.passages_db import Namings, PassageStore, ServedPassage, ServedRelease
from index.encoders.embedder import Vectors
from index.generations.faiss_index import VectorIndex
from index.generations.generation import Flags, Rows
from index.generations.joined_keywords import JoinedKeywords
from index.generations.parts import Parts
from index.generations.segment_rows import Offsets, Places, best
from index.generations.sentence_table import SentenceTable, counted
from index.generations.tantivy_index import LexicalIndex
from index.text.sentences import Span
from index.text.terms import Hashes


class JoinedTexts:
    """Texts and metadata. `Texts` explains the methods."""

    def __init__(self, stores: Sequence[PassageStore], places: Places) -> None:
        """Take the stores of the segments, and where the rows of each begin."""
        self._stores = stores
        self._places = places

    def close(self) -> None:
        """Close the stores of all segments."""
        for store in self._stores:
            store.close()

    def releases(self) -> list[ServedRelease]:
        """Return all releases without their texts, by row."""
        return [
            dataclasses.replace(
                served, row=served.row + first, first_passage=served.first_passage + self._first_passage(number)
            )
            for number, store in enumerate(self._stores)
            for first in [int(self._places.releases.edges[number])]
            for served in store.releases()
        ]

    def release(self, row: int) -> Release:
        """Return one release with its text."""
        ((number, _, rows),) = self._places.releases.parts(np.array([row]))
        return self._stores[number].release(int(rows[0]))

    def passages(self, rows: Sequence[int]) -> list[ServedPassage]:
        """Return passages, in the order of the rows that are given."""
        passages: list[ServedPassage | None] = [None] * len(rows)
        for number, places, own in self._places.passages.parts(np.array(rows, dtype=np.int64)):
            for place, passage in zip(places.tolist(), self._stores[number].passages(own.tolist()), strict=True):
                passages[place] = dataclasses.replace(
                    passage,
                    row=passage.row + self._first_passage(number),
                    release=passage.release + int(self._places.releases.edges[number]),
                    first_sentence=passage.first_sentence + int(self._places.sentences.edges[number]),
                )
        return [passage for passage in passages if passage is not None]

    def passages_naming(self, agencies: Iterable[str]) -> Rows:
        """Return the rows of the passages that name at least one of some agencies, in order."""
        ids = frozenset(agencies)
        return np.concatenate(
            [store.passages_naming(ids) + self._first_passage(number) for number, store in enumerate(self._stores)]
        )

    def naming(self, agencies: Iterable[str]) -> Namings:
        """Return every mention of some agencies, by passage."""
        ids = frozenset(agencies)
        namings = [store.naming(ids) for store in self._stores]
        return Namings(
            np.concatenate([each.passages + self._first_passage(number) for number, each in enumerate(namings)]),
            np.concatenate([each.sentences + self._places.sentences.edges[n] for n, each in enumerate(namings)]),
            np.concatenate([each.in_part for each in namings]),
        )

    def named_with(self, agencies: Iterable[str]) -> list[tuple[str, int]]:
        """Return which other agencies the passages name that name some agencies: pairs of agency and passage."""
        ids = frozenset(agencies)
        return [
            (agency_id, passage + self._first_passage(number))
            for number, store in enumerate(self._stores)
            for agency_id, passage in store.named_with(ids)
        ]

    def named(self) -> dict[str, Rows]:
        """Return the agencies that are named, each with the passages that name it, in order."""
        passages_by_agency: dict[str, list[Rows]] = {}
        for number, store in enumerate(self._stores):
            for agency_id, passages in store.named().items():
                passages_by_agency.setdefault(agency_id, []).append(passages + self._first_passage(number))
        return {agency_id: np.concatenate(passages) for agency_id, passages in passages_by_agency.items()}

    def spans(self, rows: range) -> list[Span]:
        """Return the spans of consecutive sentences. Rows after the last sentence of all give none."""
        edges = self._places.sentences.edges.tolist()
        return [
            span
            for first, last, store in zip(edges, edges[1:], self._stores, strict=False)
            if rows.start < last and first < rows.stop
            for span in store.spans(range(max(rows.start, first) - first, min(rows.stop, last) - first))
        ]

    def _first_passage(self, number: int) -> int:
        return int(self._places.passages.edges[number])


class JoinedVectors:
    """The vectors of the passages. `PassageVectors` explains the methods."""

    def __init__(self, indexes: Sequence[VectorIndex], offsets: Offsets) -> None:
        """Take the indexes of the segments, and where the passages of each begin."""
        self._indexes = indexes
        self._offsets = offsets

    def __len__(self) -> int:
        """Return the number of passages."""
        return int(self._offsets.edges[-1])

    def search(self, vector: Vectors, k: int, allowed: Flags | None = None) -> Rows:
        """Return the at most `k` nearest passages, best first, among those allowed, ``(passages,)``."""
        hits = []
        for number, index in enumerate(self._indexes):
            own = self._offsets.within(allowed, number)
            if own is None or own.any():
                scores, rows = index.scored(vector, k, own)
                hits.append((scores, rows + self._offsets.edges[number]))
        return best(hits, k)

    def rows(self, rows: Rows) -> Vectors:
        """Return the vectors of passages, ``(n, dim)`` float32."""
        vectors: Vectors = np.empty((len(rows), self._indexes[0].dim), dtype=np.float32)
        for number, places, own in self._offsets.parts(rows):
            vectors[places] = self._indexes[number].rows(own)
        return vectors


class JoinedSentences:
    """The vectors and terms of the sentences and titles. `Sentences` explains the methods."""

    def __init__(self, tables: Sequence[SentenceTable], places: Places) -> None:
        """Take the tables of the segments, and where the rows of each begin."""
        self._tables = tables
        self._places = places
        lengths = [np.diff(table.ends[: len(table) + 1]) for table in tables]
        self._ends: Rows = np.concatenate([[0], np.cumsum(np.concatenate(lengths))])

    def __len__(self) -> int:
        """Return the number of sentences."""
        return int(self._places.sentences.edges[-1])

    def cosines(self, rows: Rows, vector: Vectors) -> Vectors:
        """Return the cosines of sentences to a vector, ``(n,)``, or to several in columns, ``(n, m)``."""
        cosines: Vectors = np.empty((len(rows), *vector.shape[1:]), dtype=np.float32)
        for number, places, own in self._places.sentences.parts(rows):
            cosines[places] = self._tables[number].cosines(own, vector)
        return cosines

    def counts(self, first: Rows, last: Rows, wanted: Hashes) -> NDArray[np.float32]:
        """Return how often terms stand in ranges of sentences, ``(n, terms)``. No range reaches over a segment."""
        lengths = last - first
        parts = self._places.sentences.parts(first)
        return _in_order(
            [(places, self._tables[number].terms(own, own + lengths[places])) for number, places, own in parts], wanted
        )

    def lengths(self, first: Rows, last: Rows) -> Rows:
        """Return how many terms ranges of sentences hold, ``(n,)``."""
        lengths: Rows = self._ends[last] - self._ends[first]
        return lengths

    def title_counts(self, releases: Rows, wanted: Hashes) -> NDArray[np.float32]:
        """Return how often terms stand in the titles of releases, ``(n, terms)``."""
        parts = self._places.releases.parts(releases)
        return _in_order([(places, self._tables[number].title_terms(own)) for number, places, own in parts], wanted)


def _in_order(parts: Sequence[tuple[Rows, tuple[Hashes, Rows]]], wanted: Hashes) -> NDArray[np.float32]:
    """Return how often terms stand in ranges, ``(n, terms)``: counted for all segments at once, each in its place."""
    if not parts:
        return np.zeros((0, len(wanted)), dtype=np.float32)
    counts = counted([terms for _, terms in parts], wanted)
    ordered = np.empty_like(counts)
    ordered[np.concatenate([places for places, _ in parts])] = counts
    return ordered


@dataclasses.dataclass(frozen=True, slots=True)
class SegmentParts:
    """The parts of a segment in files, and how many releases it has."""

    releases: int
    texts: PassageStore
    vectors: VectorIndex
    keywords: LexicalIndex
    sentences: SentenceTable
    first_sentences: Rows


def joined(segments: Sequence[SegmentParts]) -> Parts:
    """Return the parts of a generation."""
    if len(segments) == 1:
        only = segments[0]
        return Parts(only.texts, only.vectors, only.keywords, only.sentences, only.first_sentences)
    places = Places(
        Offsets([each.releases for each in segments]),
        Offsets([len(each.vectors) for each in segments]),
        Offsets([len(each.sentences) for each in segments]),
    )
    firsts = [each.first_sentences[:-1] + first for each, first in zip(segments, places.sentences.edges, strict=False)]
    return Parts(
        JoinedTexts([each.texts for each in segments], places),
        JoinedVectors([each.vectors for each in segments], places.passages),
        JoinedKeywords([each.keywords for each in segments], places),
        JoinedSentences([each.sentences for each in segments], places),
        np.concatenate([*firsts, places.sentences.edges[-1:]]),
    )
