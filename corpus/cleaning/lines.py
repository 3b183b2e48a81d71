"""Lines of a source -> the text of a release in the layout of `corpus.release_text`, and what the lines say of it.

Lines are kept or dropped whole; only white space, bullets and marks of headings are written anew.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from corpus.cleaning.boilerplate import ABOUT_MAX_CHARS, END, LINE, REFERENCE, TAIL, is_about
from corpus.cleaning.dates import rest, said
from corpus.release_text import HEADING, LIST_ITEM, ends_sentence, is_list_item, is_speaker

HEADING_MAX_CHARS = 100
_TITLE_MAX_CHARS = 250
_ABOUT_LINES = 8  # above the text: kind, place, date, number
_PROSE_CHARS = 100
# "Brussels, 6 December 2018 - The Council adopted"
_DATELINE = re.compile(
    r"^(?:[^\W\d_a-z][\w /-]{2,40},\s++)?(?P<date>[\w./ ]{8,30}?)\s*+[-:\u2013\u2014]\s++[^\W\d_a-z\s]"
)
_BULLET = re.compile(r"^[-*•‣▪◦●·–—][ \t]+")


@dataclass(frozen=True, slots=True)
class Laid:
    """A text laid out, with the title, date and reference that its lines state; `about` is what stood above it."""

    text: str
    title: str | None
    date: date | None
    reference: str | None
    about: tuple[str, ...]


def without_bullet(line: str) -> str:
    """Take the bullet off a line that opens with one."""
    return _BULLET.sub("", line)


def fold(line: str) -> str:
    """Fold white space."""
    return " ".join(line.split())


def lay_out(lines: Sequence[str], *, title: str | None = None, language: str | None = None) -> Laid:
    """Take boilerplate, title, date and reference out of lines, and lay out the others.

    :param title: where it is known already; a first line that says the same is dropped.
    :param language: of the months' names; English ones are always known.
    """
    kept = list(_without_tail(lines))
    day, reference = _stated(kept, language)
    about = {at for at, line in enumerate(kept) if _is_about(line, at, language)}
    above = tuple(kept[at] for at in sorted(about) if at < _ABOUT_LINES)
    kept = [line for at, line in enumerate(kept) if not LINE.match(line) and at not in about]
    first = _title(kept) if title is None else None
    body = kept[1:] if first or (title and kept and _same(kept[0], title)) else kept
    body = _unwrap_guillemets(body)
    while body and HEADING.match(body[-1]):
        body.pop()
    return Laid(_joined(body), title or first, day, reference, above)


def is_bare_heading(lines: Sequence[str], at: int, language: str | None = None) -> bool:
    """Tell whether a line without a mark is a heading: short, no sentence, and followed by one."""
    line = lines[at]
    following = lines[at + 1] if at + 1 < len(lines) else ""
    return (
        len(line) <= HEADING_MAX_CHARS
        and line[0].isupper()
        and line[-1].isalnum()
        and not (is_list_item(line) or is_speaker(line) or LINE.match(line) or TAIL.match(line))
        and not _is_about(line, at, language)
        and (ends_sentence(following) or following.endswith(":"))
        and len(following) > len(line)
    )


def _without_tail(lines: Sequence[str]) -> Iterator[str]:
    prose = [at for at, line in enumerate(lines) if len(line) >= _PROSE_CHARS and ends_sentence(line)]
    last = prose[-1] if prose else 0
    for at, line in enumerate(lines):
        ends = END.match(line) and at >= len(lines) // 2
        if ends or (TAIL.match(line) and at > last and at > 0):
            return
        yield line


def _stated(lines: Sequence[str], language: str | None) -> tuple[date | None, str | None]:
    """Return the date and the reference number above the text: the date has a line to itself, or opens the text."""
    days = [
        said(line, language) for at, line in enumerate(lines) if _is_about(line, at, language) and not LINE.match(line)
    ]
    opening = (
        said(match["date"], language)
        for line in lines[:_ABOUT_LINES]
        if (match := _DATELINE.match(line)) and is_about(rest(match["date"], language) or "no date")
    )
    numbers = (
        match[0]
        for line in lines[:_ABOUT_LINES]
        if len(line) <= ABOUT_MAX_CHARS and not ends_sentence(line)
        for match in REFERENCE.finditer(line)
        if not match["council"] or is_about(rest(line, language) or line)
    )
    return next((day for day in (*days, *opening) if day), None), next(numbers, None)


def _is_about(line: str, at: int, language: str | None) -> bool:
    """Tell whether a line is what a page says above its text; further down only a lone date is."""
    if len(line) > ABOUT_MAX_CHARS or line.startswith(("- ", "#")):
        return False
    left = rest(line, language)
    if left is not None:
        return is_about(left)
    return at < _ABOUT_LINES and is_about(line)


def _title(lines: Sequence[str]) -> str | None:
    """Return the first line where it reads as a title."""
    if len(lines) < 2:
        return None
    marked = HEADING.match(lines[0])
    if marked:
        return marked["title"]
    first = lines[0]
    reads_as_title = len(first) <= _TITLE_MAX_CHARS and not ends_sentence(first) and not is_list_item(first)
    return first if reads_as_title and not first.endswith((":", ",", ";")) else None


def _same(line: str, title: str) -> bool:
    return HEADING.sub(r"\g<title>", line).casefold() == title.casefold()


def _unwrap_guillemets(lines: list[str]) -> list[str]:
    """Take off the pair of guillemets that a repost puts around the whole release."""
    whole = "\n".join(lines)
    depth = 0
    for at, char in enumerate(whole):
        depth += (char == "«") - (char == "»")
        if depth == 0:
            if at == len(whole) - 1 and whole.startswith("«"):
                return [line for line in map(fold, whole[1:-1].split("\n")) if line]
            break
    return lines


def _joined(lines: Iterable[str]) -> str:
    """Join lines: items follow their lead-in, a speaker the statement."""
    parts: list[str] = []
    last = ""
    for line in lines:
        heading = HEADING.match(line)
        if heading:
            line = f"## {heading['title']}"
        elif is_list_item(line):
            line = _BULLET.sub("- ", line)
        attached = (is_list_item(line) and (is_list_item(last) or last.endswith(":"))) or (
            is_speaker(line) and ends_sentence(last) and not LIST_ITEM.match(last)
        )
        parts.append(("\n" if attached else "\n\n") + line if parts else line)
        last = line
    return "".join(parts)
