"""Fits weights: those of sentences, what a reading counts beside them, and confidence."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from sklearn.linear_model import LogisticRegression

from index.answering.weights import ConfidenceWeights

SENTENCE_PENALTY = 2.0
GATE_C = 0.3
_MOST_READING = 3.0

Matrix = NDArray[np.float64]
Labels = NDArray[np.bool_]


def fit_sentences(examples: Sequence[tuple[Matrix, Labels]]) -> Matrix:
    """Fit weights, ``(features,)``, so that the softmax over a question's sentences favours those that answer.

    :param examples: of each question the features of its sentences, and which of them answer.
    """
    useful = [(features, answers) for features, answers in examples if answers.any()]
    spread = np.concatenate([features for features, _ in useful]).std(axis=0) + 1e-6

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        total, gradient = SENTENCE_PENALTY * float(weights @ weights) / 2, SENTENCE_PENALTY * weights
        for features, answers in useful:
            scaled = features / spread
            exponents = np.exp(scaled @ weights - (scaled @ weights).max())
            share = exponents / exponents.sum()
            right = float(share[answers].sum()) + 1e-12
            total -= float(np.log(right))
            gradient = gradient - scaled.T @ (np.where(answers, share / right, 0.0) - share)
        return total, gradient

    fitted: Matrix = minimize(loss, np.zeros(len(spread)), jac=True, method="L-BFGS-B").x / spread
    return fitted


def fit_reading(examples: Sequence[tuple[Matrix, Matrix, Labels]]) -> float:
    """Fit what a nat of the reader's counts beside the scores of the sentences that it read.

    :param examples: of each question the scores and the readings of those sentences, and which of them answer.
    """
    useful = [(scores, readings, answers) for scores, readings, answers in examples if answers.any()]

    def loss(counts: float) -> float:
        total = 0.0
        for scores, readings, answers in useful:
            together = scores + counts * readings
            total -= float(np.logaddexp.reduce(together[answers]) - np.logaddexp.reduce(together))
        return total

    return float(minimize_scalar(loss, bounds=(0.0, _MOST_READING), method="bounded").x)


def fit_confidence(
    names: Sequence[str], features: Matrix, right: Labels, importance: Sequence[float]
) -> ConfidenceWeights:
    """Fit confidence on features, ``(n, features)``, so that it gives the probability that a quote is right."""
    middle, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    model = LogisticRegression(C=GATE_C, max_iter=5000)
    model.fit((features - middle) / spread, right, sample_weight=list(importance))
    weights: Matrix = model.coef_[0] / spread
    bias = float(model.intercept_[0] - weights @ middle)
    by_name, usual = (
        {name: round(float(each), 4) for name, each in zip(names, values, strict=True)} for values in (weights, middle)
    )
    return ConfidenceWeights(by_name, round(bias, 4), usual)
