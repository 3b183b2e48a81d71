"""The one gate between what others wrote and a terminal, a pipe or a log: it shows as it reads, and steers nothing.

A title, an address or the name of a file may hold escape sequences (C0 and C1), marks that turn the direction of a
line, and line ends that begin a line in the program's own name. A control character shows as �, what is invisible is
left out; JSON keeps all of it, escaped.
"""

import json
import logging
import re
import unicodedata
from collections.abc import Callable

_STEERS = {"Cc", "Cs", "Co", "Cn"}  # controls, halves of pairs, and what no terminal knows the width of
_INVISIBLE = {"Cf"}  # direction, joiners, tags, soft hyphens
_LINE_ENDS = "\n\r\u2028\u2029"
# What of a JSON document is not plain to see; its own syntax is ASCII, so that this is always within a string.
_HIDDEN = re.compile(r"[^\n\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u0377\u0400-\u0482\u2010-\u2027\u20a0-\u20bf]")


def line(text: str) -> str:
    """Return a text as one line."""
    return text.translate(_ON_A_LINE)


def lines(text: str) -> str:
    """Return a text with its lines."""
    return text.replace("\r\n", "\n").translate(_ON_LINES)


def as_json(document: object, indent: int | None = None) -> str:
    """Return a document as JSON in which only what can be seen stands as it is."""
    return _HIDDEN.sub(_escaped, json.dumps(document, ensure_ascii=False, indent=indent))


class LogFormatter(logging.Formatter):
    """Writes an event as one line, with its traceback, set in, below it."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return line(super().formatMessage(record))

    def formatException(self, ei: object) -> str:
        """Return the traceback; set in, so that no line of an error's text looks like an event."""
        text = super().formatException(ei)  # type: ignore[arg-type]  # logging's own type is not public
        return "\n".join(f"  {each}" for each in lines(text).split("\n"))


def log_to_stderr(level: int, formatter: logging.Formatter, *, force: bool = False) -> logging.Handler:
    """Let all that is logged pass a formatter of the gate, the warnings of libraries too; return what writes it.

    :param force: whether it takes the place of what was set up before.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=force)
    logging.captureWarnings(capture=True)
    return handler


def _escaped(found: re.Match[str]) -> str:
    char = found[0]
    if unicodedata.category(char) not in _STEERS | _INVISIBLE and char not in _LINE_ENDS:
        return char
    return json.dumps(char)[1:-1] if ord(char) > 0x7F else f"\\u{ord(char):04x}"


class _Shown(dict[int, str]):
    """What is shown of code points, found out as they come."""

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
    return "" if category in _INVISIBLE else "\N{REPLACEMENT CHARACTER}" if category in _STEERS else char


_ON_LINES = _Shown(_on_lines)
_ON_A_LINE = _Shown(lambda char: " " if char in "\n\t" + _LINE_ENDS else _on_lines(char))
