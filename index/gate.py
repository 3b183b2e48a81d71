"""How sure it is that the quotes answer the question: a calibrated probability from a few named features.

None depends on the size of the corpus: the gate is fitted on 291 releases and used on one.
"""

import numpy as np
from numpy.typing import NDArray

from index.answer_types import NUMERIC, AnswerType, is_figure
from index.embed import Embedder
from index.features import FEATURES, Evidence, Matrix, Sentences, best_first
from index.opened import OpenGeneration
from index.question import STOP_WORDS, Question
from index.search import Scores
from index.terms import stem, words

GATE_FEATURES = (
    "cosine",  # the best sentence's or its passage's
    "cosine_below_055",
    "coverage",  # of the question by the best sentences of one release and those around them
    "soft_coverage",  # the same, a word counting as held as far as a similar one is
    "missing",  # the idf of the question's rarest word that not even a similar one stands for
    "names_missing",
    "figure_near_focus",  # "How many ships?": a number within four words of "ships"
    "holds_figure",
    "lead",  # of the best sentence over the next five
    "asks_figure",
    "numbers_missing",
)
_BEST = 3
_NEAR_WORDS = 4
_SIMILAR_FROM, _SIMILAR_RANGE = 0.2, 0.6


def gate_features(
    opened: OpenGeneration,
    embedder: Embedder,
    question: Question,
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
    numeric = question.asks in NUMERIC
    cosine = max(of_best["cosine"], of_best["passage_cosine"])
    return np.array(
        [
            cosine,
            min(cosine - 0.55, 0.0),
            held @ question.weights,
            soft @ question.weights,
            (question.idf * (1.0 - soft)).max(initial=0.0),
            (question.weights * question.proper * ~held).sum(),
            _figure_near_focus(question, sentences.texts[best]) - 0.5 if numeric and question.focus.any() else 0.0,
            of_best["holds_figure"],
            scores[best] - scores[order[1:6]].mean() if len(order) > 1 else 0.0,
            float(numeric and question.asks is not AnswerType.DATE),
            of_best["numbers_missing"],
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


def _figure_near_focus(question: Question, text: str) -> float:
    focus = {term for term, wanted in zip(question.terms, question.focus, strict=True) if wanted}
    spoken = words(text)
    counted = [at for at, word in enumerate(spoken) if stem(word) in focus]
    figures = [at for at, word in enumerate(spoken) if is_figure(word) and word not in question.numbers]
    return float(any(abs(one - other) <= _NEAR_WORDS for one in counted for other in figures))
