"""A page in HTML -> a draft: trafilatura says which part of it is the release, the page's own tree gives the words.

In this order: what the head states is read; parts that are boilerplate by name go; trafilatura chooses among what is
left; blocks between the chosen ones come back unless they are links; and the lines are laid out. There is no rule for
a single site, because on the pages in tests none is needed.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from corpus.cleaning.boilerplate import TAIL, is_about
from corpus.cleaning.html_blocks import Block, blocks, parse, prune
from corpus.cleaning.html_metadata import completed, stated
from corpus.cleaning.lines import lay_out
from corpus.models import Draft
from corpus.release_text import ends_sentence, is_speaker

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SURE_CHARS = 25  # a shorter text may stand in the chosen text by chance
_MOSTLY_LINKS = 0.5
_FEW_LINKS = 0.3
_PARAGRAPH_CHARS = 60
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ue000-\uf8ff]+")
_SITE_NAMES = re.compile(
    r"(?:(?<!\s)\s+[|]\s++[^|]{2,60})++$|(?<!\s)\s+[-\u2013]\s++(?:Consilium|Europol|Frontex|European \w+)$",
    re.IGNORECASE,
)
_TITLE_MAX_CHARS = 1_000
_ALIKE = 75.0  # "EP paves way for …" and "Parliament paves way for …" is 91


def from_html(html: str, name: str, address: str | None = None) -> Draft:
    """Read a page.

    :param address: where it was found in the end, after redirects.
    :raises SourceError: when the page cannot be parsed.
    """
    tree = parse(html, name)
    head = stated(tree, address)
    prune(tree)
    all_blocks = list(blocks(tree))
    start = _start(all_blocks, head.title)
    chosen = _chosen(all_blocks[start:], _extracted(tree))
    first = all_blocks.index(chosen[0], start) if chosen else start
    above = [block.text for block in all_blocks[:first] if block.linked < _MOSTLY_LINKS and block.kind != "title"]
    title = _title(all_blocks, start, head.title)
    laid = lay_out([block.line for block in chosen], title=title, language=head.language)
    return completed(replace(head, text=laid.text), laid, above, address)


def _extracted(tree: "HtmlElement") -> "_Extracted":
    import trafilatura
    from trafilatura.settings import Document

    page = trafilatura.bare_extraction(tree, include_formatting=True, include_tables=True, include_comments=False)
    if not isinstance(page, Document):
        return _Extracted([])
    return _Extracted(["".join(map(str, element.itertext())) for element in page.body.iter("*")])


class _Extracted:
    """What trafilatura chose, with all white space and invisible signs taken out."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._whole = "\n".join(map(_solid, texts[:1]))
        self._parts = frozenset(map(_solid, texts))

    def __bool__(self) -> bool:
        return bool(self._whole)

    def holds(self, block: Block) -> bool:
        text = _solid(block.text)
        return text in self._parts or (len(text) >= _SURE_CHARS and text in self._whole)


def _solid(text: str) -> str:
    return _UNSEEN.sub("", text)


def _start(all_blocks: Sequence[Block], title: str | None) -> int:
    """Return where the release begins: after the h1 that is its title, or the first one where none is."""
    titles = [at for at, block in enumerate(all_blocks) if block.kind == "title"]
    if not titles:
        return 0
    own = [at for at in titles if title and _alike(all_blocks[at].text, title)]
    return (own or titles)[0] + 1


def _title(all_blocks: Sequence[Block], start: int, title: str | None) -> str | None:
    """Return the title as the page shows it; as its head states it, without the site's name, where it shows none."""
    shown = all_blocks[start - 1].text if start else None
    if title is None or (shown and _alike(shown, title)):
        return shown
    return _SITE_NAMES.sub("", title) if len(title) <= _TITLE_MAX_CHARS else title


def _alike(shown: str, title: str) -> bool:
    """Tell whether two titles are one, but for a site's name or a word said otherwise."""
    if max(len(shown), len(title)) > _TITLE_MAX_CHARS:
        return shown == title
    shown, title = shown.casefold(), title.casefold()
    return title.startswith(shown) or fuzz.ratio(shown, _SITE_NAMES.sub("", title)) >= _ALIKE


def _chosen(after: Sequence[Block], extracted: _Extracted) -> list[Block]:
    """Return the blocks that trafilatura chose, and those around and between them that are not links."""
    held = [at for at, block in enumerate(after) if extracted.holds(block)]
    if not held:
        return [block for block in after if block.linked < _MOSTLY_LINKS]
    first, last = held[0], held[-1]
    known = set(held) | _lead(after, first)
    parents = {after[at].parent for at in held}
    chosen: list[Block] = []
    for at, block in enumerate(after):
        if TAIL.match(block.text) and block.kind in ("heading", "title") and at >= last:
            break
        listed = block.kind == "item" and bool(chosen) and (chosen[-1].text.endswith(":") or chosen[-1].kind == "item")
        between = first < at < last and (block.linked < _MOSTLY_LINKS or (listed and chosen[-1] is after[at - 1]))
        if at in known or between or (at > last and _goes_on(block, after[at - 1], chosen, parents)):
            chosen.append(block)
    return _once(chosen)


def _once(chosen: Sequence[Block]) -> list[Block]:
    """Leave out a paragraph that is there twice, once for wide screens and once for narrow ones."""
    seen: set[str] = set()
    kept = []
    for block in chosen:
        if len(block.text) < _PARAGRAPH_CHARS or block.text not in seen:
            kept.append(block)
            seen.add(block.text)
    return kept


def _lead(after: Sequence[Block], first: int) -> set[int]:
    """Return which blocks above the first chosen one are a lead: prose, and headings, lists and speakers beside it."""
    found: set[int] = set()
    for at in range(first - 1, -1, -1):
        block = after[at]
        right_above = at + 1 in found or at + 1 == first
        beside = right_above and (block.kind in ("heading", "item") or is_speaker(block.text))
        prose = ends_sentence(block.text) and block.linked < _FEW_LINKS
        if prose or (beside and block.linked == 0 and not is_about(block.text)):
            found.add(at)
    return found


def _goes_on(block: Block, before: Block, chosen: Sequence[Block], parents: set[int]) -> bool:
    """Tell whether a block below the last chosen one goes on with it: list or table right below, or prose beside."""
    if block.linked:
        return False
    below = block.kind in ("item", "row") and bool(chosen) and chosen[-1] is before
    return below or (ends_sentence(block.text) and block.parent in parents)
