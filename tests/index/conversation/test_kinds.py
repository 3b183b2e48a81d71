"""What kind a message is: small talk and questions about the collection in all interface languages, and no others."""

import datetime
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.conversation.collection import read_collection_question
from index.conversation.kinds import SHAPES, SMALL_TALK, MessageKind, message_kind
from index.conversation.phrases import tables
from index.text.languages import LANGUAGES
from tests.conftest import SHARED

TODAY = datetime.date(2026, 11, 25)
PHRASES = tomllib.loads(Path(__file__).with_name("phrases.toml").read_text("utf-8"))
HELD_OUT = 0.95
FOLDERS = ("gold", "translated", "train", "train.translated")
# Of the off-topic questions, these are small talk.
REALLY_SMALL_TALK = {
    "hello bot",
    "thanks!",
    "good morning everyone",
    "are you a human",
    "good morning everyone, how's it going today",
}


def kind_of(text: str) -> MessageKind:
    """Return the kind as the bot tells it: a whole question about the collection is no small talk."""
    question = read_collection_question(text, TODAY)
    return question.kind if question is not None else message_kind(text)


def phrases(*, held_out: bool) -> Iterator[tuple[str, str, str]]:
    """Yield language, kind and text; every third of a list is held out."""
    for language, kinds in PHRASES.items():
        for kind, texts in kinds.items():
            for number, text in enumerate(texts, 1):
                if (number % 3 == 0) == held_out:
                    yield language, "question" if kind == "questions" else kind, text


@pytest.mark.parametrize("language", [*LANGUAGES, "question"])
def test_kind_of_what_the_tables_were_made_for(language: str) -> None:
    wrong = [
        (text, wanted, kind_of(text).value)
        for spoken_in, wanted, text in phrases(held_out=False)
        if spoken_in == language and kind_of(text) != wanted
    ]
    assert wrong == []


def test_kind_of_what_was_held_out() -> None:
    right = [kind_of(text) == wanted for _, wanted, text in phrases(held_out=True)]
    assert sum(right) / len(right) >= HELD_OUT, f"{sum(right)} of {len(right)}"


def test_tables_of_all_languages_have_the_same_parts() -> None:
    first, *others = tables()
    for table in others:
        assert table.words.keys() == first.words.keys()
        assert table.pieces.keys() == first.pieces.keys()
        assert table.shapes.keys() == first.shapes.keys() == {kind.value for kind in SHAPES}
        assert table.follow_up.keys() == first.follow_up.keys()


@pytest.mark.skipif(not SHARED.exists(), reason="the shared questions are not at hand")
@pytest.mark.parametrize("name", FOLDERS)
def test_no_question_on_releases_is_taken_for_anything_else(name: str) -> None:
    lines = (SHARED / "eval" / f"{name}.jsonl").read_text("utf-8").splitlines()
    questions = [str(json.loads(line)["question"]) for line in lines]
    assert [text for text in questions if kind_of(text) is not MessageKind.QUESTION] == []


@pytest.mark.parametrize("name", ["off_topic", "off_topic_unseen"])
def test_of_the_questions_off_topic_only_small_talk_is_small_talk(name: str) -> None:
    lines = (Path(__file__).parents[2] / "eval" / f"{name}.jsonl").read_text("utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    texts = [str(record.get("question") or record["text"]) for record in records]
    assert {text for text in texts if kind_of(text) is not MessageKind.QUESTION} <= REALLY_SMALL_TALK


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("thx m8", MessageKind.THANKS),
        ("mrc bcp", MessageKind.THANKS),
        ("grz mille", MessageKind.THANKS),
        ("obg!!", MessageKind.THANKS),
        ("bjr", MessageKind.GREETING),
        ("hola q tal", MessageKind.GREETING),
        ("gm all ☀️", MessageKind.GREETING),
        ("what r u", MessageKind.HELP),
        ("wat can u do", MessageKind.HELP),
        ("thats wrong lol", MessageKind.BLAME),
        ("u r wrong", MessageKind.BLAME),
        ("c faux", MessageKind.BLAME),
        ("nope thats fake newz", MessageKind.BLAME),
        ("u sure?", MessageKind.DOUBT),
        ("czy to prawda", MessageKind.DOUBT),
        ("este asta adevărat", MessageKind.DOUBT),
        ("ali je to res", MessageKind.DOUBT),
        ("вярно ли е", MessageKind.DOUBT),
        ("test 123", MessageKind.NOTHING),
        ("whats this about", MessageKind.ABOUT),
        ("c'était quand ?", MessageKind.WHEN),
    ],
)
def test_what_is_written_in_haste_is_read_as_it_is_meant(text: str, kind: MessageKind) -> None:
    assert message_kind(text) is kind


@pytest.mark.parametrize(
    "text", ["Tell me a joke", "what does c stand for", "n 5 rockets were sent", "Will Europol lol?", "5 wrong visas"]
)
def test_words_of_haste_and_laughter_make_no_small_talk_of_a_question(text: str) -> None:
    assert message_kind(text) is MessageKind.QUESTION


@pytest.mark.parametrize("text", ["", "…", "https://x.eu", "<https://x.eu> <https://y.eu>", "<:cat:123>", "24.12.2018"])
def test_what_has_no_words_is_nothing(text: str) -> None:
    assert message_kind(text) is MessageKind.NOTHING


@pytest.mark.parametrize("text", ["Thanks! What will Europol do?", "Hallo, was macht Frontex?", "ok, and CEPOL?"])
def test_courtesy_before_a_question_leaves_it_a_question(text: str) -> None:
    assert message_kind(text) is MessageKind.QUESTION


@pytest.mark.parametrize("text", ["good " * 300, "thanks and " * 7 + "thanks", "is this " * 8])
def test_long_messages_of_known_words_are_read_at_once(text: str) -> None:
    assert message_kind(text) in {*SMALL_TALK, MessageKind.QUESTION, MessageKind.DOUBT}
