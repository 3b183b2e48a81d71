"""Reads "The ECB raised rates, right?" and "Is it true that the ECB raised rates?" as claims of what they state."""

import re
from dataclasses import dataclass
from functools import cache

from index.text.languages import fold, fold_pattern, folded_pattern, language

_END = " \t?!.;…,:-–—¿¡"


@dataclass(frozen=True, slots=True)
class Stated:
    """What a question states, as a question: ``text``. ``claims`` tells whether it asks to confirm that."""

    text: str
    claims: bool


def stated(question: str, code: str) -> Stated:
    """Take out of a question in a language what asks to confirm the rest of it."""
    text = _without_opening(_without_tag(question, code), code)
    if text == question:
        return Stated(question, claims=False)
    asks = folded_pattern(language(code).question_words).match(fold(text))
    return Stated(f"{text[:1].upper()}{text[1:]}?", claims=asks is None)


def _without_tag(question: str, code: str) -> str:
    match = _tag(code).search(fold(question))
    if match is None:
        return question
    before = question[: match.start()].rstrip(_END)
    # Without punctuation before it, "right" may belong to a question: "Who has the voting right?"
    known = language(code)
    separate = bool(match["sign"].strip()) or not folded_pattern(known.question_words, known.yes_no).search(
        fold(before)
    )
    return before if separate and len(before.split()) > 1 else question


def _without_opening(text: str, code: str) -> str:
    match = _opening(code).match(fold(text).replace(",", " "))
    rest = text[match.end() :].strip(_END) if match else ""
    return rest if len(rest.split()) > 1 else text


@cache
def _tag(code: str) -> re.Pattern[str]:
    """Return what finds a tag at the end of folded text, with the punctuation before it."""
    tag = fold_pattern(language(code).demands["tag"])
    return re.compile(rf"(?P<sign>[\s,.;:?!¿¡–—]+)(?:{tag})[\s?!.;…]*$")


@cache
def _opening(code: str) -> re.Pattern[str]:
    return re.compile(rf"[\s¿¡]*(?:{fold_pattern(language(code).demands['confirm'])})(?!\w)[\s,:]*")
