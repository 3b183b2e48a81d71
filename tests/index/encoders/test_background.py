"""Cosines are put in units in which models agree on what is far and what is near."""

import numpy as np
import pytest

from index.encoders.background import Background, background_of
from tests.fakes import FakeEmbedder


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
