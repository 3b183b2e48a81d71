"""The one object that answers: it holds the served generation and the model. Used by one thread at a time."""

import datetime
import logging
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from corpus import Release
from index.agencies.card import Card, card
from index.agencies.timeline import Timeline, timeline
from index.answering.answer import Answerer, quotes, source_of
from index.answering.claims import Checked, check
from index.answering.context import Neighbours, Untraceable, neighbours
from index.answering.notices import notices
from index.answering.question import Query
from index.answering.quotes import MAX_QUOTES
from index.answering.ranking import Ranking, passages
from index.answering.weights import Weights, shipped_weights
from index.building.renewal import check_model
from index.encoders.embedder import Embedder, SentenceTransformerEmbedder
from index.encoders.reranker import Reranker
from index.filters import Filters
from index.generations.folder import Generations
from index.generations.reader import OpenGeneration, open_served
from index.generations.status import matching, withdrawn_releases
from index.results import Answer, Corpus, SearchResult, Source
from index.settings import IndexSettings

log = logging.getLogger(__name__)


class Engine:
    """Search and answers over what is served; it moves to a new generation by itself."""

    def __init__(
        self, settings: IndexSettings, embedder: Embedder | None = None, weights: Weights | None = None
    ) -> None:
        """Take the settings; nothing is opened or loaded before the first question."""
        self._settings = settings
        self._embedder = embedder or SentenceTransformerEmbedder(settings.model, settings.cache_dir)
        reranker = Reranker(settings.cross_encoder) if settings.cross_encoder else None
        self._answerer = Answerer(self._embedder, weights or shipped_weights(), reranker)
        self._generations = Generations(settings.data_dir)
        self._opened: OpenGeneration | None = None
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
        """Close the generation."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    @property
    def threshold(self) -> float:
        """From which confidence on a question counts as answered."""
        return self._answerer.weights.threshold if self._settings.threshold is None else self._settings.threshold

    def served(self) -> OpenGeneration:
        """Return the served generation, opened anew where CURRENT has changed.

        :raises UnbuiltError: when there is none that this program can read.
        :raises GenerationError: when it is damaged.
        """
        stamp = self._generations.stamp()
        if self._opened is None or stamp != self._stamp:
            opened = open_served(self._generations, withdrawn_releases(self._settings))
            self.close()
            self._opened, self._stamp = opened, stamp
        return self._opened

    def search(self, query: str, filters: Filters, limit: int) -> SearchResult:
        """Return the at most `limit` best passages for a query, best first.

        :raises QuestionError: when the query cannot be asked.
        :raises FilterError: when a filter names nothing.
        """
        began = time.perf_counter()
        opened, _, ranking = self._rank(query, filters)
        return SearchResult(query, passages(ranking, opened, limit), opened.manifest.generation, _ms_since(began))

    def answer(self, text: str, filters: Filters, limit: int = MAX_QUOTES) -> Answer:
        """Answer a question in the releases' words, with at most `limit` quotes, or say that they hold none.

        :raises QuestionError: when it cannot be asked.
        :raises FilterError: when a filter names nothing.
        """
        began = time.perf_counter()
        opened, query, ranking = self._rank(text, filters)
        sure = self._answerer.confidence(query, ranking, opened)
        threshold = self.threshold
        shown = quotes(ranking, opened, limit)
        answered = bool(shown.quotes) and sure >= threshold
        today = datetime.datetime.now(datetime.UTC).date()
        answer = Answer(
            question=query.text,
            answered=answered,
            confidence=round(sure, 4),
            threshold=threshold,
            quotes=shown.quotes if answered else (),
            sources=shown.sources,
            related=() if answered else shown.quotes,
            notices=notices(query, ranking, opened, shown.releases if answered else (), today),
            generation=opened.manifest.generation,
            took_ms=_ms_since(began),
        )
        log.info(
            "answered in %.1f ms: %d sentences, confidence %.2f, answered %s",
            answer.took_ms,
            len(ranking.scores),
            sure,
            answered,
        )
        return answer

    def check(self, text: str) -> tuple[Checked, ...]:
        """Return the claims of a text to which the releases say something, each with a quote.

        :raises QuestionError: when the text claims nothing.
        """
        return check(text, lambda claim: self.answer(claim, Filters(), 1))

    def sources(self, release_ids: Sequence[str]) -> list[Source]:
        """Return those of some releases that are served, as sources; no model is loaded."""
        opened = self.served()
        rows = [row for row in map(opened.release_row, release_ids) if row is not None]
        return [source_of(served) for served in opened.served(rows)]

    def release(self, release_id: str) -> Release | None:
        """Return a served release with its text, or None; no model is loaded."""
        opened = self.served()
        row = opened.release_row(release_id)
        return None if row is None else opened.release(row)

    def corpus(self) -> Corpus:
        """Return what is served, in figures; no model is loaded."""
        opened = self.served()
        shown = opened.shown_releases()
        dates = sorted(release.date for release in shown)
        return Corpus(
            releases=len(shown),
            passages=opened.manifest.passages,
            issuers=sorted({release.issuer for release in shown}),
            first=dates[0] if dates else None,
            last=dates[-1] if dates else None,
            generation=opened.manifest.generation,
            fingerprint=opened.manifest.corpus_sha256[:12],
            threshold=self.threshold,
        )

    def neighbours(self, release_id: str, start: int, end: int, digest: str) -> Neighbours | Untraceable:
        """Return what stands around a span that was shown, or why it cannot be traced."""
        return neighbours(self.served(), release_id, start, end, digest)

    def releases(self, query: str = "") -> list[Release]:
        """Return the served releases that match a query, newest first, without their texts; no model is loaded."""
        return matching(self.served().shown_releases(), query)

    def warm(self) -> None:
        """Open what is served and load the model, so that the first question need not wait for it.

        :raises UnbuiltError: when nothing is served that this program and its model can use.
        :raises GenerationError: when it is damaged.
        """
        self._fitting()
        self._embedder.encode_query("warm")

    def card(self, agency_id: str, *, exact: bool = False) -> Card:
        """Return what the releases say of a body, and unless `exact` of its sub-units; no model is loaded.

        :raises KeyError: when no body has the id.
        """
        return card(self.served(), agency_id, exact=exact)

    def timeline(self, agency_ids: Sequence[str], *, exact: bool = False) -> Timeline:
        """Return how often bodies are named by month; no model is loaded.

        :raises KeyError: when no body has an id.
        """
        return timeline(self.served(), agency_ids, exact=exact)

    def _fitting(self) -> OpenGeneration:
        """Return the served generation for what compares vectors, which must be this model's as it is now."""
        opened = self.served()
        check_model(opened.manifest, self._embedder)
        return opened

    def _rank(self, text: str, filters: Filters) -> tuple[OpenGeneration, Query, Ranking]:
        opened = self._fitting()
        query = self._answerer.read(text, opened)
        return opened, query, self._answerer.rank(query, opened, filters)


def _ms_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 2)
