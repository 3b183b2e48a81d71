"""HTML -> a tree without what sites put around a release -> blocks with the words of the page.

A block is what a browser shows on lines of its own: a paragraph, a heading, a list item, a row of a table. Its words
come from the tree of the page, with a space where the browser breaks the line, so that no two words are joined.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
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
_UNREAD = tuple(
    "script style noscript template nav select button textarea iframe object svg math audio video canvas input label "
    "figcaption dialog datalist map".split()
)
_WORD = re.compile(r"[A-Z]?[a-z]+")
# Words in `class` and `id` that tell the purpose of a part of the page. A part with a sure word is always boilerplate.
# The unsure words also name topics ("social-policy"), so a part with two paragraphs of prose is kept.
_SURE_WORDS = frozenset(
    "cookie cookies consent gdpr breadcrumb breadcrumbs comments respond newsletter related relatedlinks footer "
    "pagination pager sitemap globan contacts addtoany".split()
)
_UNSURE_WORDS = frozenset(
    "feedback share sharing social socials contact links tags topics toolbar skip search menu navigation navbar "
    "subscribe download downloads lang languages comment".split()
)
_BOILERPLATE_WORDS = _SURE_WORDS | _UNSURE_WORDS
_LANGUAGE_MENU = re.compile(
    r"lang(?:uage)?s?[-_]+(?:menu|select|switch|list|drop|nav|bar)|site-header__lang", re.IGNORECASE
)
# Only such elements can be boilerplate or hidden.
_MARKED = "descendant::*[@class or @id or @hidden or @style or self::footer or self::header or self::form]"
_HIDDEN_WORDS = frozenset(("visually-hidden", "sr-only", "element-invisible", "ep_hidden", "wai-shortcut", "hidden"))
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_PROSE_CHARS = 80
_BREAKS = re.compile(r"\x0b\s*\x0b")  # A line break is read as U+000B.


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a page that a browser shows on lines of its own.

    `kind` is title (h1), heading, item, row, quote or paragraph. `parent` is a number that all blocks of one container
    share. `linked` is the share of its characters that are in links.
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


def drop_unread(tree: "HtmlElement") -> None:
    """Remove from a tree what is not read: scripts, forms, pictures. What a button opens is marked as a region."""
    from lxml.etree import strip_elements

    hidden = {element.get("id"): element for element in tree.xpath("//*[@hidden][@id]")}
    for button in [*tree.iter("button")]:
        opened = hidden.get(button.get("aria-controls"))
        if opened is not None and opened.get("role") is None:
            opened.set("role", "region")
        if next(button.iterancestors(*_HEADINGS, "dt"), None) is not None:  # It is the heading of what it opens.
            button.drop_tag()
    strip_elements(tree, *_UNREAD, with_tail=False)


def prune(tree: "HtmlElement") -> None:
    """Remove from a tree what is not read, what is hidden, and what is boilerplate by its class or id."""
    drop_unread(tree)
    total_chars = len(tree.text_content())
    for element in tree.xpath(_MARKED):
        if element.getparent() is not None and _is_boilerplate(element) and not _holds_release(element, total_chars):
            element.drop_tree()


def _is_boilerplate(element: "HtmlElement") -> bool:
    tag = element.tag
    if tag == "footer":
        return next(element.iterancestors("blockquote", "figure"), None) is None
    if tag in ("header", "form"):
        return True
    if tag in ("html", "body", "main", "article", "h1", "p", "a", "span", "em", "strong", "b", "i", "li"):
        return _is_hidden(element)
    return _names_boilerplate(_names(element)) or _is_hidden(element)


@lru_cache(256)  # The elements of a page share their classes.
def _names_boilerplate(names: str) -> bool:
    words = _WORD.findall(names)
    return not _BOILERPLATE_WORDS.isdisjoint(map(str.casefold, words)) or bool(_LANGUAGE_MENU.search(names))


def _is_hidden(element: "HtmlElement") -> bool:
    return (
        (element.get("hidden") is not None and not _opens(element))
        or not _HIDDEN_WORDS.isdisjoint((element.get("class") or "").split())
        or bool((style := element.get("style")) and _HIDDEN_STYLE.search(style))
    )


def _opens(element: "HtmlElement") -> bool:
    """Tell whether a hidden part holds prose and is shown to whoever opens it, as parts of an accordion are."""
    opened = element.get("role") in ("region", "tabpanel")
    return opened and any(len(p.text_content()) >= _PROSE_CHARS for p in element.iter("p"))


def _holds_release(element: "HtmlElement", total_chars: int) -> bool:
    """Tell whether a part that looks like boilerplate holds the title, most of the page, or prose."""
    if next(element.iter("h1"), None) is not None and not _is_hidden(element):
        return True
    if len(element.text_content()) > total_chars / 2:
        return True
    if _words(element) & _SURE_WORDS or element.tag in ("footer", "header"):
        return False
    prose = [p for p in element.iter("p") if len(p.text_content()) >= _PROSE_CHARS and next(p.iter("a"), None) is None]
    return len(prose) > 1


def _names(element: "HtmlElement") -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"


def _words(element: "HtmlElement") -> frozenset[str]:
    return frozenset(word.casefold() for word in _WORD.findall(_names(element)))


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
