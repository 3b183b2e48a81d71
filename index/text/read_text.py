"""A text in a language with what several parts of the program read from it, so that each of these is read once."""

import re
from dataclasses import dataclass

from index.text.languages import fold, language
from index.text.terms import words
from index.text.times import Named, moments

_SIGNS = re.compile(r"[^\w%]")


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text, the ISO 639-1 code of its language, and what was read from it.

    ``folded`` is as `fold` gives it, ``plain`` the same with one space between words and without signs. ``words``,
    ``content_words`` and ``moments`` are as the functions of these names give them.
    """

    text: str
    code: str
    folded: str
    plain: str
    words: tuple[str, ...]
    content_words: tuple[str, ...]
    moments: tuple[Named, ...]


def read_text(text: str, code: str) -> ReadText:
    """Read a text in a language."""
    folded, spoken = fold(text), words(text, code)
    telling = tuple(word for word in spoken if word not in language(code).stop_words)
    return ReadText(text, code, folded, plain(folded), tuple(spoken), telling, moments(text, code))


def plain(folded: str) -> str:
    """Return a folded text with one space between its words, and without signs but "%"."""
    return " ".join(_SIGNS.sub(" ", folded).split())
