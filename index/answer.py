"""A question -> quotes that answer it, or an honest "not found" with what comes nearest."""

from dataclasses import dataclass

from index.embed import Embedder, ReadQuery
from index.features import FEATURES, Evidence, Sentences, best_first, compute_features, sentences_of
from index.filters import Filters
from index.gate import GATE_FEATURES, gate_features, probability
from index.models import FoundPassage, Quote, Source, as_source
from index.opened import OpenGeneration
from index.question import Question
from index.quotes import Picked, as_quote, pick_quotes
from index.rerank import Reranker
from index.search import Ranked, Scores, find_passages
from index.store.passages import ServedPassage, ServedRelease
from index.terms import words
from index.weights import Weights

# Sentences are scored within this many of the best passages.
SCORED_PASSAGES = 40


@dataclass(frozen=True, slots=True)
class Ranking:
    """What the model read, the passages found, and of the best the sentences and how well each answers, ``(n,)``."""

    read: ReadQuery
    found: Ranked
    sentences: Sentences
    evidence: Evidence
    scores: Scores


def rank(
    opened: OpenGeneration,
    question: Question,
    read: ReadQuery,
    filters: Filters,
    weights: Weights,
    reranker: Reranker | None = None,
) -> Ranking:
    """Find and score the sentences that may answer a question that the model has read.

    :raises FilterError: when a filter names nothing.
    """
    found = find_passages(opened, question, read.vector, opened.scope(filters))
    sentences = sentences_of(opened, found, SCORED_PASSAGES)
    evidence = compute_features(opened, question, read.vector, sentences)
    scores = evidence.features @ weights.sentence_vector(FEATURES)
    if reranker is not None:
        scores = reranker.reorder(question.text, sentences.texts, scores)
    return Ranking(read, found, sentences, evidence, scores)


def confidence(
    opened: OpenGeneration, embedder: Embedder, question: Question, ranking: Ranking, weights: Weights
) -> float:
    """Return the probability that the quotes hold the answer."""
    if not len(ranking.scores):
        return 0.0
    features = gate_features(
        opened, embedder, question, ranking.read, ranking.sentences, ranking.evidence, ranking.scores
    )
    return probability(features, weights.gate_vector(GATE_FEATURES), weights.gate_bias)


def passages(opened: OpenGeneration, ranking: Ranking, limit: int) -> tuple[FoundPassage, ...]:
    """Return the passages by their best sentence, best first, then those whose sentences were not scored.

    Of passages with the same words only the first is returned.
    """
    best: dict[int, tuple[float, ServedPassage]] = {}
    for at in best_first(opened, ranking.sentences, ranking.scores).tolist():
        passage = ranking.sentences.passages[at]
        best.setdefault(passage.row, (float(ranking.scores[at]), passage))
    lowest = min((score for score, _ in best.values()), default=0.0)
    rest = [row for row in ranking.found.rows.tolist() if row not in best][: max(0, limit - len(best))]
    for below, passage in enumerate(opened.passages.passages(rest), 1):
        best[passage.row] = (lowest - below, passage)
    found: dict[str, FoundPassage] = {}
    for score, passage in best.values():
        found.setdefault(" ".join(words(passage.text)), passage.found(round(score, 4)))
    return tuple(found.values())[:limit]


@dataclass(frozen=True, slots=True)
class Shown:
    """Quotes, the releases that they and sentences like them are from, and those releases' rows."""

    quotes: tuple[Quote, ...]
    sources: tuple[Source, ...]
    releases: tuple[int, ...]


def quotes(opened: OpenGeneration, ranking: Ranking, limit: int) -> Shown:
    """Return the at most `limit` best quotes, the answering one first."""
    picked = pick_quotes(opened, ranking.sentences, ranking.scores, limit)
    releases = tuple(
        dict.fromkeys([quote.release for quote in picked] + [row for quote in picked for row in quote.also])
    )
    return Shown(
        tuple(_quote(opened, quote, ranking) for quote in picked),
        tuple(source_of(opened.releases[row]) for row in releases),
        releases,
    )


def _quote(opened: OpenGeneration, quote: Picked, ranking: Ranking) -> Quote:
    release = opened.passages.release(quote.release)
    heading = ranking.sentences.passages[quote.best].passage.heading
    return as_quote(release, quote.span, heading, round(float(ranking.scores[quote.best]), 4))


def source_of(served: ServedRelease) -> Source:
    """Return a served release as the source of a quote."""
    return as_source(served.release, served.text_sha256)
