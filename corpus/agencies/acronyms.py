"""Acronyms in brackets, and the words before them that they stand for: "Emissions Trading System (ETS)"."""

import re
from dataclasses import dataclass

# The words that an acronym stands for are searched this far back. Two names of the registry are longer.
_WINDOW_CHARS = 120
_OPENING_CHARS = 8
_OPENING = re.compile(r"(?:['’]s)?\s*\(\s*[\"“‘']?$")
_CLOSING = re.compile(r"[\"”’']?\s*\)")
_SENTENCE_END = re.compile(r"[.!?;:]\s|\n\s*\n|[()]")
_COMMON_WORDS = frozenset("a an and eu european for in of on the to union".split())


@dataclass(frozen=True, slots=True)
class Brackets:
    """Brackets that open immediately before a name."""

    before: int
    """Offset where the words before the brackets end."""
    alone: bool
    """Whether the brackets hold only the name."""
    after: int
    """Offset where the brackets end, or where the name ends when the brackets hold more."""


def brackets(text: str, start: int, end: int) -> Brackets | None:
    """Return the brackets around ``text[start:end]``, or None when no bracket opens immediately before it."""
    opening = _OPENING.search(text, max(0, start - _OPENING_CHARS), start)
    if opening is None:
        return None
    closing = _CLOSING.match(text, end)
    return Brackets(opening.start(), closing is not None, end if closing is None else closing.end())


def long_form(acronym: str, text: str, end: int) -> str | None:
    """Return the words before an offset that an acronym is made from, in lower case, or None.

    The letters are matched from the last to the first. The first letter must begin a word, and there are at most
    two words for each letter (after Schwartz and Hearst, "A simple algorithm for identifying abbreviation
    definitions in biomedical text", 2003).
    """
    window = _SENTENCE_END.split(text[max(0, end - _WINDOW_CHARS) : end])[-1]
    letters = [char.lower() for char in acronym if char.isalnum()]
    lowered, offset = window.lower(), len(window)
    for position, letter in reversed(tuple(enumerate(letters))):
        offset = lowered.rfind(letter, 0, offset)
        while position == 0 and offset > 0 and lowered[offset - 1].isalnum():
            offset = lowered.rfind(letter, 0, offset)
        if offset < 0:
            return None
    words = lowered[offset:]
    return words if len(words.split()) <= 2 * len(letters) and len(words) > len(acronym) else None


def content_words(name: str) -> frozenset[str]:
    """Return the words that distinguish a name from other names, in lower case."""
    return frozenset(re.findall(r"\w+", name.lower())) - _COMMON_WORDS
