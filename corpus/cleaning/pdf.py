"""A PDF -> lines, with pypdf. Run it only in the sandbox, because a PDF can keep its reader busy forever.

Each page is extracted twice. The words in the order of the file come with their fonts, which show what is a heading.
The words on a grid of characters show the columns and the space between paragraphs. If the two extractions differ in
their words, those in the order of the file are used.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median_high
from typing import TYPE_CHECKING, Any

from corpus.cleaning.datelines import is_about
from corpus.cleaning.language import detected
from corpus.cleaning.lines import HEADING_MAX_CHARS, fold
from corpus.cleaning.pdf_columns import Line, in_reading_order
from corpus.cleaning.pdf_edges import Page, printed_from, reference_below, without_edges
from corpus.errors import SourceError
from corpus.release_text import ends_sentence, is_list_item, is_speaker

if TYPE_CHECKING:
    from pypdf import PageObject

MAX_PAGES = 200
_SCAN_CHARS = 30  # Letters per page on average. A scan has none, or only the stamp of the scanner.
_WORD_BREAK = re.compile(r"[^\W\d_][-\u00ad\u2010]$")
# First and second halves of words that are always written with a hyphen, so the hyphen is no word break.
_FIRST_HALVES = frozenset("all cross decision fact large law non policy self third two vice well".split())
_SECOND_HALVES = frozenset(
    "based being border building country driven free going income keeping level making party quality range related "
    "risk saving scale sharing speed standing term third up wide year".split()
)
_SHORT_LINE = 0.5  # Of the width of a page.
_LARGER = 1.15  # The font of a heading is at least so many times as large as that of most words.


@dataclass(frozen=True, slots=True)
class PdfText:
    """The paragraphs of a PDF, one per line, and the address that a browser printed on its pages."""

    lines: list[str]
    printed_from: str | None


def pdf_text(data: bytes, name: str) -> PdfText:
    """Return the paragraphs of a PDF, with title and headings marked.

    :raises SourceError: when it is encrypted, cut off, damaged, a scan, or longer than a release.
    """
    pages = _pages(data, name)
    letters = sum(sum(map(str.isalnum, line.text)) for page in pages for line in page.lines)
    if letters < _SCAN_CHARS * len(pages):
        raise SourceError(f"{name} is a scan without text: run text recognition over it, or add the release as text.")
    lines = list(_lines(without_edges(pages)))
    if any(line.startswith("# ") for line in lines):  # What is above a title is about the release.
        lines[:0] = reference_below(pages)
    return PdfText(lines, printed_from(pages))


def _pages(data: bytes, name: str) -> list[Page]:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    damaged = SourceError(f"{name} is a damaged PDF: export it anew, or add the release as text.")
    if b"%%EOF" not in data[-2048:]:
        raise SourceError(f"{name} is a PDF that is cut off: download it again.")
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise SourceError(f"{name} is an encrypted PDF: save it without a password and add it again.")
        count = len(reader.pages)
        if count > MAX_PAGES:
            raise SourceError(f"{name} has {count:,} pages: a release has at most {MAX_PAGES}, add it alone.")
        if count == 0:
            raise damaged
        return [_page(page) for page in reader.pages]
    except DependencyError as error:
        raise SourceError(f"{name} is an encrypted PDF: save it without a password and add it again.") from error
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError) as error:
        raise damaged from error


def _page(page: "PageObject") -> Page:
    sizes: dict[str, float] = {}
    bold: set[str] = set()

    def visit(text: str, cm: Any, tm: Any, font: Any, size: float) -> None:  # noqa: ANN401
        line = fold(text)
        if line:
            sizes[line] = size * abs(tm[3] or tm[0]) * abs(cm[3] or cm[0])
            if "bold" in str((font or {}).get("/BaseFont", "")).casefold():
                bold.add(line)

    plain = page.extract_text(visitor_text=visit)
    grid = page.extract_text(extraction_mode="layout")
    same_words = Counter(plain.split()) == Counter(grid.split())
    lines = in_reading_order(grid.split("\n")) if same_words else [Line(fold(line)) for line in plain.split("\n")]
    return Page(tuple(line for line in lines if line.text), sizes, frozenset(bold))


def _lines(pages: Sequence[Page]) -> Iterator[str]:
    """Yield the paragraphs of all pages as lines of `corpus.cleaning.lines`."""
    sizes = [round(page.sizes.get(line.text, 0), 1) for page in pages for line in page.lines if line.text in page.sizes]
    usual = median_high(sizes) if sizes else 0.0
    largest = max((page.sizes.get(line.text, 0) for page in pages[:1] for line in page.lines), default=0.0)
    words = Counter(
        word.strip(".,;:()").casefold() for page in pages for line in page.lines for word in line.text.split()
    )
    language = detected(" ".join(line.text for page in pages[:1] for line in page.lines))
    paragraph = ""
    kind = ""
    for number, page in enumerate(pages):
        width = max((len(line.text) for line in page.lines), default=0)
        kinds = [_kind(line.text, page, usual, largest) for line in page.lines]
        title = kinds.index("# ") if "# " in kinds and not number else 0
        for index, (line, next_kind) in enumerate(zip(page.lines, kinds, strict=True)):
            # In a letterhead each line says one thing. None but the last of a paragraph is so short.
            stands_alone = index < title and line.before < _SHORT_LINE * width
            stands_alone = stands_alone or (not number and is_about(paragraph, language))
            if paragraph and (stands_alone or not _continues(paragraph, kind, line, next_kind, width)):
                yield kind + paragraph
                paragraph = ""
            paragraph = _joined(paragraph, line.text, words)
            kind = next_kind
    if paragraph:
        yield kind + paragraph


def _kind(text: str, page: Page, usual: float, largest: float) -> str:
    size = page.sizes.get(text, usual)
    if size > usual * _LARGER and size >= largest:
        return "# "
    fits = len(text) <= HEADING_MAX_CHARS and not ends_sentence(text) and not is_speaker(text)
    return "## " if fits and (text in page.bold or size > usual * _LARGER) and not is_list_item(text) else ""


def _continues(paragraph: str, kind: str, line: Line, next_kind: str, width: int) -> bool:
    """Tell whether a line continues the paragraph before it."""
    if kind != next_kind or is_list_item(line.text):
        return False
    if kind:
        return not line.apart
    if line.new_page or line.new_column:  # A paragraph may continue on the next page or column.
        return not ends_sentence(paragraph) and (line.text[0].islower() or bool(_WORD_BREAK.search(paragraph)))
    ended = ends_sentence(paragraph) and line.before < 0.7 * width
    return not line.apart and not ended


def _joined(paragraph: str, text: str, words: "Counter[str]") -> str:
    """Join a line to a paragraph. A word that is divided at the end of the line is joined again."""
    if not paragraph:
        return text
    if not _WORD_BREAK.search(paragraph):
        return f"{paragraph} {text}"
    if paragraph.endswith("\u00ad"):
        return paragraph[:-1] + text
    first = re.split(r"[\s(“\"‘]", paragraph)[-1][:-1]
    second = re.split(r"[\s.,;:)”]", text)[0]
    whole, divided = f"{first}{second}".casefold(), f"{first}-{second}".casefold()
    compound = (
        not second[:1].islower()
        or "-" in first
        or words[divided] > words[whole]
        or (not words[whole] and (first.casefold() in _FIRST_HALVES or second.casefold() in _SECOND_HALVES))
    )
    return paragraph + text if compound else paragraph[:-1] + text
