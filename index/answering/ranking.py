"""Ranks the sentences that may answer a question."""

import dataclasses
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from index.answering.features import FEATURES, Evidence, Sentences, compute_features, sentences_of
from index.answering.question import Query
from index.answering.search import Ranked, Scores, find_passages
from index.answering.weights import Weights
from index.database.passages_db import ServedPassage
from index.encoders.reader import Reader
from index.filters import Filters
from index.generations.generation import Generation, Rows
from index.results import FoundPassage
from index.text.terms import words

SCORED_PASSAGES = 40  # Only the sentences of this many of the best passages are scored.
READ_SENTENCES = 8


@dataclass(frozen=True)
class Ranking:
    """The candidate passages, the sentences of the best of them, and how well each sentence answers, ``(n,)``.

    ``readings``, ``(n,)``, is what the reader said of each, in nats; NaN of what it has not read.
    """

    candidates: Ranked
    sentences: Sentences
    evidence: Evidence
    scores: Scores
    readings: Scores

    @cached_property
    def best_first(self) -> Rows:
        """The order of the sentences by score, ``(n,)``. Of equal ones, that of the newer release comes first."""
        order: Rows = np.lexsort((self.sentences.rows, -self.sentences.dates, -np.round(self.scores, 9)))
        return order

    def scored(self, scores: Scores) -> "Ranking":
        """Return the same sentences with other scores, ``(n,)``."""
        return dataclasses.replace(self, scores=scores)


def rank(query: Query, generation: Generation, filters: Filters, weights: Weights) -> Ranking:
    """Find and score the sentences that may answer a question.

    :raises FilterError: when a filter names nothing.
    """
    candidates = find_passages(query, generation, generation.scope(filters))
    sentences = sentences_of(generation, candidates, SCORED_PASSAGES)
    evidence = compute_features(query, generation, sentences)
    by_group = [evidence.features @ weights.group(foreign).sentence_vector(FEATURES) for foreign in (False, True)]
    scores = np.where(evidence.foreign, by_group[1], by_group[0])
    return Ranking(candidates, sentences, evidence, scores, np.full(len(scores), np.nan))


def read(query: Query, ranking: Ranking, generation: Generation, weights: Weights, reader: Reader) -> Ranking:
    """Let the reader read the best `READ_SENTENCES`, and add to their scores how much more surely each answers.

    It reads a sentence after its title, as the encoder does.
    """
    best = ranking.best_first[:READ_SENTENCES]
    sentences = ranking.sentences
    titles = [served.release.title for served in generation.served(sentences.releases[best].tolist())]
    texts = [f"{title}. {sentences.texts[number]}" for title, number in zip(titles, best.tolist(), strict=True)]
    readings = ranking.readings.copy()
    readings[best] = reader.read(query.text, texts)
    counts = np.where(ranking.evidence.foreign[best], weights.other.reading, weights.same.reading)
    scores = ranking.scores.copy()
    scores[best] += counts * (readings[best] - readings[best].min(initial=np.inf))
    return dataclasses.replace(ranking, scores=scores, readings=readings)


def passages(ranking: Ranking, generation: Generation, limit: int) -> tuple[FoundPassage, ...]:
    """Return the at most `limit` best passages, ordered by their best sentence, then those without scored sentences.

    Of passages with the same words only the first is returned.
    """
    best: dict[int, tuple[float, ServedPassage]] = {}
    for number in ranking.best_first.tolist():
        passage = ranking.sentences.passages[number]
        best.setdefault(passage.row, (float(ranking.scores[number]), passage))
    lowest = min((score for score, _ in best.values()), default=0.0)
    rest = [row for row in ranking.candidates.rows.tolist() if row not in best][: max(0, limit - len(best))]
    for below, passage in enumerate(generation.passages(rest), 1):
        best[passage.row] = (lowest - below, passage)
    distinct: dict[str, FoundPassage] = {}
    for score, passage in best.values():
        distinct.setdefault(" ".join(words(passage.text)), passage.with_score(round(score, 4)))
    return tuple(distinct.values())[:limit]
