"""The engine answers questions: it holds the served generation and the model. Used by one thread at a time."""

import datetime
import logging
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from corpus import Release
from index.agencies.card import Card, card
from index.agencies.timeline import Timeline, timeline
from index.answering.answer import Answerer, answers, quotes, source_of
from index.answering.claims import Checked, check
from index.answering.context import Neighbours, Untraceable, neighbours
from index.answering.notices import known, notices
from index.answering.question import Query
from index.answering.quotes import MAX_QUOTES
from index.answering.ranking import Ranking, passages
from index.answering.weights import Weights, shipped_weights
from index.building.renewal import check_model
from index.conversation.collection import CollectionAnswer, CollectionQuestion, answer_collection
from index.encoders.embedder import Embedder, SentenceTransformerEmbedder
from index.encoders.reader import reader_beside
from index.encoders.reranker import Reranker
from index.filters import Filters
from index.generations.home import open_generations
from index.generations.reader import OpenGeneration
from index.generations.status import matching, served_id
from index.results import Answer, Corpus, SearchResult, Source
from index.settings import IndexSettings

log = logging.getLogger(__name__)


class Engine:
    """Searches and answers over the served generation, and moves to a new one by itself."""

    def __init__(
        self, settings: IndexSettings, embedder: Embedder | None = None, weights: Weights | None = None
    ) -> None:
        """Take the settings. Nothing is opened or loaded before the first question."""
        self._settings = settings
        self._embedder = embedder or SentenceTransformerEmbedder(settings.model, settings.cache_dir)
        self._reader = reader_beside(self._embedder, settings.cache_dir) if settings.reader else None
        reranker = Reranker(settings.cross_encoder) if settings.cross_encoder else None
        self._answerer = Answerer(self._embedder, weights or shipped_weights(), self._reader, reranker)
        self._generations = open_generations(settings, reading=True)
        self._generation: OpenGeneration | None = None
        self._stamp: tuple[int, int] | None = None

    def __enter__(self) -> Self:
        """Use the engine in a with statement."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the generation, and what it comes from."""
        self._close_generation()
        self._generations.close()

    def _close_generation(self) -> None:
        if self._generation is not None:
            self._generation.close()
            self._generation = None

    @property
    def threshold(self) -> float:
        """The confidence from which on a question counts as answered."""
        return self._answerer.weights.threshold if self._settings.threshold is None else self._settings.threshold

    def served(self) -> OpenGeneration:
        """Return the served generation. It is opened anew when another is served.

        :raises UnbuiltError: when there is none that this program can read.
        :raises GenerationError: when it is damaged.
        """
        stamp = self._generations.stamp()
        if self._generation is None or stamp != self._stamp:
            generation = self._generations.open(served_id(self._generations), self._generations.withdrawn())
            self._close_generation()
            self._generation, self._stamp = generation, stamp
        return self._generation

    def search(self, query: str, filters: Filters, limit: int) -> SearchResult:
        """Return the at most `limit` best passages for a query, best first.

        :raises QuestionError: when the query cannot be asked.
        :raises FilterError: when a filter names nothing.
        """
        began = time.perf_counter()
        generation, _, ranking = self._rank(query, filters)
        return SearchResult(
            query, passages(ranking, generation, limit), generation.manifest.generation, _ms_since(began)
        )

    def answer(self, text: str, filters: Filters, limit: int = MAX_QUOTES) -> Answer:
        """Answer a question in the releases' words, with at most `limit` quotes, or say that they hold none.

        :raises QuestionError: when it cannot be asked.
        :raises FilterError: when a filter names nothing.
        """
        began = time.perf_counter()
        generation, query, ranking = self._rank(text, filters)
        sure = self._answerer.confidence(query, ranking, generation)
        threshold = self.threshold
        shown = quotes(ranking, generation, limit, query.language)
        answered = answers(ranking, shown, sure, threshold)
        today = datetime.datetime.now(datetime.UTC).date()
        answer = Answer(
            question=query.text,
            answered=answered,
            confidence=round(sure, 4),
            threshold=threshold,
            quotes=shown.quotes if answered else (),
            sources=shown.sources,
            related=() if answered else shown.quotes,
            notices=notices(query, ranking, generation, shown.releases if answered else (), today),
            generation=generation.manifest.generation,
            took_ms=_ms_since(began),
            known=None if answered else known(query, generation),
        )
        log.info(
            "answered in %.1f ms: %d sentences, confidence %.2f, answered %s",
            answer.took_ms,
            len(ranking.scores),
            sure,
            answered,
        )
        return answer

    def explain(self, text: str, filters: Filters) -> dict[str, float]:
        """Return how much each feature of confidence speaks for the answer to a question, in nats over the usual one.

        :raises QuestionError: when it cannot be asked.
        :raises FilterError: when a filter names nothing.
        """
        generation, query, ranking = self._rank(text, filters)
        return self._answerer.spoken(query, ranking, generation)

    def check(self, text: str) -> tuple[Checked, ...]:
        """Return the claims of a text, each with what the releases say to it.

        :raises QuestionError: when the text claims nothing.
        """
        return check(text, lambda claim: self.answer(claim, Filters()))

    def collection(self, question: CollectionQuestion) -> CollectionAnswer:
        """Answer a question about the collection from what is known of the releases. No model is loaded."""
        return answer_collection(question, self.served())

    def sources(self, release_ids: Sequence[str]) -> list[Source]:
        """Return those of some releases that are served, as sources. No model is loaded."""
        generation = self.served()
        rows = [row for row in map(generation.release_row, release_ids) if row is not None]
        return [source_of(served) for served in generation.served(rows)]

    def release(self, release_id: str) -> Release | None:
        """Return a served release with its text, or None. No model is loaded."""
        generation = self.served()
        row = generation.release_row(release_id)
        return None if row is None else generation.release(row)

    def corpus(self) -> Corpus:
        """Return what is served, in figures. No model is loaded."""
        generation = self.served()
        shown = generation.shown_releases()
        dates = sorted(release.date for release in shown)
        return Corpus(
            releases=len(shown),
            passages=generation.manifest.passages,
            issuers=sorted({release.issuer for release in shown}),
            first=dates[0] if dates else None,
            last=dates[-1] if dates else None,
            generation=generation.manifest.generation,
            fingerprint=generation.manifest.corpus_sha256[:12],
            threshold=self.threshold,
        )

    def neighbours(self, release_id: str, start: int, end: int, digest: str) -> Neighbours | Untraceable:
        """Return the text around a span that was shown once, or why it cannot be traced."""
        return neighbours(self.served(), release_id, start, end, digest)

    def releases(self, query: str = "") -> list[Release]:
        """Return the served releases that match a query, newest first, without their texts. No model is loaded."""
        return matching(self.served().shown_releases(), query)

    def warm(self) -> None:
        """Open the served generation and load the model, so that the first question need not wait for it.

        :raises UnbuiltError: when nothing is served that this program and its model can use.
        :raises GenerationError: when it is damaged.
        """
        self._fitting()
        self._embedder.encode_query("warm")
        if self._reader is not None:
            self._reader.read("warm", ["warm"])

    def card(self, agency_id: str, *, exact: bool = False) -> Card:
        """Return what the releases say of an agency, and unless `exact` of its sub-units. No model is loaded.

        :raises KeyError: when no agency has the id.
        """
        return card(self.served(), agency_id, exact=exact)

    def timeline(self, agency_ids: Sequence[str], *, exact: bool = False) -> Timeline:
        """Return how often agencies are named by month. No model is loaded.

        :raises KeyError: when no agency has an id.
        """
        return timeline(self.served(), agency_ids, exact=exact)

    def _fitting(self) -> OpenGeneration:
        """Return the served generation, when its vectors are those of this model as it is now.

        :raises UnbuiltError: when they are not.
        """
        generation = self.served()
        check_model(generation.manifest, self._embedder)
        return generation

    def _rank(self, text: str, filters: Filters) -> tuple[OpenGeneration, Query, Ranking]:
        generation = self._fitting()
        query = self._answerer.read(text, generation)
        return generation, query, self._answerer.rank(query, generation, filters)


def _ms_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 2)
