"""The figures of retrieval and of answers, as pure functions of what was found and what is right."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.results import CurvePoint

_SAME = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
_ENOUGH = 0.8
_BINS = 5
_RESAMPLES = 500


def fold(text: str) -> str:
    """Return a text as evidence is compared: NFKC, plain quotation marks and dashes, white space folded, lower case."""
    plain = unicodedata.normalize("NFKC", text).translate(_SAME)
    return re.sub(r"\s+", " ", plain).strip().lower()


def holds(text: str, evidence: str) -> bool:
    """Tell whether a folded text holds folded evidence, or a block of it that is 80 % of its length."""
    if evidence in text:
        return True
    matcher = difflib.SequenceMatcher(None, text, evidence, autojunk=False)
    return matcher.find_longest_match().size >= _ENOUGH * len(evidence)


def ndcg(ranked: Sequence[str], relevant: Mapping[str, int], k: int = 10) -> float:
    """Return the normalised discounted cumulative gain of the first `k` documents, gain 2^grade - 1."""
    discounts = 1.0 / np.log2(np.arange(2, k + 2))
    gains = np.array([2.0 ** relevant.get(document, 0) - 1.0 for document in ranked[:k]])
    ideal = np.sort(np.array([2.0**grade - 1.0 for grade in relevant.values()]))[::-1][:k]
    best = float(ideal @ discounts[: len(ideal)])
    return float(gains @ discounts[: len(gains)]) / best if best else 0.0


def recall(ranked: Sequence[str], relevant: Mapping[str, int], k: int = 10) -> float:
    """Return the share of the relevant documents among the first `k`."""
    wanted = {document for document, grade in relevant.items() if grade > 0}
    return len(wanted & set(ranked[:k])) / len(wanted) if wanted else 0.0


def reciprocal_rank(ranked: Sequence[str], relevant: Mapping[str, int]) -> float:
    """Return 1 over the rank of the first relevant document, 0 where there is none."""
    return next((1.0 / rank for rank, document in enumerate(ranked, 1) if relevant.get(document, 0) > 0), 0.0)


def evidence_within(passages: Iterable[tuple[str, str]], document: str, evidence: Sequence[str], chars: int) -> bool:
    """Tell whether evidence stands within the first characters of ranked ``(document, folded text)`` passages."""
    left = chars
    for passage_document, text in passages:
        piece = text[:left]
        if not piece:
            return False
        if passage_document == document and any(holds(piece, part) for part in evidence):
            return True
        left -= len(piece)
    return False


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Return the probability that a positive has more confidence than a negative. Ties count half."""
    if not positive or not negative:
        return None
    above = np.asarray(positive)[:, None] - np.asarray(negative)[None, :]
    return float(((above > 0) + 0.5 * (above == 0)).mean())


@dataclass(frozen=True, slots=True)
class Calibration:
    """How well confidence is calibrated: the expected error over five equal bins, and the Brier score."""

    error: float
    interval: tuple[float, float]
    brier: float


def calibration(confidence: NDArray[np.float64], right: NDArray[np.float64]) -> Calibration:
    """Compare confidence with what was right, ``(n,)`` each. The interval is the middle 90 % of 500 resamples."""
    draw = np.random.default_rng(0)
    resamples = [draw.integers(0, len(right), len(right)) for _ in range(_RESAMPLES)]
    errors = [_expected_error(confidence[drawn], right[drawn]) for drawn in resamples]
    low, high = np.quantile(errors, (0.05, 0.95))
    brier = float(((confidence - right) ** 2).mean())
    return Calibration(_expected_error(confidence, right), (float(low), float(high)), brier)


def _expected_error(confidence: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    bins = np.array_split(np.argsort(confidence, kind="stable"), _BINS)
    return float(
        sum(len(part) * abs(confidence[part].mean() - right[part].mean()) for part in bins if len(part)) / len(right)
    )


def risk_curve(
    confidence: NDArray[np.float64], right: NDArray[np.float64], answerable: NDArray[np.bool_]
) -> list[CurvePoint]:
    """Return the points of the risk-coverage curve, from the strictest threshold to none."""
    points = []
    for threshold in sorted(set(confidence.tolist()), reverse=True):
        answered = confidence >= threshold
        coverage = float(answered[answerable].mean()) if answerable.any() else 0.0
        points.append(CurvePoint(threshold, coverage, float(1.0 - right[answered].mean())))
    return points


def coverage_at(points: Sequence[CurvePoint], risk: float) -> float:
    """Return the most coverage that the curve gives at a risk."""
    return max((point.coverage for point in points if point.risk <= risk), default=0.0)


def area_under(points: Sequence[CurvePoint]) -> float:
    """Return the area under the risk-coverage curve: the mean risk over all coverages."""
    coverages = [0.0, *(point.coverage for point in points)]
    risks = [points[0].risk if points else 0.0, *(point.risk for point in points)]
    return float(np.trapezoid(risks, coverages))
