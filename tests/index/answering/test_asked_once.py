"""What the text of a question or of a sentence costs is paid once, however many ask for it."""

import datetime

import pytest

from index.conversation.collection import read_collection_question
from index.conversation.kinds import message_kind
from index.engine import Engine
from index.filters import Filters
from tests.bench.path import LOOK_UPS, Crossed, profiled

SHORT = 20  # characters; what stands before a name in a sentence is not remembered
MOST_HANDING = 17  # and eight of bot/
# What reads a text letter by letter, or by a model or an automaton.
READERS = {
    "_words", "_fold_again", "_language_of", "_probabilities", "moments", "readable", "Scanner.mentions", "web_url",
    "wants_yes_or_no", "polarity", "Table.respelled", "content",
}  # fmt: skip


QUESTIONS = [
    "Which bodies shall train border guards?",
    "Will liaison officers not be sent to other countries?",
    "Wann hat der Rat die Maßnahmen gegen Schleuser beschlossen?",
]


@pytest.fixture(scope="module", params=QUESTIONS)
def crossed(request: pytest.FixtureRequest, served_by_default_model: Engine) -> Crossed:
    """What was called to read a message and to answer it."""
    question: str = request.param
    with profiled(question) as crossed, crossed.watching():
        kind = message_kind(question)
        assert read_collection_question(question, datetime.date(2024, 5, 6), kind) is None
        served_by_default_model.answer(question, Filters())
    return crossed


def test_nothing_reads_a_text_twice(crossed: Crossed) -> None:
    read = {
        key: count for key, count in crossed.texts.items() if key[1] in READERS and len(key[2].split(" | ")[0]) > SHORT
    }
    assert len({name for _, name, _ in read}) > 4, "they are still called by these names"
    assert {key: count for key, count in read.items() if count > 1} == {}


def test_nothing_is_asked_of_the_question_twice(crossed: Crossed) -> None:
    of_question = {key: count for key, count in crossed.texts.items() if crossed.question in key[2]}
    assert len(of_question) > 9, "the question is still handed on as it is written"
    assert {key: count for key, count in of_question.items() if count > 1} == {}


def test_few_modules_hand_the_question_on(crossed: Crossed) -> None:
    handing = {module for module in crossed.handing if module.startswith(("index", "corpus"))}
    assert "index/answering/question.py" in handing
    assert len(handing) <= MOST_HANDING, sorted(handing)
    assert crossed.round_trips == []


def test_what_looks_up_is_still_called_so(crossed: Crossed) -> None:
    assert {name for _, name in crossed.calls} >= LOOK_UPS
