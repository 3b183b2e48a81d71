"""Fit the weights of sentence scoring and of the gate, and write index/answering/weights.json.

    python -m tests.eval.fit FOLDER [--write] [--model MODEL] [--cache FOLDER] [--run RUN.jsonl]

Everything printed is out of fold: ten folds, all questions on a release in the same one. Sentences are scored by a
linear model fitted with a listwise softmax; the gate is a logistic regression on whether the first three quotes hold
the answer, over the whole corpus, over twenty releases and over one, so that it does not lean on the corpus's size.
Where the folder holds translated.jsonl its questions are asked as well, with the weights of the fold of each.
"""

import argparse
import datetime
import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from corpus.models import Release
from index.answering.answer import Answerer, quotes
from index.answering.confidence import GATE_FEATURES, gate_features, probability
from index.answering.features import FEATURES
from index.answering.quotes import MAX_QUOTES
from index.answering.ranking import Ranking, passages
from index.answering.weights import Weights
from index.evaluation.evaluate import Outcome, evaluate, temporary_index, write_run
from index.evaluation.gold import GoldQuestion, load_corpus, load_questions
from index.evaluation.metrics import area_under, auroc, calibration, coverage_at, fold, holds, risk_curve
from index.filters import Filters
from index.generations.reader import OpenGeneration
from tests.eval.cached_embedder import CachedEmbedder
from tests.eval.languages import judge, report_languages, translated
from tests.fakes import silent

FOLDS = 10
SENTENCE_PENALTY = 2.0
GATE_C = 0.3
SMALL = 20
CURVE_POINTS = 40
WEIGHTS = Path(__file__).parents[2] / "index" / "answering" / "weights.json"
OFF_TOPIC = Path(__file__).parent / "off_topic.jsonl"
ANSWERABLE = ("fact", "body", "paraphrase", "terse")
# How much an example weighs in the gate's fit: small corpora and off-topic questions must not drown the rest.
SMALL_WEIGHT, ELSEWHERE_WEIGHT, OFF_TOPIC_WEIGHT = 0.5, 0.25, 0.5

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A question asked of one corpus: its fold, the corpus's size, the gate's features, whether a quote was right."""

    fold: int
    setting: int
    kind: str
    features: Matrix
    right: bool
    outcome: Outcome


def zero_weights() -> Weights:
    """Weights that rank nothing, for computing features."""
    return Weights(dict.fromkeys(FEATURES, 0.0), dict.fromkeys(GATE_FEATURES, 0.0), 0.0, 0.5, {})


def folds_of(questions: Sequence[GoldQuestion], documents: dict[str, str]) -> dict[str, int]:
    """Give each question the fold of its release; those on no release are spread over all."""
    names = sorted(set(filter(None, documents.values())))
    random.Random(7).shuffle(names)
    of_document = {name: at % FOLDS for at, name in enumerate(names)}
    return {
        question.question_id: of_document.get(documents.get(question.question_id, ""), at % FOLDS)
        for at, question in enumerate(questions)
    }


def labels(question: GoldQuestion, ranking: Ranking, opened: OpenGeneration) -> NDArray[np.bool_]:
    """Tell of each sentence whether it answers."""
    evidence, answer = [fold(quote) for quote in question.quotes], fold(question.answer)
    return np.array(
        [
            served.release.release_id == question.document and _answers(fold(text), evidence, answer)
            for served, text in zip(
                opened.served(ranking.sentences.releases.tolist()), ranking.sentences.texts, strict=True
            )
        ],
        dtype=bool,
    )


def _answers(text: str, evidence: Sequence[str], answer: str) -> bool:
    return any(holds(text, one) or (len(text) >= 20 and text in one) for one in evidence) or (
        bool(answer) and answer in text
    )


def fit_sentences(examples: Sequence[tuple[Matrix, NDArray[np.bool_]]]) -> Matrix:
    """Fit weights, ``(features,)``, so that the softmax over a question's sentences favours those that answer."""
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

    found: Matrix = minimize(loss, np.zeros(len(spread)), jac=True, method="L-BFGS-B").x / spread
    return found


def fit_gate(examples: Sequence[Example]) -> tuple[Matrix, float]:
    """Fit the gate's weights, ``(features,)``, and bias."""
    features = np.array([example.features for example in examples])
    right = np.array([example.right for example in examples])
    middle, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    model = LogisticRegression(C=GATE_C, max_iter=5000)
    model.fit((features - middle) / spread, right, sample_weight=[_importance(example) for example in examples])
    weights: Matrix = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - weights @ middle)


def _importance(example: Example) -> float:
    if example.kind == "elsewhere":
        return ELSEWHERE_WEIGHT
    size = 1.0 if example.setting > SMALL else SMALL_WEIGHT
    return size * (OFF_TOPIC_WEIGHT if example.kind == "off_topic_more" else 1.0)


class Fit:
    """The whole fit over one folder."""

    def __init__(self, folder: Path, embedder: CachedEmbedder) -> None:
        """Read the corpus and the questions."""
        self.folder = folder
        self.releases = load_corpus(folder)
        self.gold = load_questions(folder)
        lines = [json.loads(line) for line in OFF_TOPIC.read_text("utf-8").splitlines()]
        self.off_topic = [GoldQuestion(line["_id"], line["question"], {}, "off_topic_more") for line in lines]
        self.embedder = embedder
        records = [json.loads(line) for line in (folder / "gold.jsonl").read_text("utf-8").splitlines()]
        self.documents = {record["_id"]: record["doc"] or "" for record in records}
        self.folds = folds_of([*self.gold, *self.off_topic], self.documents)

    def rankings(self, opened: OpenGeneration) -> list[tuple[GoldQuestion, Matrix, NDArray[np.bool_]]]:
        """Return the features and labels of every answerable question."""
        found = []
        for question in self.gold:
            if question.quotes:
                answerer = Answerer(self.embedder, zero_weights())
                ranking = answerer.rank(answerer.read(question.text, opened), opened, Filters())
                found.append((question, ranking.evidence.features, labels(question, ranking, opened)))
        return found

    def sentence_weights(
        self, rankings: Sequence[tuple[GoldQuestion, Matrix, NDArray[np.bool_]]], out: int | None
    ) -> Matrix:
        """Fit the sentence weights without the questions of a fold."""
        return fit_sentences(
            [(features, answers) for question, features, answers in rankings if self.folds[question.question_id] != out]
        )

    def example(
        self, opened: OpenGeneration, question: GoldQuestion, weights: Weights, setting: int, kind: str = ""
    ) -> Example:
        """Ask a question of a corpus."""
        answerer = Answerer(self.embedder, weights)
        query = answerer.read(question.text, opened)
        ranking = answerer.rank(query, opened, Filters())
        shown = quotes(ranking, opened, MAX_QUOTES).quotes
        features = gate_features(query, ranking, opened, self.embedder)
        found = passages(ranking, opened, 100)
        documents = tuple(dict.fromkeys(passage.release_id for passage in found))
        outcome = Outcome(
            question,
            dict.fromkeys(("dense", "lexical", "fused"), documents),
            dict.fromkeys(("dense", "lexical", "fused"), found),
            answered=True,
            confidence=0.0,
            quotes=shown,
        )
        right = kind != "elsewhere" and any(outcome.right())
        return Example(self.folds[question.question_id], setting, kind or question.kind, features, right, outcome)

    def examples(self, by_fold: Sequence[Weights]) -> list[Example]:
        """Ask every question of the whole corpus, of twenty releases and of one, with weights that never saw it."""
        found: list[Example] = []
        everything = [*self.gold, *self.off_topic]
        with temporary_index(self.releases, self.embedder, silent) as opened:
            for question in everything:
                weights = by_fold[self.folds[question.question_id]]
                found.append(self.example(opened, question, weights, len(self.releases)))
        by_id = {release.release_id: release for release in self.releases}
        gold_documents = sorted(set(filter(None, self.documents.values())))
        plain = [release for release in self.releases if release.release_id not in set(gold_documents)]
        of_fold = defaultdict(list)
        for question in self.gold:
            if self.documents[question.question_id]:
                of_fold[self.folds[question.question_id]].append(self.documents[question.question_id])
        draw = random.Random(3)
        for out, weights in enumerate(by_fold):
            names = sorted(set(of_fold[out]))
            others = draw.sample(plain, SMALL - len(names))
            found.extend(self._small(out, [by_id[name] for name in names] + others, weights, everything))
            for at, name in enumerate(names):
                found.extend(self._single(out, by_id[name], names[at - 1], at, len(names), weights))
        return found

    def _small(
        self, out: int, releases: Sequence[Release], weights: Weights, questions: Iterable[GoldQuestion]
    ) -> list[Example]:
        with temporary_index(releases, self.embedder, silent) as opened:
            mine = [question for question in questions if self.folds[question.question_id] == out]
            return [self.example(opened, question, weights, SMALL) for question in mine]

    def _single(self, out: int, release: Release, neighbour: str, at: int, of: int, weights: Weights) -> list[Example]:
        """Ask one release its own questions, a neighbour's as questions from elsewhere, and some off-topic ones."""
        found = []
        with temporary_index([release], self.embedder, silent) as opened:
            for question in self.gold:
                document = self.documents[question.question_id]
                if document == release.release_id:
                    found.append(self.example(opened, question, weights, 1))
                elif document == neighbour and question.kind in ("fact", "terse"):
                    found.append(self.example(opened, question, weights, 1, "elsewhere"))
                elif not document and self.folds[question.question_id] == out and at == 0:
                    found.append(self.example(opened, question, weights, 1))
            for number, question in enumerate(self.off_topic):
                if self.folds[question.question_id] == out and number % of == at:
                    found.append(self.example(opened, question, weights, 1))
        return found


def with_sentences(weights: Matrix) -> Weights:
    """Return weights for sentences alone."""
    return Weights(dict(zip(FEATURES, weights.tolist(), strict=True)), dict.fromkeys(GATE_FEATURES, 0.0), 0.0, 0.5, {})


def report(examples: Sequence[Example], sure: Matrix, threshold: float) -> dict[str, object]:
    """Print the figures out of fold, by size of the corpus; return those of the whole corpus."""
    whole: dict[str, object] = {}
    for setting in sorted({example.setting for example in examples}, reverse=True):
        mine = [at for at, example in enumerate(examples) if example.setting == setting]
        gold = [at for at in mine if examples[at].kind not in ("off_topic_more", "elsewhere")]
        right = np.array([examples[at].right for at in gold], dtype=np.float64)
        answerable = np.array([examples[at].kind in ANSWERABLE for at in gold])
        of_kind = {
            kind: [float(sure[at]) for at in mine if examples[at].kind == kind] for kind in {e.kind for e in examples}
        }
        positive = [value for kind in ANSWERABLE for value in of_kind.get(kind, [])]
        means = calibration(sure[gold], right)
        answered = sure[gold] >= threshold
        figures = {
            "questions": len(gold),
            "coverage": float(answered[answerable].mean()),
            "risk": float(1.0 - right[answered].mean()),
            "calibration_error": means.error,
            "calibration_interval": means.interval,
            "brier": means.brier,
        } | {
            f"{name}_{kind}": value
            for kind, values in sorted(of_kind.items())
            if kind not in ANSWERABLE and values
            for name, value in (
                ("auroc", auroc(positive, values)),
                ("answered", float(np.mean(np.array(values) >= threshold))),
            )
        }
        print(f"\n{setting} releases, threshold {threshold:.2f}")
        print("\n".join(f"  {name:<28} {value}" for name, value in figures.items()))
        curve = risk_curve(sure[gold], right, answerable)
        thinned = curve[:: max(1, len(curve) // CURVE_POINTS)]
        drawn = [[round(value, 3) for value in (p.threshold, p.coverage, p.risk)] for p in thinned]
        whole = whole or figures | {
            "coverage_at_risk_.15": coverage_at(curve, 0.15),
            "area_under_risk_curve": area_under(curve),
            "curve": drawn,
        }
        print(
            "  risk by coverage: "
            + ", ".join(f"{p.coverage:.2f}:{p.risk:.2f}" for p in curve[:: max(1, len(curve) // 12)])
        )
    return whole


def main() -> None:
    """Run the fit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threshold", type=float, default=0.40)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--model", default="", help="another model than the default")
    parser.add_argument("--cache", type=Path, help="a folder that keeps vectors from one run to the next")
    parser.add_argument("--run", type=Path, help="where to write the run out of fold, as score.py reads it")
    arguments = parser.parse_args()
    fit = Fit(arguments.folder, CachedEmbedder(arguments.model, arguments.cache))
    with temporary_index(fit.releases, fit.embedder, silent) as opened:
        rankings = fit.rankings(opened)
    by_fold = [with_sentences(fit.sentence_weights(rankings, out)) for out in range(FOLDS)]
    examples = fit.examples(by_fold)
    fit.embedder.save()
    gates = [fit_gate([example for example in examples if example.fold != out]) for out in range(FOLDS)]
    sure = np.array([probability(example.features, *gates[example.fold]) for example in examples])
    outcomes = [example.outcome for example in examples[: len(fit.gold)]]
    evaluation = evaluate(outcomes)
    print("gate off:", json.dumps({"search": evaluation.search["fused"], "answers": evaluation.answers}, indent=1))
    figures = report(examples, sure, arguments.threshold)
    if arguments.run:
        judged = zip(outcomes, sure.tolist(), strict=False)
        write_run(arguments.run, [judge(outcome, value, arguments.threshold) for outcome, value in judged])
    if (arguments.folder / "translated.jsonl").exists():
        report_languages(translated(fit, by_fold, gates, arguments.threshold))
    if arguments.write:
        gate, bias = fit_gate(examples)
        sentence = fit.sentence_weights(rankings, None)
        document = {
            "provenance": {
                "fitted_by": "python -m tests.eval.fit FOLDER --write",
                "fitted_on": f"{len(fit.gold)} gold questions, {len(fit.off_topic)} more off-topic ones",
                "fitted_at": datetime.datetime.now(datetime.UTC).date().isoformat(),
                "out_of_fold": {name: value for name, value in figures.items() if isinstance(value, float)},
                "curve": figures["curve"],
            },
            "threshold": arguments.threshold,
            "gate_bias": round(bias, 4),
            "gate": dict(zip(GATE_FEATURES, gate.round(4).tolist(), strict=True)),
            "sentence": dict(zip(FEATURES, sentence.round(4).tolist(), strict=True)),
        }
        with tempfile.NamedTemporaryFile("w", dir=WEIGHTS.parent, delete=False, encoding="utf-8") as file:
            file.write(json.dumps(document, indent=1) + "\n")
        Path(file.name).replace(WEIGHTS)


if __name__ == "__main__":
    main()
