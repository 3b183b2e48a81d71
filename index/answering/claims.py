"""Splits a message into claims, and asks what the releases say of each."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from corpus import QuestionError
from index.answering.question import MAX_QUESTION_CHARS, STOP_WORDS, readable
from index.results import Answer, Quote
from index.text.sentences import sentences
from index.text.terms import stem, words

MAX_CLAIMS = 5
_MIN_WORDS = 3
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_YEAR = re.compile(r"(?:19|20)\d\d")


class Verdict(StrEnum):
    """What the releases say to a claim. None of these says whether it is true."""

    SAY = "say"
    SAY_OTHERWISE = "say otherwise"
    DO_NOT_SAY = "do not say"


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim, the answer that the releases give to it, and the quote that bears most on it.

    ``differing`` are the figures of the claim, and ``instead`` those of the evidence, where they are not the same.
    """

    claim: str
    answer: Answer
    verdict: Verdict
    evidence: Quote | None = None
    differing: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()


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
    """Return what the releases say to each claim of a text.

    :param ask: answers a question.
    :raises QuestionError: when the text claims nothing.
    """
    return tuple(_checked(claim, ask(claim)) for claim in claims(text))


def _checked(claim: str, answer: Answer) -> Checked:
    if not answer.answered:
        return Checked(claim, answer, Verdict.DO_NOT_SAY)
    said = _content(claim)
    # The quote with most words of the claim bears most on it; of equally good ones, that which answers it best.
    evidence = max(answer.quotes, key=lambda quote: len(said & _content(quote.shown)))
    own, theirs = _figures(claim), _figures(evidence.shown)
    dated = {source.date[:4] for source in answer.sources if source.release_id == evidence.release_id}
    missing = [figure for figure in own if figure not in theirs and figure not in dated]
    instead = [figure for figure in theirs if figure not in own]
    # A year contradicts a year, and an amount an amount.
    kinds = {_is_year(figure) for figure in missing} & {_is_year(figure) for figure in instead}
    if kinds:
        differing, found = (tuple(each for each in side if _is_year(each) in kinds) for side in (missing, instead))
        return Checked(claim, answer, Verdict.SAY_OTHERWISE, evidence, differing, found)
    return Checked(claim, answer, Verdict.DO_NOT_SAY if missing else Verdict.SAY, evidence)


def _is_year(figure: str) -> bool:
    return _YEAR.fullmatch(figure) is not None


def _content(text: str) -> set[str]:
    return {stem(word) for word in words(text) if word not in STOP_WORDS}


def _figures(text: str) -> tuple[str, ...]:
    """Return the numbers of a text in order, each once."""
    return tuple(dict.fromkeys(word for word in words(text) if _FIGURE.fullmatch(word)))
