"""What stands at the top and bottom of the pages of a PDF: running headers, page numbers, letterheads, browsers' lines.

A browser that prints a page writes the day, the title and the page's address on every sheet. The address is as good as
the one that a browser writes next to a page that it saves; the day is that of the print, and is left out.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.cleaning.boilerplate import REFERENCE, is_contact
from corpus.cleaning.pdf_columns import Line
from corpus.cleaning.wording import LANGUAGES
from corpus.release_text import ends_sentence
from corpus.web_urls import web_url

_EDGE_LINES = 3  # Headers and footers are among so many lines at the top and bottom of a page.
_FOOTER_LINES = 8  # A letterhead at the bottom of a page has at most so many lines.
_NUMBERED_CHARS = 60
_SMALLER = 0.95  # The font of a footer is smaller than that of the text.
_PAGE_WORDS = frozenset("page seite pagina página strona sivu sida side stran str p of von sur de van z od/".split())
_ADDRESS = re.compile(r"(?:https?://|file:///)[^\s<>]{4,2048}")
_DAY_AND_TIME = re.compile(r"(?<![\d/.-])\d{1,4}[./-] ?\d{1,2}[./-] ?\d{2,4}\.?,? {1,3}\d{1,2}[:.h]\d{2}(?!\d)")
_POSTCODE = re.compile(r", (?:[A-Z]{1,2}-)?\d{4,5}(?: [A-Z]{2})? [^\W\d_a-z][^\W\d_]")  # ", 60314 Frankfurt am Main"
_SITE = re.compile(r"(?<![\w@.])(?:www\.[\w.-]{3,80}|[\w-]{2,40}(?:\.[\w-]{2,40}){0,3}\.europa\.eu)\b")


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of a page, the font size in points of each folded line, and the lines that are bold."""

    lines: tuple[Line, ...]
    sizes: dict[str, float]
    bold: frozenset[str]


def printed_from(pages: Sequence[Page]) -> str | None:
    """Return the address that a browser printed on every page; None when it did not."""
    addresses = [_printed_address(page) for page in pages]
    return web_url(addresses[0]) if addresses and addresses[0] and len(set(addresses)) == 1 else None


def reference_below(pages: Sequence[Page]) -> list[str]:
    """Return the line at the bottom of the first page that has the number of the release and no other text, if any."""
    below = [line.text for line in pages[0].lines[-_EDGE_LINES:]] if pages else []
    numbers = (match["coded"] for line in below if _is_page_mark(line) and (match := REFERENCE.search(line)))
    return [number for number in numbers if number][:1]


def without_edges(pages: Sequence[Page]) -> list[Page]:
    """Remove page numbers, letterheads, lines of a browser, and lines at edges that repeat on most pages."""
    repeats = Counter(key for page in pages for key in {_edge_key(page.lines[index].text) for index in _edges(page)})
    common = {key for key, count in repeats.items() if len(pages) > 1 and count >= max(2, 0.6 * len(pages))}
    printed = printed_from(pages) is not None
    sizes = Counter(
        round(page.sizes[line.text], 1) for page in pages for line in page.lines for _ in line.text.split()
        if page.sizes.get(line.text)
    )  # fmt: skip
    usual = sizes.most_common(1)[0][0] if sizes else 0.0
    trimmed = []
    for number, page in enumerate(pages):
        lines = [
            line
            for index, line in enumerate(page.lines)
            if index not in _edges(page)
            or not (
                _edge_key(line.text) in common
                or (_is_page_mark(line.text) and (number or index >= _EDGE_LINES))
                or (printed and index in (0, len(page.lines) - 1) and _is_print_line(line.text))
            )
        ]
        lines = _without_footer(lines, page, usual)
        lines[:1] = [replace(line, new_page=True, apart=False) for line in lines[:1]]
        trimmed.append(Page(tuple(lines), page.sizes, page.bold))
    return trimmed


def _without_footer(lines: list[Line], page: Page, usual: float) -> list[Line]:
    """Remove the last group of lines of a page while it holds only page numbers or the address of an office."""
    while lines:
        start = next((index for index in range(len(lines) - 1, -1, -1) if lines[index].apart or not index), 0)
        if start == 0 or len(lines) - start > _FOOTER_LINES:
            return lines
        start += _below_text(lines[start:], page, usual)
        group = lines[start:]
        if not group:
            return lines
        marks = [_is_page_mark(line.text) for line in group]
        small = all(page.sizes.get(line.text, 0.0) < usual * _SMALLER for line in group)
        says_where = any(is_contact(line.text) or _SITE.search(line.text) for line in group) or (
            small and any(map(_POSTCODE.search, (line.text for line in group)))
        )
        in_text = ends_sentence(group[-1].text) and not small
        if all(marks) or (says_where and not in_text):
            lines = lines[:start]
        elif marks[-1]:
            lines = lines[:-1]
        else:
            return lines
    return lines


def _below_text(group: Sequence[Line], page: Page, usual: float) -> int:
    """Return how many lines of a group are of the text: up to the last that ends a sentence and tells no contact."""
    text = [
        index
        for index, line in enumerate(group)
        if ends_sentence(line.text) and not is_contact(line.text) and page.sizes.get(line.text, 0.0) >= usual * _SMALLER
    ]
    return text[-1] + 1 if text else 0


def _edges(page: Page) -> set[int]:
    """Return the indexes of the lines at the top and bottom of a page."""
    count = len(page.lines)
    return {index for index in range(count) if index < _EDGE_LINES or index >= count - _EDGE_LINES}


def _edge_key(line: str) -> str:
    """Return what is equal on all pages for one header. A short header may differ in its numbers."""
    return re.sub(r"\d+", "0", line.casefold()) if len(line) <= _NUMBERED_CHARS else line


def _is_page_mark(line: str) -> bool:
    """Tell whether a line is a page number, alone or beside the number of the release and a code of its language."""
    words = REFERENCE.sub(" 1 ", line).replace("/", " ").split()
    plain = [word.strip(".,-\u2013\u2014|()") for word in words]
    plain = [word for word in plain if word]
    numbers = [word for word in plain if word.isdigit() and len(word) <= 3]
    others = [word for word in plain if word not in numbers]
    codes = [word for word in others if len(word) == 2 and word.isupper() and word.casefold() in LANGUAGES]
    words_left = [word for word in others if word not in codes and word.casefold() not in _PAGE_WORDS]
    return bool(plain) and len(plain) <= 6 and not words_left and bool(numbers or codes)


def _printed_address(page: Page) -> str | None:
    """Return the address on the first or last line of a page, where the day and time are, too."""
    outermost = [line.text for line in (*page.lines[:1], *page.lines[-1:])]
    if not any(map(_DAY_AND_TIME.search, outermost)):
        return None
    match = next(filter(None, map(_ADDRESS.search, outermost)), None)
    return match[0] if match and not match[0].endswith(("…", "...")) else None


def _is_print_line(line: str) -> bool:
    """Tell whether a first or last line is one that browsers print: with the day and time, or with the address."""
    return bool(_ADDRESS.search(line) or _DAY_AND_TIME.search(line))
