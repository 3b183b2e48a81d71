"""Derives from each release what does not depend on the others: passages, mentions and words.

It is kept in corpus.db with a digest of all that it depends on. That includes the program's own files, so that nobody
has to remember to count up a version. With 1,000 releases this saves 3 s of 4.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corpus import Mention, Release, registry
from index.agencies.roles import place
from index.database.corpus_db import CorpusStore
from index.database.derived import Kept
from index.generations.code_digest import code_digest
from index.results import Placed
from index.text.detection import language_of
from index.text.passages import Passage, chunk
from index.text.sentences import Span
from index.text.terms import agency_term, words


@dataclass(frozen=True, slots=True)
class Derived:
    """What is derived from a release.

    ``sentence_words`` and ``agency_terms`` have one entry for each sentence of all passages, in order: its words, and
    the terms of the agencies that it names. ``language`` is that of the text, whatever the release states.
    """

    passages: tuple[Passage, ...]
    placed: tuple[Placed, ...]
    sentence_words: tuple[list[str], ...]
    agency_terms: tuple[list[str], ...]
    text_words: list[str]
    title_words: list[str]
    language: str


def derive_all(store: CorpusStore, releases: Sequence[Release], report: Callable[[int], None]) -> list[Derived]:
    """Return what is derived from each release, in their order, and keep what is new.

    :param report: is told of each that is done.
    """
    known = store.derived.of([release.release_id for release in releases])
    derived: list[Derived] = []
    new: list[Kept] = []
    for release in releases:
        key = _key(release)
        kept = known.get(release.release_id)
        if kept is not None and kept.key == key:
            derived.append(_from_json(release.release_id, kept.value))
        else:
            derived.append(_derive(release))
            new.append(Kept(release.release_id, key, _to_json(derived[-1])))
        report(1)
    store.derived.keep(new)
    return derived


def _derive(release: Release) -> Derived:
    text = release.text
    language = language_of(text, release.language)
    passages = chunk(release, language)
    mentions = registry().mentions(text)
    spans = [span for passage in passages for span in passage.sentences]
    return Derived(
        passages,
        tuple(place(text, passages, mentions)),
        tuple(words(text[span.start : span.end], language) for span in spans),
        tuple(_agency_terms(mentions, span) for span in spans),
        words(text, language),
        words(release.title, language),
        language,
    )


def _agency_terms(mentions: Sequence[Mention], sentence: Span) -> list[str]:
    return [
        agency_term(mention.agency_id)
        for mention in mentions
        if sentence.start <= mention.start and mention.end <= sentence.end
    ]


def _key(release: Release) -> bytes:
    stated = json.dumps([release.text_sha256, release.title, release.language])
    return hashlib.sha256(code_digest() + stated.encode()).digest()


def _to_json(derived: Derived) -> bytes:
    """Return what was derived as JSON. Words hold no spaces, and are joined by them."""
    passages = [
        [
            passage.start,
            passage.end,
            passage.heading,
            [place for span in passage.sentences for place in (span.start, span.end)],
            [passage.lead_in.start, passage.lead_in.end] if passage.lead_in else None,
        ]
        for passage in derived.passages
    ]
    placed = [
        [mention.agency_id, mention.start, mention.end, mention.passage, mention.sentence, mention.role]
        for mention in derived.placed
    ]
    lines = [" ".join(spoken) for spoken in (*derived.sentence_words, derived.text_words, derived.title_words)]
    agency_terms = {number: terms for number, terms in enumerate(derived.agency_terms) if terms}
    return json.dumps([passages, placed, lines, agency_terms, derived.language], ensure_ascii=False).encode()


def _from_json(release_id: str, value: bytes) -> Derived:
    passages, placed, lines, agency_terms, language = json.loads(value)
    # A word is the same object wherever it stands, which takes a fifth of the memory.
    *sentences, text, title = [list(map(sys.intern, line.split(" "))) if line else [] for line in lines]
    return Derived(
        tuple(
            Passage(release_id, ordinal, start, end, heading, _spans(places), Span(*lead_in) if lead_in else None)
            for ordinal, (start, end, heading, places, lead_in) in enumerate(passages)
        ),
        tuple(Placed(*fields) for fields in placed),
        tuple(sentences),
        tuple(agency_terms.get(str(number), []) for number in range(len(sentences))),
        text,
        title,
        language,
    )


def _spans(places: Sequence[int]) -> tuple[Span, ...]:
    return tuple(map(Span, places[::2], places[1::2]))
