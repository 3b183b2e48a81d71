"""Splits a message into claims, and asks what the releases say of each."""

from collections.abc import Callable
from dataclasses import dataclass

from corpus import QuestionError
from index.answering.question import MAX_QUESTION_CHARS, STOP_WORDS, readable
from index.results import Answer
from index.text.sentences import sentences
from index.text.terms import words

MAX_CLAIMS = 5
_MIN_WORDS = 3


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim, and the answer that the releases give to it."""

    claim: str
    answer: Answer


def claims(text: str) -> list[str]:
    """Return the first sentences of a text that claim something, as readable questions.

    :raises QuestionError: when there is none.
    """
    questions = []
    for span in sentences(text, "en"):
        content = [word for word in words(text[span.start : span.end]) if word not in STOP_WORDS]
        if len(content) >= _MIN_WORDS:
            questions.append(readable(text[span.start : span.end][:MAX_QUESTION_CHARS]))
    if not questions:
        raise QuestionError("The message claims nothing that could be looked up.")
    return questions[:MAX_CLAIMS]


def check(text: str, ask: Callable[[str], Answer]) -> tuple[Checked, ...]:
    """Return the claims of a text to which the releases say something.

    :param ask: answers a question.
    :raises QuestionError: when the text claims nothing.
    """
    asked = (Checked(claim, ask(claim)) for claim in claims(text))
    return tuple(checked for checked in asked if checked.answer.answered)
