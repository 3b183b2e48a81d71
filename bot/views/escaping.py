"""Text that others wrote, escaped so that Discord shows it as it reads and nothing in it has an effect.

`discord.utils.escape_markdown` leaves mentions, timestamps, command links, guild links and numbered lists live, so
every character that can begin markup is escaped here, and invisible and direction-changing ones are taken out. A
character that is harmless then, as a bracket after a "]" or most colons, stays, so that a copied text is readable.
"""

import re
import unicodedata

_MARKUP = re.compile(r"[\\*_~`|<>\[\]@]|:(?=//|[^\s:]+:)")
_LINE_START = re.compile(r"^([ \t]*)(#{1,6}|-#?|\+)(?=\s|$)", re.MULTILINE)
_NUMBER = re.compile(r"^([ \t]*\d+)([.)])(?=\s|$)", re.MULTILINE)
_NOT_SHOWN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_INVISIBLE_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f")


def escape(text: str) -> str:
    """Return a text that Discord shows as it reads, line ends kept; an address in it is no link."""
    shown = _MARKUP.sub(_behind_a_backslash, text.translate(_ON_A_LINE))
    shown = _LINE_START.sub(r"\1\\\2", shown)
    return _NUMBER.sub(r"\1\\\2", shown)


def _behind_a_backslash(markup: re.Match[str]) -> str:
    """Return markup, escaped. This takes a third of the time that a template with a group takes."""
    return "\\" + markup[0]


def plain(text: str, limit: int) -> str:
    """Return a text on one line, escaped, of at most `limit` characters before escaping; "…" where it was longer."""
    return escape(label(text, limit))


def label(text: str, limit: int) -> str:
    """Return a text for a place without markup, a button or a choice, of at most `limit` characters."""
    shown = " ".join(text.translate(_ON_A_LINE).split())
    return shown if len(shown) <= limit else f"{shown[: limit - 1].rstrip()}…"


def quoted(text: str, in_bold: str = "", after: str = "") -> str:
    """Return an escaped text as a block quote, every line of it marked; blank lines are left out.

    :param in_bold: what follows the text in bold.
    :param after: what follows that.
    """
    lines = f"{escape(text)}{_bold_lines(in_bold)}{escape(after)}".split("\n")
    return "\n".join(f"> {line}" for line in lines if line.strip())


def _bold_lines(text: str) -> str:
    """Return an escaped text with each of its lines in bold: no markup reaches over the end of a line."""
    return "\n".join(f"**{line}**" if line.strip() else line for line in escape(text).split("\n"))


def _on_a_line(char: str) -> str:
    """Return a character as a line shows it: white space but line ends as a space, what is invisible not at all."""
    if char.isspace():
        return char if char in "\n " else " "
    return "" if unicodedata.category(char) in _NOT_SHOWN or char in _INVISIBLE_LETTERS else char


class _OnALine(dict[int, str]):
    """The result of `_on_a_line` by code point; those of European languages are computed at import."""

    def __missing__(self, code: int) -> str:
        return _on_a_line(chr(code))


_ON_A_LINE = _OnALine({code: _on_a_line(chr(code)) for code in range(0x530)})
