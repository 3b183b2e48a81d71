"""The rows of the tables of a segment."""

import json
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from index.database.passages_writer import naming_values, release_values
from index.generations.cluster.arrays import to_bytes, to_halfvecs
from index.generations.cluster.keywords import posting_lists
from index.generations.contents import Contents
from index.text.terms import hashes

TableRows = Iterable[Sequence[object]]


def segment_rows(contents: Contents) -> dict[str, TableRows]:
    """Return the rows of a segment, by table. They count from 0."""
    return {
        "releases": _releases(contents),
        "passages": _passages(contents),
        "sentences": _sentences(contents),
        "mentions": _mentions(contents),
        "postings": posting_lists(contents.documents()),
        "namings": _namings(contents),
        "arrays": _arrays(contents),
    }


def _releases(contents: Contents) -> Iterator[Sequence[object]]:
    passage = 0
    for row, ((release, passages), title) in enumerate(zip(contents.chunked, contents.titles, strict=True)):
        yield (*release_values(row, release, passage), hashes(title).astype("<u4").tobytes())
        passage += len(passages)


def _passages(contents: Contents) -> Iterator[Sequence[object]]:
    first_sentences = contents.first_sentences().tolist()
    vectors = enumerate(to_halfvecs(contents.passage_vectors))
    for release_row, (release, passages) in enumerate(contents.chunked):
        for passage in passages:
            row, vector = next(vectors)
            lead_in = passage.lead_in
            places = (lead_in.start, lead_in.end) if lead_in else (None, None)
            where = (passage.ordinal, passage.start, passage.end, passage.heading)
            text = release.text[passage.start : passage.end]
            yield row, release_row, *where, *places, first_sentences[row], text, vector


def _sentences(contents: Contents) -> Iterator[Sequence[object]]:
    vectors = enumerate(to_halfvecs(contents.sentence_vectors))
    cut = (passage for _, passages in contents.chunked for passage in passages)
    for passage_row, (passage, terms) in enumerate(zip(cut, contents.terms, strict=True)):
        for span, spoken in zip(passage.sentences, terms, strict=True):
            row, vector = next(vectors)
            yield row, passage_row, span.start, span.end, hashes(spoken).astype("<u4").tobytes(), vector


def _mentions(contents: Contents) -> Iterator[tuple[str, int, int, int, int, str | None]]:
    first_sentences = contents.first_sentences()
    release_passage = 0
    for (_, passages), mentions in zip(contents.chunked, contents.mentions, strict=True):
        for mention in mentions:
            passage = release_passage + mention.passage
            sentence = int(first_sentences[passage]) + mention.sentence
            yield mention.agency_id, passage, mention.start, mention.end, sentence, mention.role
        release_passage += len(passages)


def _namings(contents: Contents) -> TableRows:
    namings: dict[str, set[int]] = {}
    for agency_id, passage, *_ in _mentions(contents):
        namings.setdefault(agency_id, set()).add(passage)
    return naming_values(namings)


def _arrays(contents: Contents) -> Iterator[Sequence[object]]:
    """Yield arrays as files have them, and how often each word stands in the releases as JSON."""
    lengths = [len(terms) for terms in contents.term_lists()]
    yield "first_sentences", to_bytes(contents.first_sentences())
    yield "term_ends", to_bytes(np.cumsum([0, *lengths]).astype(np.int64))
    yield "words", json.dumps(contents.words, ensure_ascii=False).encode()
