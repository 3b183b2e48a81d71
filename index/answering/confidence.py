"""Confidence: the calibrated probability that the quotes answer the question.

It is computed from seven named features, six without the reader, less what contradicts the question (`doubts.py`). No
feature depends on the size of the corpus, because the weights are fitted on 291 releases and used on a single one.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus import registry
from index.answering.doubts import doubt
from index.answering.features import FEATURES, Matrix
from index.answering.names import Name, bodies_in, holds
from index.answering.question import STOP_WORDS, Query
from index.answering.ranking import Ranking
from index.answering.weights import ConfidenceWeights, Weights
from index.encoders.embedder import Embedder
from index.generations.generation import Generation, Rows
from index.text.terms import words

UNREAD_FEATURES = (
    "cosine",  # of the best sentence, or of its passage where that is higher
    "soft_coverage",  # share of the question that the best sentences hold; similar words count in part
    "context_gap",  # how much nearer the best sentences are to the missing words than the question is
    "numbers_missing",
    "names_missing",  # share of the names in the question that are missing, as a negative number
    "lead",  # logarithm of one more than the score of the best sentence over the mean of the next five
)
READ_FEATURES = (*UNREAD_FEATURES, "reading")  # of the best of the first three sentences, in nats
_BEST = 3
# Words are similar from this cosine on, and as good as equal from this much more on.
_SIMILAR_FROM, _SIMILAR_RANGE = 0.2, 0.6


def confidence(query: Query, ranking: Ranking, generation: Generation, embedder: Embedder, weights: Weights) -> float:
    """Return the probability that the best quotes hold the answer."""
    if not len(ranking.scores) or not ranking.is_timely:
        return 0.0
    judge, features = judged_by(query, ranking, generation, embedder, weights)
    return judge.probability(features, doubt(ranking))


def judged_by(
    query: Query, ranking: Ranking, generation: Generation, embedder: Embedder, weights: Weights
) -> tuple[ConfidenceWeights, Mapping[str, float]]:
    """Return the weights that judge a ranking, and the features by name that they weigh."""
    group = weights.group(bool(ranking.evidence.foreign[ranking.best_first[0]]))
    features = unread_features(query, ranking, generation, embedder)
    if np.isnan(ranking.readings).all():
        return group.unread, dict(zip(UNREAD_FEATURES, features.tolist(), strict=True))
    read = np.concatenate([features, reading_features(ranking)])
    return group.read, dict(zip(READ_FEATURES, read.tolist(), strict=True))


def reading_features(ranking: Ranking) -> Matrix:
    """Return those of `READ_FEATURES` that come from the reader.

    A sentence that contradicts the question more than the best one does speaks for the answer by as much less. Where
    what was read contradicts it so much that other sentences come first, it is as good as what was read.
    """
    order = ranking.best_first
    doubts = np.zeros(len(order)) if ranking.doubts is None else ranking.doubts
    readings = (ranking.readings - np.maximum(0.0, doubts - doubts[order[0]]))[order]
    best = readings[:_BEST]
    return np.array([np.nanmax(readings if np.isnan(best).all() else best)])


def unread_features(query: Query, ranking: Ranking, generation: Generation, embedder: Embedder) -> Matrix:
    """Return the features of a question's best sentences, in the order of `UNREAD_FEATURES`."""
    order, sentences = ranking.best_first, ranking.sentences
    best = int(order[0])
    best_features = dict(zip(FEATURES, ranking.evidence.features[best], strict=True))
    together = [number for number in order[:_BEST].tolist() if sentences.releases[number] == sentences.releases[best]]
    held: NDArray[np.bool_] = np.any(ranking.evidence.held_nearby[together], axis=0)
    soft = _soft_coverage(query, ranking, generation, embedder, together)
    support = generation.sentence_cosines(sentences.rows[together], query.contexts).max(axis=0).astype(np.float64)
    others = order[1:][~_are_older(ranking, order[1:])][:5]
    lead = ranking.scores[best] - ranking.scores[others].mean() if len(others) else 0.0
    own = (query.contexts @ query.vector).astype(np.float64)
    return np.array(
        [
            max(best_features["cosine"], best_features["passage_cosine"]),
            soft @ query.weights,
            _mean_of_missing(query, held, support - own),
            best_features["numbers_missing"],
            -_names_missing(query, ranking, generation, together),
            np.log1p(max(0.0, lead)),
        ],
        dtype=np.float64,
    )


def _are_older(ranking: Ranking, numbers: Rows) -> NDArray[np.bool_]:
    """Tell which sentences, ``(n,)``, older releases have on the same subject, where the latest one is asked for."""
    if ranking.ages is None:
        return np.zeros(len(numbers), dtype=bool)
    ages = ranking.ages[numbers]
    elsewhere = ranking.sentences.releases[numbers] != ranking.sentences.releases[ranking.best_first[0]]
    older: NDArray[np.bool_] = elsewhere & (ages < ranking.ages.max())
    return older


def _names_missing(query: Query, ranking: Ranking, generation: Generation, together: list[int]) -> float:
    """Return the share of a question's names that are missing.

    A body is missing where neither the passages of the best sentences, nor title and issuer of their release name it;
    another name where the release does not. Names that languages write differently are not missed in another one.
    """
    sentences = ranking.sentences
    row = int(sentences.releases[together[0]])
    release = generation.release(row)
    names = [name for name in query.names if name.agency or name.country or release.language == query.language]
    if not names:
        return 0.0
    passages = (sentences.passages[number] for number in together)
    beside = " ".join(f"{passage.passage.heading}. {passage.text}" for passage in passages)
    bodies = bodies_in(f"{release.title}. {release.issuer}. {beside}")
    whole = f"{release.title}. {release.issuer}. {release.text}"

    def is_held(name: Name) -> bool:
        if name.agency:
            return not bodies.isdisjoint(registry().with_parts(name.agency))
        return holds(name, whole, release.language)

    return sum(not is_held(name) for name in names) / len(names)


def _soft_coverage(
    query: Query, ranking: Ranking, generation: Generation, embedder: Embedder, together: list[int]
) -> Matrix:
    """Return how far each term is held, ``(terms,)``: 1, or how similar the most similar word nearby is.

    :param together: the best sentences, all of one release.
    """
    sentences = ranking.sentences
    held: NDArray[np.bool_] = np.any(ranking.evidence.held_nearby[together], axis=0)
    soft = held.astype(np.float64)
    missing = np.flatnonzero(~held)
    title = generation.served([int(sentences.releases[together[0]])])[0].release.title
    around = {word for number in together for word in words(sentences.passages[number].text)} | set(words(title))
    around -= STOP_WORDS
    soft[missing] = held_by(sorted(around), [query.words[number] for number in missing], embedder)
    return soft


def held_by(around: Sequence[str], asked: Sequence[str], embedder: Embedder) -> Matrix:
    """Return how similar the most similar of the words `around` is to each that is asked for, ``(asked,)``, 0 to 1."""
    if not around or not asked:
        return np.zeros(len(asked))
    similar = (embedder.word_vectors(asked) @ embedder.word_vectors(around).T).max(axis=1)
    held: Matrix = np.clip((similar.astype(np.float64) - _SIMILAR_FROM) / _SIMILAR_RANGE, 0.0, 1.0)
    return held


def _mean_of_missing(query: Query, held: NDArray[np.bool_], values: Matrix) -> float:
    """Return the weighted mean of values over the terms that are not held, 0 where none is missing."""
    weights = query.weights * ~held
    return float(weights @ values / (weights.sum() or 1.0))
