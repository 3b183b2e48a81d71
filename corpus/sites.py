"""Rules for single sites, where the general way keeps what is not the release, or drops what is.

Each rule names the page in the tests that it is for. A rule takes parts out of a page's tree before it is read.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from lxml.html import HtmlElement


@dataclass(frozen=True, slots=True)
class SiteRule:
    """What is no part of a release on the pages of a host and its sub-domains, as XPath."""

    name: str
    host: str
    out: tuple[str, ...]


RULES = (
    # ecb.html: the address at the foot of every page, which is a "CONTACT" in a box of its own.
    SiteRule("ecb address box", "ecb.europa.eu", (".//*[contains(@class, 'address-box')]",)),
)


def apply_rules(tree: "HtmlElement", url: str | None) -> tuple[str, ...]:
    """Take out what the rules for an address say, and return the names of the rules that took something."""
    host = (urlsplit(url).hostname or "") if url else ""
    applied = []
    for rule in RULES:
        if host == rule.host or host.endswith(f".{rule.host}"):
            parts = [part for path in rule.out for part in cast("list[HtmlElement]", tree.xpath(path))]
            for part in parts:
                part.drop_tree()
            applied.extend([rule.name] if parts else [])
    return tuple(applied)
