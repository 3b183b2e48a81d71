"""The engine answers questions: it holds the served generation and the model. Used by one thread at a time."""

import dataclasses
import datetime
import logging
import time
from collections.abc import Sequence
from contextlib import closing
from types import TracebackType
from typing import Self

from corpus import FilterError, GenerationError, QuestionError, Release, UnbuiltError, web_url
from index.agencies.card import Card, card
from index.agencies.timeline import Timeline, timeline
from index.answering.answer import Answerer, answer_one, source_of
from index.answering.claims import Checked, check
from index.answering.context import Neighbours, Untraceable, neighbours
from index.answering.links import link_to
from index.answering.news import Edition, News, Wanted, editions_since, news
from index.answering.question import Query, readable
from index.answering.quotes import MAX_QUOTES
from index.answering.ranking import Ranking, passages
from index.answering.several import questions_in
from index.answering.together import Ask, answer_each
from index.answering.weights import Weights, shipped_weights
from index.building.renewal import check_model
from index.changes import Citation, ReleaseDiff, Verified
from index.conversation.collection import CollectionAnswer, CollectionQuestion, answer_collection
from index.conversation.kinds import asks_releases
from index.encoders.alike import alike
from index.encoders.embedder import Embedder, SentenceTransformerEmbedder
from index.encoders.reader import reader_beside
from index.encoders.reranker import Reranker
from index.filters import Filters
from index.generations.home import open_generations
from index.generations.reader import OpenGeneration
from index.generations.release_diff import compare_releases
from index.generations.status import matching, served_id
from index.generations.verification import verify_citations
from index.results import Answer, Corpus, FoundPassage, NotAsked, SearchResult, Source
from index.settings import IndexSettings
from index.text.sentences import Span

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
        if settings.threshold is None and not self._answerer.weights.was_measured(self._embedder.model):
            log.warning(
                "How sure answers are was never measured with the model %s: a question counts as answered from a "
                "confidence of %.2f on, as with the measured model that needs most.",
                self._embedder.model,
                self.threshold,
            )

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
        if self._generation is not None:
            self._generation.close()
            self._generation = None
        self._generations.close()

    @property
    def threshold(self) -> float:
        """The confidence from which on a question counts as answered."""
        if self._settings.threshold is not None:
            return self._settings.threshold
        return self._answerer.weights.threshold_for(self._embedder.model)

    def served(self) -> OpenGeneration:
        """Return the served generation. It is opened anew when another is served.

        :raises UnbuiltError: when there is none that this program can read.
        :raises GenerationError: when it is damaged.
        """
        stamp = self._generations.stamp()
        if self._generation is None or stamp != self._stamp:
            generation = self._generations.open(served_id(self._generations), self._generations.withdrawn())
            if self._generation is not None:
                self._generation.close()
            self._generation, self._stamp = generation, stamp
        return self._generation

    def search(self, query: str, filters: Filters, limit: int) -> SearchResult:
        """Return the at most `limit` best passages for a query, best first.

        :raises QuestionError: when the query cannot be asked.
        :raises FilterError: when a filter names nothing.
        """
        began = time.perf_counter()
        generation, read, ranking = self._rank(query, filters)
        best = passages(ranking, generation, limit, read.language)
        return SearchResult(query, best, generation.manifest.generation, _ms_since(began))

    def answer(self, text: str, filters: Filters, limit: int = MAX_QUOTES) -> Answer:
        """Answer a question in the releases' words, with at most `limit` quotes, or say that they hold none.

        :raises QuestionError: when it cannot be asked.
        :raises FilterError: when a filter names nothing.
        """
        return self._answer(self._fitting(), text, filters, limit)

    def answer_again(self, generation: str, text: str, filters: Filters, limit: int) -> Answer | NotAsked:
        """Answer a question from the generation that answered it before, or say why that cannot be done."""
        served = self.served()
        if generation == served.manifest.generation:
            return self._answer_or_not(served, text, filters, limit)
        if generation not in self._generations.ids():
            return NotAsked.GONE
        try:
            older = self._generations.open(generation, self._generations.withdrawn())
        except (GenerationError, UnbuiltError):
            return NotAsked.UNREADABLE
        with closing(older):
            return self._answer_or_not(older, text, filters, limit)

    def _answer_or_not(self, generation: OpenGeneration, text: str, filters: Filters, limit: int) -> Answer | NotAsked:
        try:
            check_model(generation.manifest, self._embedder)
            return self._answer(generation, text, filters, limit)
        except UnbuiltError:
            return NotAsked.OTHER_MODEL
        except (FilterError, QuestionError):
            return NotAsked.REFUSED

    def _answer(self, generation: OpenGeneration, text: str, filters: Filters, limit: int) -> Answer:
        ask = self._asking(generation, filters, limit)
        parts = [
            part for part in questions_in(readable(text)) if asks_releases(part.written, follows=bool(part.beside))
        ]
        if len(parts) > 1:
            return answer_each(readable(text), parts, ask, limit)
        return dataclasses.replace(ask(parts[0].asked), question=readable(text)) if parts else ask(text)

    def _asking(self, generation: OpenGeneration, filters: Filters, limit: int, *, doubting: bool = True) -> Ask:
        """Return what answers a question from a generation."""

        def ask(text: str, beside: str = "") -> Answer:
            answer = answer_one(
                self._answerer, generation, text, filters, limit, self.threshold, doubting=doubting, beside=beside
            )
            log.info(
                "answered in %.1f ms: confidence %.2f, answered %s", answer.took_ms, answer.confidence, answer.answered
            )
            return answer

        return ask

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
        generation = self._fitting()
        return check(text, self._asking(generation, Filters(), MAX_QUOTES, doubting=False), self.release)

    def collection(self, question: CollectionQuestion) -> CollectionAnswer:
        """Answer a question about the collection from what is known of the releases. No model is loaded."""
        return answer_collection(question, self.served())

    def editions_since(self, day: datetime.date) -> tuple[Edition, ...]:
        """Return the served releases of a day and later, the newest first. No model is loaded."""
        return editions_since(self.served(), day.isoformat())

    def news(self, wanted: Wanted, release_id: str) -> News | None:
        """Return what a release says of what somebody waits for. Only for a question a model is loaded."""
        return news(wanted, release_id, self.served(), self.answer)

    def sources(self, release_ids: Sequence[str]) -> list[Source]:
        """Return those of some releases that are served, as sources. No model is loaded."""
        generation = self.served()
        rows = [row for row in map(generation.release_row, release_ids) if row is not None]
        return [source_of(served) for served in generation.served(rows)]

    def links(self, passages: Sequence[FoundPassage]) -> list[str | None]:
        """Return for each passage the address that opens its page there. No model is loaded."""
        return [
            None if release is None else link_to(web_url(release.url), release.text, Span(passage.start, passage.end))
            for passage in passages
            for release in [self.release(passage.release_id)]
        ]

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

    def compare_releases(self, before: str, after: str | None = None) -> ReleaseDiff:
        """Compare two releases, or two versions of one, as `compare_releases` does. No model is loaded."""
        return compare_releases(self._settings, before, after)

    def verify_citations(self, cited: Sequence[Citation]) -> tuple[Verified, ...]:
        """Compare what was quoted with the versions of the releases that are kept. No model is loaded."""
        return verify_citations(self._settings, cited)

    def alike(self, questions: Sequence[str]) -> list[tuple[int, ...]]:
        """Return which questions ask the same, as `alike` does."""
        return alike(self._embedder, questions)

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
