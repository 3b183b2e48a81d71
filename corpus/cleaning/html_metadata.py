"""What a page states about its release: first in JSON-LD, then in OpenGraph and meta elements, its address, its text.

The address decides who the issuer is, whatever the page states. An address that the page states counts only if the
address at which the page was found speaks for it. A statement that contradicts this is kept as a claim, for a person to
judge. For every value, the place where it was found is kept, so that a person knows which one to distrust.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from corpus.agencies.registry import registry
from corpus.cleaning import dates
from corpus.cleaning.boilerplate import ABOUT_MAX_CHARS, REFERENCE
from corpus.cleaning.datelines import agency_in
from corpus.cleaning.issue_dates import against_address, with_issue_date
from corpus.cleaning.issuers import at_odds, is_european_council, issuer_named, issuer_of, speaks_for
from corpus.cleaning.json_ld import described_article
from corpus.cleaning.language import base, detected
from corpus.cleaning.lines import LaidOut, dates_of, fold
from corpus.models import Draft
from corpus.press_corner import reference_at
from corpus.web_urls import web_url, with_scheme_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_VALUE_MAX_CHARS = 1000
_PARAGRAPH_CHARS = 80  # A paragraph that long is part of the text.
_TITLES = ("og:title", "dcterms.title", "dc.title", "citation_title", "twitter:title", "headline", "title")
_DATES = tuple(
    "article:published_time og:article:published_time datepublished dcterms.issued dcterms.date dcterms.created "
    "dc.date.issued dc.date date publication_date publish-date pubdate citation_publication_date".split()
)
_SERVED = ("available",)  # On some sites the day on which the page was served: it only confirms another date.
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


@dataclass(frozen=True, slots=True)
class _Statement:
    """A value, and the place on the page where it was found."""

    value: str
    place: str


def stated(tree: "HtmlElement", address: str | None) -> Draft:
    """Return a draft of what the head of a page, its metadata and its address state. Its text is still empty.

    :param address: where the page was found. None when that is unknown: then the address that the page states is used.
    """
    meta = _meta(tree)
    node = described_article(tree)
    language = _language(tree, node, meta)
    own_addresses = list(_addresses(tree, node, meta, address))
    confirmed = next((own for own in own_addresses if address is None or speaks_for(address, own.value)), None)
    url = _page_address(confirmed, address)
    title = _first(_texts(node, "headline", "name"), _named(meta, _TITLES))
    day = _day(tree, node, meta, language.value if language else None)
    issuer = _issuer(node, meta)
    reference = _reference(node, meta)
    fields = {"title": title, "issuer": issuer, "date": day, "reference": reference, "language": language, "url": url}
    statements = {field: statement for field, statement in fields.items() if statement is not None}
    values: dict[str, Any] = {field: statement.value for field, statement in statements.items()}
    if day is not None:
        values["date"] = dates.date_of_value(day.value)
    if own_addresses and confirmed is None:
        values["claims"] = {"url": own_addresses[0].value}
    return Draft("", found_in={field: statement.place for field, statement in statements.items()}, **values)


def completed(
    draft: Draft, laid_out: LaidOut, above: Sequence[str], address: str | None, seen: Sequence[date] | None = None
) -> Draft:
    """Fill in from the address and the text what the head of a page does not state.

    :param above: the lines above the release, such as "European Council | Statement | 6 December 2018".
    :param seen: the dates that a reader takes for those of the release; by default those of the text and above it.
    """
    url = draft.url or address
    language = draft.language or detected(draft.text)
    lines_above = [line for line in (*above, *laid_out.about) if len(line) <= ABOUT_MAX_CHARS]
    numbers = (number for line in lines_above if (number := reference_in(line)))
    ways: dict[str, list[tuple[object, str]]] = {
        "issuer": [(_issuer_in(lines_above), "text")],
        "reference": [(reference_of(url), "address"), (laid_out.reference or next(numbers, None), "text")],
        "title": [(laid_out.title, "text")],
        "language": [(language, "detected") if not draft.language else (None, "")],
    }
    values: dict[str, Any] = {}
    places = dict(draft.found_in)
    for field, candidates in ways.items():
        value, place = next((candidate for candidate in candidates if candidate[0]), (None, ""))
        if value and not getattr(draft, field):
            values[field], places[field] = value, place
    if laid_out.title:
        values["title"] = laid_out.title
    if seen is None:
        seen = (*laid_out.dates, *dates_of(above, language)) or laid_out.dates_below_lead
    draft = with_issue_date(replace(draft, found_in=places, **values), seen, url)
    return by_address(draft, lines_above)


def by_address(draft: Draft, lines_above: Sequence[str] = ()) -> Draft:
    """Set the issuer of a draft to the agency of its address. An issuer that contradicts it is kept as a claim.

    :param lines_above: lines above the text. On the website that both Councils share, they say which one it is.
    """
    draft = against_address(draft)
    stated_issuer = draft.issuer if draft.found_in.get("issuer") not in ("text", "address") else None
    lines_above = (*lines_above, stated_issuer or "")
    issuer = issuer_of(draft.url, lines_above)
    if issuer is None:
        return draft
    named = stated_issuer or draft.claims.get("issuer")
    claims = {name: value for name, value in draft.claims.items() if name != "issuer"}
    if named and at_odds(named, issuer):
        claims["issuer"] = named
    place = "text" if is_european_council(draft.url, lines_above) else "address"
    return replace(draft, issuer=issuer, claims=claims, found_in={**draft.found_in, "issuer": place})


def reference_in(line: str) -> str | None:
    """Return the reference number in a short line above a text."""
    match = REFERENCE.search(line)
    return match[0] if match else None


def _meta(tree: "HtmlElement") -> Mapping[str, _Statement]:
    """Return the contents of the meta elements by name in lower case; of several with one name, the first."""
    statements: dict[str, _Statement] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        content = fold((element.get("content") or "")[:_VALUE_MAX_CHARS])
        if name and content:
            place = name if name.startswith(("og:", "article:")) else f"meta {name}"
            statements.setdefault(name.strip().casefold(), _Statement(content, place))
    return statements


def _texts(node: Mapping[str, Any], *keys: str) -> Iterator[_Statement]:
    for key in keys:
        values = node.get(key)
        for value in values if isinstance(values, list) else [values]:
            value = value.get("name") or value.get("@id") or value.get("url") if isinstance(value, dict) else value
            if isinstance(value, str) and value.strip():
                yield _Statement(fold(value[:_VALUE_MAX_CHARS]), "json-ld")


def _named(meta: Mapping[str, _Statement], names: Iterable[str]) -> Iterator[_Statement]:
    return (meta[name] for name in names if name in meta)


def _first(*ways: Iterable[_Statement], fits: Callable[[str], object] = bool) -> _Statement | None:
    return next((statement for way in ways for statement in way if fits(statement.value)), None)


def _language(tree: "HtmlElement", node: Mapping[str, Any], meta: Mapping[str, _Statement]) -> _Statement | None:
    """Return the stated language; when statements contradict each other, that of the html element."""
    html_language = base(
        tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or tree.get("xml:lang")
    )
    stated_language = _first(_texts(node, "inLanguage"), _named(meta, _LANGUAGES), fits=base)
    # og:locale is often only the default of the site's theme.
    if html_language and (stated_language is None or base(stated_language.value) != html_language):
        return _Statement(html_language, "html lang")
    return _Statement(base(stated_language.value) or "", stated_language.place) if stated_language else None


def _addresses(
    tree: "HtmlElement", node: Mapping[str, Any], meta: Mapping[str, _Statement], address: str | None
) -> Iterator[_Statement]:
    """Yield the addresses that a page states as its own, without those of front pages, which no release has."""
    links = (
        _Statement(link.get("href") or "", "link canonical")
        for link in tree.iter("link")
        if "canonical" in (link.get("rel") or "").casefold().split()
    )
    for statement in (*_texts(node, "mainEntityOfPage", "url"), *_named(meta, ("og:url",)), *links):
        url = web_url(statement.value, address)
        if url is not None and ((parts := urlsplit(url)).path.strip("/") or parts.query):
            yield _Statement(url, statement.place)


def _page_address(confirmed: _Statement | None, address: str | None) -> _Statement | None:
    """Return the address of a page: the one that it states, if confirmed, otherwise the one where it was found."""
    if confirmed is None:
        return _Statement(address, "address") if address else None
    url = with_scheme_of(confirmed.value, address) if address else confirmed.value
    return _Statement(url, confirmed.place)


def _day(
    tree: "HtmlElement", node: Mapping[str, Any], meta: Mapping[str, _Statement], language: str | None
) -> _Statement | None:
    served = _first(_named(meta, _SERVED), fits=dates.date_of_value)
    statement = _first(
        _texts(node, "datePublished", "dateCreated"),
        _named(meta, _DATES),
        _times(tree, language),
        fits=dates.date_of_value,
    )
    if served and statement and dates.date_of_value(served.value) != dates.date_of_value(statement.value):
        return statement
    return served or statement


def _times(tree: "HtmlElement", language: str | None) -> list[_Statement]:
    """Return the time elements above the text, near the title; when there are none, the only date of all.

    What the reader sees counts, not an attribute that says otherwise.
    """
    title = next(tree.iter("h1"), None)
    around = next((each for each in title.iterancestors("article", "main")), tree) if title is not None else tree
    above: list[str] = []
    every: list[str] = []
    in_text = False
    for element in around.iter("time", "p"):
        if element.tag == "p":
            in_text = in_text or len(element.text_content()) >= _PARAGRAPH_CHARS
        elif next(element.iterancestors("nav", "aside", "footer"), None) is None:
            shown_day = dates.first_date(fold(element.text_content()), language)
            every.append(shown_day.isoformat() if shown_day else element.get("datetime") or "")
            above += [] if in_text else every[-1:]
    days = {day for value in every if (day := dates.date_of_value(value))}
    return [_Statement(value, "time") for value in (above or (every if len(days) == 1 else ()))]


def _issuer(node: Mapping[str, Any], meta: Mapping[str, _Statement]) -> _Statement | None:
    """Return the agency that a page names as its publisher. A name that no EU agency has is the name of a site."""
    for statement in (*_texts(node, "publisher", "author", "sourceOrganization"), *_named(meta, _ISSUERS)):
        name = issuer_named(statement.value)
        if name:
            return _Statement(name, statement.place)
    return None


def _issuer_in(lines: Sequence[str]) -> str | None:
    """Return the agency that a line above the text names: alone, or beside the kind of the release."""
    for line in lines:
        agency_id = agency_in(line)
        if agency_id:
            return registry().agencies[agency_id].name
        name = next((name for part in re.split(r"\s[-\u2013|·]\s", line) if (name := issuer_named(part))), None)
        if name:
            return name
    return None


def _reference(node: Mapping[str, Any], meta: Mapping[str, _Statement]) -> _Statement | None:
    statement = _first(_texts(node, "identifier"), _named(meta, _REFERENCES), fits=REFERENCE.search)
    return _Statement(reference_in(statement.value) or "", statement.place) if statement else None


def reference_of(url: str | None) -> str | None:
    """Return the reference number in an address, such as ``ip_18_6635`` (press corner) or ``20190712IPR56948``."""
    if not url:
        return None
    document = reference_at(url)
    if document:
        return document.reference
    match = REFERENCE.search(url.partition("?")[0])
    return match["parliament"] if match else None
