"""Doubts about a draft: signs that it is no release, which a person should judge before it is served.

The checks read the draft's text, and the source's bytes where only the page shows what it is: a login, a list.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from corpus.cleaning.encoding import decode
from corpus.cleaning.lines import fold
from corpus.errors import SourceError
from corpus.models import Draft
from corpus.processes.sandbox import in_child
from corpus.release_text import HEADING, ends_sentence, is_list_item

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# The shortest of 291 real releases has 904 characters.
MIN_CHARS = 300
_SHORT_CHARS = 1500  # The text of an error page or of a login page is shorter than this.
_MIN_MOJIBAKE = 3
_MOJIBAKE_SHARE = 0.3  # Share of the non-ASCII runs. In correct text a run is rarely valid UTF-8 by chance ("É»").
_NON_ASCII = re.compile(r"[^\x00-\x7f]{2,}|[^\x00-\x7f]")
_PAGE_MAX_CHARS = 1_000_000  # Only the beginning of a longer page is inspected.
_TEASER_CHARS = 60
_MIN_TEASERS, _MAX_TEASERS = 4, 200
_HEADING_WORDS = 3  # Of a heading that is a link, so many words are a title.
_MIN_LISTED = 8  # A listing page has one link of a title's length for each release.
_NOT_FOUND = re.compile(
    r"\b404\b|page (?:was )?not (?:be )?found|(?:page|content) (?:is )?(?:no longer|not) available"
    r"|(?:page|content|document) (?:you .{0,40})?(?:does not|doesn.t|no longer) exists?"
    r"|page (?:introuvable|non trouvée)|seite (?:wurde )?nicht gefunden|pagina nu a fost găsită"
    r"|página no encontrada|pagina non trovata|página não encontrada|nie znaleziono strony|strona nie istnieje"
    r"|pagina niet gevonden|sidan (?:kunde inte hittas|hittades inte)|sivua ei löyt|stránka nenalezena",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"\b(?:sign|log) ?in (?:to|with|using)\b|\blog ?in\b.{0,40}\b(?:required|password)|\bEU Login\b"
    r"|please (?:log|sign) in"
    r"|you (?:must|need to) (?:be logged|log|sign) ?in|access (?:is )?(?:denied|restricted)|authentication required"
    r"|veuillez vous (?:connecter|identifier)|bitte (?:melden sie sich an|anmelden)|subscribers? only|inicie sesión",
    re.IGNORECASE,
)
_NEEDS_SCRIPT = re.compile(
    r"(?:enable|activate|turn on|requires?|needs?) (?:your )?java ?script"
    r"|java ?script (?:is |must be |to be )?(?:enabled|disabled|required)"
    r"|activer javascript|javascript (?:aktivieren|ist deaktiviert)|checking your browser",
    re.IGNORECASE,
)


class DoubtKind(Enum):
    """What makes a draft look like no release."""

    TOO_SHORT = auto()
    """Its text is shorter than that of any real release; the count is its characters."""
    WRONG_ENCODING = auto()
    """Its letters were read in the wrong encoding; the count is the places."""
    LOST_LETTERS = auto()
    """It holds replacement characters; the count is how many."""
    BOILERPLATE = auto()
    """Few of its lines are sentences."""
    NOT_FOUND_PAGE = auto()
    """The page says that there is no such page."""
    LOGIN_PAGE = auto()
    """The page asks to log in."""
    NEEDS_SCRIPTS = auto()
    """The page shows its text only when a browser runs its scripts."""
    LIST_OF_PAGES = auto()
    """The page lists other pages; the count is the links to them."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason to think that a draft is no release; whoever shows it to a person puts it into words."""

    kind: DoubtKind
    count: int = 0


@dataclass(frozen=True, slots=True)
class Inspection:
    """The doubts about a draft, and whether its source is a plain text."""

    doubts: tuple[Doubt, ...]
    is_plain_text: bool


def inspect_draft(draft: Draft, data: bytes, name: str) -> Inspection:
    """Inspect a draft and its source, in a child process with bounded time and memory.

    :param data: the source's bytes, of which the draft was made.
    :param name: how messages call the source.
    :raises SourceError: when that takes too much time or memory.
    """
    return in_child(_inspect, draft, data, name, name=name)


def _inspect(draft: Draft, data: bytes, name: str) -> Inspection:
    from corpus.cleaning.clean import is_html, kind_of

    try:
        text = decode(data, name) if kind_of(data, name) == "text" else None
    except SourceError:
        text = None
    page = text[:_PAGE_MAX_CHARS] if text is not None and is_html(text) else None
    doubts = (*_text_doubts(draft), *_page_doubts(draft, page, name))
    return Inspection(doubts, is_plain_text=text is not None and page is None)


def mojibake(text: str) -> int:
    """Count the runs of characters that are UTF-8 read as cp1252; 0 where there are too few among others."""
    runs = _NON_ASCII.findall(text)
    wrong = sum(_is_utf8_read_as_cp1252(run) for run in runs)
    return wrong if wrong >= _MIN_MOJIBAKE and wrong >= _MOJIBAKE_SHARE * len(runs) else 0


def _text_doubts(draft: Draft) -> Iterator[Doubt]:
    size = len(draft.text)
    if size < MIN_CHARS:
        yield Doubt(DoubtKind.TOO_SHORT, size)
    wrong = mojibake(f"{draft.title or ''}\n{draft.text}")
    if wrong:
        yield Doubt(DoubtKind.WRONG_ENCODING, wrong)
    lost = draft.text.count("\ufffd") + (draft.title or "").count("\ufffd")
    if lost:
        yield Doubt(DoubtKind.LOST_LETTERS, lost)
    lines = [line for line in draft.text.split("\n") if line and not HEADING.match(line)]
    prose = sum(len(line) for line in lines if ends_sentence(line) or is_list_item(line) or len(line) > 150)
    if size >= MIN_CHARS and prose < 0.5 * sum(map(len, lines)):
        yield Doubt(DoubtKind.BOILERPLATE)


def _page_doubts(draft: Draft, html: str | None, name: str) -> Iterator[Doubt]:
    page = _parsed(html, name)
    if page is None:
        return
    title = f"{draft.title or ''} {page.findtext('.//title') or ''}"
    scripts = sum(1 for _ in page.iter("script"))
    unscripted = " ".join(fold(element.text_content()) for element in page.iter("noscript"))
    links = _count_title_links(page)
    for element in list(page.iter("script", "style", "noscript", "template")):
        element.drop_tree()
    shown = fold(page.text_content())
    short = len(draft.text) < _SHORT_CHARS
    if _NOT_FOUND.search(title) or (short and len(shown) < 2 * _SHORT_CHARS and _NOT_FOUND.search(shown)):
        yield Doubt(DoubtKind.NOT_FOUND_PAGE)
    if short and (_asks_password(page) or (len(shown) < 2 * _SHORT_CHARS and _LOGIN.search(shown))):
        yield Doubt(DoubtKind.LOGIN_PAGE)
    if len(draft.text) < MIN_CHARS and (
        (scripts and len(shown) < MIN_CHARS) or _NEEDS_SCRIPT.search(unscripted) or _NEEDS_SCRIPT.search(shown)
    ):
        yield Doubt(DoubtKind.NEEDS_SCRIPTS)
    if (links >= _MIN_LISTED and _is_list(draft, links, page)) or _is_made_of_teasers(draft, page):
        yield Doubt(DoubtKind.LIST_OF_PAGES, links)


def _parsed(html: str | None, name: str) -> "HtmlElement | None":
    from corpus.cleaning.html_blocks import parse

    try:
        return parse(html, name) if html is not None else None
    except SourceError:
        return None


def _asks_password(page: "HtmlElement") -> bool:
    return any((field.get("type") or "").casefold() == "password" for field in page.iter("input"))


def _count_title_links(page: "HtmlElement") -> int:
    """Count the links in a page's content that read as titles and lead to different addresses."""
    return len({link.get("href") for link in _title_links(page)})


def _title_links(page: "HtmlElement") -> "Iterator[HtmlElement]":
    """Yield the links in a page's content that read as titles."""
    for link in page.iter("a"):
        text = fold(link.text_content())
        if (link.get("href") or "").startswith("#"):
            continue
        is_heading = next(link.iterancestors("h2", "h3", "h4"), None) is not None
        if (
            (len(text) >= 25 or is_heading)
            and len(text.split()) >= (_HEADING_WORDS if is_heading else 4)
            and not ends_sentence(text)
            and next(link.iterancestors("p", "nav", "header", "footer", "aside"), None) is None
        ):
            yield link


def _more_links(page: "HtmlElement") -> "list[HtmlElement]":
    """Return the links that stand alone under one name and lead to many pages: "Read more"."""
    alone: defaultdict[str, list[HtmlElement]] = defaultdict(list)
    for link in page.iter("a"):
        text, parent = fold(link.text_content()), link.getparent()
        if text and parent is not None and fold(parent.text_content()) == text:
            alone[text].append(link)
    most = max(alone.values(), key=len, default=[])
    return most if len({link.get("href") for link in most}) >= _MIN_TEASERS else []


def _is_made_of_teasers(draft: Draft, page: "HtmlElement") -> bool:
    """Tell whether most of the prose of a text stands beside links, each piece beside a link of its own.

    A teaser is what is inside the largest element that holds one link with a title and no other.
    """
    prose = [line for line in draft.text.split("\n") if len(line) >= _TEASER_CHARS and not HEADING.match(line)]
    links = [*_title_links(page), *_more_links(page)]
    if len(links) < _MIN_TEASERS or not prose:
        return False
    held = Counter(ancestor for link in links for ancestor in link.iterancestors())
    owners: dict[str, HtmlElement] = {}
    for link in links[:_MAX_TEASERS]:
        own = [ancestor for ancestor in link.iterancestors() if held[ancestor] == 1]
        text = fold(own[-1].text_content()) if own else ""
        owners |= {line: own[-1] for line in prose if line.removeprefix("- ") in text}
    return len(set(owners.values())) >= _MIN_TEASERS and len(owners) > len(prose) / 2


def _is_list(draft: Draft, links: int, page: "HtmlElement") -> bool:
    """Tell whether a page lists others: it has more links to them than its text has paragraphs of prose."""
    prose = sum(
        1 for line in draft.text.split("\n") if len(line) > 150 and ends_sentence(line) and not is_list_item(line)
    )
    texts = (fold(link.text_content()) for link in page.iter("a"))
    linked = sum(1 for text in texts if len(text) >= 25 and text in draft.text)
    return prose < 2 or linked >= max(_MIN_LISTED, 2 * prose) or links > 6 * prose


def _is_utf8_read_as_cp1252(run: str) -> bool:
    try:
        return len(b"".join(map(_byte, run)).decode("utf-8")) < len(run)
    except UnicodeError:
        return False


def _byte(char: str) -> bytes:
    return char.encode("latin-1") if ord(char) < 0xA0 else char.encode("cp1252")
