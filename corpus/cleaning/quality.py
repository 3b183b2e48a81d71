"""Doubts about a draft: signs that it is no release, which a person should judge before it is served.

The checks read the draft's text, and the tree of the page where only that shows what it is: a login, a list.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import islice
from typing import TYPE_CHECKING

from corpus.cleaning.lines import fold
from corpus.models import Draft
from corpus.release_text import HEADING, ends_sentence, is_list_item

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# The shortest of 291 real releases has 904 characters.
MIN_CHARS = 300
_SHORT_CHARS = 1500  # The text of an error page or of a login page is shorter than this.
_MIN_MOJIBAKE = 3
_MOJIBAKE_SHARE = 0.3  # Share of the non-ASCII runs. In correct text a run is rarely valid UTF-8 by chance ("É»").
_NON_ASCII = re.compile(r"[^\x00-\x7f]{2,}|[^\x00-\x7f]")
_MAX_LINKS = 5_000  # Of a page with more, so many are looked at.
_MAX_SHOWN_CHARS = 100_000
_MAX_PIECES = 50  # More pieces of text than any "Read more" has.
_TEASER_CHARS = 60
_PROSE_CHARS = 100
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


def mojibake(text: str) -> int:
    """Count the runs of characters that are UTF-8 read as cp1252; 0 where there are too few among others."""
    runs = _NON_ASCII.findall(text)
    wrong = sum(_is_utf8_read_as_cp1252(run) for run in runs)
    return wrong if wrong >= _MIN_MOJIBAKE and wrong >= _MOJIBAKE_SHARE * len(runs) else 0


def text_doubts(draft: Draft) -> Iterator[Doubt]:
    """Yield what the text and the title of a draft make doubtful."""
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


def page_doubts(draft: Draft, page: "HtmlElement") -> tuple[Doubt, ...]:
    """Return what a page makes doubtful about the draft that was read from it.

    The time this takes grows with the size of the page, so call it in the child process that reads sources. It removes
    scripts from the tree.
    """
    return tuple(_page_doubts(draft, page))


def _page_doubts(draft: Draft, page: "HtmlElement") -> Iterator[Doubt]:
    from lxml.etree import strip_elements

    has_scripts = next(page.iter("script"), None) is not None
    unscripted = " ".join(fold(element.text_content()) for element in page.iter("noscript"))[:_MAX_SHOWN_CHARS]
    strip_elements(page, "script", "style", "noscript", "template", with_tail=False)
    is_short = len(draft.text) < _SHORT_CHARS
    shown = fold(page.text_content())[:_MAX_SHOWN_CHARS] if is_short else ""
    says_little = is_short and len(shown) < 2 * _SHORT_CHARS
    title = f"{draft.title or ''} {page.findtext('.//title') or ''}"
    if _NOT_FOUND.search(title) or (says_little and _NOT_FOUND.search(shown)):
        yield Doubt(DoubtKind.NOT_FOUND_PAGE)
    if is_short and (_asks_password(page) or (says_little and _LOGIN.search(shown))):
        yield Doubt(DoubtKind.LOGIN_PAGE)
    if len(draft.text) < MIN_CHARS and (
        (has_scripts and len(shown) < MIN_CHARS) or _NEEDS_SCRIPT.search(unscripted) or _NEEDS_SCRIPT.search(shown)
    ):
        yield Doubt(DoubtKind.NEEDS_SCRIPTS)
    links = [_Link(link, fold(link.text_content())) for link in islice(page.iter("a"), _MAX_LINKS)]
    titles = list(_title_links(links))
    titled = len({link.get("href") for link in titles})
    if (titled >= _MIN_LISTED and _is_list(draft, titled, links)) or _is_made_of_teasers(draft, titles, links):
        yield Doubt(DoubtKind.LIST_OF_PAGES, titled)


def _asks_password(page: "HtmlElement") -> bool:
    return any((field.get("type") or "").casefold() == "password" for field in page.iter("input"))


@dataclass(frozen=True, slots=True)
class _Link:
    """A link of a page, and its text on one line."""

    element: "HtmlElement"
    text: str


def _title_links(links: Sequence[_Link]) -> "Iterator[HtmlElement]":
    """Yield the links in a page's content that read as titles."""
    for link in links:
        if (link.element.get("href") or "").startswith("#"):
            continue
        inner = next(link.element.iter("h2", "h3", "h4"), None)  # A card that is one link has its title in it.
        text = link.text if inner is None else fold(inner.text_content())
        is_heading = inner is not None or next(link.element.iterancestors("h2", "h3", "h4"), None) is not None
        if (
            (len(text) >= 25 or is_heading)
            and len(text.split()) >= (_HEADING_WORDS if is_heading else 4)
            and not ends_sentence(text)
            and next(link.element.iterancestors("p", "nav", "header", "footer", "aside"), None) is None
        ):
            yield link.element


def _more_links(links: Sequence[_Link]) -> "list[HtmlElement]":
    """Return the links that stand alone under one name and lead to many pages: "Read more"."""
    named: defaultdict[str, list[_Link]] = defaultdict(list)
    for link in links:
        named[link.text].append(link)
    often = [same for text, same in named.items() if text and len(same) >= _MIN_TEASERS]
    alone = ([link.element for link in same if _stands_alone(link)] for same in often)
    most = max(alone, key=len, default=[])
    return most if len({link.get("href") for link in most}) >= _MIN_TEASERS else []


def _stands_alone(link: _Link) -> bool:
    """Tell whether what holds a link has no other text. A long one is not read to its end."""
    parent = link.element.getparent()
    if parent is None:
        return False
    pieces = (piece for piece in map(str, parent.itertext()) if not piece.isspace())
    return fold("".join(islice(pieces, _MAX_PIECES))) == link.text and next(pieces, None) is None


def _is_made_of_teasers(draft: Draft, titles: "Sequence[HtmlElement]", links: Sequence[_Link]) -> bool:
    """Tell whether most of the prose of a text stands beside links, each piece beside a link of its own.

    A teaser is what is inside the largest element that holds one link with a title and no other.
    """
    prose = [line for line in draft.text.split("\n") if len(line) >= _TEASER_CHARS and not HEADING.match(line)]
    teasers = [*titles, *_more_links(links)]
    if len(teasers) < _MIN_TEASERS or not prose:
        return False
    held = Counter(ancestor for link in teasers for ancestor in (link, *link.iterancestors()))
    owners: dict[str, HtmlElement] = {}
    for link in teasers[:_MAX_TEASERS]:
        own = [ancestor for ancestor in (link, *link.iterancestors()) if held[ancestor] == 1]
        text = fold(own[-1].text_content()) if own else ""
        owners |= {line: own[-1] for line in prose if line.removeprefix("- ") in text}
    return len(set(owners.values())) >= _MIN_TEASERS and len(owners) > len(prose) / 2


def _is_list(draft: Draft, titled: int, links: Sequence[_Link]) -> bool:
    """Tell whether a page lists others: it has more links to them than its text has paragraphs of prose.

    :param titled: how many links read as titles.
    """
    prose = sum(
        1
        for line in draft.text.split("\n")
        if len(line) > _PROSE_CHARS and ends_sentence(line) and not is_list_item(line)
    )
    linked = sum(1 for link in links if len(link.text) >= 25 and link.text in draft.text)
    return prose < 2 or linked >= max(_MIN_LISTED, 2 * prose) or titled > 6 * prose


def _is_utf8_read_as_cp1252(run: str) -> bool:
    try:
        return len(b"".join(map(_byte, run)).decode("utf-8")) < len(run)
    except UnicodeError:
        return False


def _byte(char: str) -> bytes:
    return char.encode("latin-1") if ord(char) < 0xA0 else char.encode("cp1252")
