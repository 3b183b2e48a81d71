"""Confidence holds with the other models that README names, and is stricter with one that was never measured."""

from pathlib import Path

import pytest

from index.answering.weights import shipped_weights
from index.encoders.embedder import SentenceTransformerEmbedder
from index.encoders.model_files import DEFAULT_MODEL, MINILM
from index.encoders.unpacked import PLAIN
from index.engine import Engine
from index.filters import Filters
from index.maintenance import build_all
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, silent

pytestmark = pytest.mark.usefixtures("models_end")
ANSWERED = (
    "Which agency will train border control units?",
    "How will the EU disrupt smugglers' online communications?",
)
REFUSED = (
    "What is the budget of Frontex?",
    "How do I bake sourdough bread?",
    "What is the capital of Australia?",
    "Who won the football world cup in 2018?",
)


@pytest.mark.parametrize("model", [MINILM, PLAIN])
def test_measured_model_answers_what_is_there_and_nothing_else(model: str, tmp_path: Path) -> None:
    settings, embedder = IndexSettings(data_dir=tmp_path / "data", model=model), SentenceTransformerEmbedder(model)
    build_all(settings, embedder, silent)
    with Engine(settings, embedder) as engine:
        answered = [question for question in ANSWERED + REFUSED if engine.answer(question, Filters()).answered]
    assert answered == list(ANSWERED)


def test_model_that_was_never_measured_is_named_and_answers_as_the_strictest(
    caplog: pytest.LogCaptureFixture, settings: IndexSettings, embedder: FakeEmbedder
) -> None:
    weights = shipped_weights()
    with Engine(settings, embedder) as engine:
        assert engine.threshold == max(weights.threshold, *weights.measured.values())
    assert caplog.messages == [
        "How sure answers are was never measured with the model fake: a question counts as answered from a confidence "
        f"of {engine.threshold:.2f} on, as with the measured model that needs most."
    ]


@pytest.mark.parametrize("model", [DEFAULT_MODEL, MINILM, PLAIN])
def test_measured_model_has_its_own_threshold(
    model: str, caplog: pytest.LogCaptureFixture, settings: IndexSettings
) -> None:
    weights = shipped_weights()
    with Engine(settings, SentenceTransformerEmbedder(model)) as engine:
        assert engine.threshold == weights.measured.get(model, weights.threshold)
    assert caplog.messages == []


def test_threshold_that_a_person_chose_needs_no_word(
    caplog: pytest.LogCaptureFixture, settings: IndexSettings, embedder: FakeEmbedder
) -> None:
    with Engine(settings.model_copy(update={"threshold": 0.2}), embedder) as engine:
        assert engine.threshold == 0.2
    assert caplog.messages == []
