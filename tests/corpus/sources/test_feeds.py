"""Feeds announce addresses; whatever else a server sends under that name is refused or bounded."""

import datetime
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.cleaning.dates import BRUSSELS
from corpus.errors import FeedError, FetchError
from corpus.fetching.fetcher import Fetcher
from corpus.fetching.urls import FetchRules
from corpus.sources.feeds import Feed, FeedEntry, _read, next_poll, read_feed

URL = "https://www.europol.europa.eu/rss/news.xml"
DAY = datetime.date(2018, 12, 6)


def rss(body: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    return f'{head}<rss version="2.0"><channel><title>News</title>{body}</channel></rss>'.encode()


def item(link: str, title: str = "A release", date: str = "Thu, 06 Dec 2018 09:00:00 GMT") -> str:
    return f"<item><title>{title}</title><link>{link}</link><pubDate>{date}</pubDate></item>"


def addresses(data: bytes) -> list[str]:
    return [entry.url for entry in read_feed(data, URL).entries]


def test_rss_is_read_newest_first_and_links_are_resolved() -> None:
    data = rss(
        item("/newsroom/old", "Old", "Wed, 05 Dec 2018 23:30:00 +0100")
        + item("../undated", "Undated", "")
        + item("https://www.europol.europa.eu/new#top", " New\n &amp;amp; <![CDATA[<b>bold</b>]]> ")
    )
    assert read_feed(data, URL) == Feed(
        "News",
        (
            FeedEntry("https://www.europol.europa.eu/new", "New & bold", DAY),
            FeedEntry("https://www.europol.europa.eu/newsroom/old", "Old", datetime.date(2018, 12, 5)),
            FeedEntry("https://www.europol.europa.eu/undated", "Undated"),
        ),
    )


def test_atom_is_read() -> None:
    data = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://www.eppo.europa.eu/en/"><title>EPPO</title>
    <entry><title type="html">Arrests &amp;amp; searches</title><link rel="self" href="self"/>
    <link rel="alternate" href="media/news/1"/><updated>2018-12-06T09:00:00Z</updated><id>urn:1</id></entry></feed>"""
    entry = FeedEntry("https://www.eppo.europa.eu/en/media/news/1", "Arrests & searches", DAY)
    assert read_feed(data, URL) == Feed("EPPO", (entry,))


def test_rdf_is_read() -> None:
    data = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>ECB</title></channel><item><title>A</title>
    <link>https://www.ecb.europa.eu/a</link><dc:date>2018-12-06T09:00:00Z</dc:date></item></rdf:RDF>"""
    assert read_feed(data, URL) == Feed("ECB", (FeedEntry("https://www.ecb.europa.eu/a", "A", DAY),))


@pytest.mark.parametrize(
    ("language", "written"),
    [("de", "6. Dezember 2018"), ("fr-FR", "jeu, 06 décembre 2018 10:00:00 +0100"), ("cs", "6. prosince 2018")],
)
def test_date_that_is_written_out_is_in_the_language_of_the_feed(language: str, written: str) -> None:
    data = rss(f"<language>{language}</language>{item('/a', date=written)}")
    assert [entry.date for entry in read_feed(data, URL).entries] == [DAY]


def test_entry_twice_is_one() -> None:
    assert addresses(rss(item("/a") + item("/a#part") + item("/a", "Again"))) == ["https://www.europol.europa.eu/a"]


def test_link_that_is_no_web_address_is_left_out() -> None:
    bad = ("javascript:alert(1)", "file:///etc/passwd", "mailto:a@b", "", "http://[", f"/{'x' * 3_000}")
    assert addresses(rss("".join(map(item, bad)) + item("/good"))) == ["https://www.europol.europa.eu/good"]


def test_private_address_of_an_entry_is_refused_when_it_is_fetched() -> None:
    (address,) = addresses(rss(item("http://127.0.0.1:8080/admin")))
    with Fetcher(FetchRules(hosts=("*",))) as fetcher, pytest.raises(FetchError, match="which is not public"):
        fetcher.fetch(address)


def test_empty_feed_is_a_value() -> None:
    assert read_feed(rss(""), URL) == Feed("News", ())
    assert read_feed(b'<feed xmlns="http://www.w3.org/2005/Atom"/>', URL) == Feed("", ())


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b" \n", b"{}", b"%PDF-1.7", b"\x00\xff\xfe", b"plain text", b"<", b"<<<", b"/etc/passwd"),
        b"<!doctype html><html><head><title>News</title></head><body><p>No feed<br></body></html>",
        b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
        b'<?xml version="1.0"?><urlset><url><loc>https://www.europol.europa.eu/</loc></url></urlset>',
    ],
)
def test_what_is_no_feed_is_said_so(data: bytes) -> None:
    with pytest.raises(FeedError, match=r"^https://www\.europol\.europa\.eu/rss/news\.xml is a page or a file, not a"):
        read_feed(data, URL)


def test_feed_of_fifteen_thousand_entries_is_bounded() -> None:
    began = time.monotonic()
    items = "".join(item(f"/{number}", date=f"2018-12-06T09:{number % 60:02}:00Z") for number in range(15_000))
    feed = read_feed(rss(items), URL)
    assert len(feed.entries) == 200
    assert time.monotonic() - began < 10


def test_feed_of_more_than_two_megabytes_is_refused() -> None:
    with pytest.raises(FeedError, match=r"is larger than 2 MB, which no feed needs: check the address\.$"):
        read_feed(rss("&" * 20_000_000), URL)


@pytest.mark.parametrize("newest", ["first", "last"])
def test_newest_entries_of_a_long_feed_are_kept(newest: str) -> None:
    start = datetime.datetime(2018, 1, 1, tzinfo=datetime.UTC)
    items = [item(f"/{day}", date=(start + datetime.timedelta(days=day)).isoformat()) for day in range(3_000)]
    feed = read_feed(rss("".join(items if newest == "last" else items[::-1])), URL)
    assert [entry.url.rpartition("/")[2] for entry in feed.entries] == [str(day) for day in range(2_999, 2_799, -1)]


ENTITIES = '<!DOCTYPE rss [<!ENTITY a "{}">{}]>'
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(2, 12))


@pytest.mark.parametrize(
    "head",
    [
        ENTITIES.format("lol", LAUGHS.replace("&a1;", "&a;")),
        ENTITIES.format("x" * 100_000, ""),
        '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss [<!ENTITY % a SYSTEM "http://127.0.0.1/x.dtd"> %a;]>',
        '<?xml version="1.0"?><!DOCTYPE rss [<!entity a "x">]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_not_expanded(head: str, encoding: str) -> None:
    data = rss(item("/a", "&a;&a11;" * 1_000) + '<item x="&a11;"/>', head).decode().encode(encoding)
    with pytest.raises(FeedError, match="declares entities of its own"):
        read_feed(data, URL)


def test_external_document_type_is_not_loaded() -> None:
    head = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://127.0.0.1:9/rss-0.91.dtd">'
    assert addresses(rss(item("/a"), head)) == ["https://www.europol.europa.eu/a"]


@pytest.mark.parametrize(
    ("title", "read"),
    [
        *(("R&D & more", "R&D & more"), ("a&nbsp;b &eacute;&euro;", "a b é€"), ("a\x0bb", "ab")),
        *(("<![CDATA[AT&T & <i>so</i>]]>", "AT&T & so"), ("5 &lt; 6 and 7 &gt; 2", "5 < 6 and 7 > 2"), ("", "{url}")),
    ],
)
def test_ill_formed_feeds_are_read_as_far_as_they_go(title: str, read: str) -> None:
    (entry, *_) = read_feed(rss(item("/a?x=1&amp;y=2", title) + "<item><title>cut o"), URL).entries
    assert entry.url == "https://www.europol.europa.eu/a?x=1&y=2"
    assert entry.title == read.format(url=entry.url)


def test_other_encodings_are_read() -> None:
    text = rss(item("/a", "Größe"), '<?xml version="1.0" encoding="ENC"?>').decode()
    for encoding in ("iso-8859-1", "utf-16", "windows-1252"):
        assert read_feed(text.replace("ENC", encoding).encode(encoding), URL).entries[0].title == "Größe"


@pytest.mark.parametrize(
    "unit",
    ["<", "&", "<a>", "<a ", "<!--", "<![CDATA[", '<a b="', "<item>", "<item/>", "<channel/>", "<title>", "&lt;"],
)
def test_hostile_documents_are_read_in_bounded_time(unit: str) -> None:
    began = time.monotonic()
    try:
        assert read_feed(rss(item("/a") + unit * (1_000_000 // len(unit))), URL).entries
    except FeedError:
        pass
    assert time.monotonic() - began < 10


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_feed_or_refused(data: bytes) -> None:
    for document in (data, rss("").replace(b"News", data), rss(item("/a")).replace(b"A release", data)):
        try:
            read_feed(document, URL)
        except FeedError as error:
            assert str(error).startswith(URL)  # noqa: PT017


@pytest.mark.parametrize(("written", "day"), [
    ("Wed, 05 Dec 2018 23:00:00 GMT", DAY),  # midnight in Brussels in winter
    ("Wed, 05 Dec 2018 22:59:00 GMT", datetime.date(2018, 12, 5)),
    ("Thu, 06 Dec 2018 23:30:00 +0100", DAY),
    ("2018-12-06T23:30:00", DAY),  # without a zone it is the time of Brussels
    ("2018-12-05T23:30:00Z", DAY),
    ("2018-12-06", DAY),
    ("Thu, 12/06/2018 - 10:15", DAY),  # the weekday tells that the month comes first
    ("06/12/2018 - 10:15", DAY),
    ("6 December 2018", DAY),
    ("soon", None),
])  # fmt: skip
def test_day_of_an_entry_is_that_of_brussels(written: str, day: datetime.date | None) -> None:
    (entry,) = read_feed(rss(item("/a", date=written)), URL).entries
    assert entry.date == day


@given(st.integers(631_152_000, 2_145_916_799))  # 1990 to 2037
def test_times_of_all_zones_are_turned_into_those_of_brussels(seconds: int) -> None:
    utc = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    here = utc.astimezone(BRUSSELS).date()
    for written in (utc.strftime("%a, %d %b %Y %H:%M:%S GMT"), f"{utc:%Y-%m-%dT%H:%M:%S}Z"):
        assert [entry.date for entry in _read(rss(item("/a", date=written)), URL).entries] == [here]


@pytest.mark.parametrize("link", [
    '&lt;a href="/news/a" hreflang="en"&gt;View&lt;/a&gt;', "&lt;a  HREF='https://www.europol.europa.eu/news/a'&gt;",
])  # fmt: skip
def test_address_inside_an_element_in_a_link_is_read(link: str) -> None:
    assert addresses(rss(item(link))) == ["https://www.europol.europa.eu/news/a"]


@pytest.mark.parametrize("link", ["&lt;a&gt;View&lt;/a&gt;", "&lt;a href='javascript:alert(1)'&gt;", "&lt;"])
def test_element_without_an_address_is_left_out(link: str) -> None:
    assert addresses(rss(item(link))) == []


def test_date_in_an_address_counts_where_a_feed_gives_none() -> None:
    (entry,) = read_feed(rss(item("/press/2018/12/06/ports/", date="")), URL).entries
    assert entry.date == DAY


def test_failing_feed_backs_off_up_to_a_day() -> None:
    assert [next_poll(failures, 3_600, 0.5) for failures in (0, 1, 2, 10, 1_000_000)] == [
        3_600,
        7_200,
        14_400,
        86_400,
        86_400,
    ]
    assert [round(next_poll(0, 100, jitter)) for jitter in (0.0, 0.25, 1.0)] == [90, 95, 110]
    assert next_poll(3, 7 * 86_400, 0.5) == 7 * 86_400
