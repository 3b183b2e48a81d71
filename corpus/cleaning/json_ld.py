"""The JSON-LD of a page: the node that describes the release."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_MAX_CHARS = 1_000_000
_MAX_NODES = 500
_ARTICLES = ("NewsArticle", "Article", "ReportageNewsArticle", "PressRelease", "WebPage", "BlogPosting", "Report")


def described_article(tree: "HtmlElement") -> Mapping[str, Any]:
    """Return the JSON-LD node of a page that describes an article; an empty one when there is none."""
    nodes: list[Mapping[str, Any]] = []
    for script in tree.iter("script"):
        if (script.get("type") or "").strip().casefold() == "application/ld+json":
            text = (script.text or "")[:_MAX_CHARS]
            try:
                nodes.extend(_nodes(json.loads(text, strict=False)))
            except (ValueError, RecursionError):  # Invalid JSON states nothing.
                continue
    for wanted in _ARTICLES:
        for node in nodes:
            kind = node.get("@type")
            if wanted == kind or (isinstance(kind, list) and wanted in kind):
                return node
    return {}


def _nodes(data: object) -> Iterator[Mapping[str, Any]]:
    waiting = [data]
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        item = waiting.pop(0)
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            yield item
            waiting.extend(value for key, value in item.items() if key in ("@graph", "mainEntity"))
