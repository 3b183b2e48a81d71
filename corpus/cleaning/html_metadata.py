"""What a page says of the release on it: JSON-LD, then OpenGraph and meta, then its address, then its text.

Whose release it is, its address says before the page does, and what the page calls its address counts only where the
one that it was found at speaks for it. What contradicts that is kept as a claim, for a person to judge.
Every field found is kept with where it was found, so that a person who corrects it knows what to distrust.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from corpus.cleaning import dates
from corpus.cleaning.boilerplate import ABOUT_MAX_CHARS, REFERENCE
from corpus.cleaning.issuers import at_odds, is_european_council, issuer_named, issuer_of, speaks_for
from corpus.cleaning.language import base, detected
from corpus.cleaning.lines import Laid, fold
from corpus.models import Draft
from corpus.web_urls import web_url, with_scheme_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_JSON_LD_MAX_CHARS = 1_000_000
_JSON_LD_MAX_NODES = 500
_VALUE_MAX_CHARS = 1000
_ARTICLES = ("NewsArticle", "Article", "ReportageNewsArticle", "PressRelease", "WebPage", "BlogPosting", "Report")
_TITLES = ("og:title", "dcterms.title", "dc.title", "citation_title", "twitter:title", "headline", "title")
_DATES = tuple(
    "article:published_time og:article:published_time datepublished dcterms.issued dcterms.date dcterms.created "
    "dc.date.issued dc.date date publication_date publish-date pubdate citation_publication_date available".split()
)
_LANGUAGES = ("og:locale", "dcterms.language", "dc.language", "language", "content-language")
_ISSUERS = (
    "og:site_name",
    "dcterms.publisher",
    "dcterms.creator",
    "dc.publisher",
    "dc.creator",
    "citation_publisher",
    "author",
)
_REFERENCES = ("reference", "dcterms.identifier", "dc.identifier", "citation_technical_report_number")
_PRESSCORNER = re.compile(r"/presscorner/detail/[a-z]{2}/([a-z]+)_(\d{2,4})_(\d+)", re.IGNORECASE)
_IN_PATH = re.compile(r"/(20\d{2}|19\d{2})/(\d{1,2})/(\d{1,2})(?:/|$)")


@dataclass(frozen=True, slots=True)
class _Found:
    value: str
    place: str


def stated(tree: "HtmlElement", address: str | None) -> Draft:
    """Return what the head of a page, its marks for machines and its address state; the text is still empty.

    :param address: where it was found, or None where that is not known: the page is then taken at its word.
    """
    meta = _meta(tree)
    node = _json_ld(tree)
    language = _language(tree, node, meta)
    called = list(_addresses(tree, node, meta, address))
    own = next((found for found in called if address is None or speaks_for(address, found.value)), None)
    url = _own(own, address)
    title = _first(_texts(node, "headline", "name"), _named(meta, _TITLES))
    day = _day(tree, node, meta)
    issuer = _issuer(node, meta)
    reference = _reference(node, meta)
    found = {"title": title, "issuer": issuer, "date": day, "reference": reference, "language": language, "url": url}
    values: dict[str, Any] = {field: one.value for field, one in found.items() if one is not None}
    if day is not None:
        values["date"] = dates.written(day.value)
    if called and own is None:
        values["claims"] = {"url": called[0].value}
    return Draft("", found_in={field: one.place for field, one in found.items() if one is not None}, **values)


def completed(draft: Draft, laid: Laid, above: Sequence[str], address: str | None) -> Draft:
    """Fill in from the address and the text what the head of a page does not state.

    :param above: the lines that stand above the release, such as "European Council | Statement | 6 December 2018".
    """
    url = draft.url or address
    said = [line for line in (*above, *laid.about) if len(line) <= ABOUT_MAX_CHARS]
    days = (day for line in said if (day := dates.said(line, draft.language)))
    numbers = (number for line in said if (number := reference_in(line)))
    ways: dict[str, list[tuple[object, str]]] = {
        "issuer": [(_issuer_said(said), "text")],
        "date": [(laid.date, "text"), (next(days, None), "text"), (_day_in(url), "address")],
        "reference": [(_reference_of(url), "address"), (laid.reference or next(numbers, None), "text")],
        "title": [(laid.title, "text")],
        "language": [(detected(draft.text), "detected") if not draft.language else (None, "")],
    }
    values: dict[str, Any] = {}
    places = dict(draft.found_in)
    for field, found in ways.items():
        value, place = next((one for one in found if one[0]), (None, ""))
        if value and not getattr(draft, field):
            values[field], places[field] = value, place
    if laid.title:
        values["title"] = laid.title
    return by_address(replace(draft, found_in=places, **values), said)


def by_address(draft: Draft, said: Sequence[str] = ()) -> Draft:
    """Let the address say whose release it is, whatever else does; who contradicts that stands among the claims.

    :param said: lines above the text; on the Councils' common site they say which of the two it is.
    """
    stated = draft.issuer if draft.found_in.get("issuer") not in ("text", "address") else None
    said = (*said, stated or "")
    own = issuer_of(draft.url, said)
    if own is None:
        return draft
    named = stated or draft.claims.get("issuer")
    claims = {name: value for name, value in draft.claims.items() if name != "issuer"}
    if named and at_odds(named, own):
        claims["issuer"] = named
    place = "text" if is_european_council(draft.url, said) else "address"
    return replace(draft, issuer=own, claims=claims, found_in={**draft.found_in, "issuer": place})


def reference_in(line: str) -> str | None:
    """Return the reference number that a short line above a text names."""
    match = REFERENCE.search(line)
    return match[0] if match else None


def _meta(tree: "HtmlElement") -> Mapping[str, _Found]:
    """Return the contents of the meta elements by name in lower case, the first of a name."""
    found: dict[str, _Found] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        content = fold((element.get("content") or "")[:_VALUE_MAX_CHARS])
        if name and content:
            place = name if name.startswith(("og:", "article:")) else f"meta {name}"
            found.setdefault(name.strip().casefold(), _Found(content, place))
    return found


def _json_ld(tree: "HtmlElement") -> Mapping[str, Any]:
    """Return the node of a page's JSON-LD that describes an article; an empty one where there is none."""
    nodes: list[Mapping[str, Any]] = []
    for script in tree.iter("script"):
        if (script.get("type") or "").strip().casefold() == "application/ld+json":
            text = (script.text or "")[:_JSON_LD_MAX_CHARS]
            try:
                nodes.extend(_nodes(json.loads(text, strict=False)))
            except (ValueError, RecursionError):  # what others wrote badly states nothing
                continue
    for wanted in _ARTICLES:
        for node in nodes:
            kind = node.get("@type")
            if wanted == kind or (isinstance(kind, list) and wanted in kind):
                return node
    return {}


def _nodes(data: object) -> Iterator[Mapping[str, Any]]:
    waiting = [data]
    for _ in range(_JSON_LD_MAX_NODES):
        if not waiting:
            return
        one = waiting.pop(0)
        if isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, dict):
            yield one
            waiting.extend(value for key, value in one.items() if key in ("@graph", "mainEntity"))


def _texts(node: Mapping[str, Any], *keys: str) -> Iterator[_Found]:
    for key in keys:
        values = node.get(key)
        for value in values if isinstance(values, list) else [values]:
            value = value.get("name") or value.get("@id") or value.get("url") if isinstance(value, dict) else value
            if isinstance(value, str) and value.strip():
                yield _Found(fold(value[:_VALUE_MAX_CHARS]), "json-ld")


def _named(meta: Mapping[str, _Found], names: Iterable[str]) -> Iterator[_Found]:
    return (meta[name] for name in names if name in meta)


def _first(*ways: Iterable[_Found], fits: Callable[[str], object] = bool) -> _Found | None:
    return next((found for way in ways for found in way if fits(found.value)), None)


def _language(tree: "HtmlElement", node: Mapping[str, Any], meta: Mapping[str, _Found]) -> _Found | None:
    """Return the language stated; where statements contradict each other, that of the html element."""
    own = base(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or tree.get("xml:lang"))
    found = _first(_texts(node, "inLanguage"), _named(meta, _LANGUAGES), fits=base)
    if own and (found is None or base(found.value) != own):  # og:locale is often a theme's default
        return _Found(own, "html lang")
    return _Found(base(found.value) or "", found.place) if found else None


def _addresses(
    tree: "HtmlElement", node: Mapping[str, Any], meta: Mapping[str, _Found], address: str | None
) -> Iterator[_Found]:
    """Yield what a page calls its address; a front page says nothing of the page."""
    links = (
        _Found(link.get("href") or "", "link canonical")
        for link in tree.iter("link")
        if "canonical" in (link.get("rel") or "").casefold().split()
    )
    for found in (*_texts(node, "mainEntityOfPage", "url"), *_named(meta, ("og:url",)), *links):
        url = web_url(found.value, address)
        if url is not None and ((parts := urlsplit(url)).path.strip("/") or parts.query):
            yield _Found(url, found.place)


def _own(called: _Found | None, address: str | None) -> _Found | None:
    """Return the address of a page: what it is called by one who may, over what it was asked for, else where it was."""
    if called is None:
        return _Found(address, "address") if address else None
    return _Found(with_scheme_of(called.value, address) if address else called.value, called.place)


def _day(tree: "HtmlElement", node: Mapping[str, Any], meta: Mapping[str, _Found]) -> _Found | None:
    times = (
        _Found(time.get("datetime") or fold(time.text_content()), "time")
        for time in tree.iter("time")
        if next(time.iterancestors("nav", "aside", "footer"), None) is None
    )
    return _first(_texts(node, "datePublished", "dateCreated"), _named(meta, _DATES), times, fits=dates.written)


def _issuer(node: Mapping[str, Any], meta: Mapping[str, _Found]) -> _Found | None:
    """Return the body that a page names as its publisher; a name that is no EU body's is that of a site."""
    for found in (*_texts(node, "publisher", "author", "sourceOrganization"), *_named(meta, _ISSUERS)):
        name = issuer_named(found.value)
        if name:
            return _Found(name, found.place)
    return None


def _issuer_said(said: Sequence[str]) -> str | None:
    return next((name for line in said for part in re.split(r"\s[-–|·]\s", line) if (name := issuer_named(part))), None)


def _reference(node: Mapping[str, Any], meta: Mapping[str, _Found]) -> _Found | None:
    found = _first(_texts(node, "identifier"), _named(meta, _REFERENCES), fits=REFERENCE.search)
    return _Found(reference_in(found.value) or "", found.place) if found else None


def _reference_of(url: str | None) -> str | None:
    """Return the reference number in an address: ``ip_18_6635`` of the press corner, ``20190712IPR56948``."""
    if not url:
        return None
    match = _PRESSCORNER.search(url)
    if match:
        return "/".join(match.groups()).upper()
    match = REFERENCE.search(url.partition("?")[0])
    return match["parliament"] if match else None


def _day_in(url: str | None) -> date | None:
    match = _IN_PATH.search(url or "")
    return dates.written(f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}") if match else None
