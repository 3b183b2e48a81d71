"""Bytes of an RSS or Atom feed -> the addresses that it announces. Also when any source, and any address, is due again.

lxml parses the document first, leniently, with bounded nesting and without expanding entities. Only the parts that a
list of releases needs, of a bounded number of entries, are passed on to feedparser.
"""

import calendar
import datetime
import html
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urljoin

from corpus.cleaning.dates import BRUSSELS, first_date
from corpus.cleaning.draft_limits import repaired, utf8
from corpus.cleaning.issue_dates import date_in_address
from corpus.cleaning.language import base
from corpus.errors import FeedError
from corpus.processes.sandbox import in_child
from corpus.sources.xml_faults import repaired_xml
from corpus.web_urls import MAX_URL_CHARS

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_FEED_BYTES = 2_000_000
MAX_ENTRIES = 200
_MAX_READ = 1_000  # Entries that are passed to feedparser, which takes 0.4 ms for each.
_MAX_PARTS = 50_000
_MAX_TITLE_CHARS = 300
_MAX_WAIT_S = 24 * 3600.0
_FIRST_PAUSE_S = 3600.0
_MAX_PAUSE_S = 14 * 24 * 3600.0
_ROOTS = {"rss", "RDF", "feed"}
_ENTRIES = {"item", "entry"}
_HOLDERS = {*_ENTRIES, "channel"}
_PARTS = {"title", "link", "guid", "id", "pubDate", "date", "published", "updated", "issued", "modified", "created"}
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_HREF = re.compile(r"""href\s{0,5}=\s{0,5}["']([^"'<>]+)["']""", re.IGNORECASE)
_ONE_SLASH = re.compile(r"(?<=^http):/(?!/)|(?<=^https):/(?!/)")
_MAX_TIME_CHARS = 100
_DAY_AND_MONTH = re.compile(
    r"(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{4}"
)  # Which of the two comes first, feedparser guesses.
_ZONE = re.compile(r"(?:[A-Z]{1,5}|[+-]\d{2}:?\d{2})\)?\s*$")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry of a feed: the address that it announces."""

    url: str
    title: str
    date: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """The entries of a feed, newest first, and those without a date last."""

    title: str
    entries: tuple[FeedEntry, ...]


def read_feed(data: bytes, url: str) -> Feed:
    """Read the newest `MAX_ENTRIES` entries of a feed, which may have none.

    :param url: where it was fetched. Relative links are resolved against it.
    :raises FeedError: when it is no feed, is too large, takes too much time or memory, or declares entities.
    """
    if len(data) > MAX_FEED_BYTES:
        raise FeedError(
            f"{url} is larger than {MAX_FEED_BYTES // 1_000_000} MB, which no feed needs: check the address."
        )
    return in_child(_read, data, url, name=url, advice="check the address", error=FeedError)


def _read(data: bytes, url: str) -> Feed:
    import feedparser
    from lxml import etree

    root = _root(data, url)
    language = base(root.findtext(".//{*}language") or root.get("{http://www.w3.org/XML/1998/namespace}lang"))
    parsed = feedparser.parse(
        io.BytesIO(etree.tostring(_pruned(root, url), encoding="utf-8")),
        response_headers={"content-location": url, "content-type": "application/xml; charset=utf-8"},
        resolve_relative_uris=False,  # Only the texts have such addresses, and they are not read.
        sanitize_html=False,
    )
    entries: dict[str, FeedEntry] = {}
    times: dict[str, datetime.datetime] = {}
    for entry in parsed.entries:
        address = _address(entry, url)
        if address is None or address in entries:
            continue
        time = _time(entry, address, language)
        times[address] = time or datetime.datetime.min.replace(tzinfo=datetime.UTC)
        title = _plain(entry.get("title", "")) or address
        entries[address] = repaired(FeedEntry(address, title, time.date() if time else None))
    newest = sorted(entries.values(), key=lambda entry: times[entry.url], reverse=True)
    return Feed(utf8(_plain(parsed.feed.get("title", ""))), tuple(newest[:MAX_ENTRIES]))


def next_poll(failures: int, interval_s: float, jitter: float) -> float:
    """Return the seconds until a source is read again. They double for each failure in a row, up to a day.

    :param failures: how often in a row it could not be read.
    :param interval_s: the seconds between two polls without failures.
    :param jitter: a random number from 0 to 1. It changes the result by up to a tenth, so that sources that were added
        together are read at different times.
    """
    wait_s = max(interval_s, min(interval_s * 2.0 ** min(failures, 20), _MAX_WAIT_S))
    return wait_s * (0.9 + 0.2 * jitter)


def next_try(attempts: int, jitter: float) -> float:
    """Return the seconds until an address that a site refused to programs is tried again.

    They double for each refusal, from an hour up to two weeks: a site may open again, and a person may be quicker.

    :param attempts: how often it was refused before the last time.
    :param jitter: a random number from 0 to 1, as `next_poll` takes it.
    """
    return min(_FIRST_PAUSE_S * 2.0 ** min(attempts, 20), _MAX_PAUSE_S) * (0.9 + 0.2 * jitter)


def _root(data: bytes, url: str) -> "_Element":
    from lxml import etree

    if re.search(rb"<!entity", data.replace(b"\0", b""), re.IGNORECASE):
        raise FeedError(f"{url} declares entities of its own, which no feed needs: it was not read.")
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    try:
        root = etree.fromstring(repaired_xml(data), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None or etree.QName(root).localname not in _ROOTS:
        raise FeedError(f"{url} is a page or a file, not a feed: give the address of its RSS or Atom feed.")
    return root


def _pruned(root: "_Element", url: str) -> "_Element":
    """Keep only the title of a feed, and the titles, links and dates of its first and last entries."""
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
    base, element, _ = link.partition("<")
    try:
        if element:  # Some sites write a whole element into the link, which feedparser takes for the end of an address.
            inside = _HREF.search(link[: 2 * MAX_URL_CHARS])
            # To feedparser the two slashes of an address inside are one too many.
            link = urljoin(base, _ONE_SLASH.sub("://", html.unescape(inside[1]).strip())) if inside else ""
        address = urldefrag(urljoin(url, link)).url if link else ""
    except ValueError:
        return None
    fits = address.startswith(("https://", "http://")) and len(address) <= MAX_URL_CHARS
    return address if fits else None


def _time(entry: Any, address: str, language: str | None) -> datetime.datetime | None:  # noqa: ANN401
    """Return when an entry was published, in the time of Brussels; midnight where only the day is known.

    A time that names no zone is of Brussels. When a feed gives no time, the date in the address counts.

    :param language: that of the feed, in which a date may be written out.
    """
    # The `get` of feedparser would warn, and return the date of publication for a missing "updated".
    for field in ("published", "updated"):
        written = str(dict.get(entry, field) or "")[:_MAX_TIME_CHARS]
        parsed = dict.get(entry, f"{field}_parsed")
        if parsed and not _DAY_AND_MONTH.search(written):
            try:
                time = datetime.datetime.fromtimestamp(calendar.timegm(parsed), datetime.UTC)
            except (ValueError, OverflowError, OSError):
                continue
            return time.astimezone(BRUSSELS) if _ZONE.search(written) else time.replace(tzinfo=BRUSSELS)
        day = first_date(written, language)
        if day:
            return _midnight(day)
    day = date_in_address(address)
    return _midnight(day) if day else None


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), BRUSSELS)


def _plain(title: str) -> str:
    """Return a title on one line, without HTML tags and entities."""
    return " ".join(html.unescape(_TAG.sub("", str(title))).split())[:_MAX_TITLE_CHARS]
