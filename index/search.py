"""A question -> ranked passages: dense and lexical candidates, fused."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.chunk import Passage
from index.embed import Embedder, Vectors
from index.filters import Filters
from index.opened import OpenGeneration
from index.question import Question, read_question
from index.vectors import Hit

CANDIDATES = 100
_LEXICAL_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that was found: its row, its release's row, its text and score."""

    row: int
    release: int
    passage: Passage
    text: str
    score: float
    first_sentence: int


def search(opened: OpenGeneration, embedder: Embedder, query: str, filters: Filters, limit: int) -> list[Found]:
    """Return the at most `limit` best passages for a query, best first.

    :raises QuestionError: when the query cannot be asked.
    :raises FilterError: when a filter names nothing.
    """
    question = read_question(query)
    return find(opened, question, embedder.encode_query(question.text), filters, limit)


def find(opened: OpenGeneration, question: Question, vector: Vectors, filters: Filters, limit: int) -> list[Found]:
    """Return the best passages for a question whose vector, ``(dim,)``, is known."""
    releases = opened.columns.allowed(filters)
    if not opened.visible.all():
        releases = opened.visible if releases is None else releases & opened.visible
    fused = fuse(dense_candidates(opened, vector, releases), lexical_candidates(opened, question, releases))[:limit]
    served = opened.passages.passages([hit.row for hit in fused])
    return [
        Found(passage.row, passage.release, passage.passage, passage.text, hit.score, passage.first_sentence)
        for hit, passage in zip(fused, served, strict=True)
    ]


def dense_candidates(opened: OpenGeneration, vector: Vectors, releases: NDArray[np.bool_] | None) -> list[Hit]:
    """Return the passages nearest in meaning; the score is the cosine."""
    rows = None if releases is None else opened.passage_rows(releases)
    return opened.vectors.search(vector, CANDIDATES, rows)


def lexical_candidates(opened: OpenGeneration, question: Question, releases: NDArray[np.bool_] | None) -> list[Hit]:
    """Return the passages that share the question's terms; the score is BM25."""
    return opened.lexical.search(question.terms, CANDIDATES, releases)


def fuse(dense: list[Hit], lexical: list[Hit]) -> list[Hit]:
    """Add cosine and BM25, the latter as a share of its best, and sort; ties keep the corpus's order."""
    best = max((hit.score for hit in lexical), default=1.0) or 1.0
    scores = {hit.row: hit.score for hit in dense}
    for hit in lexical:
        scores[hit.row] = scores.get(hit.row, 0.0) + _LEXICAL_WEIGHT * hit.score / best
    return [Hit(row, score) for row, score in sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))]
