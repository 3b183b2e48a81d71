"""Ranks the sentences that may answer a question.

What is of another time than the question names comes last, however well it reads, and answers nothing.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from index.answering.features import FEATURES, Evidence, Sentences, compute_features, sentences_of
from index.answering.question import Query
from index.answering.search import Ranked, Scores, find_passages
from index.answering.timely import ages, timely
from index.answering.weights import Weights
from index.database.passages_db import ServedPassage
from index.encoders.marks import Mark, after_title
from index.encoders.reader import Reader
from index.filters import Filters
from index.generations.editions import one_edition_each
from index.generations.generation import Generation, Rows
from index.results import FoundPassage
from index.text.terms import words

SCORED_PASSAGES = 40  # Only the sentences of this many of the best passages are scored.
READ_SENTENCES = 4  # With five, .01 more of the questions have a right quote, and it takes a fifth longer.
# Nats. Of 14 questions on the shipped release that "it" completes, wrong sentences were read so by 2.2 and more, right
# ones by 0.7 at most.
RATHER = 1.5


@dataclass(frozen=True)
class Ranking:
    """The candidate passages, the sentences of the best of them, and how well each sentence answers, ``(n,)``.

    ``readings``, ``(n,)``, is what the reader said of each, in nats; NaN of what it has not read.
    ``timely``, ``(n,)``, tells which sentences are of the time that the question names; None where it names none.
    ``ages``, ``(n,)``, is how much older than the newest a sentence is, where the question asks for what is latest.
    ``doubts``, ``(n,)``, is how many nats each has lost because it contradicts the question; None of what is unjudged.
    ``marks`` tells where sentences that were read answer, by their numbers, as far as that is sure.
    ``title`` is the row of a release whose title answers as well as these sentences, None where none does.
    """

    candidates: Ranked
    sentences: Sentences
    evidence: Evidence
    scores: Scores
    readings: Scores
    timely: NDArray[np.bool_] | None = None
    ages: Rows | None = None
    doubts: Scores | None = None
    title: int | None = None
    marks: Mapping[int, Mark] = field(default_factory=dict)

    @cached_property
    def best_first(self) -> Rows:
        """The order of the sentences by score, ``(n,)``. Of equal ones, that of the newer release comes first."""
        none = np.zeros(len(self.scores))
        untimely = none if self.timely is None else ~self.timely
        ages = none if self.ages is None else self.ages
        scores = -np.round(self.scores, 9)
        order: Rows = np.lexsort((self.sentences.rows, -self.sentences.dates, scores, ages, untimely))
        return order

    @property
    def is_timely(self) -> bool:
        """Whether a sentence is of the time that the question names."""
        return self.timely is None or bool(self.timely.any())

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
    latest = query.time is not None and query.time.latest
    return Ranking(
        candidates,
        sentences,
        evidence,
        scores,
        readings=np.full(len(scores), np.nan),
        timely=timely(query.time, generation, sentences)
        if query.time and (query.time.named or query.time.ahead)
        else None,
        ages=ages(generation, sentences, scores) if latest and len(scores) else None,
    )


def read(query: Query, ranking: Ranking, generation: Generation, weights: Weights, reader: Reader) -> Ranking:
    """Let the reader read the best `READ_SENTENCES`, and add to their scores how much more surely each answers.

    It reads a sentence after its title, as the encoder does.
    """
    best = ranking.best_first[:READ_SENTENCES]
    if not len(best):
        return ranking
    read = reader.read_marking(query.modelled, *_titled(ranking, best, generation))
    readings = ranking.readings.copy()
    readings[best] = [reading.score for reading in read]
    marks = {number: reading.mark for number, reading in zip(best.tolist(), read, strict=True) if reading.mark}
    counts = np.where(ranking.evidence.foreign[best], weights.other.reading, weights.same.reading)
    scores = ranking.scores.copy()
    scores[best] += counts * (readings[best] - readings[best].min())
    of_ages = None if ranking.ages is None else ages(generation, ranking.sentences, scores)
    return dataclasses.replace(ranking, scores=scores, readings=readings, ages=of_ages, marks=marks)


def answers_rather(other: str, ranking: Ranking, generation: Generation, reader: Reader) -> bool:
    """Tell whether the best sentence answers another question than the one that it was found for.

    What completes "who leads it?" with the words of the question before it also finds what answers that.
    """
    best = ranking.best_first[:1]
    if not len(best) or np.isnan(ranking.readings[best]).any():
        return False
    asked = reader.read(other, as_read(ranking, best, generation))
    return bool(asked[0] - ranking.readings[best[0]] > RATHER)


def as_read(ranking: Ranking, numbers: Rows, generation: Generation) -> list[str]:
    """Return sentences as the reader reads them: after the titles of their releases."""
    return list(map(after_title, *_titled(ranking, numbers, generation)))


def _titled(ranking: Ranking, numbers: Rows, generation: Generation) -> tuple[list[str], list[str]]:
    """Return the titles of the releases that sentences are from, and the sentences."""
    sentences = ranking.sentences
    titles = [served.release.title for served in generation.served(sentences.releases[numbers].tolist())]
    return titles, [sentences.texts[number] for number in numbers.tolist()]


def passages(
    ranking: Ranking, generation: Generation, limit: int, language: str | None = None
) -> tuple[FoundPassage, ...]:
    """Return the at most `limit` best passages, ordered by their best sentence, then those without scored sentences.

    Of passages with the same words only the first is returned, and of the editions of a release those of one.
    """
    best: dict[int, tuple[float, ServedPassage]] = {}
    for number in ranking.best_first.tolist():
        passage = ranking.sentences.passages[number]
        best.setdefault(passage.row, (float(ranking.scores[number]), passage))
    lowest = min((score for score, _ in best.values()), default=0.0)
    rest = [row for row in ranking.candidates.rows.tolist() if row not in best][: max(0, limit - len(best))]
    for below, passage in enumerate(generation.passages(rest), 1):
        best[passage.row] = (lowest - below, passage)
    shown = editions_for(language, [passage.release for _, passage in best.values()], generation)
    distinct: dict[str, FoundPassage] = {}
    for score, passage in best.values():
        if passage.release in shown:
            distinct.setdefault(" ".join(words(passage.text)), passage.with_score(round(score, 4)))
    return tuple(distinct.values())[:limit]


def editions_for(language: str | None, rows: Iterable[int], generation: Generation) -> set[int]:
    """Return one edition of each release for a reader, by row, of releases best first."""
    served = generation.served(list(dict.fromkeys(rows)))
    shown = one_edition_each([each.release for each in served], language)
    return {each.row for each in served if each.release.release_id in shown}
