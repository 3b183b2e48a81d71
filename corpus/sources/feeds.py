"""Bytes of an RSS or Atom feed -> the addresses it announces, and when to look again.

The document is read leniently by lxml first, which bounds nesting and expands nothing, and only what a list of
releases needs of a bounded number of entries goes on to feedparser.
"""

import calendar
import datetime
import html
import io
import re
from dataclasses import dataclass
from html.entities import html5
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urljoin

from corpus.cleaning.draft_limits import repaired, utf8
from corpus.errors import FeedError
from corpus.processes.sandbox import in_child

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_FEED_BYTES = 2_000_000
MAX_ENTRIES = 200
_MAX_READ = 1_000  # entries that go to feedparser, 0.4 ms each
_MAX_PARTS = 50_000
_MAX_URL_CHARS = 2_048
_MAX_TITLE_CHARS = 300
_MAX_WAIT_S = 24 * 3600.0
_ROOTS = {"rss", "RDF", "feed"}
_ENTRIES = {"item", "entry"}
_HOLDERS = {*_ENTRIES, "channel"}
_PARTS = {"title", "link", "guid", "id", "pubDate", "date", "published", "updated", "issued", "modified", "created"}
_AMPERSAND = re.compile(rb"&(?:#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|([A-Za-z]{2,31});)?")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r"))


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An address that a feed announces."""

    url: str
    title: str
    date: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed announces, newest first; entries without a date come after those with one."""

    title: str
    entries: tuple[FeedEntry, ...]


def read_feed(data: bytes, url: str, limit: int = MAX_ENTRIES) -> Feed:
    """Read a feed; one without entries is a feed like any other.

    :param url: where it was fetched; relative links are resolved against it.
    :param limit: how many entries are returned at most.
    :raises FeedError: when it is a page or anything else but a feed, too large, takes too much to read, or declares
        entities of its own.
    """
    if len(data) > MAX_FEED_BYTES:
        raise FeedError(
            f"{url} is larger than {MAX_FEED_BYTES // 1_000_000} MB, which no feed needs: check the address."
        )
    return in_child(_read, data, url, limit, name=url, advice="check the address", error=FeedError)


def _read(data: bytes, url: str, limit: int) -> Feed:
    import feedparser
    from lxml import etree

    parsed = feedparser.parse(
        io.BytesIO(etree.tostring(_pruned(_root(data, url), url), encoding="utf-8")),
        response_headers={"content-location": url, "content-type": "application/xml; charset=utf-8"},
        resolve_relative_uris=False,  # of the texts, which are not read
        sanitize_html=False,
    )
    found: dict[str, FeedEntry] = {}
    times: dict[str, datetime.datetime] = {}
    for entry in parsed.entries:
        address = _address(entry, url)
        if address is None or address in found:
            continue
        time = _time(entry)
        times[address] = time or datetime.datetime.min.replace(tzinfo=datetime.UTC)
        title = _plain(entry.get("title", "")) or address
        found[address] = repaired(FeedEntry(address, title, time.date() if time else None))
    newest = sorted(found.values(), key=lambda entry: times[entry.url], reverse=True)
    return Feed(utf8(_plain(parsed.feed.get("title", ""))), tuple(newest[:limit]))


def next_poll(failures: int, interval_s: float, jitter: float) -> float:
    """Return in how many seconds to look at a feed again: twice as late for each failure in a row, up to a day.

    :param jitter: a number from 0 to 1, drawn anew each time; it moves the moment by up to a tenth, so that feeds that
        were added together do not stay together.
    """
    wait_s = max(interval_s, min(interval_s * 2.0 ** min(failures, 20), _MAX_WAIT_S))
    return wait_s * (0.9 + 0.2 * jitter)


def _root(data: bytes, url: str) -> "_Element":
    from lxml import etree

    if re.search(rb"<!entity", data.replace(b"\0", b""), re.IGNORECASE):
        raise FeedError(f"{url} declares entities of its own, which no feed needs: it was not read.")
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    try:
        root = etree.fromstring(_repaired(data), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None or etree.QName(root).localname not in _ROOTS:
        raise FeedError(f"{url} is a page or a file, not a feed: give the address of its RSS or Atom feed.")
    return root


def _repaired(data: bytes) -> bytes:
    """Write every named entity, outside CDATA, as a number, and ampersands that stand alone, and leave out controls.

    Without that, lxml loses those that only HTML knows, and after the first error also the others.
    """
    if b"\0" in data:  # UTF-16, which nobody writes by hand
        return data
    first, *rest = data.translate(None, _CONTROLS).split(b"<![CDATA[")
    parts = [_AMPERSAND.sub(_in_xml, first)]
    for section in rest:
        inside, end, after = section.partition(b"]]>")
        parts += [b"<![CDATA[", inside, end, _AMPERSAND.sub(_in_xml, after)]
    return b"".join(parts)


def _in_xml(ampersand: re.Match[bytes]) -> bytes:
    if not ampersand[0].endswith(b";"):
        return b"&#38;"
    known = html5.get(f"{ampersand[1].decode()};") if ampersand[1] else None
    return ampersand[0] if known is None else "".join(f"&#{ord(char)};" for char in known).encode()


def _pruned(root: "_Element", url: str) -> "_Element":
    """Leave of a feed its title and, of its first and last entries, their titles, links and dates."""
    entries = [element for element in root.iterfind(".//{*}*") if _name(element) in _ENTRIES]
    for entry in entries[_MAX_READ // 2 : -_MAX_READ // 2] if len(entries) > _MAX_READ else ():
        if (parent := entry.getparent()) is not None:
            parent.remove(entry)
    parts = 0
    for element in list(root.iter("{*}*")):
        parent = element.getparent()
        if parent is None:
            continue
        holds = _name(element) in _HOLDERS
        if not holds and not (_name(element) in _PARTS and _name(parent) in _HOLDERS | _ROOTS):
            parent.remove(element)
        elif (parts := parts + 1) > _MAX_PARTS:
            raise FeedError(f"{url} is made of too many parts for a feed: it was not read.")
    return root


def _name(element: "_Element") -> str:
    return str(element.tag).rpartition("}")[2]


def _address(entry: Any, url: str) -> str | None:  # noqa: ANN401  (feedparser's dictionary)
    link = str(entry.get("link", "")).strip()
    if not link:
        return None
    try:
        address = urldefrag(urljoin(url, link)).url
    except ValueError:
        return None
    fits = address.startswith(("https://", "http://")) and len(address) <= _MAX_URL_CHARS
    return address if fits else None


def _time(entry: Any) -> datetime.datetime | None:  # noqa: ANN401
    parsed = entry.get("published_parsed") or dict.get(entry, "updated_parsed")  # its own get warns, and mixes them
    try:
        return datetime.datetime.fromtimestamp(calendar.timegm(parsed), datetime.UTC) if parsed else None
    except (ValueError, OverflowError, OSError):
        return None


def _plain(title: str) -> str:
    """Return a title without marks and entities of HTML, on one line."""
    return " ".join(html.unescape(_TAG.sub("", str(title))).split())[:_MAX_TITLE_CHARS]
