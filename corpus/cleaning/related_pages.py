"""Blocks below a title -> the blocks of the release: what only leads to other pages leaves, in any language.

Sites put other releases below a text, each as a title that is a link, with a date or a line or two of its text. No word
tells them apart, but their shape does: the titles are links, and what stands between them is short.
"""

from collections.abc import Sequence

from corpus.cleaning.boilerplate import is_only_contact, is_tail
from corpus.cleaning.datelines import is_about
from corpus.cleaning.dates import find_date
from corpus.cleaning.html_blocks import Block
from corpus.cleaning.wording import folded, phrases
from corpus.release_text import ends_sentence

_MOSTLY_LINKS = 0.5
_ALL_LINKS = 0.95
_PROSE_CHARS = 80
_MIN_PARAGRAPHS, _MIN_TEASERS = 2, 2
_CUT_OFF = ("…", "...", "[…]", "[...]")
_TITLE_WORDS = 3  # A link of fewer words is no title of a page.
_LABEL_WORDS = 5
_ANNOUNCING_WORDS = 4  # "Related documents:" has fewer.


def without_teasers(below: Sequence[Block], language: str | None) -> list[Block]:
    """Return the blocks up to the teasers of other pages at the end.

    Teasers begin below two paragraphs of the text. Each has a date, or they are shorter than the text, and have a
    heading of their own or break off: a release that tells of several others under their titles is longer than that.
    """
    titles = [index for index in range(len(below)) if _is_teaser_title(below, index, language)]
    if len(titles) < _MIN_TEASERS:
        return list(below)
    prose = [index for index, block in enumerate(below) if _is_prose(block)]
    text = [index for index in prose if index < titles[0]]
    teased = [index for index in prose if index > titles[0]]
    if len(text) < _MIN_PARAGRAPHS or not _are_teasers(below, titles, language):
        return list(below)
    dated = all(_has_date(below, index, language) for index in titles)
    headed = _section_start(below, titles[0], language) < titles[0]
    if not dated and not headed and not all(below[index].text.endswith(_CUT_OFF) for index in teased):
        return list(below)
    if not dated and sum(len(below[index].text) for index in teased) >= sum(len(below[index].text) for index in text):
        return list(below)
    return list(below[: _section_start(below, titles[0], language)])


def leads_elsewhere(block: Block) -> bool:
    """Tell whether a block is a link inside the text that says so itself: "Read also: How a town built a wall"."""
    label, colon, _ = block.text.partition(":")
    named = folded(label) in phrases("more", "related")
    return block.linked >= _ALL_LINKS and bool(colon) and named


def without_links_below(chosen: Sequence[Block], after: Sequence[Block], language: str | None) -> list[Block]:
    """Drop the blocks at the end that lead to other pages or label such, unless a sentence before them announces them.

    :param chosen: the blocks of the text, out of the blocks `after` the title.
    """
    places = {id(block): index for index, block in enumerate(after)}
    end = len(chosen)
    while end > 1 and not ends_sentence(chosen[end - 1].text):
        block = chosen[end - 1]
        place = places[id(block)] + 1
        below = after[place : place + 1]
        elsewhere = (
            _is_link(block, language) or _is_tag_line(block.text, language) or _labels_other(block, below, language)
        )
        if not elsewhere or is_only_contact(block.text):  # Names above contacts are known by what is below them.
            break
        end -= 1
    last = chosen[end - 1].text if end else ""
    announced = last.endswith(":") and len(last.split()) >= _ANNOUNCING_WORDS
    return list(chosen) if announced else list(chosen[:end])


def _is_teaser_title(below: Sequence[Block], index: int, language: str | None) -> bool:
    block = below[index]
    if block.linked < _ALL_LINKS or len(block.text.split()) < _TITLE_WORDS:
        return False
    return block.kind in ("heading", "title") or _has_date(below, index, language)


def _has_date(below: Sequence[Block], index: int, language: str | None) -> bool:
    """Tell whether a line with a date stands right above a title, or below it and its teaser."""
    around = (*below[max(0, index - 1) : index], *below[index + 1 : index + 3])
    return any(is_about(each.text, language) and find_date(each.text, language) is not None for each in around)


def _are_teasers(below: Sequence[Block], titles: Sequence[int], language: str | None) -> bool:
    """Tell whether the titles head all that is below the first of them, each with one paragraph at most."""
    parts = [below[first + 1 : end] for first, end in zip(titles, [*titles[1:], len(below)], strict=True)]
    if _says_more(parts[-1], language) and not any(_says_more(part, language) for part in parts[:-1]):
        return False  # Dated links inside a text, which goes on below them.
    for part in parts:
        tail = next((place for place, block in enumerate(part) if is_tail(block.text, language)), len(part))
        headed = any(
            block.kind in ("heading", "title") and block.linked < _ALL_LINKS and any(map(_is_prose, part[place:]))
            for place, block in enumerate(part[:tail], 1)
        )
        if headed or sum(map(_is_prose, part[:tail])) > 1:
            return False
    return True


def _says_more(part: Sequence[Block], language: str | None) -> bool:
    """Tell whether a sentence stands below a title, before what is no part of the text anyway."""
    end = next((place for place, block in enumerate(part) if is_tail(block.text, language)), len(part))
    return any(block.linked < _MOSTLY_LINKS and ends_sentence(block.text) for block in part[:end])


def _section_start(below: Sequence[Block], first: int, language: str | None) -> int:
    """Return where the section of the first teaser begins: above its kind and date, with the heading of the section."""
    start = first
    while start and is_about(below[start - 1].text, language):
        start -= 1
    heads = start and below[start - 1].kind == "heading" and not _is_prose(below[start - 1])
    return start - 1 if heads else start


def _is_prose(block: Block) -> bool:
    return len(block.text) >= _PROSE_CHARS and block.linked < _MOSTLY_LINKS and ends_sentence(block.text)


def _is_link(block: Block, language: str | None) -> bool:
    dated = block.kind != "item" or find_date(block.text, language) is not None
    return block.linked >= _ALL_LINKS or (block.linked >= _MOSTLY_LINKS and dated)


def _is_tag_line(text: str, language: str | None) -> bool:
    """Tell whether a line names the subjects of its page behind a label: "Tags: ports, ships"."""
    label, colon, subjects = text.partition(":")
    return bool(colon) and bool(subjects.strip()) and folded(label) in phrases("tags", language=language)


def _labels_other(block: Block, below: Sequence[Block], language: str | None) -> bool:
    """Tell whether a block is the kind of the page, or a label of a few words over such or over links."""
    if block.kind not in ("paragraph", "heading") or block.text.endswith((",", ";")):
        return False
    if is_about(block.text, language) and find_date(block.text, language) is None:
        return True
    short = len(block.text.split()) <= _LABEL_WORDS
    valued = below[:1] and (_is_link(below[0], language) or is_about(below[0].text, language))
    return short and bool(valued)
