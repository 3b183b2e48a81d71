"""Answers one question from a generation."""

import dataclasses
import datetime
import time

from index.answering.answer import Answerer, answers, quotes, unmarked
from index.answering.doubts import OTHER_TIME, less_sure, put_right, would_answer
from index.answering.notices import known, notices
from index.answering.question import Query
from index.answering.ranking import Ranking
from index.filters import Filters
from index.generations.generation import Generation
from index.results import Answer


def answer_one(
    answerer: Answerer,
    generation: Generation,
    text: str,
    filters: Filters,
    limit: int,
    threshold: float,
    *,
    doubting: bool = True,
    beside: str = "",
) -> Answer:
    """Answer a question with at most `limit` quotes, or say that the releases hold none.

    :param threshold: the confidence from which on it counts as answered.
    :param doubting: as `Answerer.rank` takes it.
    :param beside: the question that this one was completed from: what answers that rather does not answer this.
    :raises QuestionError: when it cannot be asked.
    :raises FilterError: when a filter names nothing.
    """
    began = time.perf_counter()
    query = answerer.read(text, generation)
    ranking = answerer.rank(query, generation, filters, doubting=doubting)
    sure = answerer.confidence(query, ranking, generation)
    if not doubting and (sure < threshold or not ranking.is_timely) and query.time and query.time.named:
        query, ranking, sure = _whenever(answerer, query, generation, filters)
    if beside and sure >= threshold and answerer.answers_rather(beside, ranking, generation):
        sure = 0.0
    if doubting and sure >= threshold and ranking.is_timely:
        ranking = answerer.with_title(query, ranking, generation)
    shown = quotes(query, ranking, generation, limit, query.language)
    answered = answers(ranking, shown, sure, threshold)
    if not (answered and doubting):
        shown = unmarked(shown)
    near = answered or (bool(shown.quotes) and ranking.is_timely and would_answer(sure, ranking, threshold))
    if not near and shown.quotes:
        near = _is_put_right(answerer, query, ranking, generation, filters, threshold)
    today = datetime.datetime.now(datetime.UTC).date()
    return Answer(
        question=query.text,
        answered=answered,
        confidence=round(sure, 4),
        threshold=threshold,
        quotes=shown.quotes if answered else (),
        sources=shown.sources,
        related=() if answered else shown.quotes,
        notices=notices(query, ranking, generation, shown.releases if answered else (), today, near=near),
        generation=generation.manifest.generation,
        took_ms=round((time.perf_counter() - began) * 1000, 2),
        known=None if answered else known(query, generation),
        read_as=query.asked if query.respelled else None,
    )


def _whenever(
    answerer: Answerer, query: Query, generation: Generation, filters: Filters
) -> tuple[Query, Ranking, float]:
    """Find what bears on a statement that may name a wrong time; how sure that is counts the time against it."""
    query = dataclasses.replace(query, time=None)
    ranking = answerer.rank(query, generation, filters, doubting=False)
    return query, ranking, less_sure(answerer.confidence(query, ranking, generation), OTHER_TIME)


def _is_put_right(
    answerer: Answerer, query: Query, ranking: Ranking, generation: Generation, filters: Filters, threshold: float
) -> bool:
    """Tell whether the releases confirm a claim once the best sentence's words stand in place of its own.

    The reader takes a sentence with another figure for no answer, so that confidence alone does not tell.
    """
    for claim in put_right(query, ranking, generation):
        corrected = answerer.read(claim, generation)
        if answerer.confidence(corrected, answerer.rank(corrected, generation, filters), generation) >= threshold:
            return True
    return False
