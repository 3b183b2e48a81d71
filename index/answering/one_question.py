"""Answers one question from a generation."""

import datetime
import time

from index.answering.answer import Answerer, answers, quotes
from index.answering.doubts import put_right, would_answer
from index.answering.notices import known, notices
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
    if beside and sure >= threshold and answerer.answers_rather(beside, ranking, generation):
        sure = 0.0
    shown = quotes(query, ranking, generation, limit, query.language)
    answered = answers(ranking, shown, sure, threshold)
    near = answered or (
        bool(shown.quotes)
        and ranking.is_timely
        and (
            would_answer(sure, ranking, threshold)
            or any(
                _confidence(answerer, generation, claim, filters) >= threshold
                for claim in put_right(query, ranking, generation)
            )
        )
    )
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


def _confidence(answerer: Answerer, generation: Generation, text: str, filters: Filters) -> float:
    query = answerer.read(text, generation)
    return answerer.confidence(query, answerer.rank(query, generation, filters), generation)
