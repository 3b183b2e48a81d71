"""https comes first and never leads down to http; what is kept as an address is one that everybody reads alike."""

from collections.abc import Iterator
from typing import Any

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import FetchError
from corpus.fetching.fetcher import Fetched, Fetcher, NotModified
from corpus.web_urls import canonical_url, host_of, web_url
from tests.corpus.internet import Internet
from tests.corpus.servers import Server, page, private, redirect

SECURE, PLAIN = "https://www.example.europa.eu", "http://www.example.europa.eu"


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet() as internet:
        yield internet


def fetched(internet: Internet, url: str) -> Fetched:
    with internet.fetcher() as fetcher:
        fetched_page = fetcher.fetch(url)
    assert isinstance(fetched_page, Fetched)
    return fetched_page


def test_http_address_is_asked_for_over_https_where_its_host_speaks_that(internet: Internet) -> None:
    internet.pages |= {f"{SECURE}/a?b": page(b"by https"), f"{PLAIN}/a?b": page(b"by http")}
    fetched_page = fetched(internet, f"{PLAIN}/a?b")
    assert (fetched_page.url, fetched_page.data) == (f"{SECURE}/a?b", b"by https")
    assert internet.asked == [f"{SECURE}/a?b"]


def test_host_that_only_speaks_http_is_asked_over_http(internet: Internet) -> None:
    internet.pages |= {f"{PLAIN}/a": page(b"by http"), f"{PLAIN}/b": page(b"too")}
    with internet.fetcher() as fetcher:
        fetched_pages = [fetcher.fetch(f"{PLAIN}/{path}") for path in "ab"]
    assert [each.url for each in fetched_pages] == [f"{PLAIN}/a", f"{PLAIN}/b"]


def test_host_that_sends_all_of_https_down_to_http_is_asked_over_http(internet: Internet) -> None:
    internet.pages |= {f"{SECURE}{path}": redirect(f"{PLAIN}{path}") for path in ("/a", "/robots.txt")}
    internet.pages[f"{PLAIN}/a"] = page(b"by http")
    assert fetched(internet, f"{PLAIN}/a").url == f"{PLAIN}/a"
    with pytest.raises(FetchError, match="redirects from https down to http, which is not followed"):
        fetched(internet, f"{SECURE}/a")


def test_missing_page_is_missing_and_not_looked_for_over_http(internet: Internet) -> None:
    internet.pages |= {f"{SECURE}/other": page(b""), f"{PLAIN}/a": page(b"by http")}
    with pytest.raises(FetchError, match="is not given out"):
        fetched(internet, f"{PLAIN}/a")
    assert internet.asked == [f"{SECURE}/a"]


def test_robots_txt_of_https_is_not_got_around_over_http(internet: Internet) -> None:
    internet.pages |= {f"{SECURE}/robots.txt": page(b"User-agent: *\nDisallow: /"), f"{PLAIN}/a": page(b"by http")}
    with pytest.raises(FetchError, match="closed to robots"):
        fetched(internet, f"{PLAIN}/a")
    assert internet.asked == []


def test_redirect_of_https_to_http_is_followed_over_https(internet: Internet) -> None:
    internet.pages |= {
        f"{SECURE}/a": redirect(f"{PLAIN}/a/"),
        f"{SECURE}/a/": page(b"by https"),
        f"{PLAIN}/a/": page(b"by http"),
    }
    assert fetched(internet, f"{SECURE}/a").data == b"by https"
    assert not [url for url in internet.asked if url.startswith("http:")]


@pytest.mark.parametrize("where", [f"{PLAIN}/a", f"{PLAIN}:8080/b", "http://other.europa.eu:81/"])
def test_https_that_only_leads_down_to_http_is_refused(internet: Internet, where: str) -> None:
    internet.pages |= {f"{SECURE}/a": redirect(where), f"{PLAIN}/a": page(b"by http")}
    with pytest.raises(FetchError, match="redirects from https down to http, which is not followed"):
        fetched(internet, f"{SECURE}/a")
    assert internet.asked == [f"{SECURE}/a"]


def test_redirect_of_http_goes_on_over_https_where_it_can(internet: Internet) -> None:
    internet.pages |= {
        "http://old.europa.eu/a": redirect(f"{PLAIN}/b"),
        f"{PLAIN}/b": page(b"by http"),
        f"{SECURE}/b": page(b"by https"),
    }
    assert fetched(internet, "http://old.europa.eu/a").url == f"{SECURE}/b"


def test_private_place_is_asked_as_it_is_named() -> None:
    class Counting(httpcore.SyncBackend):
        connected = 0

        def connect_tcp(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:  # noqa: ANN401
            self.connected += 1
            return super().connect_tcp(*args, **kwargs)

    backend = Counting()
    with Server({"/a": page(b"a mirror's")}) as server, Fetcher(private(server), backend=backend) as fetcher:
        assert fetcher.fetch(server.url("/a")).url == server.url("/a")
    assert backend.connected == 2, "robots.txt and the page, and nothing over https"


def test_what_was_kept_of_an_address_counts_over_https_too(internet: Internet) -> None:
    internet.pages[f"{SECURE}/a"] = lambda request: request.answer(
        status="304 Not Modified" if request.headers.get("if-none-match") == '"1"' else "200 OK"
    )
    with internet.fetcher() as fetcher:
        assert fetcher.fetch(f"{PLAIN}/a", etag='"1"') == NotModified(f"{SECURE}/a")


@pytest.mark.parametrize(
    "text",
    [
        *("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://europa.eu/a", "//europa.eu/a", ""),
        "https://www.consilium.europa.eu%2Fen%2Fpress@evil.example/",
        "https://www.consilium.europa.eu%2Fen.evil.example/",
        "https://www.consilium.europa.eu\\@evil.example/",
        "https://evil.example\\.consilium.europa.eu/",
        "https://www.consilium.europa.eu:pw@evil.example/",
        *("https://europa.eu@evil.example/", "https://@europa.eu/", "https:///a", "https://:443/a", "http://["),
        *("https://a..eu/", "https://-a.eu/", f"https://{'a' * 64}.eu/", "https://a b.eu/", "https://a%2eeu/"),
        *("https://europa.eu:0/", "https://europa.eu:99999/", "https://europa.eu:x/", "https://2130706433/"),
        *("https://0x7f.1/", "https://[::1%25lo]/", "https://xn--a/", "https://①②⑦.⓪.⓪.①/"),
        *(
            "https://europa.eu/\x1b[31m",
            "https://euro\npa.eu/",
            "https://europa.eu/\u202eslp",
            "https://europa.eu/\ud83d",
        ),
        f"https://europa.eu/{'x' * 2_048}",
    ],
)
def test_what_could_lead_elsewhere_than_it_seems_is_no_address(text: str) -> None:
    assert (web_url(text), host_of(text), canonical_url(text)) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://www.consilium.europa.eu/en/a/?b=c#d", "https://www.consilium.europa.eu/en/a/?b=c#d"),
        (" HTTPS://WWW.Europa.EU:443/A%2Fb ", "https://www.europa.eu/A%2Fb"),
        ("https://europa.eu./é a?ü|", "https://europa.eu/é%20a?ü%7C"),
        ("https://bücher.example/\\x", "https://xn--bcher-kva.example/%5Cx"),
        ("http://127.0.0.1:8080/a", "http://127.0.0.1:8080/a"),
        ("http://[0:0::1]:81/", "http://[::1]:81/"),
        ("http://press_mirror:81/", "http://press_mirror:81/"),
    ],
)
def test_address_is_kept_the_way_that_everybody_reads_it(text: str, url: str) -> None:
    assert web_url(text) == url
    assert web_url(url) == url


@given(st.one_of(st.text(), st.text().map("https://{}".format), st.text().map("https://europa.eu/{}".format)))
def test_any_text_is_an_address_that_can_be_shown_or_none(text: str) -> None:
    url = web_url(text)
    assert url is None or (url.isprintable() and len(url.split()) == 1 and web_url(url) == url)
    assert url is None or (host_of(url) or "").isascii()
