"""An HTML page -> a draft: trafilatura chooses the part that is the release, and the words come from the page's tree.

The steps are: read what the head states; remove parts that are boilerplate by class or id; let trafilatura choose among
the rest; add the blocks between the chosen ones, unless they are links; lay out the lines. No rule is for a single
site.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from corpus.cleaning.boilerplate import is_tail
from corpus.cleaning.datelines import is_about
from corpus.cleaning.html_blocks import Block, blocks
from corpus.cleaning.html_metadata import completed, stated
from corpus.cleaning.html_pruning import prune
from corpus.cleaning.language import other_language
from corpus.cleaning.language_links import language_links
from corpus.cleaning.lines import LaidOut, dates_of, fold, lay_out
from corpus.models import Draft
from corpus.release_text import ends_sentence, is_speaker

if TYPE_CHECKING:
    from lxml.html import HtmlElement
    from trafilatura.settings import Extractor

_SURE_CHARS = 25  # A shorter text may be part of the chosen text by chance.
_MOSTLY_LINKS = 0.5
_FEW_LINKS = 0.3
_ALL_LINKS = 0.95
_ANNOUNCING_WORDS = 4  # "Related documents:" has fewer.
_PARAGRAPH_CHARS = 60
_UNSEEN = re.compile(r"[\x80-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ue000-\uf8ff]+")
_SITE_NAMES = re.compile(
    r"(?:(?<!\s)\s+[|]\s++[^|]{2,60})++$|(?<!\s)\s+[-\u2013]\s++(?:Consilium|Europol|Frontex|European \w+)$",
    re.IGNORECASE,
)
_TITLE_PARTS = re.compile(r"\s[-\u2013\u2014|·:»]+\s")
_BESIDE_TITLE, _NEAR_TITLE = 4, 12  # So many blocks above the title may date the release, or may when no other does.
_TITLE_MAX_CHARS = 1_000
_MIN_ALIKE = 75.0  # "EP paves way for …" and "Parliament paves way for …" have 91.


def from_html(tree: "HtmlElement", address: str | None = None) -> Draft:
    """Read the tree of a page. What is no part of the release is removed from it.

    :param address: the address of the page after redirects.
    """
    head = replace(stated(tree, address), languages=language_links(tree))
    named = head.title or fold(tree.findtext(".//title") or "")
    prune(tree)
    all_blocks = list(blocks(tree, head.language))
    head = _in_own_language(head, all_blocks)
    start = _start(all_blocks, named, head.language)
    extracted = _extracted(tree, all_blocks[start:], head.language)
    chosen = _chosen(all_blocks[start:], extracted, head.language)
    first = all_blocks.index(chosen[0], start) if chosen else start
    above = [block.text for block in all_blocks[:first] if block.linked < _MOSTLY_LINKS and block.kind != "title"]
    title = _title(all_blocks, start, head.title)
    laid_out = lay_out([block.line for block in chosen], title=title, language=head.language)
    seen = _seen_dates(all_blocks, start, first, laid_out, head.language)
    return completed(replace(head, text=laid_out.text), laid_out, above, address, seen)


def _in_own_language(head: Draft, all_blocks: Sequence[Block]) -> Draft:
    """Return what a page states, in the language of its paragraphs where that is another than the page states."""
    prose = " ".join(block.text for block in all_blocks if block.kind == "paragraph" and ends_sentence(block.text))
    language = other_language(head.language, prose)
    return replace(head, language=language, found_in={**head.found_in, "language": "detected"}) if language else head


def _seen_dates(
    all_blocks: Sequence[Block], start: int, first: int, laid_out: LaidOut, language: str | None
) -> tuple[date, ...]:
    """Return the dates that a reader takes for those of the release, the likeliest first.

    They stand between the title and the text, right above the title, or in the text's first lines. A date further above
    the title may be of another part of the page: it counts when there is no other.
    """
    between = [block.text for block in all_blocks[start:first] if block.linked < _MOSTLY_LINKS]
    above = [block.text for block in reversed(all_blocks[: max(start - 1, 0)]) if block.linked < _MOSTLY_LINKS]
    beside = dates_of((*between, *above[:_BESIDE_TITLE]), language)
    days = (*beside[:1], *laid_out.dates, *beside[1:]) or dates_of(above[_BESIDE_TITLE:_NEAR_TITLE], language)[:1]
    return tuple(dict.fromkeys(days))


def _extracted(tree: "HtmlElement", after: Sequence[Block], language: str | None) -> "_Extracted":
    """Return the text that trafilatura chooses among the blocks below the title.

    It compares what it has found with what two other programs find, which takes as long again. All that these could add
    is prose, so they are asked only where some is missing.
    """
    quickly = _Extracted(_texts(tree, fast=True))
    return quickly if quickly.holds_prose(after, language) else _Extracted(_texts(tree, fast=False))


def _texts(tree: "HtmlElement", *, fast: bool) -> list[str]:
    """Return the texts of all elements that trafilatura chooses, the first of which holds the others."""
    import trafilatura
    from trafilatura.settings import Document

    page = trafilatura.bare_extraction(tree, options=_options(fast))
    if not isinstance(page, Document):
        return []
    return ["".join(map(str, element.itertext())) for element in page.body.iter("*")]


@cache  # Reading trafilatura's own settings takes a tenth of a small page's time.
def _options(fast: bool) -> "Extractor":
    from trafilatura.settings import Extractor

    # Of the format only the tree is read; for "python", trafilatura would write the text once more.
    return Extractor(output_format="xml", fast=fast, formatting=True, tables=True, comments=False)


class _Extracted:
    """The text that trafilatura chose, without white space and invisible characters."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._whole = "\n".join(map(_squeezed, texts[:1]))
        self._parts = frozenset(map(_squeezed, texts))

    def holds_prose(self, after: Sequence[Block], language: str | None) -> bool:
        """Tell whether the text has all prose of some blocks, up to where contacts and the like begin."""
        for block in after:
            if block.kind in ("heading", "title") and is_tail(block.text, language):
                break
            is_prose = ends_sentence(block.text) or len(block.text) >= _PARAGRAPH_CHARS
            if is_prose and block.linked < _MOSTLY_LINKS and not self.holds(block):
                return False
        return True

    def holds(self, block: Block) -> bool:
        text = _squeezed(block.text)
        return text in self._parts or (len(text) >= _SURE_CHARS and text in self._whole)


def _squeezed(text: str) -> str:
    text = "".join(text.split())
    return text if text.isascii() else _UNSEEN.sub("", text)


def _start(all_blocks: Sequence[Block], title: str | None, language: str | None) -> int:
    """Return the index of the block after the title.

    The title is the heading that the page's head names, or else the first h1. Some pages have the name of the site as
    h1, or no h1 at all.
    """
    titles = [index for index, block in enumerate(all_blocks) if block.kind == "title"]
    if title and len(title) <= _TITLE_MAX_CHARS:
        parts = {part.strip().casefold() for part in (title, *_TITLE_PARTS.split(title))}
        headings = (
            index
            for index, block in enumerate(all_blocks)
            if block.kind in ("title", "heading") and block.text.casefold() in parts
        )
        named = [index for index in headings if not is_about(all_blocks[index].text, language)]
        shown = [index for index in named if index in titles] or (
            named if not _is_titled(all_blocks, titles, title) else []
        )
        if shown:
            return shown[0] + 1
    if not titles:
        return 0
    matching = [index for index in titles if title and _alike(all_blocks[index].text, title)]
    return (matching or titles)[0] + 1


def _is_titled(all_blocks: Sequence[Block], titles: Sequence[int], title: str) -> bool:
    """Tell whether an h1 is like the title in the head of the page, and not only the name of the site in it."""
    return any(_alike(all_blocks[index].text, title) and not is_about(all_blocks[index].text) for index in titles)


def _title(all_blocks: Sequence[Block], start: int, title: str | None) -> str | None:
    """Return the title that the page shows, or the one in its head without the name of the site if the two differ."""
    shown = all_blocks[start - 1].text if start else None
    if title is None or (shown and _alike(shown, title)):
        return shown
    return _SITE_NAMES.sub("", title) if len(title) <= _TITLE_MAX_CHARS else title


def _alike(shown: str, title: str) -> bool:
    """Tell whether two titles are the same except for the name of the site or a changed word."""
    if max(len(shown), len(title)) > _TITLE_MAX_CHARS:
        return shown == title
    shown, title = shown.casefold(), title.casefold()
    return title.startswith(shown) or fuzz.ratio(shown, _SITE_NAMES.sub("", title)) >= _MIN_ALIKE


def _chosen(after: Sequence[Block], extracted: _Extracted, language: str | None) -> list[Block]:
    """Return the blocks that trafilatura chose, with those around and between them that are not links."""
    extracted_indexes = [index for index, block in enumerate(after) if extracted.holds(block)]
    if not extracted_indexes:
        return [block for block in after if block.linked < _MOSTLY_LINKS]
    first, last = extracted_indexes[0], extracted_indexes[-1]
    kept_indexes = set(extracted_indexes) | _lead(after, first, language)
    parents = {after[index].parent for index in extracted_indexes}
    chosen: list[Block] = []
    for index, block in enumerate(after):
        if is_tail(block.text, language) and block.kind in ("heading", "title") and index >= last:
            break
        listed = block.kind == "item" and bool(chosen) and (chosen[-1].text.endswith(":") or chosen[-1].kind == "item")
        between = first < index < last and (block.linked < _MOSTLY_LINKS or (listed and chosen[-1] is after[index - 1]))
        continues = index > last and (
            _continues(block, after[index - 1], chosen, parents) or _is_announced(after, index, chosen, language)
        )
        if index in kept_indexes or between or continues:
            chosen.append(block)
    return _once(_without_links_below(chosen))


def _without_links_below(chosen: Sequence[Block]) -> list[Block]:
    """Drop the blocks at the end that only lead to other pages, unless a sentence before them announces them."""
    end = len(chosen)
    while end and chosen[end - 1].linked >= _ALL_LINKS and not ends_sentence(chosen[end - 1].text):
        end -= 1
    announced = end > 0 and chosen[end - 1].text.endswith(":")
    return list(chosen) if announced or not end else list(chosen[:end])


def _once(chosen: Sequence[Block]) -> list[Block]:
    """Drop the second copy of a paragraph. Some pages have one for wide screens and one for narrow screens."""
    seen: set[str] = set()
    kept = []
    for block in chosen:
        if len(block.text) < _PARAGRAPH_CHARS or block.text not in seen:
            kept.append(block)
            seen.add(block.text)
    return kept


def _lead(after: Sequence[Block], first: int, language: str | None) -> set[int]:
    """Return the indexes of blocks above the first chosen one that are a lead.

    A lead is prose, with the headings, lists and speakers directly above it or above the first chosen block.
    """
    lead: set[int] = set()
    for index in range(first - 1, -1, -1):
        block = after[index]
        right_above = index + 1 in lead or index + 1 == first
        beside = right_above and (block.kind in ("heading", "item") or is_speaker(block.text))
        prose = ends_sentence(block.text) and block.linked < _FEW_LINKS
        if prose or (beside and block.linked == 0 and not is_about(block.text, language)):
            lead.add(index)
    return lead


def _is_announced(after: Sequence[Block], index: int, chosen: Sequence[Block], language: str | None) -> bool:
    """Tell whether a block is an item, of links too, of a list that a line of the text announces: "It adopted:"."""
    start = index
    while start and after[start].kind == "item":
        start -= 1
    line = after[start].text
    announces = start < index and line.endswith(":") and len(line.split()) >= _ANNOUNCING_WORDS
    return announces and not is_tail(line, language) and bool(chosen) and chosen[-1] is after[index - 1]


def _continues(block: Block, before: Block, chosen: Sequence[Block], parents: set[int]) -> bool:
    """Tell whether a block below the last extracted one continues the release.

    That is a list item or a row directly below a chosen block, or prose in a container of extracted blocks.
    """
    if block.linked:
        return False
    below = block.kind in ("item", "row") and bool(chosen) and chosen[-1] is before
    return below or (ends_sentence(block.text) and block.parent in parents)
