"""HTML -> a tree -> blocks with the words of the page.

A block is what a browser shows on lines of its own: a paragraph, a heading, a list item, a row of a table. Its words
come from the tree of the page, with a space where the browser breaks the line, so that no two words are joined.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from corpus.cleaning.datelines import is_about
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

    def add(self, text: str | None) -> None:
        if not text:
            return
        self.parts.append(text)
        size = sum(map(len, text.split()))
        self.linked += size if self.links else 0
        self.bold += size if self.bolds else 0

    def flush(self) -> tuple[list[str], float, bool]:
        """Empty the buffer. Return its paragraphs, the share of its text in links, and whether all of it is bold."""
        text = "".join(self.parts)
        text = text if text.isascii() else text.translate(_INVISIBLE)
        pieces = _BREAKS.split(text) if "\x0b" in text else (text,)
        parts = (part for piece in pieces for part in _without_dateline(piece, self.language))
        paragraphs = [line for line in map(fold, parts) if line]
        size = sum(map(len, text.split())) or 1
        linked_share, is_bold = self.linked / size, self.bold >= size
        self.parts, self.linked, self.bold = [], 0, 0
        return paragraphs, linked_share, is_bold


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
        is_block = tag in _BLOCKS or "-" in tag
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
            if tag == "br":
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
    for text in paragraphs:
        kind = "title" if heading == "h1" else "heading" if heading else "paragraph"
        if item is not None and item in fresh_items and not heading:
            kind = "item"
            fresh_items.discard(item)
        elif "blockquote" in tags:
            kind = "quote"
        elif (
            kind == "paragraph" and item is None and (bold or tags[0] in ("dt", "summary")) and _reads_as_heading(text)
        ):
            kind = "heading"
        yield Block(kind, text, numbers.setdefault(container, len(numbers)), linked)


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
