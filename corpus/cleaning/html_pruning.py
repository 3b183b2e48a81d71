"""The tree of a page -> the same tree without what is not read, what is hidden, and what sites put around a release."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from corpus.cleaning.html_labels import arrange_labels
from corpus.release_text import ends_sentence

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_UNREAD = tuple(
    "script style noscript template nav select button textarea iframe object svg math audio video canvas input label "
    "figcaption dialog datalist map del s strike".split()
)
_HEADERS = ("h1", "h2", "h3", "h4", "h5", "h6", "dt")
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
# Parts with such words are boilerplate where they hold a file or a picture, or stand beside one.
_MEDIA_WORDS = frozenset("file files attachment attachments caption copyright".split())
_BOILERPLATE_WORDS = _SURE_WORDS | _UNSURE_WORDS
_LANGUAGE_MENU = re.compile(
    r"lang(?:uage)?s?[-_]+(?:menu|select|switch|list|drop|nav|bar)|site-header__lang", re.IGNORECASE
)
# Only such elements can be boilerplate or hidden.
_MARKED = "descendant::*[@class or @id or @hidden or @style or self::footer or self::header or self::form]"
# Fonts with pictures show one for a name: <i class="material-icons">calendar_today</i>.
_ICONS = "//*[self::i or self::span][not(*)][contains(@class, 'icon') or contains(@class, 'material-symbols')]"
_ICON_NAME = re.compile(r"\s*[a-z]+(?:_[a-z0-9]+)*\s*")
_HIDDEN_WORDS = frozenset(("visually-hidden", "sr-only", "element-invisible", "ep_hidden", "wai-shortcut", "hidden"))
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|text-decoration(?:-line)?\s*:[^;]{0,40}line-through", re.IGNORECASE
)
_PROSE_CHARS, _LABELS_CHARS = 80, 120
_SENTENCE_WORDS = 3  # A menu has no sentences of so many words.


def drop_unread(tree: "HtmlElement") -> None:
    """Remove from a tree what is not read: scripts, forms, pictures, and what is struck out.

    What a button opens is marked as a region.
    """
    from lxml.etree import strip_elements

    hidden = {element.get("id"): element for element in tree.xpath("//*[@hidden][@id]")}
    for button in [*tree.iter("button")]:
        opened = hidden.get(button.get("aria-controls"))
        if opened is not None and opened.get("role") is None:
            opened.set("role", "region")
        if next(button.iterancestors(*_HEADERS), None) is not None:  # It is the heading of what it opens.
            button.drop_tag()
    strip_elements(tree, *_UNREAD, with_tail=False)
    for icon in tree.xpath(_ICONS):
        if _ICON_NAME.fullmatch(icon.text or ""):
            icon.drop_tree()
    arrange_labels(tree)


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
    if tag == "header":
        return not _labels_release(element)
    if tag == "form":
        return True
    if tag in ("html", "body", "main", "article", "h1", "p", "a", "span", "em", "strong", "b", "i", "li"):
        return _is_hidden(element)
    names = _names(element)
    return _names_boilerplate(names) or _is_hidden(element) or (_names_media(names) and _is_of_media(element))


def _is_of_media(element: "HtmlElement") -> bool:
    """Tell whether a part without prose holds a picture or the link to a file, or stands beside a picture."""
    beside = any(
        each is not None and next(each.iter("img", "picture"), None) is not None
        for each in (element.getprevious(), element.getnext())
    )
    holds = next(element.iter("img", "picture", "a"), None) is not None
    return (holds or beside) and not any(map(_is_prose_alone, element.iter("p")))


def _is_prose_alone(element: "HtmlElement") -> bool:
    return len(element.text_content()) >= _PROSE_CHARS and next(element.iter("a"), None) is None


@lru_cache(256)
def _names_media(names: str) -> bool:
    return not _MEDIA_WORDS.isdisjoint(word.casefold() for word in _WORD.findall(names))


def _labels_release(header: "HtmlElement") -> bool:
    """Tell whether a header inside the content only says what the release is, and when it was issued."""
    inside = next(header.iterancestors("main", "article"), None) is not None
    return inside and next(header.iter("a"), None) is None and len(header.text_content()) <= _LABELS_CHARS


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
    """Tell whether a hidden part has sentences and is shown to whoever opens it, as parts of an accordion are."""
    opened = element.get("role") in ("region", "tabpanel")
    return opened and any(map(_is_prose, element.iter("p", "li", "div")))


def _is_prose(element: "HtmlElement") -> bool:
    text = element.text_content()
    return len(text) >= _PROSE_CHARS or (len(text.split()) >= _SENTENCE_WORDS and ends_sentence(text))


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
