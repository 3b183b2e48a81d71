"""Why a draft may be no release: what a person should look at before it is served.

Each check gives one short phrase. They look at the draft, and at the source's bytes where the page, and not
its text, tells what it is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
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
_SHORT_CHARS = 1500  # a page that is an error or a login says no more
_MIN_MOJIBAKE = 3
_MOJIBAKE_SHARE = 0.3  # of the runs of letters beyond ASCII; in right text a run is rarely UTF-8 by chance ("É»")
_NON_ASCII = re.compile(r"[^\x00-\x7f]{2,}|[^\x00-\x7f]")
_PAGE_MAX_CHARS = 1_000_000  # of a page that is looked at
_LISTED = 8  # links with a title's length, of which a listing page has one for each release
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


@dataclass(frozen=True, slots=True)
class Look:
    """Why a draft may be no release, and whether its source is a plain text."""

    reasons: tuple[str, ...]
    is_plain: bool


def look_at(draft: Draft, data: bytes, name: str) -> Look:
    """Look at a draft and its source, in a child process with bounded time and memory.

    :param data: the source's bytes, of which the draft was made.
    :param name: how messages call the source.
    :raises SourceError: when that takes too much.
    """
    return in_child(_look, draft, data, name=name)


def reasons(draft: Draft, data: bytes) -> tuple[str, ...]:
    """Return why a draft may be no release; nothing where it reads as one."""
    return look_at(draft, data, "it").reasons


def _look(draft: Draft, data: bytes) -> Look:
    from corpus.cleaning.clean import is_html, kind_of

    try:
        text = decode(data, "it") if kind_of(data, "it") == "text" else None
    except SourceError:
        text = None
    page = text[:_PAGE_MAX_CHARS] if text is not None and is_html(text) else None
    return Look((*_of_text(draft), *_of_page(draft, page)), is_plain=text is not None and page is None)


def mojibake(text: str) -> int:
    """Count the runs of characters that are UTF-8 read as cp1252; 0 where there are too few among others."""
    runs = _NON_ASCII.findall(text)
    wrong = sum(_is_utf8_read_as_cp1252(run) for run in runs)
    return wrong if wrong >= _MIN_MOJIBAKE and wrong >= _MOJIBAKE_SHARE * len(runs) else 0


def _of_text(draft: Draft) -> Iterator[str]:
    size = len(draft.text)
    if size < MIN_CHARS:
        yield f"too little text ({size} characters)"
    wrong = mojibake(f"{draft.title or ''}\n{draft.text}")
    if wrong:
        yield f"garbled letters: read in the wrong encoding in {wrong} places"
    lost = draft.text.count("\ufffd") + (draft.title or "").count("\ufffd")
    if lost:
        yield f"garbled letters: {lost} cannot be read"
    lines = [line for line in draft.text.split("\n") if line and not HEADING.match(line)]
    prose = sum(len(line) for line in lines if ends_sentence(line) or is_list_item(line) or len(line) > 150)
    if size >= MIN_CHARS and prose < 0.5 * sum(map(len, lines)):
        yield "mostly boilerplate: few of its lines are sentences"


def _of_page(draft: Draft, html: str | None) -> Iterator[str]:
    page = _parsed(html)
    if page is None:
        return
    title = f"{draft.title or ''} {page.findtext('.//title') or ''}"
    scripts = sum(1 for _ in page.iter("script"))
    unscripted = " ".join(fold(one.text_content()) for one in page.iter("noscript"))
    listed = _listed(page)
    for element in list(page.iter("script", "style", "noscript", "template")):
        element.drop_tree()
    shown = fold(page.text_content())
    short = len(draft.text) < _SHORT_CHARS
    if _NOT_FOUND.search(title) or (short and len(shown) < 2 * _SHORT_CHARS and _NOT_FOUND.search(shown)):
        yield "says that the page was not found"
    if short and (_asks_password(page) or (len(shown) < 2 * _SHORT_CHARS and _LOGIN.search(shown))):
        yield "asks to log in"
    if len(draft.text) < MIN_CHARS and (
        (scripts and len(shown) < MIN_CHARS) or _NEEDS_SCRIPT.search(unscripted) or _NEEDS_SCRIPT.search(shown)
    ):
        yield "shows its text only with scripts"
    if listed >= _LISTED and _lists(draft, listed, page):
        yield f"is a list of pages, not a release ({listed} links to others)"


def _parsed(html: str | None) -> "HtmlElement | None":
    from corpus.cleaning.html_blocks import parse

    try:
        return parse(html, "it") if html is not None else None
    except SourceError:
        return None


def _asks_password(page: "HtmlElement") -> bool:
    return any((one.get("type") or "").casefold() == "password" for one in page.iter("input"))


def _listed(page: "HtmlElement") -> int:
    """Count the links in a page's content that read as titles and lead to different addresses."""
    outside = ("nav", "header", "footer", "aside")
    links = {
        link.get("href")
        for link in page.iter("a")
        if len(text := fold(link.text_content())) >= 25
        and len(text.split()) >= 4
        and not ends_sentence(text)
        and next(link.iterancestors("p", *outside), None) is None
    }
    return len(links)


def _lists(draft: Draft, listed: int, page: "HtmlElement") -> bool:
    """Tell whether a page is its links: it has more of them than the text has paragraphs of prose."""
    prose = sum(
        1 for line in draft.text.split("\n") if len(line) > 150 and ends_sentence(line) and not is_list_item(line)
    )
    texts = (fold(link.text_content()) for link in page.iter("a"))
    linked = sum(1 for text in texts if len(text) >= 25 and text in draft.text)
    return prose < 2 or linked >= max(_LISTED, 2 * prose) or listed > 6 * prose


def _is_utf8_read_as_cp1252(run: str) -> bool:
    try:
        return len(b"".join(map(_byte, run)).decode("utf-8")) < len(run)
    except UnicodeError:
        return False


def _byte(char: str) -> bytes:
    return char.encode("latin-1") if ord(char) < 0xA0 else char.encode("cp1252")
