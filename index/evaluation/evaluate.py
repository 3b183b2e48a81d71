"""Evaluates a folder in the BEIR shape: indexes it in a temporary folder, asks all questions, computes the figures."""

import dataclasses
import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus import QuestionError, Release
from index.answering.answer import Answerer, answers, quotes
from index.answering.question import Query
from index.answering.quotes import MAX_QUOTES
from index.answering.ranking import Ranking, passages
from index.answering.weights import shipped_weights
from index.building.source import Listed
from index.building.writing import write_generation
from index.database.home import open_corpus_file, open_link
from index.database.sqlite import storage_errors
from index.encoders.embedder import Embedder
from index.encoders.reader import reader_beside
from index.encoders.reranker import Reranker
from index.evaluation.gold import GoldQuestion, load_corpus, load_questions
from index.evaluation.metrics import (
    Calibration,
    area_under,
    auroc,
    calibration,
    coverage_at,
    evidence_within,
    fold,
    holds,
    ndcg,
    recall,
    reciprocal_rank,
    risk_curve,
)
from index.filters import Filters
from index.generations.files import FolderSite
from index.generations.generation import Generation, Rows, Scope
from index.generations.reader import OpenGeneration
from index.generations.store import Site
from index.results import CurvePoint, FoundPassage, Phase, Progress, Quote, Step
from index.settings import IndexSettings

RUN_PASSAGES = 20
BUDGETS = (500, 1000, 2000)
SEARCHES = ("dense", "lexical", "fused")
_DEPTH = 100


def holds_answer(gold: GoldQuestion, quote: Quote) -> bool:
    """Tell whether a quote holds the answer to a question, or one of the quotations that prove it."""
    shown = fold(quote.shown)
    return bool(gold.quotes) and (fold(gold.answer) in shown or any(holds(shown, fold(part)) for part in gold.quotes))


def marks_answer(gold: GoldQuestion, quote: Quote) -> bool:
    """Tell whether what a quote marks overlaps the short answer to a question."""
    if quote.answer is None or quote.release_id != gold.document:
        return False
    pattern = r"\s*".join(map(re.escape, gold.answer.split()))
    places = [place.span() for place in re.finditer(pattern, quote.text, re.IGNORECASE)] if pattern else []
    first, last = (offset - quote.start for offset in quote.answer)
    return any(start < last and first < end for start, end in places)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found for a question: documents by search, passages by search, and the answer."""

    gold: GoldQuestion
    documents: Mapping[str, tuple[str, ...]]
    passages: Mapping[str, tuple[FoundPassage, ...]]
    answered: bool
    confidence: float
    quotes: tuple[Quote, ...]

    def right(self) -> list[bool]:
        """Tell of each quote whether it holds the answer."""
        return [quote.release_id == self.gold.document and holds_answer(self.gold, quote) for quote in self.quotes]

    def to_run(self) -> dict[str, object]:
        """Return the line of the run file."""
        best = self.passages["fused"][:RUN_PASSAGES]
        return {
            "_id": self.gold.question_id,
            "passages": [_place(passage.release_id, passage) | {"score": passage.score} for passage in best],
            "answered": self.answered,
            "confidence": self.confidence,
            "quotes": [_place(quote.release_id, quote) for quote in self.quotes] if self.answered else [],
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of all questions. Those of answers are None where the folder holds no gold questions.

    ``languages`` has the same figures for each language that the questions are in, where they say it.
    """

    questions: int
    search: Mapping[str, Mapping[str, float]]
    answers: Mapping[str, float | None] | None
    calibration: Calibration | None
    curve: tuple[CurvePoint, ...]
    languages: Mapping[str, Mapping[str, float | None]]

    def to_dict(self) -> dict[str, object]:
        """Return the figures as `measures eval --json` prints them."""
        return dataclasses.asdict(self)


@contextmanager
def temporary_index(
    releases: Sequence[Release], embedder: Embedder, progress: Progress, settings: IndexSettings | None = None
) -> Iterator[OpenGeneration]:
    """Build an index of releases aside, and open it: in a temporary folder, or in the database of the settings."""
    with tempfile.TemporaryDirectory(prefix="measures-eval-") as name:
        with (
            closing(open_corpus_file(Path(name) / "corpus.db")) as store,
            _temporary_site(Path(name), settings) as site,
        ):
            manifest, _ = write_generation(site, "000001", Listed(releases), store, embedder, progress)
            with closing(site.open(manifest)) as generation:
                yield generation


@contextmanager
def _temporary_site(folder: Path, settings: IndexSettings | None) -> Iterator[Site]:
    link = None if settings is None else open_link(settings)
    if link is not None:
        from index.generations.cluster.preparing import temporary_site  # It loads psycopg.

        with temporary_site(link) as site:
            yield site
        return
    (folder / "000001").mkdir()
    yield FolderSite(folder / "000001")


def ask(gold: GoldQuestion, generation: Generation, answerer: Answerer, threshold: float) -> Outcome:
    """Search for a question in every way, and answer it. One that cannot be asked finds nothing."""
    try:
        query = answerer.read(gold.text, generation)
    except QuestionError:
        return Outcome(gold, dict.fromkeys(SEARCHES, ()), dict.fromkeys(SEARCHES, ()), False, 0.0, ())
    ranking = answerer.rank(query, generation, Filters())
    sure = round(answerer.confidence(query, ranking, generation), 6)
    ranked = {name: search(query, ranking, generation) for name, search in _SEARCHES.items()}
    documents = {name: tuple(dict.fromkeys(passage.release_id for passage in best)) for name, best in ranked.items()}
    shown = quotes(query, ranking, generation, MAX_QUOTES)
    return Outcome(gold, documents, ranked, answers(ranking, shown, sure, threshold), sure, shown.quotes)


def run_evaluation(
    folder: Path, settings: IndexSettings, embedder: Embedder, progress: Progress
) -> tuple[list[Outcome], Evaluation]:
    """Index the documents in a folder, ask every question in it, and compute the figures. No data folder is used.

    :raises SourceError: when the folder is not in the BEIR shape.
    """
    weights = shipped_weights()
    threshold = weights.threshold_for(embedder.model) if settings.threshold is None else settings.threshold
    releases, questions = load_corpus(folder), load_questions(folder)
    reranker = Reranker(settings.cross_encoder) if settings.cross_encoder else None
    reader = reader_beside(embedder, settings.cache_dir) if settings.reader else None
    answerer = Answerer(embedder, weights, reader, reranker)
    outcomes = []
    with temporary_index(releases, embedder, progress, settings) as generation:
        for done, question in enumerate(questions):
            progress(Step(Phase.ASK, done, len(questions)))
            outcomes.append(ask(question, generation, answerer, threshold))
    return outcomes, evaluate(outcomes)


def write_run(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Write what was found for each question, as one line of JSON.

    :raises StorageError: when the file cannot be written.
    """
    with storage_errors(path), path.open("w", encoding="utf-8") as file:
        for outcome in outcomes:
            file.write(json.dumps(outcome.to_run(), ensure_ascii=False) + "\n")


def evaluate(outcomes: Sequence[Outcome]) -> Evaluation:
    """Compute the figures."""
    judged = [outcome for outcome in outcomes if outcome.gold.relevant]
    search = {name: _search_figures(judged, name) for name in SEARCHES}
    if not any(outcome.gold.quotes for outcome in outcomes):
        return Evaluation(len(outcomes), search, None, None, (), {})
    sure = np.array([outcome.confidence for outcome in outcomes])
    right = np.array([any(outcome.right()) for outcome in outcomes], dtype=np.float64)
    answerable = np.array([bool(outcome.gold.quotes) for outcome in outcomes], dtype=bool)
    curve = risk_curve(sure, right, answerable)
    answers = _answer_figures(outcomes) | {
        "coverage_at_risk_.15": coverage_at(curve, 0.15),
        "area_under_risk_curve": area_under(curve),
    }
    languages = {
        language: _language_figures([outcome for outcome in outcomes if outcome.gold.language == language])
        for language in sorted({outcome.gold.language for outcome in outcomes} - {""})
    }
    return Evaluation(len(outcomes), search, answers, calibration(sure, right), tuple(curve), languages)


def _language_figures(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    answerable = [outcome for outcome in outcomes if outcome.gold.quotes]
    return {"questions": float(len(outcomes)), **_search_figures(answerable, "fused"), **_answer_figures(outcomes)}


def _search_figures(judged: Sequence[Outcome], search: str) -> dict[str, float]:
    measures: dict[str, Callable[[Outcome], float]] = {
        "ndcg@10": lambda outcome: ndcg(outcome.documents[search], outcome.gold.relevant),
        "recall@10": lambda outcome: recall(outcome.documents[search], outcome.gold.relevant),
        "mrr": lambda outcome: reciprocal_rank(outcome.documents[search], outcome.gold.relevant),
        "recall@1": lambda outcome: recall(outcome.documents[search], outcome.gold.relevant, 1),
    }
    figures = {name: _mean([measure(outcome) for outcome in judged]) for name, measure in measures.items()}
    quoted = [outcome for outcome in judged if outcome.gold.quotes]
    for budget in BUDGETS if quoted else ():
        figures[f"evidence@{budget}chars"] = _mean([_evidence(outcome, search, budget) for outcome in quoted])
    return figures


def _evidence(outcome: Outcome, search: str, budget: int) -> bool:
    texts = ((passage.release_id, fold(passage.text)) for passage in outcome.passages[search])
    return evidence_within(texts, outcome.gold.document, [fold(quote) for quote in outcome.gold.quotes], budget)


def _answer_figures(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    answerable = [outcome for outcome in outcomes if outcome.gold.quotes]
    answered = [outcome for outcome in outcomes if outcome.answered]
    figures: dict[str, float | None] = {
        "answer_hit@1": _mean([outcome.answered and outcome.right()[0] for outcome in answerable]),
        "answer_hit@3": _mean([outcome.answered and any(outcome.right()) for outcome in answerable]),
        "coverage": _mean([outcome.answered for outcome in answerable]),
        "risk": 1.0 - _mean([any(outcome.right()) for outcome in answered]) if answered else 0.0,
        "chars_shown": _mean([float(sum(len(quote.shown) for quote in outcome.quotes)) for outcome in answered]),
    }
    marks = [marks_answer(outcome.gold, quote) for outcome in answered for quote in outcome.quotes if quote.answer]
    figures["answers_marked"] = _mean([any(quote.answer for quote in outcome.quotes) for outcome in answered])
    figures["marks_right"] = _mean(marks) if marks else None
    sure = [outcome.confidence for outcome in answerable]
    for kind in sorted({outcome.gold.kind for outcome in outcomes if not outcome.gold.quotes}):
        others = [outcome for outcome in outcomes if outcome.gold.kind == kind and not outcome.gold.quotes]
        figures[f"answered_{kind}"] = _mean([outcome.answered for outcome in others])
        figures[f"auroc_{kind}"] = auroc(sure, [outcome.confidence for outcome in others])
    return figures


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0


def _by_rows(candidates: Callable[[Query, Generation], Rows]) -> "_Search":
    def search(query: Query, _: Ranking, generation: Generation) -> tuple[FoundPassage, ...]:
        rows = candidates(query, generation).tolist()
        return tuple(served.with_score(1.0 / place) for place, served in enumerate(generation.passages(rows), 1))

    return search


_Search = Callable[[Query, Ranking, Generation], tuple[FoundPassage, ...]]
_SEARCHES: dict[str, _Search] = {
    "dense": _by_rows(lambda query, generation: generation.nearest(query.vector, _DEPTH, Scope())),
    "lexical": _by_rows(lambda query, generation: generation.matching(query.terms, query.idf, _DEPTH, Scope())),
    "fused": lambda _query, ranking, generation: passages(ranking, generation, _DEPTH),
}


def _place(document: str, span: FoundPassage | Quote) -> dict[str, object]:
    place: dict[str, object] = {"doc": document, "start": span.start, "end": span.end, "text": span.text}
    more = {"parts": span.parts, "answer": span.answer} if isinstance(span, Quote) else {}
    return place | {name: value for name, value in more.items() if value}
