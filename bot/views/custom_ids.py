"""What buttons, menus and windows carry: an action, and all that it needs to work after a restart and a re-index.

A custom id has at most 100 characters, as ``b:context:<answer>:<quote number>:<release>:<start>:<end>:<digest>``. It
never holds a row number, because those change with every build. Answer ids have at most 16 characters, release ids at
most 48; offsets are written in base 36, so that those of the largest release that is accepted (20 MB) fit.
"""

from dataclasses import dataclass

import numpy as np

from index import span_digest

BUTTON = r"b:(?P<action>[a-z]+)(?::(?P<rest>.*))?"
WINDOW = r"w:(?P<action>[a-z]+)(?::(?P<rest>.*))?"
SHORT_LIVED = "t:"  # begins the custom id of a window that does not outlive a restart
MENU = r"m:(?P<action>[a-z]+)(?::(?P<rest>.*))?"
QUERY_CHARS = 70


@dataclass(frozen=True, slots=True)
class Place:
    """A quote of an answer: its number, its span, and the digest of its words."""

    answer_id: str
    number: int
    release_id: str
    start: int
    end: int
    digest: str

    @classmethod
    def with_text(cls, answer_id: str, number: int, release_id: str, start: int, end: int, text: str) -> "Place":
        """Return the place of a quote with this text, by its digest."""
        return cls(answer_id, number, release_id, start, end, span_digest(text))

    def custom_id(self, action: str = "context") -> str:
        """Return the custom id of a button that shows the quote with its context."""
        fields = (self.answer_id, self.number, self.release_id, _short(self.start), _short(self.end), self.digest)
        return button(action, *fields)

    @classmethod
    def from_rest(cls, rest: str) -> "Place":
        """Read a place from the rest of a custom id.

        :raises ValueError: when it holds no place.
        """
        answer_id, number, release_id, start, end, digest = rest.split(":")
        return cls(answer_id, int(number), release_id, int(start, 36), int(end, 36), digest)


def _short(number: int) -> str:
    return np.base_repr(number, 36).lower()


def button(action: str, *fields: object) -> str:
    """Return the custom id of a button."""
    return ":".join(("b", action, *map(str, fields)))


def menu(action: str, *fields: object) -> str:
    """Return the custom id of a menu."""
    return ":".join(("m", action, *map(str, fields)))


def window(action: str, *fields: object) -> str:
    """Return the custom id of a window that asks for a text."""
    return ":".join(("w", action, *map(str, fields)))
