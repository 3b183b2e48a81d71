"""The reader tells a sentence that answers from one that only comes near, in every language of the question."""

import json
from importlib import resources
from pathlib import Path

import pytest

from index.encoders.embedder import SentenceTransformerEmbedder
from index.encoders.reader import PairReader, reader_beside
from tests.fakes import FakeEmbedder

SENTENCES = (
    "Border guards are trained. The guards will be trained by CEPOL in Budapest from 2019 on.",
    "Fishing quotas. Fishing for cod is forbidden in the western Baltic until the end of the year.",
)
PAIRS = [
    json.loads(line) for line in (resources.files("index.encoders") / "yardstick.jsonl").read_text("utf-8").splitlines()
]


@pytest.fixture(scope="module")
def reader(default_model: SentenceTransformerEmbedder) -> PairReader:
    reader = reader_beside(default_model)
    assert reader is not None
    return reader


def test_answer_is_read_as_one_among_others(reader: PairReader) -> None:
    texts = [pair["text"] for pair in PAIRS] * 2
    asked = range(0, len(PAIRS), 2)
    # The right one is the first of eight, and so is whatever is best where all are equally good: hence the other end.
    best = [int(reader.read(PAIRS[own]["question"], texts[own : own + 8])[::-1].argmax()) for own in asked]
    assert best.count(7) >= 0.9 * len(asked)


@pytest.mark.parametrize(
    "question",
    [
        "Who will train the border guards?",
        "Wer wird die Grenzschützer ausbilden?",
        "Qui formera les gardes-frontières ?",
        "Kto będzie szkolić straż graniczną?",
    ],
)
def test_question_in_another_language_is_read(reader: PairReader, question: str) -> None:
    answer, other = reader.read(question, SENTENCES).tolist()
    assert answer > other + 1.0


def test_reading_does_not_depend_on_the_other_sentences(reader: PairReader) -> None:
    together = reader.read("Who will train the border guards?", SENTENCES)
    alone = [reader.read("Who will train the border guards?", [text])[0] for text in SENTENCES]
    assert together == pytest.approx(alone, abs=0.3)
    assert len(reader.read("Who?", [])) == 0


def test_reader_shares_the_embeddings_and_leaves_the_encoder_as_it_is(
    default_model: SentenceTransformerEmbedder, reader: PairReader
) -> None:
    model, encoder = reader._loaded[0], default_model.transformer
    assert model.embeddings is encoder.embeddings
    before = encoder.state_dict()["encoder.layer.0.output.dense.weight"].clone()
    own = PairReader(default_model)._loaded[0].state_dict()["encoder.layer.0.output.dense.weight"]
    assert not own.equal(before)
    assert encoder.state_dict()["encoder.layer.0.output.dense.weight"].equal(before)


def test_other_models_have_the_reader_of_the_default_one(tmp_path: Path) -> None:
    beside = reader_beside(SentenceTransformerEmbedder("all-MiniLM-L6-v2"), tmp_path)
    assert beside is not None
    assert beside._encoder.model == SentenceTransformerEmbedder().model
    assert reader_beside(FakeEmbedder()) is None
