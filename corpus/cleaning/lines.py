"""Lines of a source -> the text of a release in the layout of `corpus.release_text`, and what the lines say about it.

Lines are kept or dropped whole. Only white space, bullets and heading marks are rewritten.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from corpus.cleaning.boilerplate import (
    ABOUT_MAX_CHARS,
    LINE,
    REFERENCE,
    bare_reference,
    is_only_contact,
    is_tail,
    without_tail,
)
from corpus.cleaning.buttons import is_button, without_share_rows
from corpus.cleaning.datelines import (
    is_about,
    is_byline,
    is_label,
    is_labelled,
    is_service,
    is_update,
    opening_date,
    parts_of,
    unmarked,
)
from corpus.cleaning.dates import find_date, first_date
from corpus.cleaning.wording import folded, phrases
from corpus.release_text import HEADING, LIST_ITEM, ends_sentence, is_list_item, is_speaker

HEADING_MAX_CHARS = 100
_TITLE_MAX_CHARS = 250
_ABOUT_LINES = 8  # So many lines above the text may state its kind, place, date and number.
_PROSE_CHARS = 100
_LABEL_WORDS = 2
_BULLET = re.compile(r"^[-*•‣▪◦●·–—][ \t]+")


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A text that is laid out, with the title, dates and reference that its lines state.

    `about` are the lines above the text that state such values. `dates` are the dates that a reader takes for those of
    the release, the likeliest first: of lines beside the title, of the dateline that begins the text, of a last line.
    `dates_below_lead` is the date of a dateline below the first paragraph: it counts when there is no other.
    """

    text: str
    title: str | None
    dates: tuple[date, ...]
    reference: str | None
    about: tuple[str, ...]
    dates_below_lead: tuple[date, ...] = ()


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
    lines = [line for line in lines if not is_button(line) or is_tail(line, language)]
    kept = without_tail(lines, _PROSE_CHARS, language)
    tail = lines[len(kept) :]
    kept = without_share_rows(kept, *_prose_span(kept))
    about = about_lines(kept, language)
    first, _ = _prose_span(kept)
    dates = [_own_date(kept[index], language) for index in about if index < first]
    opening, below_lead = _datelines(kept, about, language)
    dates += opening + [_own_date(kept[index], language) for index in about if index >= first]
    dates += _labelled_dates(tail, language)
    reference = _reference(kept, about) or next(filter(None, map(bare_reference, tail)), None)
    above = tuple(kept[index] for index in about if index < _ABOUT_LINES)
    kept = [line for index, line in enumerate(kept) if index not in about and _says(line) and not LINE.match(line)]
    first_line = _title(kept) if title is None else None
    body = kept[1:] if first_line or (title and kept and _same(kept[0], title)) else kept
    body = _unwrap_guillemets(body)
    while body and HEADING.match(body[-1]):
        body.pop()
    days = tuple(dict.fromkeys(day for day in dates if day))
    return LaidOut(_joined(body), title or first_line, days, reference, above, tuple(below_lead))


def is_bare_heading(lines: Sequence[str], index: int, language: str | None = None) -> bool:
    """Tell whether a line without a mark is a heading: it is short, is no sentence, and a sentence follows it."""
    line = lines[index]
    following = lines[index + 1] if index + 1 < len(lines) else ""
    return (
        len(line) <= HEADING_MAX_CHARS
        and line[0].isupper()
        and line[-1].isalnum()
        and not (is_list_item(line) or is_speaker(line) or LINE.match(line) or is_tail(line, language))
        and not is_about(line, language)
        and (ends_sentence(following) or following.endswith(":"))
        and len(following) > len(line)
    )


def dates_of(lines: Iterable[str], language: str | None) -> tuple[date, ...]:
    """Return the dates on lines that state the kind, place, date and number of a release and nothing else."""
    lines = list(lines)
    for states in (is_about, is_byline):  # The second may be the date of an event.
        days = tuple(day for line in lines if states(line, language) and (day := _own_date(line, language)))
        if days:
            return days
    return ()


def about_lines(lines: Sequence[str], language: str | None) -> list[int]:
    """Return the indexes of the lines that state values of the release and are no part of its text.

    Above the text, those are lines with its kind, place, date and number, however they are marked; below it, a line
    with a place and a date. Inside the text, a line with only a date may head a part of it, and stays.
    """
    first, last = _prose_span(lines)
    about = [index for index in range(first, last) if is_about(lines[index], language, places=False)]
    alone = [index for index in about if find_date(lines[index], language) is not None]
    dated: list[int] = []
    for index, line in enumerate(lines):
        if index < first:
            states = _is_above_text(lines, index, language, dated)
        elif line.startswith(("- ", "#")) or len(line) > ABOUT_MAX_CHARS:
            states = False
        elif index > last:
            states = find_date(line, language) is not None and (is_about(line, language) or is_update(line))
        else:  # Several lines with a date are a chronicle, and so is one below a heading.
            heads_part = index in alone and (len(alone) > 1 or lines[index - 1].startswith("#"))
            states = index < _ABOUT_LINES and not heads_part and is_about(line, language, places=False)
        if states:
            dated.append(index)
    return dated


def _datelines(lines: Sequence[str], about: Sequence[int], language: str | None) -> tuple[list[date], list[date]]:
    """Return the date that begins the first paragraph: "Brussels, 6 December 2018 – The Council adopted".

    The second list has one below a lead, with a place before it. A date alone may be one of a chronicle.
    """
    sentences = 0
    for index, line in enumerate(lines[:_ABOUT_LINES]):
        if index not in about and not is_list_item(line) and not line.startswith("#"):
            dated = opening_date(line, language)
            if dated and (not sentences or dated.start):
                return ([], [dated.day]) if sentences else ([dated.day], [])
            sentences += ends_sentence(line)
            if dated or sentences > 1:
                break
    return [], []


def _prose_span(lines: Sequence[str]) -> tuple[int, int]:
    """Return the indexes of the first and the last line that is prose, up to `_ABOUT_LINES` for the first."""
    prose = [index for index, line in enumerate(lines) if len(line) >= _PROSE_CHARS and ends_sentence(line)]
    return (min(prose[0], _ABOUT_LINES), prose[-1]) if prose else (_ABOUT_LINES, len(lines))


def _is_above_text(lines: Sequence[str], index: int, language: str | None, above: Sequence[int]) -> bool:
    """Tell whether a line above the first prose states values of the release.

    :param above: the indexes of the lines above it that do.
    """
    line = lines[index]
    after_lead_in = index > 0 and lines[index - 1].endswith(":") and index - 1 not in above
    if line.startswith("- "):
        return not after_lead_in and _is_item_about(lines, index, language)
    # The value of a label follows it.
    valued = (
        index - 1 in above
        and is_label(lines[index - 1], language)
        and not ends_sentence(line)
        and not line.startswith("#")
    )
    dated_update = is_update(line) and find_date(line, language) is not None
    service = is_service(line) and any(is_about(each, language) for each in lines[:_ABOUT_LINES])
    if service or _is_over_kind(lines, index, language) or is_only_contact(line):
        return True
    if valued or dated_update or is_about(line, language) or is_label(line, language) or is_labelled(line, language):
        return True
    dated = (is_about(each, language) and find_date(each, language) for each in lines[:_ABOUT_LINES])
    return is_byline(line, language) and not any(dated)  # Beside a date, it may be of an event.


def _is_over_kind(lines: Sequence[str], index: int, language: str | None) -> bool:
    """Tell whether a line is a heading of few words over the kind of the release and nothing else: "Typ"."""
    line, following = lines[index], lines[index + 1] if index + 1 < len(lines) else ""
    labels = line.startswith("#") and len(unmarked(line).split()) <= _LABEL_WORDS and not following.startswith("#")
    return labels and is_about(following, language) and find_date(following, language) is None


def _is_item_about(lines: Sequence[str], index: int, language: str | None) -> bool:
    """Tell whether an item states values: without a place, or in a list in which each item does.

    Items with a name and a date may be an agenda, so another item must be more than that.
    """
    if is_about(lines[index], language, places=False):
        return True
    start, end = index, index + 1
    while start and lines[start - 1].startswith("- "):
        start -= 1
    while end < len(lines) and lines[end].startswith("- "):
        end += 1
    items = lines[start:end]
    sure = len(items) == 1 or any(is_about(item, language, places=False) for item in items)
    return sure and all(is_about(item, language) or is_service(item) for item in items)


def _own_date(line: str, language: str | None) -> date | None:
    """Return the date of a line about the release; None for the day on which its page was changed."""
    parts = [part for part in parts_of(line) if not is_update(part)] if is_update(line) else [line]
    return None if LINE.match(line) else next(filter(None, (first_date(part, language) for part in parts)), None)


def _reference(lines: Sequence[str], about: Sequence[int]) -> str | None:
    """Return the reference number on one of the first lines."""
    numbers = (
        match[0]
        for index, line in enumerate(lines[:_ABOUT_LINES])
        if len(line) <= ABOUT_MAX_CHARS and not ends_sentence(line)
        for match in REFERENCE.finditer(line)
        if not match["council"] or index in about
    )
    return next(numbers, None)


def _labelled_dates(tail: Sequence[str], language: str | None) -> list[date | None]:
    """Return the date below a text whose label says that it is the release's own: "Publication date"."""
    published = phrases("published", language=language)
    for index, line in enumerate(tail):
        label, _, value = unmarked(line).partition(":")
        if folded(label) in published and (value or index + 1 < len(tail)):
            return [first_date(value or tail[index + 1], language)]
    return []


def _says(line: str) -> bool:
    """Tell whether a line has a letter or a figure; a row of asterisks only divides the text."""
    return any(map(str.isalnum, line))


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
