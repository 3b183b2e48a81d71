"""What each part of the pipeline is worth: figures out of fold and without a threshold, with one part off at a time.

python -m tests.eval.ablation FOLDER
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from index.answering.answer import Answerer, quotes
from index.answering.features import FEATURES
from index.answering.question import Query
from index.answering.quotes import MAX_QUOTES
from index.answering.ranking import Ranking, passages
from index.evaluation.evaluate import Outcome, evaluate, temporary_index
from index.filters import Filters
from index.generations.reader import OpenGeneration
from tests.cached_embedder import CachedEmbedder
from tests.cached_reader import CachedReader
from tests.eval.asked import FOLDS, Asked
from tests.eval.fit import Fit, labels, zero_weights
from tests.eval.fitting import Labels, Matrix, fit_sentences
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

Ranked = Sequence[tuple[Asked, Query, Ranking, Labels]]


class Ablation:
    """Every English question asked once; its sentences scored anew for every part that is left out."""

    def __init__(self, fit: Fit, generation: OpenGeneration) -> None:
        """Ask every question."""
        self._fit, self._generation = fit, generation
        self._asked = list(self._ask(spelling=True))
        self._misspelt = list(self._ask(spelling=False))

    def rows(self) -> Iterator[tuple[str, dict[str, float]]]:
        """Yield what was left out, and the figures without it."""
        by_fold = self._fit.sentences(self._generation)
        examples = [self._fit.example(self._generation, asked, by_fold[asked.fold]) for asked, *_ in self._asked]
        yield "nothing left out", _figures([each.outcome for each in examples if each.asked.set == "development"])
        yield "without the reader", self._without(self._asked, ())
        for part, features in PARTS.items():
            yield f"without the reader and {part}", self._without(self._asked, features)
        yield "without the reader and spelling correction", self._without(self._misspelt, ())
        yield "without sentence scoring: passages as fused", self._without(self._asked, None)

    def _ask(self, *, spelling: bool) -> Iterator[tuple[Asked, Query, Ranking, Labels]]:
        answerer = Answerer(self._fit.embedder, zero_weights())
        for asked in self._fit.asked:
            if asked.language == "en" and asked.gold.quotes:
                query = answerer.read(asked.gold.text, self._generation, spelling=spelling)
                ranking = answerer.rank(query, self._generation, Filters())
                yield asked, query, ranking, labels(asked.gold, ranking, self._generation)

    def _without(self, ranked: Ranked, without: Sequence[str] | None) -> dict[str, float]:
        kept = np.array([name not in (without or ()) for name in FEATURES])
        by_fold = [self._weights(ranked, kept, out) for out in range(FOLDS)]
        outcomes = [
            self._outcome(asked, query, ranking, None if without is None else by_fold[asked.fold])
            for asked, query, ranking, _ in ranked
            if asked.set == "development"
        ]
        return _figures(outcomes)

    def _weights(self, ranked: Ranked, kept: Labels, out: int) -> Matrix:
        weights = np.zeros(len(FEATURES))
        weights[kept] = fit_sentences(
            [(ranking.evidence.features[:, kept], right) for asked, _, ranking, right in ranked if asked.fold != out]
        )
        return weights

    def _outcome(self, asked: Asked, query: Query, ranking: Ranking, weights: Matrix | None) -> Outcome:
        if weights is None:
            fused = dict(zip(ranking.candidates.rows.tolist(), ranking.candidates.scores.tolist(), strict=True))
            scores = np.array([fused[passage.row] for passage in ranking.sentences.passages])
        else:
            scores = ranking.evidence.features @ weights
        scored = ranking.scored(scores)
        best = passages(scored, self._generation, 100)
        documents = tuple(dict.fromkeys(passage.release_id for passage in best))
        names = ("dense", "lexical", "fused")
        shown = quotes(query, scored, self._generation, MAX_QUOTES).quotes
        return Outcome(asked.gold, dict.fromkeys(names, documents), dict.fromkeys(names, best), True, 0.0, shown)


def _figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    figures = evaluate(outcomes)
    assert figures.answers is not None
    return {name: figures.search["fused"][name] for name in COLUMNS} | {
        name: figures.answers[name] or 0.0 for name in ANSWERS
    }


def main() -> None:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cache", type=Path)
    arguments = parser.parse_args()
    embedder = CachedEmbedder("", arguments.cache)
    fit = Fit(arguments.folder, embedder, CachedReader(embedder, None, arguments.cache), None)
    print(f"| | {' | '.join((*COLUMNS, *ANSWERS))} |")
    print("|---|" + "---|" * len((*COLUMNS, *ANSWERS)))
    with temporary_index(list(fit.releases.values()), embedder, silent) as generation:
        for name, figures in Ablation(fit, generation).rows():
            print_row(name, figures)


def print_row(name: str, figures: dict[str, float]) -> None:
    """Print a row of the table."""
    cells = [f"{value:.0f}" if measure == "chars_shown" else f"{value:.3f}" for measure, value in figures.items()]
    print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
