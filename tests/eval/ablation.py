"""What each part of the pipeline is worth: figures out of fold, with one part switched off at a time. The gate is off.

python -m tests.eval.ablation FOLDER
"""

import argparse
import dataclasses
import operator
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from corpus.models import UNDATED
from index.answering.answer import Answerer, quotes
from index.answering.features import FEATURES
from index.answering.quotes import MAX_QUOTES
from index.answering.ranking import Ranking, passages
from index.evaluation.evaluate import Outcome, evaluate, temporary_index
from index.evaluation.gold import GoldQuestion
from index.filters import Filters
from index.generations.reader import OpenGeneration
from tests.eval.cached_embedder import CachedEmbedder
from tests.eval.fit import FOLDS, Fit, Matrix, fit_sentences, labels, zero_weights
from tests.fakes import silent

PARTS = {
    "meaning (cosines)": ("cosine", "passage_cosine", "release_cosine"),
    "keywords": ("coverage", "release_coverage", "release_bm25", "trusted_coverage"),
    "question-dependent weight of keywords": ("trusted_coverage",),
    "the release as a whole": ("release_coverage", "release_bm25", "release_cosine"),
    "answer types": ("holds_figure", "holds_other"),
    "numbers, years and months": ("numbers_missing", "year", "month"),
    "form (short, heading, question, lead-in, place)": (
        "short",
        "heading_like",
        "is_question",
        "ends_with_colon",
        "early",
    ),
}
COLUMNS = ("recall@1", "evidence@500chars", "evidence@1000chars", "evidence@2000chars")
ANSWERS = ("answer_hit@1", "answer_hit@3", "chars_shown")

Asked = Sequence[tuple[GoldQuestion, Ranking, np.ndarray[tuple[int], np.dtype[np.bool_]]]]


class Ablation:
    """Every question asked once; its sentences scored anew for every part that is left out."""

    def __init__(self, fit: Fit, opened: OpenGeneration) -> None:
        """Ask every question."""
        self._fit, self._opened = fit, opened
        self._asked = list(self._ask(spelling=True))
        self._misspelt = list(self._ask(spelling=False))

    def rows(self) -> Iterator[tuple[str, dict[str, float]]]:
        """Yield what was left out, and the figures without it."""
        yield "nothing left out", self._figures(self._asked, ())
        for part, features in PARTS.items():
            yield f"without {part}", self._figures(self._asked, features)
        yield "without spelling correction", self._figures(self._misspelt, ())
        yield "without sentence scoring: passages as fused", self._figures(self._asked, None)
        for name, mine in (("first", 0), ("second", 1)):
            yield f"{name} half of the releases fitted, the other half asked", self._half(mine, 1 - mine)
            yield f"{name} half of the releases fitted, the same half asked", self._half(mine, mine)

    def _ask(
        self, *, spelling: bool
    ) -> Iterator[tuple[GoldQuestion, Ranking, np.ndarray[tuple[int], np.dtype[np.bool_]]]]:
        answerer = Answerer(self._fit.embedder, zero_weights())
        for question in self._fit.gold:
            query = answerer.read(question.text, self._opened, spelling=spelling)
            ranking = answerer.rank(query, self._opened, Filters())
            yield question, ranking, labels(question, ranking, self._opened)

    def _figures(self, asked: Asked, without: Sequence[str] | None) -> dict[str, float]:
        if without is None:
            return self._evaluate(asked, lambda _: None)
        kept = np.array([name not in without for name in FEATURES])
        by_fold = [self._weights(asked, kept, partial(operator.ne, out)) for out in range(FOLDS)]
        return self._evaluate(asked, lambda question: by_fold[self._fit.folds[question.question_id]])

    def _half(self, fitted: int, asked: int) -> dict[str, float]:
        kept = np.ones(len(FEATURES), dtype=bool)
        weights = self._weights(self._asked, kept, lambda fold: fold % 2 == fitted)
        mine = [one for one in self._asked if self._fit.folds[one[0].question_id] % 2 == asked]
        return self._evaluate(mine, lambda _: weights)

    def _weights(
        self, asked: Asked, kept: np.ndarray[tuple[int], np.dtype[np.bool_]], wanted: Callable[[int], bool]
    ) -> Matrix:
        examples = [
            (ranking.evidence.features[:, kept], answers)
            for question, ranking, answers in asked
            if question.quotes and wanted(self._fit.folds[question.question_id])
        ]
        weights = np.zeros(len(FEATURES))
        weights[kept] = fit_sentences(examples)
        return weights

    def _evaluate(self, asked: Asked, weights_of: Callable[[GoldQuestion], Matrix | None]) -> dict[str, float]:
        outcomes = [self._outcome(question, ranking, weights_of(question)) for question, ranking, _ in asked]
        figures = evaluate(outcomes)
        assert figures.answers is not None
        found = {name: figures.search["fused"][name] for name in COLUMNS}
        return found | {name: figures.answers[name] or 0.0 for name in ANSWERS}

    def _outcome(self, question: GoldQuestion, ranking: Ranking, weights: Matrix | None) -> Outcome:
        if weights is None:
            fused = dict(zip(ranking.candidates.rows.tolist(), ranking.candidates.scores.tolist(), strict=True))
            scores = np.array([fused[passage.row] for passage in ranking.sentences.passages])
        else:
            scores = ranking.evidence.features @ weights
        scored = ranking.scored(scores)
        found = passages(scored, self._opened, 100)
        documents = tuple(dict.fromkeys(passage.release_id for passage in found))
        names = ("dense", "lexical", "fused")
        shown = quotes(scored, self._opened, MAX_QUOTES).quotes
        return Outcome(question, dict.fromkeys(names, documents), dict.fromkeys(names, found), True, 0.0, shown)


def main() -> None:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="")
    parser.add_argument("--cache", type=Path)
    arguments = parser.parse_args()
    fit = Fit(arguments.folder, CachedEmbedder(arguments.model, arguments.cache))
    print(f"| | {' | '.join((*COLUMNS, *ANSWERS))} |")
    print("|---|" + "---|" * len((*COLUMNS, *ANSWERS)))
    with temporary_index(fit.releases, fit.embedder, silent) as opened:
        for name, figures in Ablation(fit, opened).rows():
            print_row(name, figures)
    bare = [dataclasses.replace(release, title="", date=UNDATED) for release in fit.releases]
    with temporary_index(bare, fit.embedder, silent) as opened:
        print_row("without title and date as context", next(Ablation(fit, opened).rows())[1])


def print_row(name: str, figures: dict[str, float]) -> None:
    """Print a row of the table."""
    cells = [f"{value:.0f}" if measure == "chars_shown" else f"{value:.3f}" for measure, value in figures.items()]
    print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
