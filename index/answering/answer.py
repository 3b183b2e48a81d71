"""Answers a question with quotes, or with "not found" and the quotes that come nearest."""

import dataclasses
import datetime
import time
from dataclasses import dataclass

from index.answering.confidence import confidence, judged_by
from index.answering.doubts import OTHER_TIME, doubt, doubted, less_sure, put_right, would_answer
from index.answering.marking import answer_in
from index.answering.notices import known, notices
from index.answering.question import Query, analyse, readable
from index.answering.quotes import Picked, as_quote, pick_quotes, quote_of_title
from index.answering.ranking import Ranking, answers_rather, rank, read
from index.answering.titles import with_title
from index.answering.weights import Weights
from index.database.passages_db import ServedRelease
from index.encoders.embedder import Embedder
from index.encoders.reader import Reader
from index.encoders.reranker import Reranker
from index.filters import Filters
from index.generations.generation import Generation
from index.results import Answer, Quote, Source, as_source


class Answerer:
    """A model with its weights. It reads a question, ranks the sentences of a generation, and says how sure it is."""

    def __init__(
        self, embedder: Embedder, weights: Weights, reader: Reader | None = None, reranker: Reranker | None = None
    ) -> None:
        """Take the model, the weights, the reader, and a cross-encoder where the settings name one."""
        self.embedder = embedder
        self.weights = weights
        self._reader = reader
        self._reranker = reranker

    def read(self, text: str, generation: Generation, *, spelling: bool = True) -> Query:
        """Read a question.

        :param spelling: as `analyse` takes it.
        :raises QuestionError: when it cannot be asked.
        """
        return analyse(readable(text), generation, self.embedder, spelling=spelling)

    def rank(self, query: Query, generation: Generation, filters: Filters, *, doubting: bool = True) -> Ranking:
        """Find and score the sentences that may answer a question.

        :param doubting: whether those that contradict it lose by that.
        :raises FilterError: when a filter names nothing.
        """
        ranking = rank(query, generation, filters, self.weights)
        if self._reader is not None:
            ranking = read(query, ranking, generation, self.weights, self._reader)
        if self._reranker is not None:
            ranking = ranking.scored(self._reranker.reorder(query.asked, ranking.sentences.texts, ranking.scores))
        return doubted(query, ranking, generation) if doubting else ranking

    def confidence(self, query: Query, ranking: Ranking, generation: Generation) -> float:
        """Return the probability that the best quotes hold the answer."""
        return confidence(query, ranking, generation, self.embedder, self.weights)

    def with_title(self, query: Query, ranking: Ranking, generation: Generation) -> Ranking:
        """Find out whether a title answers, too, as `with_title`. Never without a reader."""
        if self._reader is None:
            return ranking
        return with_title(query, ranking, generation, self.embedder, self._reader)

    def answers_rather(self, other: str, ranking: Ranking, generation: Generation) -> bool:
        """Tell whether the best sentence answers another question, as `answers_rather`. Never without a reader."""
        return self._reader is not None and answers_rather(other, ranking, generation, self._reader)

    def spoken(self, query: Query, ranking: Ranking, generation: Generation) -> dict[str, float]:
        """Return how much each feature of confidence speaks for the answer, in nats over the usual question."""
        if not len(ranking.scores):
            return {}
        judge, features = judged_by(query, ranking, generation, self.embedder, self.weights)
        contradicted = doubt(ranking)
        return judge.spoken(features) | ({"contradiction": -contradicted} if contradicted else {})


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
    """Search again without the time that a statement names, which may be wrong; that lowers the confidence."""
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


def answers(ranking: Ranking, shown: "Shown", confidence: float, threshold: float) -> bool:
    """Tell whether quotes answer: there are some, they are of the time that is asked for, and it is sure enough."""
    return bool(shown.quotes) and ranking.is_timely and confidence >= threshold


@dataclass(frozen=True, slots=True)
class Shown:
    """Quotes, and the releases that they are from or that say the same, as sources and by row."""

    quotes: tuple[Quote, ...]
    sources: tuple[Source, ...]
    releases: tuple[int, ...]


def quotes(query: Query, ranking: Ranking, generation: Generation, limit: int, language: str | None = None) -> Shown:
    """Return the at most `limit` best quotes, the answering one first.

    A title that answers comes before them, unless there is room for one quote only.

    :param language: the language of the reader, as `pick_quotes` takes it.
    """
    picked = pick_quotes(query, ranking, generation, limit, language)
    titles = [] if ranking.title is None or not picked or limit == 1 else [ranking.title]
    picked = picked[: limit - len(titles)]
    releases = tuple(
        dict.fromkeys([*titles, *(quote.release for quote in picked), *(row for quote in picked for row in quote.also)])
    )
    return Shown(
        (
            *(quote_of_title(generation.release(row), float(ranking.scores.max())) for row in titles),
            *(_quote(query, quote, ranking, generation, is_best=not place) for place, quote in enumerate(picked)),
        ),
        tuple(source_of(served) for served in generation.served(releases)),
        releases,
    )


def unmarked(shown: Shown) -> Shown:
    """Return quotes without what answers in them: what answers nothing has none, nor what only bears on a claim."""
    return dataclasses.replace(shown, quotes=tuple(dataclasses.replace(quote, answer=None) for quote in shown.quotes))


def _quote(query: Query, quote: Picked, ranking: Ranking, generation: Generation, *, is_best: bool) -> Quote:
    release = generation.release(quote.release)
    heading = ranking.sentences.passages[quote.best].passage.heading
    score = round(float(ranking.scores[quote.best]), 4)
    shown = as_quote(release, quote.parts, quote.sentence, heading, score)
    # Of what was marked in second and third quotes of the development questions, four fifths did not answer.
    return dataclasses.replace(shown, answer=answer_in(query, ranking, quote, release)) if is_best else shown


def source_of(served: ServedRelease) -> Source:
    """Return a served release as the source of a quote."""
    return as_source(served.release, served.text_sha256)
