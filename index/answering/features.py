"""Named features that tell how well a sentence answers a question, for the sentences of the best passages.

No feature depends on the size of the corpus: cosines are absolute, and coverage is a share of the question, in which
each term counts by its inverse frequency.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.answering.answer_types import NUMERIC, holds
from index.answering.question import Query
from index.answering.search import Ranked
from index.database.passages_db import ServedPassage
from index.generations.generation import Generation, Rows
from index.text.terms import hashes, words

FEATURES = (
    "cosine",  # of the question and the sentence, which is embedded after its title
    "passage_cosine",  # of the question and the passage that the sentence stands in
    "coverage",  # share of the question that the sentence, the one before it and the title hold
    "release_coverage",  # share of the question that the release holds
    "release_bm25",
    "release_cosine",  # the highest cosine of a sentence of the same release
    "holds_figure",  # whether it holds a date or a number, where the question asks for one
    "holds_other",  # whether it holds a person, a place or a reason, where the question asks for one
    "numbers_missing",  # share of the numbers in the question that the release does not hold, as a negative number
    "year",  # whether the question names the year of the release
    "month",  # whether the question names the month of the release
    "short",
    "heading_like",
    "is_question",
    "ends_with_colon",
    "early",
    "trusted_coverage",  # coverage, weighted by how much of the question the best sentence covers
)
_SHORT_CHARS = 45
_HEADING_CHARS = 90
_EARLY_SENTENCES = 3.0
_TRUST_RANGE, _TRUST_MIDDLE = (0.5, 0.8), 0.65
_K1, _B = 1.2, 0.6

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sentences:
    """Sentences of passages, ``(n,)`` each: row, text, row and date of the release, passage and cosine of the passage.

    Dates are days since 1 January of year 1.
    """

    rows: Rows
    texts: tuple[str, ...]
    releases: Rows
    dates: Rows
    passages: tuple[ServedPassage, ...]
    passage_cosines: Matrix


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of sentences in view of a question.

    ``features`` is ``(n, features)``. ``held_nearby``, ``(n, terms)``, tells which terms stand in or beside each.
    ``foreign``, ``(n,)``, tells which are in another language than the question.
    """

    features: Matrix
    held_nearby: NDArray[np.bool_]
    foreign: NDArray[np.bool_]


def sentences_of(generation: Generation, passages: Ranked, count: int) -> Sentences:
    """Read the sentences of the best `count` passages, in the order of the corpus."""
    cosine_of = dict(zip(passages.rows[:count].tolist(), passages.cosines[:count].tolist(), strict=True))
    rows, texts, within = [], [], []
    for passage in generation.passages(sorted(cosine_of)):
        for number, span in enumerate(passage.passage.sentences):
            rows.append(passage.first_sentence + number)
            texts.append(passage.text[span.start - passage.passage.start : span.end - passage.passage.start])
            within.append(passage)
    releases = np.array([passage.release for passage in within], dtype=np.int64)
    cosines = np.array([cosine_of[passage.row] for passage in within], dtype=np.float64)
    dates = generation.dates(releases)
    return Sentences(np.array(rows, dtype=np.int64), tuple(texts), releases, dates, tuple(within), cosines)


def compute_features(query: Query, generation: Generation, sentences: Sentences) -> Evidence:
    """Compute the features of sentences, in the order of `FEATURES`."""
    evidence = generation.sentence_evidence(sentences.rows, sentences.releases, query.hashes, query.vector)
    releases, release_of = np.unique(sentences.releases, return_inverse=True)
    release = _release_features(query, generation, releases)
    in_title = release.in_title[release_of]
    coverage = (evidence.held | evidence.held_before | in_title) @ query.weights
    trust = np.clip(coverage.max(initial=0.0), *_TRUST_RANGE) - _TRUST_MIDDLE
    release_cosines = np.full(len(releases), -1.0)
    np.maximum.at(release_cosines, release_of, evidence.cosines)
    languages = [served.release.language for served in generation.served(releases.tolist())]
    figure, other = _answer_type_features(query, sentences.texts, [languages[place] for place in release_of.tolist()])
    columns = (
        evidence.cosines,
        sentences.passage_cosines,
        coverage,
        release.coverage[release_of],
        release.bm25[release_of],
        release_cosines[release_of],
        figure,
        other,
        release.numbers_missing[release_of],
        release.year[release_of],
        release.month[release_of],
        *_form_features(sentences.texts),
        np.exp(-evidence.positions / _EARLY_SENTENCES),
        trust * coverage,
    )
    nearby = evidence.held | evidence.held_before | evidence.held_after | in_title
    foreign = np.array([language != query.language for language in languages], dtype=bool)[release_of]
    return Evidence(np.column_stack(columns).astype(np.float64), nearby, foreign)


@dataclass(frozen=True, slots=True)
class _ReleaseFeatures:
    """Features that all sentences of a release have in common, ``(releases,)`` each.

    ``in_title`` is ``(releases, terms)``.
    """

    in_title: NDArray[np.bool_]
    coverage: Matrix
    bm25: Matrix
    numbers_missing: Matrix
    year: Matrix
    month: Matrix


def _release_features(query: Query, generation: Generation, releases: Rows) -> _ReleaseFeatures:
    numbers = sorted(query.numbers)
    evidence = generation.release_evidence(releases, np.concatenate([query.hashes, hashes(numbers)]))
    terms = len(query.hashes)
    in_title = evidence.in_title[:, :terms]
    counts = evidence.counts[:, :terms] + in_title
    norm = _K1 * (1 - _B + _B * evidence.relative_lengths)
    dates = [served.release.date for served in generation.served(releases.tolist())]
    years = [str(date.year) for date in dates]
    in_release = evidence.counts[:, terms:] > 0
    in_date = np.array([[number in date.isoformat() for number in numbers] for date in dates], dtype=bool)
    missing = (in_release | in_date.reshape(in_release.shape)).mean(axis=1) - 1.0 if numbers else np.zeros(len(dates))
    asks_year = any(len(number) == 4 for number in numbers)
    return _ReleaseFeatures(
        in_title=in_title > 0,
        coverage=(counts > 0) @ query.weights,
        bm25=(counts * (_K1 + 1) / (counts + norm[:, None])) @ query.weights,
        numbers_missing=missing,
        year=np.array([year in query.numbers for year in years], dtype=np.float64),
        month=np.array(
            [
                date.month in query.months and (not asks_year or year in query.numbers)
                for date, year in zip(dates, years, strict=True)
            ],
            dtype=np.float64,
        ),
    )


def _answer_type_features(query: Query, texts: Sequence[str], languages: Sequence[str]) -> tuple[Matrix, Matrix]:
    """Return how far sentences hold what is asked for, -0.5 to 0.5: as a figure, and as something else."""
    nothing = np.zeros(len(texts))
    if query.asks is None:
        return nothing, nothing
    centred = np.array([_holds_new(query, *pair) for pair in zip(texts, languages, strict=True)]) - 0.5
    return (centred, nothing) if query.asks in NUMERIC else (nothing, centred)


def _holds_new(query: Query, text: str, language: str) -> float:
    """Return 1 where a sentence holds what is asked for, 0.3 where the question gives all its numbers, else 0."""
    assert query.asks is not None
    if not holds(query.asks, text, language):
        return 0.0
    numbers = {word for word in words(text) if word[0].isdigit()} if query.asks in NUMERIC else set()
    return 0.3 if numbers and numbers <= query.numbers else 1.0


def _form_features(texts: tuple[str, ...]) -> tuple[Matrix, ...]:
    forms = np.array(
        [(len(text) < _SHORT_CHARS, is_heading_like(text), text.endswith("?"), text.endswith(":")) for text in texts],
        dtype=np.float64,
    ).reshape(len(texts), 4)
    return tuple(forms.T)


def is_heading_like(text: str) -> bool:
    """Tell whether a line that is not marked as a heading reads like one."""
    return len(text) <= _HEADING_CHARS and text[:1].isupper() and text[-1:].isalnum()
