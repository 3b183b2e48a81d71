"""Sitemaps in plain text, with pictures and films, in parts, and with faults.

How sources in XML are followed is tested in `tests/index/intake/test_sources.py`.
"""

import datetime
import gzip

import pytest

from corpus.errors import FeedError
from corpus.sources.sitemaps import read_sitemap

URL = "https://www.europol.europa.eu/sitemap.txt"


def test_sitemap_in_plain_text_lists_pages() -> None:
    sitemap = read_sitemap(b"\xef\xbb\xbfhttps://www.europol.europa.eu/a\r\nhttps://www.europol.europa.eu/b\r\n", URL)
    assert [page.url for page in sitemap.pages] == [f"https://www.europol.europa.eu/{name}" for name in "ab"]


def test_text_with_other_lines_is_no_sitemap() -> None:
    with pytest.raises(FeedError, match="not a sitemap"):
        read_sitemap(b"https://www.europol.europa.eu/a\nSee also the others\n", URL)


NAMESPACES = "".join(
    f' xmlns{prefix}="http://www.{name}"'
    for prefix, name in {
        "": "sitemaps.org/schemas/sitemap/0.9",
        **{f":{kind}": f"google.com/schemas/sitemap-{kind}/1.1" for kind in ("image", "video", "news")},
    }.items()
)
NEWS = "<news:news><news:publication_date>2025-03-14</news:publication_date><news:title>T</news:title></news:news>"


def listing(parts: str, address: str = "https://www.europol.europa.eu/a") -> bytes:
    return f"<?xml version='1.0'?><urlset{NAMESPACES}><url><loc>{address}</loc>{parts}</url></urlset>".encode()


@pytest.mark.parametrize("news", ["", NEWS])
@pytest.mark.parametrize("part", [
    "<image:image><image:loc>https://cdn.example/a.png</image:loc><image:title>Boats</image:title></image:image>",
    "<video:video><video:title>Boats</video:title><video:publication_date>2020-01-02</video:publication_date>"
    "</video:video><!-- made by a program -->",
])  # fmt: skip
def test_pictures_and_films_of_a_page_say_nothing_of_it(part: str, news: str) -> None:
    (page,) = read_sitemap(listing(news + part), URL).pages
    expected = ("T", datetime.date(2025, 3, 14)) if news else ("", None)
    assert (page.url, page.title, page.date) == ("https://www.europol.europa.eu/a", *expected)


def test_sitemap_that_was_packed_in_parts_is_read_whole() -> None:
    data = listing("")
    (page,) = read_sitemap(gzip.compress(data[:90]) + gzip.compress(data[90:]), URL).pages
    assert page.url == "https://www.europol.europa.eu/a"


def test_address_with_an_ampersand_that_is_not_escaped_is_read_whole() -> None:
    (page,) = read_sitemap(listing("", "https://www.europol.europa.eu/a?x=1&y=2"), URL).pages
    assert page.url == "https://www.europol.europa.eu/a?x=1&y=2"
