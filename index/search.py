"""A question -> candidate passages: dense and lexical, fused on absolute scales.

Both sides are known for every candidate, so that no list can drag a good passage of the other down, and neither scale
depends on which candidates there happen to be: a cosine, and BM25 as a share of the question's whole inverse frequency.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embed import Vectors
from index.opened import OpenGeneration, Scope
from index.question import Question
from index.sentence_table import Rows

CANDIDATES = 60
# How much keywords count where their best hit holds the whole question. Keywords help terse questions and hurt
# paraphrases: the share of the question that the best hit holds is what tells these apart.
LEXICAL_WEIGHT = 0.35
_K1, _B = 0.9, 0.4
_TITLE_SHARE = 0.5

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Passages by row, their scores and their cosines to the question, best first, all ``(n,)``."""

    rows: Rows
    scores: Scores
    cosines: Scores


def find_passages(
    opened: OpenGeneration, question: Question, vector: Vectors, scope: Scope, k: int = CANDIDATES
) -> Ranked:
    """Return the passages that are near a question in meaning or in words, fused, best first."""
    return fuse(
        opened,
        question,
        vector,
        np.union1d(dense_candidates(opened, vector, scope, k), lexical_candidates(opened, question, scope, k)),
    )


def dense_candidates(opened: OpenGeneration, vector: Vectors, scope: Scope, k: int) -> Rows:
    """Return the rows of the passages nearest in meaning, best first."""
    return opened.vectors.search(vector, k, scope.passages)


def lexical_candidates(opened: OpenGeneration, question: Question, scope: Scope, k: int) -> Rows:
    """Return the rows of the passages that share most of the question's terms, best first."""
    if scope.by_passage:
        return opened.lexical.search(question, k, "row", scope.passages)
    return opened.lexical.search(question, k, "release", scope.releases)


def fuse(opened: OpenGeneration, question: Question, vector: Vectors, rows: Rows) -> Ranked:
    """Score candidates by cosine and keywords; keywords count as far as their best hit covers the question.

    Ties keep the corpus's order.
    """
    dense = (opened.vectors.rows(rows) @ vector).astype(np.float64)
    lexical = lexical_scores(opened, question, rows)
    trust = LEXICAL_WEIGHT * min(1.0, float(lexical.max(initial=0.0)))
    scores = dense + trust * lexical
    order = np.lexsort((rows, -np.round(scores, 9)))
    return Ranked(rows[order], scores[order], dense[order])


def lexical_scores(opened: OpenGeneration, question: Question, rows: Rows) -> Scores:
    """Return BM25 of passages, ``(n,)``, as a share of the question's whole inverse frequency."""
    first, last = opened.first_sentences[rows], opened.first_sentences[rows + 1]
    counts = opened.sentences.counts(first, last, question.hashes)
    average = opened.average_terms or 1.0
    norm = _K1 * (1 - _B + _B * opened.sentences.lengths(first, last) / average)
    saturated = counts * (_K1 + 1) / (counts + norm[:, None])
    titles = opened.sentences.title_counts(opened.releases_of(rows), question.hashes) > 0
    scores: Scores = (saturated + _TITLE_SHARE * titles) @ question.weights
    return scores
