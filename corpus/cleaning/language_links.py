"""The addresses under which a page says that it stands in other languages, as the page writes them."""

from typing import TYPE_CHECKING

from corpus.cleaning.language import base
from corpus.web_urls import MAX_URL_CHARS

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_MAX_LINKS = 60


def language_links(tree: "HtmlElement") -> dict[str, str]:
    """Return the addresses of the language editions of a page, by language; they may be relative to its own."""
    links: dict[str, str] = {}
    for link in tree.iter("link", "a"):
        language = base(link.get("hreflang"))
        if language and "alternate" in (link.get("rel") or "").casefold().split() and len(links) < _MAX_LINKS:
            href = (link.get("href") or "").strip()
            if href and len(href) <= MAX_URL_CHARS:
                links.setdefault(language, href)
    return links
