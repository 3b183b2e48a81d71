"""The rows of the tables of a generation, a part of them after the other."""

import itertools
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector

from index.database.passages_writer import naming_values, release_values
from index.generations.cluster.arrays import to_bytes
from index.generations.cluster.keywords import posting_lists
from index.generations.contents import Contents
from index.generations.manifest import Segment
from index.text.terms import hashes

TableRows = Iterable[Sequence[object]]


class PartRows:
    """Gives the rows of each part, and at the end those that are about all parts."""

    def __init__(self) -> None:
        """Begin with no rows."""
        self.written = Segment(0, 0, 0)
        self._parts = 0
        self._namings: dict[str, set[int]] = {}
        self._sentences: list[NDArray[np.int64]] = []
        self._terms: list[NDArray[np.int64]] = []
        self._title_terms: list[NDArray[np.int64]] = []

    def part(self, contents: Contents) -> dict[str, TableRows]:
        """Return the rows of the next part, by table."""
        first = self.written
        documents = contents.documents(first.releases, first.passages)
        return {
            "releases": _releases(contents, first),
            "passages": _passages(contents, first),
            "sentences": _sentences(contents, first),
            "mentions": _mentions(contents, first),
            "postings": posting_lists(documents, self._parts),
        }

    def add(self, contents: Contents) -> None:
        """Count a part that was written."""
        first = self.written
        for agency_id, passage, *_ in _mentions(contents, first):
            self._namings.setdefault(str(agency_id), set()).add(int(str(passage)))
        self._sentences.append(np.diff(contents.first_sentences()))
        lengths = np.array([len(terms) for terms in contents.term_lists()], dtype=np.int64)
        sentences = len(contents.sentence_vectors)
        self._terms.append(lengths[:sentences])
        self._title_terms.append(lengths[sentences:])
        self._parts += 1
        self.written = Segment(
            first.releases + len(contents.chunked),
            first.passages + len(contents.passage_vectors),
            first.sentences + sentences,
        )

    def rest(self) -> dict[str, TableRows]:
        """Return the rows that are about all parts, by table."""
        arrays = {"first_sentences": self._sentences, "term_ends": [*self._terms, *self._title_terms]}
        return {
            "namings": naming_values(self._namings),
            "arrays": [(name, to_bytes(_edges(lengths))) for name, lengths in arrays.items()],
        }


def _edges(lengths: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return where each of some things that follow each other begins, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(np.concatenate(lengths))]).astype(np.int64)


def _releases(contents: Contents, first: Segment) -> Iterator[Sequence[object]]:
    passage = first.passages
    for row, ((release, passages), title) in enumerate(
        zip(contents.chunked, contents.titles, strict=True), first.releases
    ):
        yield (*release_values(row, release, passage), hashes(title).astype("<u4").tobytes())
        passage += len(passages)


def _passages(contents: Contents, first: Segment) -> Iterator[Sequence[object]]:
    first_sentences = (contents.first_sentences() + first.sentences).tolist()
    place = itertools.count()
    for release_row, (release, passages) in enumerate(contents.chunked, first.releases):
        for passage in passages:
            number = next(place)
            lead_in = passage.lead_in
            places = (lead_in.start, lead_in.end) if lead_in else (None, None)
            where = (passage.ordinal, passage.start, passage.end, passage.heading)
            text = release.text[passage.start : passage.end]
            vector = HalfVector(contents.passage_vectors[number])
            row = first.passages + number
            yield row, release_row, *where, *places, first_sentences[number], text, vector


def _sentences(contents: Contents, first: Segment) -> Iterator[Sequence[object]]:
    place = itertools.count()
    cut = (passage for _, passages in contents.chunked for passage in passages)
    for passage_row, (passage, terms) in enumerate(zip(cut, contents.terms, strict=True), first.passages):
        for span, spoken in zip(passage.sentences, terms, strict=True):
            number = next(place)
            vector = HalfVector(contents.sentence_vectors[number])
            row = first.sentences + number
            yield row, passage_row, span.start, span.end, hashes(spoken).astype("<u4").tobytes(), vector


def _mentions(contents: Contents, first: Segment) -> Iterator[Sequence[object]]:
    first_sentences = contents.first_sentences() + first.sentences
    release_passage = 0
    for (_, passages), mentions in zip(contents.chunked, contents.mentions, strict=True):
        for mention in mentions:
            passage = release_passage + mention.passage
            sentence = int(first_sentences[passage]) + mention.sentence
            yield mention.agency_id, first.passages + passage, mention.start, mention.end, sentence, mention.role
        release_passage += len(passages)
