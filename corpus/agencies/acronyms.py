"""What a text gives an acronym in brackets for: "Emissions Trading System (ETS)"."""

import re
from dataclasses import dataclass

# How far back the words that an acronym stands for are looked for: two names of the registry are longer.
_WINDOW_CHARS = 120
_OPENING_CHARS = 8
_OPENING = re.compile(r"(?:['’]s)?\s*\(\s*[\"“‘']?$")
_CLOSING = re.compile(r"[\"”’']?\s*\)")
_SENTENCE_END = re.compile(r"[.!?;:]\s|\n\s*\n|[()]")
_COMMON_WORDS = frozenset("a an and eu european for in of on the to union".split())


@dataclass(frozen=True, slots=True)
class Brackets:
    """Brackets that open right before a name."""

    before: int
    """Where the words before them end."""
    alone: bool
    """Whether they hold nothing but the name."""
    after: int
    """Where the brackets end; the name's end where they hold more."""


def brackets(text: str, start: int, end: int) -> Brackets | None:
    """Return the brackets around ``text[start:end]``, or None where none open right before it."""
    opening = _OPENING.search(text, max(0, start - _OPENING_CHARS), start)
    if opening is None:
        return None
    closing = _CLOSING.match(text, end)
    return Brackets(opening.start(), closing is not None, end if closing is None else closing.end())


def long_form(acronym: str, text: str, end: int) -> str | None:
    """Return the words before an offset whose letters an acronym is made of, in lower case, or None.

    The letters are looked for from the last to the first, the first must begin a word, and there are no more
    than two words a letter (after Schwartz and Hearst, "A simple algorithm for identifying abbreviation
    definitions in biomedical text", 2003).
    """
    window = _SENTENCE_END.split(text[max(0, end - _WINDOW_CHARS) : end])[-1]
    letters = [char.lower() for char in acronym if char.isalnum()]
    lowered, at = window.lower(), len(window)
    for position, letter in reversed(tuple(enumerate(letters))):
        at = lowered.rfind(letter, 0, at)
        while position == 0 and at > 0 and lowered[at - 1].isalnum():
            at = lowered.rfind(letter, 0, at)
        if at < 0:
            return None
    words = lowered[at:]
    return words if len(words.split()) <= 2 * len(letters) and len(words) > len(acronym) else None


def content_words(name: str) -> frozenset[str]:
    """Return the words of a name that tell it from others."""
    return frozenset(re.findall(r"\w+", name.lower())) - _COMMON_WORDS
