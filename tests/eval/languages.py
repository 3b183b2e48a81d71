"""Figures by the language of the question, out of fold: what the fit asks of translated.jsonl."""

import dataclasses
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.answering.confidence import probability
from index.answering.weights import Weights
from index.evaluation.evaluate import Outcome, evaluate, temporary_index
from tests.fakes import silent

if TYPE_CHECKING:
    from tests.eval.fit import Fit

_ANSWERABLE = ("fact", "body", "paraphrase", "terse")
_KINDS = (_ANSWERABLE, ("near_miss",), ("off_topic",))
Matrix = NDArray[np.float64]


def judge(outcome: Outcome, sure: float, threshold: float) -> Outcome:
    """Return an outcome with its confidence, and whether that answers."""
    return dataclasses.replace(outcome, confidence=sure, answered=sure >= threshold)


def translated(
    fit: "Fit", by_fold: Sequence[Weights], gates: Sequence[tuple[Matrix, float]], threshold: float
) -> dict[str, list[Outcome]]:
    """Ask the translated questions of the whole corpus, each with what never saw it; return outcomes by language."""
    known = {question.question_id: question for question in fit.gold}
    found: dict[str, list[Outcome]] = defaultdict(list)
    with temporary_index(fit.releases, fit.embedder, silent) as opened:
        for line in map(json.loads, (fit.folder / "translated.jsonl").read_text("utf-8").splitlines()):
            question = dataclasses.replace(known[line["_id"]], text=line["question"])
            weights = by_fold[fit.folds[question.question_id]]
            example = fit.example(opened, question, weights, len(fit.releases))
            sure = probability(example.features, *gates[example.fold])
            found[line["lang"]].append(judge(example.outcome, sure, threshold))
    return found


def report_languages(by_language: Mapping[str, list[Outcome]]) -> None:
    """Print figures by language, and their means."""
    names = ("release first", "within 1000", "first quote", "first three", "answered", "near miss", "off topic", "risk")
    print("\n" + " ".join(["lang", *names]))
    rows: list[list[float]] = []
    for lang, outcomes in sorted(by_language.items()):
        asked = [outcome for outcome in outcomes if outcome.gold.quotes]
        said = [outcome for outcome in outcomes if outcome.answered]
        search = evaluate(asked).search["fused"]
        right = [outcome.right() for outcome in asked]
        rows.append(
            [
                search["recall@1"],
                search["evidence@1000chars"],
                mean(any(one[:1]) for one in right),
                mean(any(one) for one in right),
                *(mean(one.answered for one in outcomes if one.gold.kind in kinds) for kinds in _KINDS),
                1.0 - mean(any(outcome.right()) for outcome in said),
            ]
        )
        print(lang, " ".join(f"{value:.3f}" for value in rows[-1]))
    print("mean", " ".join(f"{mean(column):.3f}" for column in zip(*rows, strict=True)))


def mean(values: Iterable[float]) -> float:
    """Return the mean, 0 of nothing."""
    known = list(values)
    return sum(known) / len(known) if known else 0.0
