"""Sitemaps in plain text: an address a line. Those in XML are read in `tests/index/intake/test_sources.py`."""

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
