"""Finds what says who spoke: a quotation leans on "Commissioner Kos said:" before it, and that on the quotation."""

import re

from corpus import is_list_item
from index.text.sentences import Span, sentences

QUOTATION_MAX_CHARS = 700  # with who speaks: statements are long, and are sentences of their own

_OPENS, _CLOSES = "\N{LEFT DOUBLE QUOTATION MARK}„«", "\N{RIGHT DOUBLE QUOTATION MARK}»"
_MARK = re.compile(rf"[\"'\u2018\u201a{_OPENS}{_CLOSES}]")  # Some languages open with what others close with.
_GOES_ON = re.compile(r"(?!eu-|e-)[^\W\d_]")  # A sentence begins with a small letter only in a name, as "eu-LISA".


def told_by(text: str, span: Span, before: list[Span]) -> Span | None:
    """Return the sentence that tells who speaks in a sentence, None where nobody does or the sentence tells it itself.

    It introduces the quotation on the line before, or opens it in the same paragraph.

    :param before: the sentences before that one.
    """
    start = text.rfind("\n", 0, span.start) + 1
    paragraph = text[start : span.start].lstrip()
    if _MARK.match(paragraph or text[span.start :]):
        line = next((each for each in reversed(before) if each.end <= start), None)
        return line if line and text[line.end - 1] == ":" else None
    place = _open_quotation(text, start, span.start)
    opened = next((each for each in before if each.start < place < each.end), None) if place else None
    return opened if opened and opened.start < place else None


def with_quotation(text: str, span: Span, after: list[Span], code: str) -> Span:
    """Return a sentence that ends with a colon with as much of the quotation after it as `QUOTATION_MAX_CHARS` hold.

    The quotation may stand on the next line, but ends with its own. What stands between marks is often one sentence
    for the splitter, and is then split here.
    """
    if text[span.end - 1] != ":" or not after or not _MARK.match(text, after[0].start):
        return span
    first = after[0]
    within = [
        Span(first.start, first.start + 1 + each.end) for each in sentences(text[first.start + 1 : first.end], code)
    ]
    for sentence in (*within[:-1], *after):
        is_next_line = sentence.start >= first.end and "\n" in text[span.end : sentence.start]
        if sentence.end - span.start > QUOTATION_MAX_CHARS or is_next_line:
            break
        span = Span(span.start, sentence.end)
    return span


def goes_on(text: str, span: Span, before: list[Span]) -> Span | None:
    """Return the sentence before one that only goes on with it: "…, / said Marta Kos, Commissioner."."""
    words = text[span.start : span.end]
    if not before or not _GOES_ON.match(words) or not words[0].islower() or is_list_item(words):
        return None
    return before[-1]


def _open_quotation(text: str, start: int, end: int) -> int:
    """Return where a quotation opens that is still open at the end of a range, 0 where none is."""
    straight = [match.start() for match in re.finditer('"', text[start:end])]
    if len(straight) % 2:
        return start + straight[-1]
    opening = max(text.rfind(mark, start, end) for mark in _OPENS)
    closing = max(text.rfind(mark, start, end) for mark in _CLOSES)
    return opening if opening > closing else 0
