"""Lines of a source -> the text of a release in the layout of `corpus.release_text`, and what the lines say about it.

Lines are kept or dropped whole. Only white space, bullets and heading marks are rewritten.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from corpus.cleaning.boilerplate import ABOUT_MAX_CHARS, END, LINE, REFERENCE, TAIL, is_about
from corpus.cleaning.dates import first_date, without_date
from corpus.release_text import HEADING, LIST_ITEM, ends_sentence, is_list_item, is_speaker

HEADING_MAX_CHARS = 100
_TITLE_MAX_CHARS = 250
_ABOUT_LINES = 8  # So many lines above the text may state its kind, place, date and number.
_PROSE_CHARS = 100
# "Brussels, 6 December 2018 - The Council adopted"
_DATELINE = re.compile(
    r"^(?:[^\W\d_a-z][\w /-]{2,40},\s++)?(?P<date>[\w./ ]{8,30}?)\s*+[-:\u2013\u2014]\s++[^\W\d_a-z\s]"
)
_BULLET = re.compile(r"^[-*•‣▪◦●·–—][ \t]+")


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A text that is laid out, with the title, date and reference that its lines state.

    `about` are the lines above the text that state such values.
    """

    text: str
    title: str | None
    date: date | None
    reference: str | None
    about: tuple[str, ...]


def without_bullet(line: str) -> str:
    """Return a line without the bullet at its beginning."""
    return _BULLET.sub("", line)


def fold(line: str) -> str:
    """Return a line with each run of white space replaced by one space, and without any at its ends."""
    return " ".join(line.split())


def lay_out(lines: Sequence[str], *, title: str | None = None, language: str | None = None) -> LaidOut:
    """Remove boilerplate, title, date and reference from lines, and lay out the rest.

    :param title: the title when it is already known. Then a first line with the same words is dropped.
    :param language: the language of the names of months. English names are always read.
    """
    kept = list(_without_tail(lines))
    day, reference = _date_and_reference(kept, language)
    about = {index for index, line in enumerate(kept) if _is_about(line, index, language)}
    above = tuple(kept[index] for index in sorted(about) if index < _ABOUT_LINES)
    kept = [line for index, line in enumerate(kept) if not LINE.match(line) and index not in about]
    first = _title(kept) if title is None else None
    body = kept[1:] if first or (title and kept and _same(kept[0], title)) else kept
    body = _unwrap_guillemets(body)
    while body and HEADING.match(body[-1]):
        body.pop()
    return LaidOut(_joined(body), title or first, day, reference, above)


def is_bare_heading(lines: Sequence[str], index: int, language: str | None = None) -> bool:
    """Tell whether a line without a mark is a heading: it is short, is no sentence, and a sentence follows it."""
    line = lines[index]
    following = lines[index + 1] if index + 1 < len(lines) else ""
    return (
        len(line) <= HEADING_MAX_CHARS
        and line[0].isupper()
        and line[-1].isalnum()
        and not (is_list_item(line) or is_speaker(line) or LINE.match(line) or TAIL.match(line))
        and not _is_about(line, index, language)
        and (ends_sentence(following) or following.endswith(":"))
        and len(following) > len(line)
    )


def _without_tail(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines up to the one that ends the release."""
    prose = [index for index, line in enumerate(lines) if len(line) >= _PROSE_CHARS and ends_sentence(line)]
    last_prose = prose[-1] if prose else 0
    for index, line in enumerate(lines):
        ends = END.match(line) and index >= len(lines) // 2
        if ends or (TAIL.match(line) and index > last_prose and index > 0):
            return
        yield line


def _date_and_reference(lines: Sequence[str], language: str | None) -> tuple[date | None, str | None]:
    """Return the date and the reference number of a release.

    The date is on a line of its own or begins the text; the reference is on a line above the text.
    """
    days = [
        first_date(line, language)
        for index, line in enumerate(lines)
        if _is_about(line, index, language) and not LINE.match(line)
    ]
    opening = (
        first_date(match["date"], language)
        for line in lines[:_ABOUT_LINES]
        if (match := _DATELINE.match(line)) and is_about(without_date(match["date"], language) or "no date")
    )
    numbers = (
        match[0]
        for line in lines[:_ABOUT_LINES]
        if len(line) <= ABOUT_MAX_CHARS and not ends_sentence(line)
        for match in REFERENCE.finditer(line)
        if not match["council"] or is_about(without_date(line, language) or line)
    )
    return next((day for day in (*days, *opening) if day), None), next(numbers, None)


def _is_about(line: str, index: int, language: str | None) -> bool:
    """Tell whether a line states values of the release. Below the first lines, only a line with just a date does."""
    if len(line) > ABOUT_MAX_CHARS or line.startswith(("- ", "#")):
        return False
    dateless = without_date(line, language)
    if dateless is not None:
        return is_about(dateless)
    return index < _ABOUT_LINES and is_about(line)


def _title(lines: Sequence[str]) -> str | None:
    """Return the first line if it reads as a title."""
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
    """Remove the pair of guillemets that a repost puts around the whole release."""
    text = "\n".join(lines)
    depth = 0
    for index, char in enumerate(text):
        depth += (char == "«") - (char == "»")
        if depth == 0:
            if index == len(text) - 1 and text.startswith("«"):
                return [line for line in map(fold, text[1:-1].split("\n")) if line]
            break
    return lines


def _joined(lines: Iterable[str]) -> str:
    """Join lines with blank lines, except that items follow their lead-in, and a speaker the statement, directly."""
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
