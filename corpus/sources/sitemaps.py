"""Bytes of a sitemap -> the addresses that it lists, and the sitemaps that an index of sitemaps leads to.

The format is that of sitemaps.org, with the news extension: `<news:publication_date>` is when a page was published,
while `<lastmod>` is when it was last changed, which says nothing about the date of a release.
"""

import datetime
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from corpus.cleaning.dates import date_of_value
from corpus.cleaning.draft_limits import repaired
from corpus.errors import FeedError
from corpus.processes.sandbox import in_child
from corpus.sources.xml_faults import repaired_xml
from corpus.web_urls import web_url

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_SITEMAP_BYTES = 50_000_000  # The most that sitemaps.org allows, decompressed.
MAX_SITEMAP_ENTRIES = 50_000  # The same.
_MAX_TITLE_CHARS = 300
_FULL_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    """An address in a sitemap, when it was last changed, and its title and day where a news sitemap has them."""

    url: str
    changed: datetime.date | None = None
    title: str = ""
    date: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The pages that a sitemap lists, or the sitemaps that an index lists; last changed first, undated ones last."""

    pages: tuple[SitemapEntry, ...]
    sitemaps: tuple[SitemapEntry, ...]


def read_sitemap(data: bytes, url: str) -> Sitemap:
    """Read a sitemap or an index of sitemaps.

    :param url: where it was fetched.
    :raises FeedError: when it is none, is too large, takes too much time or memory, or declares entities.
    """
    return in_child(_read, data, url, name=url, advice="check the address", error=FeedError)


def _read(data: bytes, url: str) -> Sitemap:
    from lxml import etree

    data = _unpacked(data, url)
    if re.search(rb"<!entity", data[:4096].replace(b"\0", b""), re.IGNORECASE):
        raise FeedError(f"{url} declares entities of its own, which no sitemap needs: it was not read.")
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(repaired_xml(data), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    kind = _name(root) if root is not None else ""
    listed = _listed(data) if root is None else ()
    if listed:
        return Sitemap(listed, ())
    if root is None or kind not in ("urlset", "sitemapindex"):
        raise FeedError(f"{url} is a page or a file, not a sitemap: give the address of a sitemap.")
    entries = {entry.url: entry for element in list(root)[:MAX_SITEMAP_ENTRIES] if (entry := _entry(element, url))}
    newest = tuple(sorted(entries.values(), key=lambda entry: entry.changed or datetime.date.min, reverse=True))
    return Sitemap(newest, ()) if kind == "urlset" else Sitemap((), newest)


def _listed(data: bytes) -> tuple[SitemapEntry, ...]:
    """Return the pages of a sitemap in plain text, which has an address a line; none where a line is anything else."""
    urls = [web_url(line) for line in data.decode("utf-8-sig", "replace").split()[:MAX_SITEMAP_ENTRIES]]
    return tuple(SitemapEntry(url) for url in dict.fromkeys(urls) if url) if all(urls) else ()


def _unpacked(data: bytes, url: str) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    unpacked = b""
    while data.startswith(b"\x1f\x8b") and len(unpacked) <= MAX_SITEMAP_BYTES:  # It may have been packed in parts.
        member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        try:
            unpacked += member.decompress(data, MAX_SITEMAP_BYTES + 1 - len(unpacked))
        except zlib.error as error:
            raise FeedError(f"{url} is not the gzip that it says it is: nothing was read.") from error
        data = member.unused_data
    if len(unpacked) > MAX_SITEMAP_BYTES:
        raise FeedError(f"{url} is larger than {MAX_SITEMAP_BYTES // 1_000_000} MB, which no sitemap is.")
    return unpacked


def _entry(element: "_Element", base: str) -> SitemapEntry | None:
    # Pictures and films have addresses, titles and days, too, in elements of their own.
    parts = (part for part in (*element, *element.iterfind("{*}news/{*}*")) if isinstance(part.tag, str))
    values = {_name(part): (part.text or "").strip() for part in parts}
    url = web_url(urljoin(base, values.get("loc", ""))) if values.get("loc") else None
    if url is None:
        return None
    title = " ".join(values.get("title", "")[:_MAX_TITLE_CHARS].split())
    return repaired(SitemapEntry(url, _day(values.get("lastmod")), title, _day(values.get("publication_date"))))


def _name(element: "_Element") -> str:
    return str(element.tag).rpartition("}")[2]


def _day(value: str | None) -> datetime.date | None:
    """Return the day in Brussels of a day or a time."""
    return date_of_value(value) if _FULL_DAY.match(value or "") else None
