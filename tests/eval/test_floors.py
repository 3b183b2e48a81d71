"""The quality of answers on the shipped release stays above its floors, and no floor sinks unnoticed."""

import json
from pathlib import Path

from corpus.models import Release
from index.encoders.embedder import SentenceTransformerEmbedder
from tests.eval.floors import FLOORS, SEED_GOLD, below, measure, update, write_seed_folder


def test_answers_on_the_shipped_release_stay_above_their_floors(
    tmp_path: Path, default_model: SentenceTransformerEmbedder
) -> None:
    figures = measure(write_seed_folder(tmp_path), default_model)
    assert below(figures, json.loads(FLOORS.read_text("utf-8"))["seed"]) == []


def test_seed_questions_are_verbatim_and_enough(shipped: Release) -> None:
    records = [json.loads(line) for line in SEED_GOLD.read_text("utf-8").splitlines()]
    assert len(records) >= 40
    assert sum(not record["quotes"] for record in records) >= 10
    for record in records:
        assert all(quote in shipped.text for quote in record["quotes"])
        assert not record["quotes"] or any(record["answer"] in quote for quote in record["quotes"])


def test_floor_is_never_lowered_silently(tmp_path: Path) -> None:
    path = tmp_path / "floors.json"
    assert update(path, "seed", {"answer_hit@1": 0.8, "risk": 0.1}, allow_regression=False) == []
    worse = {"answer_hit@1": 0.7, "risk": 0.3}
    assert update(path, "seed", worse, allow_regression=False) == [
        "answer_hit@1 is 0.700, its floor is 0.800",
        "risk is 0.300, its floor is 0.100",
    ]
    assert json.loads(path.read_text())["seed"] == {"answer_hit@1": 0.8, "risk": 0.1}
    assert update(path, "seed", worse, allow_regression=True) == []
    assert json.loads(path.read_text())["seed"] == worse
    assert update(path, "seed", {"answer_hit@1": 0.9, "risk": 0.1}, allow_regression=False) == []


def test_margin_forgives_what_processors_differ_by() -> None:
    assert below({"risk": 0.31, "coverage": 0.89}, {"risk": 0.3, "coverage": 0.9}) == []
    assert below({"risk": 0.33, "coverage": 0.87}, {"risk": 0.3, "coverage": 0.9}) != []
