"""Splits a message into claims, and asks what the releases say of each."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from corpus import QuestionError, Release
from index.answering.amounts import Words
from index.answering.differences import differences
from index.answering.novelty import content
from index.answering.question import MAX_QUESTION_CHARS, readable
from index.answering.slots import further_differences
from index.results import Answer, Quote
from index.text.detection import language_of
from index.text.sentences import sentences
from index.text.terms import content_words

MAX_CLAIMS = 5
_MIN_WORDS = 3


class Verdict(StrEnum):
    """What the releases say to a claim. None of these says whether it is true."""

    SAY = "say"
    SAY_OTHERWISE = "say otherwise"
    DO_NOT_SAY = "do not say"


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim, the answer that the releases give to it, and the quote that bears most on it.

    ``differing`` is what the claim says of figures, dates, names and directions, and ``instead`` what the evidence
    says, where that is not the same.
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
    code = language_of(text)
    for span in sentences(text, code):
        if len(content_words(text[span.start : span.end], code)) >= _MIN_WORDS:
            questions.append(readable(text[span.start : span.end][:MAX_QUESTION_CHARS]))
    if not questions:
        raise QuestionError("The message claims nothing that could be looked up.")
    return questions[:MAX_CLAIMS]


def check(text: str, ask: Callable[[str], Answer], release_of: Callable[[str], Release | None]) -> tuple[Checked, ...]:
    """Return what the releases say to each claim of a text.

    :param ask: answers a question.
    :param release_of: returns the release with an id.
    :raises QuestionError: when the text claims nothing.
    """
    return tuple(_checked(claim, ask(claim), release_of) for claim in claims(text))


def _checked(claim: str, answer: Answer, release_of: Callable[[str], Release | None]) -> Checked:
    if not answer.answered:
        return Checked(claim, answer, Verdict.DO_NOT_SAY)
    code = language_of(claim)
    said = content(claim, code)
    # The quote with most words of the claim bears most on it; of equally good ones, that which answers it best.
    evidence = max(answer.quotes, key=lambda quote: len(said & content(quote.shown, code)))
    release = release_of(evidence.release_id)
    assert release is not None
    verdict, claimed, quoted = compare(claim, code, evidence.shown, release)
    return Checked(claim, answer, verdict, evidence, claimed, quoted)


def compare(claim: str, code: str, quote: str, release: Release) -> tuple[Verdict, Words, Words]:
    """Hold a claim in a language against a quote of a release that bears on it.

    Return what the quote says to it, and, where that is otherwise, what differs: in the claim, and in the quote.
    """
    differ = differences(claim, code, quote, release)
    pairs = [(differ.claimed, differ.quoted), *further_differences(claim, code, quote, release)]
    claimed, quoted = (_each_once([each for pair in pairs for each in pair[side]]) for side in (0, 1))
    if claimed:
        return Verdict.SAY_OTHERWISE, claimed, quoted
    return Verdict.DO_NOT_SAY if differ.missing else Verdict.SAY, (), ()


def _each_once(words: Sequence[str]) -> tuple[str, ...]:
    """Return words in order, each once; a figure is left out where it stands in a date or a name among them."""
    return tuple(
        word
        for word in dict.fromkeys(words)
        if not any(word != other and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", other) for other in words)
    )
