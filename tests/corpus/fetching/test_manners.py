"""Hosts are asked as they wish: robots.txt, a pause between requests; and they prove who they are."""

import ssl
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
import trustme

from corpus.errors import FetchError
from corpus.fetching.fetcher import Fetched, Fetcher, FetchLimits
from corpus.fetching.robots import MAX_ROBOTS_BYTES, parse_robots
from corpus.fetching.urls import FetchRules
from tests.corpus.servers import Clock, Public, Request, Server, page, private, redirect

QUICK = FetchLimits(connect_s=2.0, read_s=2.0, whole_s=5.0, backoff_s=0.01)
CLOSED = b"User-agent: *\nDisallow: /private/\nAllow: /private/but-this\n\nUser-agent: Other\nDisallow: /\n"


def at_names(server: Server, *names: str, delay_s: float = 1.0) -> FetchRules:
    """Rules that let names, which the test's resolver knows, lead to a server of the test."""
    return FetchRules(private=frozenset((name, server.port) for name in names), delay_s=delay_s)


def loopback(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


@pytest.mark.parametrize(
    ("robots", "path", "allowed"),
    [
        *((CLOSED, "/open", True), (CLOSED, "/private/page", False), (CLOSED, "/private/but-this", True)),
        (b"User-agent: EU-Measures/2\nDisallow: /\n\nUser-agent: *\nAllow: /\n", "/open", False),
        (b"User-agent: *\nDisallow: /\n\nUser-agent: eu-measures\nAllow: /\n", "/open", True),
        (b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /*.pdf$\r\n", "/open.pdf", False),
        *((b"", "/open", True), (b"<!doctype html><html>soft 404", "/open", True), (b"\xff\x00\xfe", "/open", True)),
    ],
)
def test_robots_txt_is_honoured(robots: bytes, path: str, allowed: bool) -> None:
    with Server({path: page(b"a release"), "/robots.txt": page(robots)}) as server:
        with Fetcher(private(server), QUICK) as fetcher:
            if allowed:
                assert isinstance(fetcher.fetch(server.url(path)), Fetched)
            else:
                with pytest.raises(FetchError, match=r"is closed to robots by the host's robots\.txt"):
                    fetcher.fetch(server.url(path))
        assert server.paths == [path] * allowed


def test_robots_txt_is_read_once_a_day() -> None:
    clock = Clock()
    with Server({"/a": page(b""), "/b": page(b""), "/robots.txt": page(CLOSED)}) as server:
        with Fetcher(private(server), clock=clock, sleep=clock.sleep) as fetcher:
            for path in ("/a", "/b", "/a"):
                fetcher.fetch(server.url(path))
            assert [request.path for request in server.asked] == ["/robots.txt", "/a", "/b", "/a"]
            clock.time += 25 * 3_600
            fetcher.fetch(server.url("/a"))
        assert [request.path for request in server.asked][4:] == ["/robots.txt", "/a"]


@pytest.mark.parametrize("status", ["404 Not Found", "401 Unauthorized", "410 Gone"])
def test_robots_txt_that_is_not_given_out_allows_everything(status: str) -> None:
    with Server({"/": page(b"a release"), "/robots.txt": lambda request: request.answer(b"", status)}) as server:
        with Fetcher(private(server), QUICK) as fetcher:
            assert isinstance(fetcher.fetch(server.url()), Fetched)


@pytest.mark.parametrize("status", ["500 Oops", "503 Busy"])
def test_robots_txt_out_of_order_forbids_for_now(status: str) -> None:
    clock = Clock()
    answers = {"/": page(b"a release"), "/robots.txt": lambda request: request.answer(b"", status)}
    with Server(answers) as server, Fetcher(private(server), clock=clock, sleep=clock.sleep) as fetcher:
        for _ in range(2):
            with pytest.raises(FetchError, match=rf"because \S+/robots\.txt answered with status {status[:3]}: try"):
                fetcher.fetch(server.url())
        assert [request.path for request in server.asked] == ["/robots.txt"] * 3
        server.handlers["/robots.txt"] = page(b"")
        clock.time += 600
        assert isinstance(fetcher.fetch(server.url()), Fetched)


def test_robots_txt_behind_a_redirect_is_read_and_checked() -> None:
    with Server({"/": page(b"a release"), "/rules": page(b"User-agent: *\nDisallow: /\n")}) as server:
        server.handlers["/robots.txt"] = redirect("/rules")
        with Fetcher(private(server), QUICK) as fetcher, pytest.raises(FetchError, match="closed to robots"):
            fetcher.fetch(server.url())
        server.handlers["/robots.txt"] = redirect("http://169.254.169.254/")
        with Fetcher(private(server), QUICK) as fetcher, pytest.raises(FetchError, match="may not be asked for"):
            fetcher.fetch(server.url())
        assert server.paths == ["/rules"]


def test_robots_txt_of_the_host_that_a_redirect_leads_to_is_honoured() -> None:
    with (
        Server({"/": page(b"closed"), "/robots.txt": page(b"User-agent: *\nDisallow: /")}) as closed,
        Server({}) as open_,
    ):
        open_.handlers["/"] = redirect(closed.url())
        with Fetcher(private(closed, open_), QUICK) as fetcher, pytest.raises(FetchError, match="closed to robots"):
            fetcher.fetch(open_.url())
        assert closed.paths == []


@pytest.mark.parametrize(
    "data",
    [
        b"".join(b"user-agent:a%d\n" % number for number in range(40_000)) + b"disallow:/a\n" * 40_000,
        b"User-agent: *\nDisallow: /" + b"*a" * 200_000,
        b"User-agent: *\n" + b"Disallow: /*a*b*c*d*e*f*g*h$\n" * 20_000,
        b"\n" * MAX_ROBOTS_BYTES * 4,
        b"User-agent: *\nDisallow: /%",
    ],
)
def test_hostile_robots_txt_is_read_in_bounded_time(data: bytes) -> None:
    began = time.monotonic()
    rules = parse_robots(data)
    assert isinstance(rules.can_fetch(f"https://europa.eu/{'abcdefg' * 250}", "eu-measures"), bool)
    assert time.monotonic() - began < 5


def test_requests_to_a_host_keep_their_distance() -> None:
    clock = Clock()
    with Server({path: page(b"") for path in "/a /b /c".split()}) as server:
        server.handlers["/from"] = redirect("/a")
        names = ("one.europa.eu", "two.europa.eu")
        rules = FetchRules(hosts=names, delay_s=1.5)
        public = Public()
        with Fetcher(rules, clock=clock, sleep=clock.sleep, resolver=public.resolver, backend=public) as fetcher:
            fetcher.fetch(f"http://one.europa.eu:{server.port}/a")
            assert clock.sleeps == [1.5]  # after robots.txt
            fetcher.fetch(f"http://one.europa.eu:{server.port}/from")
            assert clock.sleeps == [1.5] * 3  # and so between the hops
            fetcher.fetch(f"http://two.europa.eu:{server.port}/b")
            assert clock.sleeps == [1.5] * 4  # another host does not wait for the first
            clock.time += 0.5
            fetcher.fetch(f"http://two.europa.eu:{server.port}/c")
            assert clock.sleeps == [1.5] * 4 + [1.0]


def test_crawl_delay_is_kept_within_reason() -> None:
    for wanted, kept in ((b"4", 4.0), (b"86400", 30.0), (b"0.1", 1.0), (b"soon", 1.0), (b"-3", 1.0), (b"nan", 1.0)):
        clock = Clock()
        with Server({"/a": page(b""), "/robots.txt": page(b"User-agent: *\nCrawl-delay: " + wanted)}) as server:
            public = Public()
            rules = FetchRules(hosts=("one.europa.eu",))
            with Fetcher(rules, clock=clock, sleep=clock.sleep, resolver=public.resolver, backend=public) as fetcher:
                for _ in range(2):
                    fetcher.fetch(f"http://one.europa.eu:{server.port}/a")
        assert clock.sleeps[1:] == [kept], wanted


@pytest.mark.parametrize(
    ("set_s", "robots", "kept"),
    [(0.0, b"", []), (2.0, b"", [2.0, 2.0]), (2.0, b"User-agent: *\nCrawl-delay: 3", [3.0] * 2)],
)
def test_private_places_are_waited_for_only_where_that_is_asked(set_s: float, robots: bytes, kept: list[float]) -> None:
    clock = Clock()
    with Server({"/": page(b""), "/robots.txt": page(robots)}) as server:
        rules = replace(private(server), private_delay_s=set_s)
        with Fetcher(rules, clock=clock, sleep=clock.sleep) as fetcher:
            for _ in range(3):
                fetcher.fetch(server.url())
    assert clock.sleeps[-2:] == kept


def test_waiting_does_not_count_into_the_whole() -> None:
    clock = Clock()
    statuses = iter(["503 Busy", "503 Busy", "200 OK"])
    answers = {"/": lambda request: request.answer(b"", next(statuses), Retry_After="50")}
    limits = FetchLimits(whole_s=10.0)
    with Server(answers) as server, Fetcher(private(server), limits, clock=clock, sleep=clock.sleep) as fetcher:
        assert isinstance(fetcher.fetch(server.url()), Fetched)
    assert clock.sleeps == [50.0, 50.0]


# --- certificates


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def certified(authority: trustme.CA, *names: str, asked_for: list[str | None] | None = None) -> ssl.SSLContext:
    """A server's side of TLS, with one certificate for the names; it notes the names that it is asked for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    context.sni_callback = lambda connection, name, own: (asked_for if asked_for is not None else []).append(name)
    return context


def test_server_is_asked_for_the_hosts_name_and_proves_it(authority: trustme.CA) -> None:
    names: list[str | None] = []
    tls = certified(authority, "press.europa.eu", asked_for=names)
    with Server({"/": page(b"a release")}, tls=tls) as server:
        rules = at_names(server, "press.europa.eu")
        with Fetcher(rules, QUICK, resolver=loopback, tls=trusting(authority)) as fetcher:
            fetched = fetcher.fetch(server.url(host="press.europa.eu"))
        assert isinstance(fetched, Fetched)
        assert fetched.data == b"a release"
        assert fetched.url == f"https://press.europa.eu:{server.port}/"
        assert {request.headers["host"] for request in server.asked} == {f"press.europa.eu:{server.port}"}
    assert names == ["press.europa.eu"] * 2


@pytest.mark.parametrize("certificate", ["www.example.org", "127.0.0.1", "europa.eu"])
def test_certificate_of_another_name_is_refused(authority: trustme.CA, certificate: str) -> None:
    with Server({"/": page(b"forged")}, tls=certified(authority, certificate)) as server:
        rules = at_names(server, "press.europa.eu")
        with Fetcher(rules, QUICK, resolver=loopback, tls=trusting(authority)) as fetcher:
            with pytest.raises(FetchError, match=r"^press\.europa\.eu does not prove that it is press\.europa\.eu"):
                fetcher.fetch(server.url(host="press.europa.eu"))
        assert server.asked == []


def test_certificate_of_an_unknown_authority_is_refused(authority: trustme.CA) -> None:
    with Server({"/": page(b"forged")}, tls=certified(trustme.CA(), "press.europa.eu")) as server:
        rules = at_names(server, "press.europa.eu")
        for tls in (trusting(authority), None):
            with Fetcher(rules, QUICK, resolver=loopback, tls=tls) as fetcher:
                with pytest.raises(FetchError, match="does not prove that it is"):
                    fetcher.fetch(server.url(host="press.europa.eu"))
        assert server.asked == []


def test_two_hosts_at_one_address_each_prove_their_name(authority: trustme.CA) -> None:
    """A connection that proved the one name is not used for the other."""
    with Server({"/": page(b"a release")}, tls=certified(authority, "one.europa.eu")) as server:
        rules = at_names(server, "one.europa.eu", "two.europa.eu")
        with Fetcher(rules, QUICK, resolver=loopback, tls=trusting(authority)) as fetcher:
            assert isinstance(fetcher.fetch(server.url(host="one.europa.eu")), Fetched)
            with pytest.raises(FetchError, match=r"two\.europa\.eu does not prove"):
                fetcher.fetch(server.url(host="two.europa.eu"))


def test_redirect_from_https_to_a_file_is_refused(authority: trustme.CA) -> None:
    with Server({"/": redirect("file:///etc/passwd")}, tls=certified(authority, "press.europa.eu")) as server:
        rules = at_names(server, "press.europa.eu")
        with Fetcher(rules, QUICK, resolver=loopback, tls=trusting(authority)) as fetcher:
            with pytest.raises(FetchError, match="file:/etc/passwd is not a web address"):
                fetcher.fetch(server.url(host="press.europa.eu"))


def test_body_that_drips_over_tls_ends_at_the_whole(authority: trustme.CA) -> None:
    def drip(request: Request) -> None:
        request.start(Content_Length="100000")
        while not server.closing.wait(0.05):
            request.connection.sendall(b"0")

    limits = FetchLimits(read_s=0.3, whole_s=0.5)
    with Server({"/": drip}, tls=certified(authority, "press.europa.eu")) as server:
        rules = at_names(server, "press.europa.eu")
        with Fetcher(rules, limits, resolver=loopback, tls=trusting(authority)) as fetcher:
            with pytest.raises(FetchError, match=r"took longer than 0\.5 seconds"):
                fetcher.fetch(server.url(host="press.europa.eu"))
