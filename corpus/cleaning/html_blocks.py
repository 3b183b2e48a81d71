"""HTML -> a tree -> blocks with the words of the page.

A block is what a browser shows on lines of its own: a paragraph, a heading, a list item, a row of a table. Its words
come from the tree of the page, with a space where the browser breaks the line, so that no two words are joined.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from corpus.cleaning.datelines import is_about
from corpus.cleaning.dates import find_date
from corpus.cleaning.lines import HEADING_MAX_CHARS, fold, without_bullet
from corpus.errors import SourceError
from corpus.release_text import ends_sentence, is_speaker

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u2060\ufeff"))
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BLOCKS = _HEADINGS | frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form header hgroup hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
_BULLET_LINE = re.compile(r"\s*[-*•‣▪◦●·–][ \t\u00a0]+\S")
_MIN_ITEMS = 2
_DATE_BOX_CHARS = 14  # "September 2026" has so many.
_BREAKS = re.compile(r"\x0b\s*\x0b")  # A line break is read as U+000B.


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a page that a browser shows on lines of its own.

    `kind` is title (h1), heading, item, row, quote or paragraph. `parent` is a number that all blocks of one container
    share. `linked` is the share of its characters that are in links. A row of a table has the parent -1, and counts as
    without links.
    """

    kind: str
    text: str
    parent: int
    linked: float

    @property
    def line(self) -> str:
        """The block as a line of `corpus.cleaning.lines`."""
        mark = {"title": "# ", "heading": "## ", "item": "- "}.get(self.kind, "")
        return mark + (without_bullet(self.text) if self.kind == "item" else self.text)


def parse(html: str, name: str) -> "HtmlElement":
    """Return the tree of a page.

    :raises SourceError: when it is nested so deep that the parser gave up, or has no element.
    """
    from lxml import etree
    from lxml.html import HtmlElement, HTMLParser, document_fromstring

    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    # One class for all elements: choosing one for each by its tag takes a tenth of the time that a page takes.
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    html = _DECLARATION.sub("", _CONTROLS.sub("", html))
    try:
        tree = document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise SourceError(f"{name} is no page that can be read: save it as text and add that.") from error
    if any("depth" in entry.message.casefold() for entry in parser.error_log):
        raise SourceError(f"{name} is nested deeper than any page is: save it as text and add that.")
    return tree


class _Buffer:
    """Collects the inline text since the last border between blocks."""

    def __init__(self, language: str | None = None) -> None:
        self.language = language
        self.parts: list[str] = []
        self.linked = self.bold = 0
        self.links = self.bolds = 0  # How many such elements are open.
        self.bold_parts = 0  # How many parts at the beginning are bold.

    def add(self, text: str | None) -> None:
        if not text:
            return
        if self.bold_parts == len(self.parts) and (self.bolds or not text.strip()):
            self.bold_parts += 1
        self.parts.append(text)
        size = sum(map(len, text.split()))
        self.linked += size if self.links else 0
        self.bold += size if self.bolds else 0

    def flush(self) -> tuple[list[str], float, int]:
        """Empty the buffer. Return its paragraphs, the share of its text in links, and how many of them are bold."""
        text = "".join(self.parts)
        text = text if text.isascii() else text.translate(_INVISIBLE)
        pieces = _BREAKS.split(text) if "\x0b" in text else (text,)
        parts = (part for piece in pieces for part in _without_dateline(piece, self.language))
        paragraphs = [line for part in parts for line in map(fold, _items(part) if "\x0b" in part else (part,)) if line]
        size = sum(map(len, text.split())) or 1
        linked_share, bold = self.linked / size, len(paragraphs) if self.bold >= size else 0
        heading = self._line_in_bold() if self.bold and not bold and "\x0b" in text else ""
        if heading and paragraphs and paragraphs[0].startswith(f"{heading} "):
            paragraphs[:1] = [heading, paragraphs[0].removeprefix(heading).strip()]
            bold = 1
        self.parts, self.linked, self.bold, self.bold_parts = [], 0, 0, 0
        return paragraphs, linked_share, bold

    def _line_in_bold(self) -> str:
        """Return the bold words at the beginning when they are a heading on a line of its own, otherwise nothing."""
        begin = "".join(self.parts[: self.bold_parts]).translate(_INVISIBLE)
        broken = begin.rstrip(" \t\r\n").endswith("\x0b") or self.parts[self.bold_parts :][:1] == ["\x0b"]
        heading = fold(begin)
        asks = heading.endswith("?") and len(heading) <= HEADING_MAX_CHARS
        return heading if broken and heading and (asks or _reads_as_heading(heading)) else ""


def _items(text: str) -> Iterator[str]:
    """Divide a paragraph before each line that begins with a bullet, if two do: the lines are a list."""
    lines = text.split("\x0b")
    if sum(_BULLET_LINE.match(line) is not None for line in lines) < _MIN_ITEMS:
        yield text
        return
    part = ""
    for line in lines:
        if _BULLET_LINE.match(line):
            yield part
            part = ""
        part += f" {line}"
    yield part


def _without_dateline(text: str, language: str | None) -> Iterator[str]:
    """Divide a paragraph after its first lines where those only say when and where the release was issued."""
    first, broken, rest = text.partition("\x0b")
    while broken and (not first.strip() or is_about(fold(first), language)):
        yield first
        text = rest
        first, broken, rest = text.partition("\x0b")
    yield text


def blocks(tree: "HtmlElement", language: str | None = None) -> Iterator[Block]:
    """Yield the blocks of a tree in the order of the page.

    :param language: the language of the names of months.
    """
    from lxml.etree import iterwalk

    body = tree.find("body")
    walk = iterwalk(tree if body is None else body, events=("start", "end"))
    buffer = _Buffer(language)
    fresh_items: set[HtmlElement] = set()  # List items of which no line has been read yet.
    # The keys keep the elements alive: lxml reuses the identity of an element that is not referenced any more.
    numbers: dict[HtmlElement, int] = {}
    for event, element in walk:
        tag = cast(str, element.tag)
        is_block = tag in _BLOCKS or "-" in tag or (tag == "cite" and _names_speaker(cast("HtmlElement", element)))
        if event == "start":
            if is_block:
                yield from _flushed(buffer, element.getparent(), fresh_items, numbers)
            if tag == "li":
                fresh_items.add(element)
            if tag == "tr" and (row := _row(cast("HtmlElement", element))) is not None:
                yield row
                walk.skip_subtree()
                continue
            buffer.links += tag == "a"
            buffer.bolds += tag in ("b", "strong")
            subtitle = tag == "small" and cast("HtmlElement", element).getparent().tag in _HEADINGS
            if tag == "br" or subtitle:
                buffer.add("\x0b")
            preformatted = tag == "pre" and element.text
            buffer.add(element.text.replace("\n", "\x0b") if preformatted else element.text)
            continue
        if is_block:
            yield from _flushed(buffer, element, fresh_items, numbers)
        buffer.links -= tag == "a"
        buffer.bolds -= tag in ("b", "strong")
        if element is not body:
            buffer.add(element.tail)


def _flushed(
    buffer: _Buffer, element: "HtmlElement | None", fresh_items: "set[HtmlElement]", numbers: "dict[HtmlElement, int]"
) -> Iterator[Block]:
    if not buffer.parts:
        return
    paragraphs, linked, bold = buffer.flush()
    if not paragraphs or element is None:
        return
    lineage = [element, *element.iterancestors()]
    tags = [cast(str, ancestor.tag) for ancestor in lineage]
    heading = next((tag for tag in tags if tag in _HEADINGS), None)
    item = next((ancestor for ancestor in lineage if ancestor.tag == "li"), None)
    # When the element is the paragraph itself, its container is the parent.
    container = lineage[1] if tags[0] in ("p", "li", *_HEADINGS) and len(lineage) > 1 else element
    for position, text in enumerate(paragraphs):
        kind = "title" if heading == "h1" else "heading" if heading else "paragraph"
        if item is not None and item in fresh_items and not heading:
            kind = "item"
            fresh_items.discard(item)
        elif "blockquote" in tags:
            kind = "quote"
        elif (
            kind == "paragraph"
            and item is None
            and (position < bold or tags[0] in ("dt", "summary"))
            and _reads_as_heading(text)
        ):
            kind = "heading"
        yield Block(kind, text, numbers.setdefault(container, len(numbers)), linked)


def _names_speaker(cite: "HtmlElement") -> bool:
    """Tell whether a cite element is the speaker below a quotation, which style sheets show on a line of its own."""
    last = cite.getnext() is None and not (cite.tail or "").strip()
    return last and str(next(cite.iterancestors("blockquote", "p"), cite).tag) == "blockquote"


def with_joined_dates(page: Sequence[Block], language: str | None) -> list[Block]:
    """Return the blocks of a page, with one in place of those of a date whose day, month and year stand in boxes."""
    joined: list[Block] = []
    index = 0
    while index < len(page):
        block = page[index]
        counts = (3, 2) if len(block.text) <= _DATE_BOX_CHARS else ()
        count = next((count for count in counts if _is_date_in_boxes(page[index : index + count], count, language)), 1)
        text = " ".join(each.text for each in page[index : index + count])
        joined.append(block if count == 1 else Block("paragraph", text, block.parent, block.linked))
        index += count
    return joined


def _is_date_in_boxes(boxes: Sequence[Block], count: int, language: str | None) -> bool:
    if len(boxes) < count or any(len(box.text) > _DATE_BOX_CHARS or box.kind == "row" for box in boxes):
        return False
    text = " ".join(box.text for box in boxes)
    dated = find_date(text, language)
    return dated is not None and not any(map(str.isalnum, text[: dated.start] + text[dated.end :]))


def _reads_as_heading(text: str) -> bool:
    return len(text) <= HEADING_MAX_CHARS and not ends_sentence(text) and not is_speaker(text) and text[-1] not in ",;"


def _row(row: "HtmlElement") -> Block | None:
    """Return a row of a data table as a block; None for a row of a table that only arranges parts of the page."""
    cells = [cell for cell in row if cell.tag in ("td", "th")]
    if len(cells) < 2 or any(
        inner.tag in _BLOCKS and inner.tag not in ("p", "div") for cell in cells for inner in cell.iterdescendants()
    ):
        return None
    buffer = _Buffer()
    for element in row.iter("*"):
        buffer.add(" " if element.tag in _BLOCKS or element.tag == "br" else None)
        buffer.add(element.text)
        if element is not row:
            buffer.add((" " if element.tag in _BLOCKS else "") + (element.tail or ""))
    paragraphs, _, _ = buffer.flush()
    return Block("row", paragraphs[0], -1, 0.0) if paragraphs else None
