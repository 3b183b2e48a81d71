"""Makes text from others safe to print to a terminal, a pipe or a log, so that it cannot control the terminal.

A title, an address or a file name may hold escape sequences (C0 and C1), marks that change the direction of a line, and
line ends that begin a line which looks like the program's own. A control character is shown as �, and an invisible
character is left out. JSON keeps both, escaped.
"""

import json
import re
import unicodedata
from collections.abc import Callable

_UNSAFE = {"Cc", "Cs", "Co", "Cn"}  # Controls, surrogates, and characters whose width no terminal knows.
_INVISIBLE = {"Cf"}  # Marks of direction, joiners, tags, soft hyphens.
_LINE_ENDS = "\n\r\u2028\u2029"
# Characters of a JSON document that may be invisible or unsafe. They are always inside a string: the syntax is ASCII.
_HIDDEN = re.compile(r"[^\n\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u0377\u0400-\u0482\u2010-\u2027\u20a0-\u20bf]")


def line(text: str) -> str:
    """Return a text as one safe line."""
    return text.translate(_ON_A_LINE)


def lines(text: str) -> str:
    """Return a safe text that keeps its line ends."""
    return text.replace("\r\n", "\n").translate(_ON_LINES)


def as_json(document: object, indent: int | None = None) -> str:
    """Return a document as JSON in which only visible characters are unescaped."""
    return _HIDDEN.sub(_escaped, json.dumps(document, ensure_ascii=False, indent=indent))


def _escaped(match: re.Match[str]) -> str:
    char = match[0]
    if unicodedata.category(char) not in _UNSAFE | _INVISIBLE and char not in _LINE_ENDS:
        return char
    return json.dumps(char)[1:-1] if ord(char) > 0x7F else f"\\u{ord(char):04x}"


class _Shown(dict[int, str]):
    """A table for `str.translate` that computes what is shown for a code point when it is first needed."""

    def __init__(self, shown: Callable[[str], str]) -> None:
        self._shown = shown
        super().__init__({code: shown(chr(code)) for code in range(0x530)})

    def __missing__(self, code: int) -> str:
        return self._shown(chr(code))


def _on_lines(char: str) -> str:
    if char in "\n\t":
        return char
    if char in _LINE_ENDS:
        return "\n"
    category = unicodedata.category(char)
    return "" if category in _INVISIBLE else "\N{REPLACEMENT CHARACTER}" if category in _UNSAFE else char


_ON_LINES = _Shown(_on_lines)
_ON_A_LINE = _Shown(lambda char: " " if char in "\n\t" + _LINE_ENDS else _on_lines(char))
