"""Cosines are put in units in which models agree on what is far and what is near."""

import numpy as np
import pytest

from index.encoders.background import Background, background_of
from index.encoders.embedder import SentenceTransformerEmbedder
from tests.fakes import FakeEmbedder

PAIR = ("Which city is the seat of the bank?", "News of the bank. The bank has its seat in Frankfurt.")
ELSEWHERE = "Fishing quotas. Fishing for cod is forbidden until the end of the year."


@pytest.mark.parametrize("model", ["", "multilingual-e5-small", "all-MiniLM-L6-v2"])
def test_every_model_puts_an_answer_near_one_and_another_subject_near_zero(model: str) -> None:
    embedder = SentenceTransformerEmbedder(model)
    background = background_of(embedder)
    question = embedder.encode_query(PAIR[0])
    near, far = background.units(embedder.encode_document([PAIR[1], ELSEWHERE], lambda _: None) @ question)
    assert 0.6 < near < 1.4
    assert -0.5 < far < 0.35


def test_units_are_a_line_through_what_was_measured() -> None:
    background = Background(unrelated=0.6, related=0.8)
    assert background.units(np.array([0.6, 0.7, 0.8], np.float32)) == pytest.approx([0.0, 0.5, 1.0], abs=1e-6)
    flat = Background(unrelated=0.6, related=0.6)
    assert np.isfinite(flat.units(np.array([0.9], np.float32))).all()


def test_a_model_is_measured_once() -> None:
    embedder = FakeEmbedder()
    embedder.digest = "ab" * 32
    first, embedded = background_of(embedder), embedder.embedded
    assert background_of(embedder) is first
    assert embedder.embedded == embedded == 32
