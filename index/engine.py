"""The one object that answers: it holds the served generation and the model. Used by one thread at a time."""

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from corpus.errors import GenerationError
from index.answer import DEFAULT_THRESHOLD, confidence, pick_quotes, quote, score_sentences
from index.catalogue import removed_releases
from index.embed import Embedder, SentenceTransformerEmbedder
from index.filters import Filters
from index.generations import Generations
from index.models import Answer, FoundPassage, Quote, SearchResult, Source
from index.opened import OpenGeneration, open_served
from index.question import read_question
from index.search import Found, find, search
from index.settings import IndexSettings
from index.store.passages import ServedRelease

_PASSAGES_FOR_SENTENCES = 20


class Engine:
    """Search and answers over what is served; it moves to a new generation by itself."""

    def __init__(self, settings: IndexSettings, embedder: Embedder | None = None) -> None:
        """Take the settings; nothing is opened or loaded before the first question."""
        self._settings = settings
        self._embedder = embedder or SentenceTransformerEmbedder(settings.model)
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

    def served(self) -> OpenGeneration:
        """Return the served generation, opened anew where CURRENT has changed.

        :raises GenerationError: when there is none, or it is damaged or does not fit the settings.
        """
        stamp = self._generations.stamp()
        if self._opened is None or stamp != self._stamp:
            opened = open_served(self._generations, removed_releases(self._settings), self._embedder.model)
            if opened is None:
                raise GenerationError("There is no index yet: run `measures index build`.")
            self.close()
            self._opened, self._stamp = opened, stamp
        return self._opened

    def search(self, query: str, filters: Filters, limit: int) -> SearchResult:
        """Return the at most `limit` best passages for a query, best first.

        :raises QuestionError: when the query cannot be asked.
        :raises FilterError: when a filter names nothing.
        """
        began = time.perf_counter()
        opened = self.served()
        found = search(opened, self._embedder, query, filters, limit)
        return SearchResult(query, tuple(map(_found_passage, found)), opened.manifest.generation, _ms_since(began))

    def answer(self, text: str, filters: Filters, limit: int = 3) -> Answer:
        """Answer a question in the releases' words, with at most `limit` quotes, or say that they hold none.

        :raises QuestionError: when it cannot be asked.
        :raises FilterError: when a filter names nothing.
        """
        began = time.perf_counter()
        opened = self.served()
        question = read_question(text)
        vector = self._embedder.encode_query(question.text)
        found = find(opened, question, vector, filters, _PASSAGES_FOR_SENTENCES)
        scored = score_sentences(opened, question, vector, found)
        sure = confidence(scored, question)
        threshold = DEFAULT_THRESHOLD if self._settings.threshold is None else self._settings.threshold
        texts: dict[int, str] = {}
        quotes = tuple(quote(opened, sentence, texts) for sentence in pick_quotes(scored)[:limit])
        answered = bool(quotes) and sure >= threshold
        return Answer(
            question=question.text,
            answered=answered,
            confidence=round(sure, 4),
            threshold=threshold,
            quotes=quotes if answered else (),
            sources=_sources(opened, quotes),
            related=() if answered else quotes,
            notices=(),
            generation=opened.manifest.generation,
            took_ms=_ms_since(began),
        )


def _sources(opened: OpenGeneration, quotes: Sequence[Quote]) -> tuple[Source, ...]:
    """Return the releases of quotes, each once, in the order of their first quote."""
    served = {served.release.release_id: served for served in opened.releases}
    return tuple(_source(served[release_id]) for release_id in dict.fromkeys(quote.release_id for quote in quotes))


def _source(served: ServedRelease) -> Source:
    release = served.release
    return Source(
        release.release_id,
        served.text_sha256,
        release.title,
        release.issuer,
        release.date.isoformat(),
        release.language,
        release.url,
    )


def _found_passage(found: Found) -> FoundPassage:
    passage = found.passage
    return FoundPassage(
        passage.release_id,
        passage.ordinal,
        passage.start,
        passage.end,
        passage.heading,
        found.text,
        round(found.score, 4),
    )


def _ms_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 2)
