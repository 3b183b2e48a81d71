"""Answers arrive whole, or the reason why not does; nothing makes the fetcher wait or swell."""

import contextlib
import gzip
import itertools
import socket
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import FetchError, ProgramsRefusedError
from corpus.fetching.fetcher import Fetched, Fetcher, FetchLimits, NotModified
from corpus.fetching.robots import user_agent
from corpus.fetching.urls import FetchRules
from tests.corpus.servers import Clock, Request, Server, gzip_bomb, page, private, redirect

QUICK = FetchLimits(tries=2, backoff_s=0.01)
IMPATIENT = FetchLimits(connect_s=2.0, read_s=0.3, whole_s=0.5, tries=2, backoff_s=0.01)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server without pages, to which tests give some."""
    with Server({}) as server:
        yield server


def fetch(server: Server, path: str = "/", limits: FetchLimits = QUICK) -> Fetched:
    with Fetcher(private(server), limits) as fetcher:
        fetched = fetcher.fetch(server.url(path))
    assert isinstance(fetched, Fetched)
    return fetched


def failure(server: Server, path: str = "/", limits: FetchLimits = QUICK) -> str:
    with Fetcher(private(server), limits) as fetcher, pytest.raises(FetchError) as failed:
        fetcher.fetch(server.url(path))
    assert str(failed.value).endswith(".")
    return str(failed.value).replace(server.url(""), "")


def test_page_comes_with_what_the_server_says_of_it(server: Server) -> None:
    headers = {
        "ETag": '"1"',
        "Last_Modified": "Thu, 06 Dec 2018 09:00:00 GMT",
    }
    server.handlers["/a b"] = server.handlers["/a%20b"] = page("Schlepper äöü".encode(), **headers)
    assert fetch(server, "/a b#part") == Fetched(
        server.url("/a%20b"),
        "Schlepper äöü".encode(),
        '"1"',
        "Thu, 06 Dec 2018 09:00:00 GMT",
    )
    sent = server.asked[-1].headers
    assert sent["user-agent"] == user_agent()
    assert sent["user-agent"].startswith("eu-measures/")
    assert sent["accept-encoding"] == "gzip, identity"
    assert sent["host"] == f"127.0.0.1:{server.port}"


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP"])
def test_gzip_is_inflated(server: Server, coding: str) -> None:
    body = b"".join(b"paragraph %d\n" % number for number in range(200_000))
    server.handlers["/"] = page(gzip.compress(body), Content_Encoding=coding)
    assert fetch(server).data == body


def test_empty_answer_is_empty(server: Server) -> None:
    server.handlers["/"] = page(b"", Content_Encoding="gzip")
    assert fetch(server).data == b""


@pytest.mark.parametrize("coding", ["br", "zstd", "deflate", "compress", "gzip, gzip", "gzip, br", "x" * 200])
def test_other_encodings_are_refused_unread(server: Server, coding: str) -> None:
    server.handlers["/"] = page(bytes.fromhex("cf ff ff 7f f8 27 00"), Content_Encoding=coding)
    assert "which was not asked for and is not read" in failure(server)
    assert server.paths == ["/"]


def test_stream_of_ten_gigabytes_ends_at_the_bound(server: Server) -> None:
    sent = itertools.count()

    def endless(request: Request) -> None:
        request.start()
        for _ in range(10_000):
            request.connection.sendall(bytes(1_000_000))
            next(sent)

    server.handlers["/"] = endless
    assert failure(server) == "/ is larger than 20 MB: add its text from a file instead."
    assert next(sent) < 40
    assert server.paths == ["/"]


def test_declared_size_over_the_bound_is_not_read(server: Server) -> None:
    server.handlers["/"] = lambda request: request.start(Content_Length="10000000000")
    assert failure(server) == "/ is larger than 20 MB: add its text from a file instead."


def test_gzip_bomb_is_not_inflated_past_the_bound(server: Server) -> None:
    server.handlers["/"] = page(gzip_bomb(200), Content_Encoding="gzip")
    tracemalloc.start()
    try:
        assert failure(server) == "/ is larger than 60 MB: add its text from a file instead."
        assert tracemalloc.get_traced_memory()[1] < 140_000_000
    finally:
        tracemalloc.stop()
    assert server.paths == ["/"]


def test_gzip_at_the_bound_is_read(server: Server) -> None:
    limits = FetchLimits(payload_bytes=1_000_000)
    server.handlers["/at"] = page(gzip.compress(bytes(1_000_000)), Content_Encoding="gzip")
    server.handlers["/over"] = page(gzip.compress(bytes(1_000_001)), Content_Encoding="gzip")
    assert len(fetch(server, "/at", limits).data) == 1_000_000
    assert failure(server, "/over", limits).startswith("/over is larger than 1 MB")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>no gzip at all", "is not the gzip that it says it is"),
        (gzip.compress(b"a release " * 100, mtime=0)[:30], "broke off before its gzip ended"),
        (gzip.compress(b"first", mtime=0) + gzip.compress(b"second", mtime=0), "goes on after its gzip has ended"),
        (gzip.compress(b"a release " * 100, mtime=0)[:-8] + bytes(8), "is not the gzip that it says it is"),
    ],
)
def test_broken_gzip_is_no_release(server: Server, body: bytes, reason: str) -> None:
    server.handlers["/"] = page(body, Content_Encoding="gzip")
    assert reason in failure(server)


def test_gzip_with_padding_is_read(server: Server) -> None:
    server.handlers["/"] = page(gzip.compress(b"a release") + bytes(512), Content_Encoding="gzip")
    assert fetch(server).data == b"a release"


@pytest.mark.parametrize("where", ["status", "headers", "body", "chunks"])
def test_a_byte_a_moment_ends_at_the_whole(server: Server, where: str) -> None:
    """Each byte comes well within the limit of a read; only the limit of the whole ends it."""

    def drip(request: Request) -> None:
        starts = {
            "status": b"H",
            "headers": b"HTTP/1.1 200 OK\r\nX-A: ",
            "body": b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
            "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1",
        }
        request.connection.sendall(starts[where])
        while not server.closing.wait(0.05):
            request.connection.sendall(b"0")

    server.handlers["/"] = drip
    began = time.monotonic()
    message = failure(server, limits=IMPATIENT)
    assert time.monotonic() - began < 2.5
    assert "took longer than 0.5 seconds" in message or (where == "status" and "what is not HTTP" in message)


def test_hanging_after_the_headers_is_tried_again_and_given_up(server: Server) -> None:
    def hang(request: Request) -> None:
        request.start(Content_Length="1000")
        server.closing.wait(5)

    server.handlers["/"] = hang
    limits = replace(IMPATIENT, whole_s=5.0)
    assert failure(server, limits=limits) == "/ did not answer in time: try again later."
    assert server.paths == ["/", "/"]


def test_robots_txt_that_drips_ends_at_the_whole_too(server: Server) -> None:
    def drip(request: Request) -> None:
        request.start(Content_Length="100000")
        while not server.closing.wait(0.05):
            request.connection.sendall(b"#")

    server.handlers["/robots.txt"] = drip
    assert failure(server, limits=IMPATIENT) == "/robots.txt took longer than 0.5 seconds: try again later."
    assert server.paths == []


def test_resolver_that_hangs_is_left_behind() -> None:
    def hang(host: str, port: int) -> list[str]:
        time.sleep(1.5)
        return []

    limits = FetchLimits(connect_s=0.1, whole_s=0.5, tries=2, backoff_s=0.01)
    with Fetcher(FetchRules(delay_s=0.0), limits, resolver=hang) as fetcher:
        began = time.monotonic()
        with pytest.raises(FetchError, match="did not answer in time"):
            fetcher.fetch("https://www.europa.eu/")
    assert time.monotonic() - began < 1.2


def test_shorter_than_it_says_is_no_release(server: Server) -> None:
    def short(request: Request) -> None:
        request.start(Content_Length="1000")
        request.connection.sendall(b"half a rel")

    server.handlers["/"] = short
    assert failure(server) == "/ broke off or answered what is not HTTP: try again later."


def test_longer_than_it_says_is_read_as_long_as_it_says(server: Server) -> None:
    def long(request: Request) -> None:
        request.start(Content_Length="9")
        request.connection.sendall(b"a release, and what does not belong to it")

    server.handlers["/"] = long
    assert fetch(server).data == b"a release"


def test_type_that_the_server_states_does_not_matter(server: Server) -> None:
    server.handlers["/"] = page(b"%PDF-1.7", Content_Type="text/html")
    assert fetch(server).data == b"%PDF-1.7"


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc",
        b"HTTP/1.1 200 OK\r\nX: \x00\r\n\r\n",
        b"HTTP/1.1 999999 What\r\n\r\n",
        b"",
    ],
)
def test_what_is_not_http_is_said_so(server: Server, answer: bytes) -> None:
    server.handlers["/"] = lambda request: request.connection.sendall(answer)
    assert failure(server) == "/ broke off or answered what is not HTTP: try again later."


def test_headers_without_end_are_bounded(server: Server) -> None:
    def endless(request: Request) -> None:
        request.connection.sendall(b"HTTP/1.1 200 OK\r\n")
        with contextlib.suppress(OSError):
            for number in range(1_000_000):
                request.connection.sendall(b"X-%d: %s\r\n" % (number, b"x" * 10_000))

    server.handlers["/"] = endless
    assert failure(server) == "/ broke off or answered what is not HTTP: try again later."


def test_nobody_there_is_said_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = Server({}, port=taken.getsockname()[1])
        assert failure(server) == (
            f"/ is not asked for, because {server.url('/robots.txt')} could not be reached: try again later."
        ).replace(server.url(""), "")


def test_redirects_are_followed_to_where_they_end(server: Server) -> None:
    server.handlers |= {f"/{hop}": redirect(f"{hop + 1}?from={hop}") for hop in range(5)}
    server.handlers["/5"] = page(b"there")
    fetched = fetch(server, "/0")
    assert (fetched.url, fetched.data) == (server.url("/5?from=4"), b"there")


def test_sixth_redirect_and_loops_are_too_many(server: Server) -> None:
    server.handlers |= {f"/{hop}": redirect(f"/{hop + 1}") for hop in range(6)}
    server.handlers |= {"/6": page(b"too far"), "/loop": redirect("/loop")}
    assert "is one redirect too many" in failure(server, "/0")
    assert server.paths == [f"/{hop}" for hop in range(6)]
    server.asked.clear()
    assert "is one redirect too many" in failure(server, "/loop")
    assert server.paths == ["/loop"] * 6


@pytest.mark.parametrize("status", ["404 Not Found", "401 Unauthorized", "410 Gone", "451 Law"])
def test_what_is_not_given_out_is_asked_for_once(server: Server, status: str) -> None:
    server.handlers["/"] = lambda request: request.answer(b"no", status)
    assert failure(server) == f"/ is not given out (status {status[:3]}): check the address."
    assert server.paths == ["/"]


@pytest.mark.parametrize("status", ["204 No Content", "206 Partial", "300 Choices", "304 Same", "501 Not", "302 Found"])
def test_other_answers_are_no_page(server: Server, status: str) -> None:
    server.handlers["/"] = lambda request: request.answer(b"", status)
    assert f"answered with status {status[:3]}, which is no page" in failure(server)
    assert server.paths == ["/"]


@pytest.mark.parametrize("status", ["500 Oops", "502 Bad Gateway", "503 Busy", "504 Late", "408 Late"])
def test_what_may_pass_is_tried_three_times(server: Server, status: str) -> None:
    clock = Clock()
    server.handlers["/"] = lambda request: request.answer(b"", status)
    with Fetcher(private(server), clock=clock, sleep=clock.sleep) as fetcher:
        with pytest.raises(FetchError, match=f"/ answered with status {status[:3]}: try again later"):
            fetcher.fetch(server.url())
        assert server.paths == ["/"] * 3
        assert clock.sleeps == [1.0, 2.0]
        statuses = iter([status, "200 OK"])
        server.handlers["/"] = lambda request: request.answer(b"passed", next(statuses))
        fetched = fetcher.fetch(server.url())
    assert isinstance(fetched, Fetched)
    assert fetched.data == b"passed"


@pytest.mark.parametrize("status", ["429 Slow", "503 Busy"])
@pytest.mark.parametrize(
    ("said", "waited"),
    [
        *(("7", 7.0), ("60", 60.0), ("0", 0.0), ("Thu, 06 Dec 2018 09:00:30 GMT", 30.0)),
        *(("Thu, 06 Dec 2018 08:00:00 GMT", 0.0), ("soon", 1.0), ("-5", 1.0), ("²", 1.0)),
    ],
)
def test_retry_after_is_waited_for(server: Server, status: str, said: str, waited: float) -> None:
    clock = Clock()
    statuses = iter([status, "200 OK"])
    server.handlers["/"] = lambda request: request.answer(b"", next(statuses), Retry_After=said)
    with Fetcher(private(server), clock=clock, sleep=clock.sleep, now=lambda: 1_544_086_800.0) as fetcher:
        fetcher.fetch(server.url())
    assert sum(clock.sleeps) == waited


@pytest.mark.parametrize(
    ("said", "when"),
    [
        *(("3600", "after 2018-12-06 10:00 UTC"), ("Fri, 07 Dec 2018 09:00:00 GMT", "after 2018-12-07 09:00 UTC")),
        *(("9" * 30, "much later"), ("9" * 400, "much later")),
    ],
)
def test_retry_after_that_is_too_long_says_when_to_try_again(server: Server, said: str, when: str) -> None:
    clock = Clock()
    server.handlers["/"] = lambda request: request.answer(b"", "429 Slow", Retry_After=said)
    server.handlers["/busy"] = lambda request: request.answer(b"", "503 Busy", Retry_After=said)
    with Fetcher(private(server), clock=clock, sleep=clock.sleep, now=lambda: 1_544_086_800.0) as fetcher:
        with pytest.raises(FetchError, match=rf"/busy asks to be left alone for now: try again {when}\.$"):
            fetcher.fetch(server.url("/busy"))
        with pytest.raises(
            ProgramsRefusedError, match=rf"answers programs with 429 and may be asked again {when}: open"
        ):
            fetcher.fetch(server.url())
    assert server.paths == ["/busy", "/"]
    assert clock.sleeps == []


def test_unchanged_is_a_value(server: Server) -> None:
    def conditional(request: Request) -> None:
        same = request.headers.get("if-none-match") == '"1"' or "if-modified-since" in request.headers
        request.answer(b"" if same else b"new", "304 Not Modified" if same else "200 OK", ETag='"1"')

    server.handlers["/"] = conditional
    with Fetcher(private(server), QUICK) as fetcher:
        first = fetcher.fetch(server.url())
        assert isinstance(first, Fetched)
        assert fetcher.fetch(server.url(), etag=first.etag) == NotModified(server.url())
        assert fetcher.fetch(server.url(), last_modified="Thu, 06 Dec 2018 09:00:00 GMT") == NotModified(server.url())
        assert isinstance(fetcher.fetch(server.url(), etag='"0"'), Fetched)
        assert isinstance(fetcher.fetch(server.url(), etag='"1"\r\nX-Smuggled: yes'), Fetched)
    assert not any("x-smuggled" in request.headers for request in server.asked)


def test_cookies_are_not_kept(server: Server) -> None:
    """One that cannot be sent back would close its host for good."""
    server.handlers["/"] = page(b"a release", Set_Cookie="na\xefve=1; Path=/")
    with Fetcher(private(server), QUICK) as fetcher:
        for _ in range(2):
            assert isinstance(fetcher.fetch(server.url()), Fetched)
    assert not any("cookie" in request.headers for request in server.asked)


JUNK = (
    "http",
    "https",
    ":",
    "//",
    "/",
    "@",
    "[",
    "]",
    "%",
    "\\",
    "?",
    "#",
    "127.0.0.1",
    "::1",
    "..",
    " ",
    "\xff",
    "xn--",
    ",",
)
HEADERS = ("Location", "Set-Cookie", "Retry-After", "Content-Type", "ETag", "Content-Encoding", "Transfer-Encoding")


@settings(deadline=None, max_examples=30)
@given(
    st.sampled_from(["200 OK", "302 Found", "304 Same", "429 Slow", "503 Busy", "100 Go on", "999 \xff"]),
    st.dictionaries(st.sampled_from(HEADERS), st.lists(st.sampled_from(JUNK), max_size=6).map("".join)),
)
def test_any_header_is_an_answer_or_a_reason(status: str, headers: dict[str, str]) -> None:
    clock = Clock()
    limits = FetchLimits(tries=2, read_s=2.0)
    outcomes: list[Fetched | NotModified | str] = []
    with Server({"/": lambda request: request.answer(b"a release", status, **headers)}) as server:
        with Fetcher(private(server), limits, clock=clock, sleep=clock.sleep) as fetcher:
            for _ in range(2):
                try:
                    outcomes.append(fetcher.fetch(server.url(), etag='"1"'))
                except FetchError as error:
                    outcomes.append(str(error))
    for outcome in outcomes:
        match outcome:
            case Fetched():
                assert outcome.data == b"a release"
            case str():
                assert outcome.endswith(".")
            case _:
                assert isinstance(outcome, NotModified)
