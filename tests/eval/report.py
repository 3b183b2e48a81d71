"""Prints the figures of a fit, out of fold: of the development questions, by size of the corpus, and by language."""

import dataclasses
import json
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from index.evaluation.evaluate import Outcome, evaluate
from index.evaluation.metrics import area_under, auroc, calibration, coverage_at, risk_curve

if TYPE_CHECKING:
    from tests.eval.fit import Example

CURVE_POINTS = 40
SMALL = 20
COLUMNS = (
    "questions",
    "release first",
    "within 500",
    "within 1000",
    "first quote",
    "first three",
    "characters",
    "AUROC near miss",
    "AUROC off topic",
    "answered",
    "near miss",
    "off topic",
    "risk",
)
Judged = tuple["Example", float]


def judged(outcome: Outcome, sure: float, threshold: float) -> Outcome:
    """Return an outcome with its confidence, and whether that answers."""
    return dataclasses.replace(outcome, confidence=sure, answered=sure >= threshold and bool(outcome.quotes))


def report(examples: Sequence["Example"], sure: Sequence[float], threshold: float) -> dict[str, object]:
    """Print everything; return the figures of the English development questions, and the curve."""
    whole = [each for each in zip(examples, sure, strict=True) if each[0].size > SMALL]
    english = [each for each in whole if each[0].asked.set == "development" and each[0].asked.language == "en"]
    more = [each for each in whole if each[0].asked.set == "off topic" and each[0].asked.language == "en"]
    evaluation = evaluate([example.outcome for example, _ in english])
    print(
        "without the threshold:",
        json.dumps({"search": evaluation.search["fused"], "answers": evaluation.answers}, indent=1),
    )
    figures, curve = _confidence(english, more, threshold)
    print(json.dumps(figures, indent=1))
    for size in (SMALL, 1):
        small = [each for each in zip(examples, sure, strict=True) if each[0].size == size]
        own = [each for each in small if each[0].asked.set == "development" and each[0].asked.language == "en"]
        asked = [each for each in own if each[0].asked.answerable and not each[0].elsewhere]
        outside = [each for each in small if (each[0].asked.off_topic or each[0].elsewhere)]
        said = [example.right for example, value in (*asked, *outside) if value >= threshold]
        print(
            f"{size} releases: answered {_share(asked, threshold):.3f}, what is answered elsewhere or nowhere "
            f"{_share(outside, threshold):.3f}, risk {1 - _mean(said):.3f}"
        )
    _table(whole, threshold)
    return {"out_of_fold": figures, "curve": curve}


def _confidence(
    english: Sequence[Judged], more: Sequence[Judged], threshold: float
) -> tuple[dict[str, float], list[list[float]]]:
    right = np.array([example.right for example, _ in english], dtype=np.float64)
    answerable = np.array([example.asked.answerable for example, _ in english])
    sure = np.array([value for _, value in english])
    measured = calibration(sure, right)
    curve = risk_curve(sure, right, answerable)
    row = dict(zip(COLUMNS, _row([*english, *more], threshold), strict=True))
    figures = {
        "coverage": row["answered"],
        "risk": float(1.0 - right[sure >= threshold].mean()),
        "calibration_error": measured.error,
        "brier": measured.brier,
        "auroc_near_miss": row["AUROC near miss"],
        "auroc_off_topic": row["AUROC off topic"],
        "answered_near_miss": row["near miss"],
        "answered_off_topic": row["off topic"],
        "coverage_at_risk_.15": coverage_at(curve, 0.15),
        "area_under_risk_curve": area_under(curve),
    }
    print("calibration interval", measured.interval)
    thinned = curve[:: max(1, len(curve) // CURVE_POINTS)]
    return (
        {name: round(value, 4) for name, value in figures.items()},
        [[round(value, 3) for value in (point.threshold, point.coverage, point.risk)] for point in thinned],
    )


def _table(whole: Sequence[Judged], threshold: float) -> None:
    """Print a row for each set in English and in the other languages together, and for each other language."""

    def add(name: str, wanted: Callable[["Example"], bool]) -> None:
        chosen = [each for each in whole if wanted(each[0])]
        if any(each[0].asked.answerable for each in chosen):
            cells = [f"{value:.0f}" if value > 1 else f"{value:.3f}" for value in _row(chosen, threshold)]
            print(f"| {name} | {' | '.join(cells)} |")

    print(f"\n| | {' | '.join(COLUMNS)} |\n|---|{'---|' * len(COLUMNS)}")
    for wanted in ("development", "kept out"):
        for name, english in (("English", True), ("other languages", False)):
            add(
                f"{wanted}, {name}",
                lambda each, wanted=wanted, english=english: (  # type: ignore[misc]
                    each.asked.set in (wanted, "off topic") and (each.asked.language == "en") == english
                ),
            )
    for language in sorted({example.asked.language for example, _ in whole} - {"en"}):
        add(language, lambda each, language=language: each.asked.language == language)  # type: ignore[misc]


def _row(chosen: Sequence[Judged], threshold: float) -> list[float]:
    asked = [example for example, _ in chosen if example.asked.answerable]
    search = evaluate([example.outcome for example in asked]).search["fused"]
    right = [example.outcome.right() for example in asked]
    of_kind = {
        "answerable": [each for each in chosen if each[0].asked.answerable],
        "near miss": [each for each in chosen if each[0].asked.gold.kind == "near_miss"],
        "off topic": [each for each in chosen if each[0].asked.off_topic],
    }
    values = {kind: [value for _, value in ones] for kind, ones in of_kind.items()}
    # Risk counts off-topic questions as often as a development set has them: 12 to 212.
    said = [example.right for example, value in chosen if value >= threshold and example.asked.set != "off topic"]
    return [
        len(chosen),
        search["recall@1"],
        search["evidence@500chars"],
        search["evidence@1000chars"],
        _mean(any(each[:1]) for each in right),
        _mean(any(each) for each in right),
        _mean(sum(len(quote.text) for quote in example.outcome.quotes) for example in asked),
        _auroc(values["answerable"], values["near miss"]),
        _auroc(values["answerable"], values["off topic"]),
        *(_share(ones, threshold) for ones in of_kind.values()),
        1.0 - _mean(said),
    ]


def _auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    return auroc(positive, negative) or 0.0


def _share(chosen: Sequence[Judged], threshold: float) -> float:
    return _mean(value >= threshold for _, value in chosen)


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return sum(known) / len(known) if known else 0.0
