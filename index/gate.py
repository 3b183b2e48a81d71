"""How sure it is that the quotes answer the question: a calibrated probability from a few named features.

None depends on the size of the corpus: the gate is fitted on 291 releases and used on one.
"""

import numpy as np
from numpy.typing import NDArray

from index.answer_types import NUMERIC, AnswerType
from index.embed import Embedder, ReadQuery, Vectors
from index.features import FEATURES, Evidence, Matrix, Sentences, best_first
from index.opened import OpenGeneration
from index.question import STOP_WORDS, Question
from index.search import Scores
from index.sentence_table import Rows
from index.terms import stem, words

GATE_FEATURES = (
    "cosine",  # the best sentence's or its passage's
    "soft_coverage",  # of the question by the best sentences of one release, as far as a word or a similar one is held
    "focus_missing",  # "How many ships?": ships
    "context_support",  # nats of missing words that the best sentences stand for, by each word's vector in context
    "context_gap",  # how much nearer the best sentences are to the missing words than the question itself is
    "lead",  # of the best sentence over the next five
    "asks_figure",
    "numbers_missing",
    "holds_figure",
)
_BEST = 3
_SIMILAR_FROM, _SIMILAR_RANGE = 0.2, 0.6
# Beyond these more is no better: two sentences can be far ahead of the others and a long question far from all.
_MOST_LEAD, _MOST_SUPPORT = 3.0, 15.0


def gate_features(
    opened: OpenGeneration,
    embedder: Embedder,
    question: Question,
    read: ReadQuery,
    sentences: Sentences,
    evidence: Evidence,
    scores: Scores,
) -> Matrix:
    """Return the features of a question's best sentences, in the order of `GATE_FEATURES`."""
    order = best_first(opened, sentences, scores)
    best = int(order[0])
    of_best = dict(zip(FEATURES, evidence.features[best], strict=True))
    together = [at for at in order[:_BEST].tolist() if sentences.releases[at] == sentences.releases[best]]
    held: NDArray[np.bool_] = np.any(evidence.held_nearby[together], axis=0)
    soft = _soft(opened, embedder, question, sentences, together, held)
    support, own = _in_context(opened, question, read, sentences.rows[together])
    lead = scores[best] - scores[order[1:6]].mean() if len(order) > 1 else 0.0
    return np.array(
        [
            max(of_best["cosine"], of_best["passage_cosine"]),
            soft @ question.weights,
            question.weights @ (question.focus & ~held),
            min(question.idf[~held] @ np.clip(support[~held], 0.0, 1.0), _MOST_SUPPORT),
            _mean_of_missing(question, held, support - own),
            min(lead, _MOST_LEAD),
            float(question.asks in NUMERIC and question.asks is not AnswerType.DATE),
            of_best["numbers_missing"],
            of_best["holds_figure"],
        ],
        dtype=np.float64,
    )


def probability(features: Matrix, weights: Matrix, bias: float) -> float:
    """Return the logistic function of the weighted features."""
    return float(1.0 / (1.0 + np.exp(-(features @ weights + bias))))


def _soft(
    opened: OpenGeneration,
    embedder: Embedder,
    question: Question,
    sentences: Sentences,
    together: list[int],
    held: NDArray[np.bool_],
) -> Matrix:
    """Return how far each term is held, ``(terms,)``: 1, or as far as the nearest word around is similar."""
    soft = held.astype(np.float64)
    missing = np.flatnonzero(~held)
    title = opened.releases[int(sentences.releases[together[0]])].release.title
    around = {word for at in together for word in words(sentences.passages[at].text)} | set(words(title))
    around -= STOP_WORDS
    if len(missing) and around:
        known = embedder.word_vectors(sorted(around))
        asked = embedder.word_vectors([question.words[at] for at in missing])
        similar = (asked @ known.T).max(axis=1)
        soft[missing] = np.clip((similar - _SIMILAR_FROM) / _SIMILAR_RANGE, 0.0, 1.0)
    return soft


def _in_context(opened: OpenGeneration, question: Question, read: ReadQuery, rows: Rows) -> tuple[Matrix, Matrix]:
    """Return how near each term's vector in context is to the nearest sentence and to the question, ``(terms,)`` each.

    A term that the model read as no word of its own has the question's vector.
    """
    context_of: dict[str, Vectors] = {}
    for written, context in zip(read.words, read.contexts, strict=True):
        for word in words(written):
            context_of.setdefault(stem(word), context)
    contexts = np.array([context_of.get(stem(word), read.vector) for word in question.words], dtype=np.float32)
    contexts = contexts.reshape(len(question.words), len(read.vector))
    return opened.sentences.cosines(rows, contexts.T).max(axis=0).astype(np.float64), (contexts @ read.vector).astype(
        np.float64
    )


def _mean_of_missing(question: Question, held: NDArray[np.bool_], values: Matrix) -> float:
    """Return the mean of values over the terms that are not held, by weight; 0 where none is missing."""
    weights = question.weights * ~held
    return float(weights @ values / (weights.sum() or 1.0))
