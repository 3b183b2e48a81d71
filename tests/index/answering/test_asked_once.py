"""What the text of a question or of a sentence costs is paid once, however many ask for it."""

import datetime

import pytest

from index.conversation.collection import read_collection_question
from index.conversation.kinds import message_kind
from index.engine import Engine
from index.filters import Filters
from tests.bench.path import profiled

# What reads a text letter by letter, or by a model or an automaton.
SHORT = 20  # characters; what stands before a name in a sentence is not remembered
READERS = {
    "_words", "_fold_again", "_language_of", "_probabilities", "moments", "readable", "Scanner.mentions", "web_url",
    "wants_yes_or_no", "polarity", "Table.respelled", "content",
}  # fmt: skip


@pytest.mark.parametrize(
    "question",
    [
        "Which bodies shall train border guards?",
        "Will liaison officers not be sent to other countries?",
        "Wann hat der Rat die Maßnahmen gegen Schleuser beschlossen?",
    ],
)
def test_nothing_reads_a_text_twice(question: str, served_by_default_model: Engine) -> None:
    with profiled() as crossed, crossed.watching():
        assert read_collection_question(question, datetime.date(2024, 5, 6), message_kind(question)) is None
        served_by_default_model.answer(question, Filters())
    read = {key: count for key, count in crossed.texts.items() if key[1] in READERS and len(key[2]) > SHORT}
    assert len({name for _, name, _ in read}) > 4, "they are still called by these names"
    assert {key: count for key, count in read.items() if count > 1} == {}
