"""Figures are what they say they are, and an evaluation is the same twice."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpus.errors import SourceError
from index.evaluation.evaluate import run_evaluation, write_run
from index.evaluation.gold import load_questions
from index.evaluation.metrics import (
    area_under,
    auroc,
    calibration,
    coverage_at,
    evidence_within,
    holds,
    ndcg,
    recall,
    reciprocal_rank,
    risk_curve,
)
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, silent

DOCUMENTS: list[dict[str, Any]] = [
    {
        "_id": "a",
        "title": "Cod",
        "text": "The cod quota is 100 tonnes. It applies from May.",
        "metadata": {"date": "2020-01-01"},
    },
    {"_id": "b", "title": "", "text": "Herring is\0 free\ud800. Nobody counts it."},
    {
        "_id": "c",
        "title": "Wind",
        "text": "Turbines turn.\n\n\n  Slowly, in winter.",
        "metadata": {"lang": "en", "url": "https://x.eu/c"},
    },
    {"_id": "d", "title": "Empty", "text": ""},
]
GOLD: list[dict[str, Any]] = [
    {
        "_id": "1",
        "question": "What is the cod quota?",
        "type": "fact",
        "doc": "a",
        "quotes": ["The cod quota is 100 tonnes."],
        "answer": "100 tonnes",
    },
    {"_id": "2", "question": "Who bakes bread?", "type": "off_topic", "doc": None, "quotes": [], "answer": ""},
    {"_id": "3", "question": "?", "type": "off_topic", "doc": None, "quotes": [], "answer": ""},
]


def write_lines(path: Path, records: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    write_lines(tmp_path / "set" / "corpus.jsonl", DOCUMENTS)
    write_lines(tmp_path / "set" / "gold.jsonl", GOLD)
    return tmp_path / "set"


def test_figures_are_told_by_language_where_questions_have_one(
    gold: Path, settings: IndexSettings, embedder: FakeEmbedder
) -> None:
    lines = [record | {"lang": "en"} for record in GOLD[:2]] + [GOLD[0] | {"_id": "9", "lang": "fr", "question": "cod"}]
    write_lines(gold / "gold.jsonl", lines)
    _, figures = run_evaluation(gold, settings, embedder, silent)
    assert list(figures.languages) == ["en", "fr"]
    assert [figures.languages[lang]["questions"] for lang in ("en", "fr")] == [2.0, 1.0]
    assert figures.languages["fr"]["recall@1"] == 1.0
    assert "auroc_off_topic" in figures.languages["en"]
    assert "auroc_off_topic" not in figures.languages["fr"]


def test_run_quotes_the_texts_as_they_are_and_is_the_same_twice(
    gold: Path, settings: IndexSettings, embedder: FakeEmbedder, tmp_path: Path
) -> None:
    runs = []
    for name in ("one", "two"):
        outcomes, figures = run_evaluation(gold, settings, embedder, silent)
        write_run(tmp_path / name, outcomes)
        runs.append((tmp_path / name).read_text("utf-8"))
    assert runs[0] == runs[1]
    assert not settings.data_dir.exists()
    lines = [json.loads(line) for line in runs[0].splitlines()]
    assert [line["_id"] for line in lines] == ["1", "2", "3"]
    texts = {str(document["_id"]): str(document["text"]) for document in DOCUMENTS}
    spans = [span for line in lines for span in line["passages"] + line["quotes"]]
    assert spans
    for span in spans:
        if span["doc"] != "b":
            assert span["text"] == texts[span["doc"]][span["start"] : span["end"]]
    assert lines[0]["passages"][0]["doc"] == "a"
    assert lines[2] == {"_id": "3", "passages": [], "answered": False, "confidence": 0.0, "quotes": []}
    assert figures.search["fused"]["recall@1"] == 1.0
    assert figures.answers is not None
    assert set(figures.answers) >= {"answer_hit@1", "coverage", "risk", "auroc_off_topic", "coverage_at_risk_.15"}


def test_beir_folder_is_judged_by_its_qrels(tmp_path: Path, settings: IndexSettings, embedder: FakeEmbedder) -> None:
    folder = tmp_path / "beir"
    write_lines(folder / "corpus.jsonl", DOCUMENTS)
    write_lines(folder / "queries.jsonl", [{"_id": "q1", "text": "cod quota"}, {"_id": "q2", "text": "not judged"}])
    (folder / "qrels").mkdir()
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\ta\t2\nq1\tc\t0\n", "utf-8")
    _, figures = run_evaluation(folder, settings, embedder, silent)
    assert figures.questions == 1
    assert figures.search["lexical"] == {"ndcg@10": 1.0, "recall@10": 1.0, "mrr": 1.0, "recall@1": 1.0}
    assert figures.answers is None


def test_folder_without_questions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no gold"):
        load_questions(tmp_path)
    write_lines(tmp_path / "gold.jsonl", [{"_id": "1"}])
    with pytest.raises(SourceError, match="lacks _id or question in line 1"):
        load_questions(tmp_path)


def test_ranking_figures() -> None:
    relevant = {"a": 1, "b": 2}
    assert ndcg(["b", "a"], relevant) == pytest.approx(1.0)
    assert ndcg(["x", "a"], relevant) == pytest.approx((1 / np.log2(3)) / (3 + 1 / np.log2(3)))
    assert recall(["x", "a"], relevant) == 0.5
    assert reciprocal_rank(["x", "a"], relevant) == 0.5
    assert reciprocal_rank(["x"], relevant) == 0.0


def test_evidence_must_stand_within_the_budget() -> None:
    passages = [("x", "0123456789"), ("a", "the answer is here")]
    assert evidence_within(passages, "a", ["the answer"], 20)
    assert not evidence_within(passages, "a", ["the answer"], 15)
    assert not evidence_within(passages, "x", ["the answer"], 100)
    assert holds("of the answer is", "the answer i")
    assert not holds("the", "the answer")


def test_confidence_figures() -> None:
    assert auroc([0.9, 0.5], [0.5, 0.1]) == pytest.approx(0.875)
    assert auroc([], [0.1]) is None
    sure, right = np.array([0.9, 0.8, 0.2, 0.1]), np.array([1.0, 1.0, 0.0, 0.0])
    assert calibration(sure, right).error == pytest.approx(0.15)
    assert calibration(sure, right).brier == pytest.approx(0.025)
    curve = risk_curve(sure, right, np.array([True, True, True, False]))
    assert [(point.threshold, round(point.coverage, 2), round(point.risk, 2)) for point in curve] == [
        (0.9, 0.33, 0.0),
        (0.8, 0.67, 0.0),
        (0.2, 1.0, 0.33),
        (0.1, 1.0, 0.5),
    ]
    assert coverage_at(curve, 0.1) == pytest.approx(2 / 3)
    assert area_under(curve) == pytest.approx(1 / 3 * (1 / 3) / 2)
