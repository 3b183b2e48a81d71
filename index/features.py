"""What speaks for a sentence as the answer: named features of a question and the sentences of the best passages.

No feature depends on the size of the corpus: cosines are absolute, and coverage is the share of the question's inverse
frequency that is held.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.answer_types import NUMERIC, holds
from index.embed import Vectors
from index.opened import OpenGeneration
from index.question import Question
from index.search import Ranked
from index.sentence_table import Rows
from index.store.passages import ServedPassage
from index.terms import hashes, words

FEATURES = (
    "cosine",  # to the sentence after its title
    "passage_cosine",  # to the passage it stands in
    "coverage",  # of the question by sentence, sentence before and title
    "release_coverage",
    "release_bm25",
    "release_cosine",  # the best sentence's of the same release
    "holds_figure",  # where the question asks for a date or a number
    "holds_other",  # where it asks for a person, a place or a reason
    "numbers_missing",  # from the release, of those in the question
    "year",  # of the release is in the question
    "month",
    "short",
    "heading_like",
    "is_question",
    "ends_with_colon",
    "early",
    "trusted_coverage",  # coverage, the more the better keywords explain the question at all
)
_SHORT_CHARS = 45
_HEADING_CHARS = 90
_EARLY_SENTENCES = 3.0
_TRUST_RANGE, _TRUST_MIDDLE = (0.5, 0.8), 0.65
_K1, _B = 1.2, 0.6

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sentences:
    """Sentences of passages: rows, texts, rows of releases, the passage each stands in and its cosine, ``(n,)``."""

    rows: Rows
    texts: tuple[str, ...]
    releases: Rows
    passages: tuple[ServedPassage, ...]
    passage_cosines: Matrix


@dataclass(frozen=True, slots=True)
class Evidence:
    """Features of sentences, ``(n, features)``, and which terms they or what is around them hold, ``(n, terms)``."""

    features: Matrix
    held_nearby: NDArray[np.bool_]


def sentences_of(opened: OpenGeneration, passages: Ranked, count: int) -> Sentences:
    """Read the sentences of the best `count` passages, in the order of the corpus."""
    cosine_of = dict(zip(passages.rows[:count].tolist(), passages.cosines[:count].tolist(), strict=True))
    served = opened.passages.passages(sorted(cosine_of))
    rows, texts, within = [], [], []
    for passage in served:
        for at, span in enumerate(passage.passage.sentences):
            rows.append(passage.first_sentence + at)
            texts.append(passage.text[span.start - passage.passage.start : span.end - passage.passage.start])
            within.append(passage)
    releases = np.array([passage.release for passage in within], dtype=np.int64)
    cosines = np.array([cosine_of[passage.row] for passage in within], dtype=np.float64)
    return Sentences(np.array(rows, dtype=np.int64), tuple(texts), releases, tuple(within), cosines)


def compute_features(opened: OpenGeneration, question: Question, vector: Vectors, sentences: Sentences) -> Evidence:
    """Compute the features of sentences, in the order of `FEATURES`."""
    table, wanted, rows = opened.sentences, question.hashes, sentences.rows
    first, last = opened.sentence_range(sentences.releases)
    before, after = np.maximum(rows - 1, first), np.minimum(rows + 1, last - 1)
    has_before, has_after = before != rows, after != rows
    around, places = np.unique(np.stack([rows, before, after]), return_inverse=True)
    holds_term = (table.counts(around, around + 1, wanted) > 0)[places.reshape(3, -1)]
    held, held_before, held_after = (
        holds_term[0],
        holds_term[1] & has_before[:, None],
        holds_term[2] & has_after[:, None],
    )
    releases, of = np.unique(sentences.releases, return_inverse=True)
    in_title = table.title_counts(releases, wanted)
    cosines = table.cosines(rows, vector).astype(np.float64)
    coverage = (held | held_before | (in_title > 0)[of]) @ question.weights
    trust = np.clip(coverage.max(initial=0.0), *_TRUST_RANGE) - _TRUST_MIDDLE
    release = _release_features(opened, question, releases, in_title)
    release_cosines = np.full(len(releases), -1.0)
    np.maximum.at(release_cosines, of, cosines)
    figure, other = _answer_type_features(question, sentences.texts)
    columns = (
        cosines,
        sentences.passage_cosines,
        coverage,
        release.coverage[of],
        release.bm25[of],
        release_cosines[of],
        figure,
        other,
        release.numbers_missing[of],
        release.year[of],
        release.month[of],
        *_form_features(sentences.texts),
        np.exp(-(rows - first) / _EARLY_SENTENCES),
        trust * coverage,
    )
    nearby = held | held_before | held_after | (in_title > 0)[of]
    return Evidence(np.column_stack(columns).astype(np.float64), nearby)


@dataclass(frozen=True, slots=True)
class _ReleaseFeatures:
    """Features that the sentences of a release share, ``(releases,)`` each."""

    coverage: Matrix
    bm25: Matrix
    numbers_missing: Matrix
    year: Matrix
    month: Matrix


def _release_features(
    opened: OpenGeneration, question: Question, releases: Rows, in_title: NDArray[np.float32]
) -> _ReleaseFeatures:
    first, last = opened.sentence_range(releases)
    counts = opened.sentences.counts(first, last, question.hashes) + in_title
    relative = opened.sentences.lengths(first, last) / (opened.average_release_terms or 1.0)
    norm = _K1 * (1 - _B + _B * relative)
    dates = [opened.releases[row].release.date for row in releases.tolist()]
    years = [str(date.year) for date in dates]
    numbers = sorted(question.numbers)
    in_release = opened.sentences.counts(first, last, hashes(numbers)) > 0
    in_date = np.array([[number in date.isoformat() for number in numbers] for date in dates], dtype=bool)
    missing = (in_release | in_date.reshape(in_release.shape)).mean(axis=1) - 1.0 if numbers else np.zeros(len(dates))
    asks_year = any(len(number) == 4 for number in numbers)
    return _ReleaseFeatures(
        coverage=(counts > 0) @ question.weights,
        bm25=(counts * (_K1 + 1) / (counts + norm[:, None])) @ question.weights,
        numbers_missing=missing,
        year=np.array([year in question.numbers for year in years], dtype=np.float64),
        month=np.array(
            [
                date.month in question.months and (not asks_year or year in question.numbers)
                for date, year in zip(dates, years, strict=True)
            ],
            dtype=np.float64,
        ),
    )


def _answer_type_features(question: Question, texts: tuple[str, ...]) -> tuple[Matrix, Matrix]:
    """Return whether sentences hold what is asked for, around 0: as a figure, and as something else."""
    nothing = np.zeros(len(texts))
    if question.asks is None:
        return nothing, nothing
    found = np.array([_holds_new(question, text) for text in texts]) - 0.5
    return (found, nothing) if question.asks in NUMERIC else (nothing, found)


def _holds_new(question: Question, text: str) -> float:
    """Return 1 where a sentence holds what is asked for, 0.3 where all its numbers were in the question, else 0."""
    assert question.asks is not None
    if not holds(question.asks, text):
        return 0.0
    numbers = {word for word in words(text) if word[0].isdigit()} if question.asks in NUMERIC else set()
    return 0.3 if numbers and numbers <= question.numbers else 1.0


def _form_features(texts: tuple[str, ...]) -> tuple[Matrix, ...]:
    forms = np.array(
        [(len(text) < _SHORT_CHARS, is_heading_like(text), text.endswith("?"), text.endswith(":")) for text in texts],
        dtype=np.float64,
    ).reshape(len(texts), 4)
    return tuple(forms.T)


def best_first(opened: OpenGeneration, sentences: Sentences, scores: Matrix) -> Rows:
    """Return the order of sentences by score, ``(n,)``; of equal ones the newer release's comes first."""
    newest = -opened.columns.dates[sentences.releases]
    order: Rows = np.lexsort((sentences.rows, newest, -np.round(scores, 9)))
    return order


def is_heading_like(text: str) -> bool:
    """Tell whether a line that no mark calls a heading reads like one."""
    return len(text) <= _HEADING_CHARS and text[:1].isupper() and text[-1:].isalnum()
