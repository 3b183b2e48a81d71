"""Tells whether a release is what somebody waits for, and which of its sentences say so."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from corpus import FilterError, QuestionError, Release, registry
from index.answering.answer import source_of
from index.answering.features import is_heading_like
from index.answering.leaning import standing_alone
from index.answering.quotes import as_quote
from index.database.passages_db import ServedPassage
from index.filters import Filters
from index.generations.generation import Generation
from index.results import Answer, Quote, Source
from index.text.terms import content_words, stem, terms

_EVERYTHING = Filters()


class WantedKind(StrEnum):
    """What somebody waits for."""

    AGENCY = "agency"
    """Releases that name an agency or a part of it; the text is its id."""
    ISSUER = "issuer"
    """Releases of an issuer."""
    SUBJECT = "subject"
    """Releases with a passage that holds every word of a subject, or has it in the title."""
    QUESTION = "question"
    """A release that answers a question as surely as an answer must be."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody waits for; `filters` restrict what may answer a question."""

    kind: WantedKind
    text: str
    filters: Filters = _EVERYTHING


@dataclass(frozen=True, slots=True)
class News:
    """What a release says of what somebody waits for: quotes, the best first, and the release as their source."""

    quotes: tuple[Quote, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Edition:
    """A served release, as much as it takes to tell whether it is new; `date` is ISO 8601."""

    release_id: str
    work: str
    date: str
    language: str


def editions_since(generation: Generation, day: str) -> tuple[Edition, ...]:
    """Return the releases that may be shown and are dated on a day or later, the newest first."""
    editions = [
        Edition(release.release_id, release.work, release.date.isoformat(), release.language)
        for release in generation.shown_releases()
        if release.date.isoformat() >= day
    ]
    return tuple(sorted(editions, key=lambda edition: (edition.date, edition.release_id), reverse=True))


def news(
    wanted: Wanted, release_id: str, generation: Generation, answer: Callable[[str, Filters], Answer]
) -> News | None:
    """Return what a release says of what somebody waits for; None where that is not served or says nothing of it.

    :param answer: what answers a question, within filters.
    """
    row = generation.release_row(release_id)
    if row is None:
        return None
    if wanted.kind is WantedKind.QUESTION:
        quotes = _answering(wanted, release_id, answer)
    else:
        place = _PLACES[wanted.kind](wanted.text, row, generation)
        quotes = () if place is None else (_quote(generation, row, *place),)
    return News(quotes, source_of(generation.served([row])[0])) if quotes else None


def _answering(wanted: Wanted, release_id: str, answer: Callable[[str, Filters], Answer]) -> tuple[Quote, ...]:
    """Return the quotes of a release that answer a question, none where all releases together do not answer it."""
    try:
        answered = answer(wanted.text, replace(wanted.filters, releases=frozenset({release_id})))
        is_sure = answered.answered and answer(wanted.text, wanted.filters).answered
    except (FilterError, QuestionError):  # such as an issuer of whom nothing is served any more
        return ()
    return answered.quotes if is_sure else ()


_Place = tuple[ServedPassage, int]  # a passage, and the number of a sentence in it


def _naming(agency_id: str, row: int, generation: Generation) -> _Place | None:
    """Return the first sentence in which an agency acts or is acted on, else the first that names it."""
    if agency_id not in registry().agencies:
        return None
    namings = generation.naming(Filters(agency=agency_id).agencies())
    own = namings.where(generation.releases_of(namings.passages) == row)
    if not len(own.sentences):
        return None
    sentence = int((own.sentences[own.in_part] if own.in_part.any() else own.sentences).min())
    passage = next(each for each in reversed(generation.passages_of(row)) if each.first_sentence <= sentence)
    return passage, sentence - passage.first_sentence


def _issued(issuer: str, row: int, generation: Generation) -> _Place | None:
    """Return the sentence with which a release of an issuer begins."""
    release = generation.served([row])[0].release
    return _beginning(row, generation) if is_issuer(issuer, release.issuer) else None


def is_issuer(wanted: str, issuer: str) -> bool:
    """Tell whether an issuer is meant: its name holds the words, or both are names of one agency."""
    words = re.compile(rf"(?<!\w){re.escape(wanted.casefold().strip())}(?!\w)")
    if words.search(issuer.casefold()) is not None:
        return True
    agency = registry().find(wanted).agency
    return agency is not None and issuer.casefold() in {name.casefold() for name in (agency.name, *agency.acronyms)}


def _on_subject(subject: str, row: int, generation: Generation) -> _Place | None:
    """Return the sentence with most words of a subject, of the passage with all of them and the most of its own."""
    release = generation.release(row)
    asked = _subject_terms(subject, release)
    in_title = asked & set(terms(release.title, release.language))
    best: tuple[int, ServedPassage] | None = None
    for passage in generation.passages_of(row):
        held = asked & set(terms(passage.text, release.language))
        if asked == held | in_title and (best is None or len(held) > best[0]):
            best = len(held), passage
    if not asked or best is None:
        return None
    if best[0] == 0:
        return _beginning(row, generation)
    passage = best[1]
    held_by = [
        len(asked & set(terms(release.text[span.start : span.end], release.language)))
        for span in passage.passage.sentences
    ]
    return passage, int(np.argmax(held_by))


def _subject_terms(subject: str, release: Release) -> set[str]:
    """Return the stems of a subject's words as the language of a release has them."""
    return {stem(word, release.language) for word in content_words(subject, release.language)}


def _beginning(row: int, generation: Generation) -> _Place | None:
    """Return the first sentence that reads like one; the first of all where none does."""
    text = generation.release(row).text
    places = [
        (passage, number) for passage in generation.passages_of(row) for number in range(len(passage.passage.sentences))
    ]

    def is_sentence(place: _Place) -> bool:
        span = place[0].passage.sentences[place[1]]
        return not is_heading_like(text[span.start : span.end])

    return next(filter(is_sentence, places), places[0] if places else None)


def _quote(generation: Generation, row: int, passage: ServedPassage, number: int) -> Quote:
    sentence = passage.first_sentence + number
    span = passage.passage.sentences[number]
    parts = standing_alone(generation, row, sentence, span)
    return as_quote(generation.release(row), parts, span, passage.passage.heading, 1.0)


_PLACES: dict[WantedKind, Callable[[str, int, Generation], _Place | None]] = {
    WantedKind.AGENCY: _naming,
    WantedKind.ISSUER: _issued,
    WantedKind.SUBJECT: _on_subject,
}
