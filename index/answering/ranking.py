"""A question -> the sentences that may answer it, each with its score, best first."""

import dataclasses
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from index.answering.features import FEATURES, Evidence, Sentences, compute_features, sentences_of
from index.answering.question import Query
from index.answering.search import Ranked, Scores, find_passages
from index.answering.weights import Weights
from index.database.passages_db import ServedPassage
from index.encoders.reranker import Reranker
from index.filters import Filters
from index.generations.generation import Generation, Rows
from index.results import FoundPassage
from index.text.terms import words

# Sentences are scored within this many of the best passages.
SCORED_PASSAGES = 40


@dataclass(frozen=True)
class Ranking:
    """The passages found, the sentences of the best of them, and how well each of these answers, ``(n,)``."""

    found: Ranked
    sentences: Sentences
    evidence: Evidence
    scores: Scores

    @cached_property
    def best_first(self) -> Rows:
        """The order of the sentences by score, ``(n,)``; of equal ones the newer release's comes first."""
        order: Rows = np.lexsort((self.sentences.rows, -self.sentences.dates, -np.round(self.scores, 9)))
        return order

    def scored(self, scores: Scores) -> "Ranking":
        """Return the same sentences with other scores, ``(n,)``."""
        return dataclasses.replace(self, scores=scores)


def rank(
    query: Query, generation: Generation, filters: Filters, weights: Weights, reranker: Reranker | None = None
) -> Ranking:
    """Find and score the sentences that may answer a question.

    :raises FilterError: when a filter names nothing.
    """
    found = find_passages(query, generation, generation.scope(filters))
    sentences = sentences_of(generation, found, SCORED_PASSAGES)
    evidence = compute_features(query, generation, sentences)
    scores = evidence.features @ weights.sentence_vector(FEATURES)
    if reranker is not None:
        scores = reranker.reorder(query.text, sentences.texts, scores)
    return Ranking(found, sentences, evidence, scores)


def passages(ranking: Ranking, generation: Generation, limit: int) -> tuple[FoundPassage, ...]:
    """Return the passages by their best sentence, best first, then those whose sentences were not scored.

    Of passages with the same words only the first is returned.
    """
    best: dict[int, tuple[float, ServedPassage]] = {}
    for number in ranking.best_first.tolist():
        passage = ranking.sentences.passages[number]
        best.setdefault(passage.row, (float(ranking.scores[number]), passage))
    lowest = min((score for score, _ in best.values()), default=0.0)
    rest = [row for row in ranking.found.rows.tolist() if row not in best][: max(0, limit - len(best))]
    for below, passage in enumerate(generation.passages(rest), 1):
        best[passage.row] = (lowest - below, passage)
    distinct: dict[str, FoundPassage] = {}
    for score, passage in best.values():
        distinct.setdefault(" ".join(words(passage.text)), passage.found(round(score, 4)))
    return tuple(distinct.values())[:limit]
