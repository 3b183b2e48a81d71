"""Nothing that is not public is asked for, however it is written, and whoever sends one there."""

from collections.abc import Sequence
from pathlib import Path

import httpcore
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import FetchError, SettingsError
from corpus.fetching.fetcher import Fetched, Fetcher, FetchLimits
from corpus.fetching.urls import FetchRules, default_hosts, is_public, read_target
from index.settings import IndexSettings, fetch_rules, load_index_settings
from tests.corpus.servers import Public, Server, page, private, redirect

OPEN = FetchRules(hosts=("*",))
QUICK = FetchLimits(connect_s=2.0, read_s=2.0, whole_s=5.0, backoff_s=0.01)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://127.0.0.1.:{port}/",
        "http://2130706433:{port}/",
        "http://017700000001:{port}/",
        "http://0177.0.0.1:{port}/",
        "http://0x7f000001:{port}/",
        "http://0x7f.0.0.1:{port}/",
        "http://0x7f.1:{port}/",
        "http://127.1:{port}/",
        "http://127.0.1:{port}/",
        "http://127.000.000.001:{port}/",
        "http://0:{port}/",
        "http://0.0.0.0:{port}/",
        "http://[::1]:{port}/",
        "http://[::]:{port}/",
        "http://[0:0:0:0:0:0:0:1]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://[::ffff:7f00:1]:{port}/",
        "http://[::127.0.0.1]:{port}/",
        "http://[::1%25lo]:{port}/",
        "http://[fe80::1%25eth0]:{port}/",
        "http://[64:ff9b::7f00:1]:{port}/",
        "http://[64:ff9b:1::7f00:1]:{port}/",
        "http://[2002:7f00:1::]:{port}/",
        "http://[2001:0:7f00:1::]:{port}/",
        "http://localhost:{port}/",
        "http://LOCALHOST.:{port}/",
        "http://①②⑦.⓪.⓪.①:{port}/",
        "http://127。0。0。1:{port}/",
        "http://127.0.0.1%00.europa.eu:{port}/",
        "http://europa.eu@127.0.0.1:{port}/",
        "http://europa.eu:80@127.0.0.1:{port}/",
        "http://europa.eu\\@127.0.0.1:{port}/",
        "http://europa.eu%2f@127.0.0.1:{port}/",
        "http://127.0.0.1:{port}\\@europa.eu/",
        " http://127.0.0.1:{port}/ ",
        "http://10.0.0.1:{port}/",
        "http://172.16.0.1:{port}/",
        "http://192.168.1.1:{port}/",
        "http://100.64.0.1:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/latest/meta-data/",
        "http://100.100.100.200/latest/meta-data/",
        "http://192.0.0.192/opc/v2/instance/",
        "http://168.63.129.16/metadata/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[ff02::1]/",
    ],
)
def test_what_is_not_public_is_refused_in_every_spelling(url: str) -> None:
    with Server({"/": page(b"secret")}) as server, Fetcher(OPEN, QUICK) as fetcher:
        with pytest.raises(FetchError) as refused:
            fetcher.fetch(url.format(port=server.port))
        assert server.asked == []
    assert "status" not in str(refused.value)
    assert "reached" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "ftp://europa.eu/", "gopher://europa.eu/", "data:text/html,x", "javascript:1", ""),
        *("europa.eu/x", "//europa.eu/", "http://", "http:///x", "http://a\nb.europa.eu/", "http://europa.eu:0/"),
        *("http://europa.eu:99999/", "http://[::1/", "http://.europa.eu/", f"http://europa.eu/{'x' * 2_048}"),
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(FetchError):
        read_target(url, FetchRules())


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused_in_a_sentence(text: str) -> None:
    for url in (text, f"http://{text}", f"https://europa.eu/{text}"):
        try:
            target = read_target(url, FetchRules())
        except FetchError as error:
            assert str(error).endswith(".")  # noqa: PT017
        else:
            assert target.host == "europa.eu" or target.host.endswith(".europa.eu")


@pytest.mark.parametrize("host", ["metadata.google.internal", "metadata", "instance-data.ec2.internal", "kubernetes"])
def test_names_of_metadata_services_are_refused_by_what_they_mean(host: str) -> None:
    with Fetcher(OPEN, QUICK, resolver=lambda host, port: ["169.254.169.254"]) as fetcher:
        with pytest.raises(FetchError, match=r"has the address 169\.254\.169\.254, which is not public"):
            fetcher.fetch(f"http://{host}/computeMetadata/v1/")


def test_one_address_of_several_that_is_not_public_is_enough() -> None:
    with Fetcher(OPEN, QUICK, resolver=lambda host, port: ["2a01:7080:14:100::666:30", "10.0.0.7"]) as fetcher:
        with pytest.raises(FetchError, match=r"10\.0\.0\.7, which is not public"):
            fetcher.fetch("https://www.europa.eu/")


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize("where", ["http://127.0.0.1:{port}/", "//localhost:{port}/", "http://0x7f.1:{port}/"])
def test_redirect_to_what_is_not_public_is_refused(status: str, where: str) -> None:
    with Server({"/": page(b"secret")}) as inner, Server({}) as outer:
        outer.handlers["/"] = redirect(where.format(port=inner.port), status)
        rules = FetchRules(private=frozenset({("127.0.0.1", outer.port)}), hosts=("*",))
        with Fetcher(rules, QUICK) as fetcher, pytest.raises(FetchError):
            fetcher.fetch(outer.url())
        assert outer.paths == ["/"]
        assert inner.asked == []


@pytest.mark.parametrize(
    "where", ["file:///etc/passwd", "gopher://x/", "data:text/html,x", "http://u:p@europa.eu/", "http://["]
)
def test_redirect_to_what_is_no_web_address_is_refused(where: str) -> None:
    with Server({"/": redirect(where)}) as server, Fetcher(private(server), QUICK) as fetcher:
        with pytest.raises(FetchError, match="redirects to what") as refused:
            fetcher.fetch(server.url())
        assert "u:p" not in str(refused.value)


def test_name_that_changes_its_answer_gains_nothing() -> None:
    """What was checked is what is connected to: a name is resolved once for each connection."""
    with Server({"/": page(b"four")}) as four, Server({"/": page(b"six")}, address="::1", port=four.port):
        answers = iter([["127.0.0.1"], ["127.0.0.1"], ["::1"], ["::1"]])
        asked: list[str] = []

        def resolver(host: str, port: int) -> Sequence[str]:
            asked.append(host)
            return next(answers)

        rules = FetchRules(private=frozenset({("press.europa.eu", four.port)}))
        with Fetcher(rules, QUICK, resolver=resolver) as fetcher:
            fetched = fetcher.fetch(four.url(host="press.europa.eu"))
        assert isinstance(fetched, Fetched)
        assert fetched.data == b"four"
        assert asked == ["press.europa.eu"] * 2  # robots.txt, and the page


def test_name_that_turns_private_between_robots_and_page_is_refused() -> None:
    with Server({"/next": page(b"secret")}) as server:
        answers = iter([["127.0.0.1"], ["127.0.0.1"], ["127.0.0.1"]])
        server.handlers["/"] = redirect(f"http://rebound.europa.eu:{server.port}/next")
        rules = FetchRules(private=frozenset({("press.europa.eu", server.port)}))
        with Fetcher(rules, QUICK, resolver=lambda host, port: next(answers)) as fetcher:
            with pytest.raises(FetchError, match=r"rebound\.europa\.eu has the address 127\.0\.0\.1, which is not pub"):
                fetcher.fetch(server.url(host="press.europa.eu"))
        assert server.paths == ["/"]


def test_another_machine_than_the_one_asked_for_is_not_listened_to() -> None:
    class Elsewhere(httpcore.SyncBackend):
        def connect_tcp(self, host: str, *args: object, **kwargs: object) -> httpcore.NetworkStream:
            return super().connect_tcp("::1", *args, **kwargs)  # type: ignore[arg-type]

    with Server({"/": page(b"another")}, address="::1") as server:
        rules = FetchRules(private=frozenset({("127.0.0.1", server.port)}))
        with Fetcher(rules, QUICK, backend=Elsewhere()) as fetcher:
            with pytest.raises(FetchError, match="answered for by another address"):
                fetcher.fetch(f"http://127.0.0.1:{server.port}/")
        assert server.asked == []


def test_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server({"/": page(b"by proxy")}) as proxy, Server({"/": page(b"direct")}) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        with Fetcher(private(server), QUICK) as fetcher:
            fetched = fetcher.fetch(server.url())
        assert isinstance(fetched, Fetched)
        assert fetched.data == b"direct"
        assert proxy.asked == []


def test_only_the_exact_private_place_is_excepted() -> None:
    with Server({"/": page(b"mine")}) as own, Server({"/": page(b"other")}) as other:
        with Fetcher(private(own), QUICK) as fetcher:
            assert isinstance(fetcher.fetch(own.url()), Fetched)
            for url in (other.url(), f"http://localhost:{own.port}/", f"http://127.1:{own.port}/"):
                with pytest.raises(FetchError):
                    fetcher.fetch(url)
        assert other.asked == []


def test_public_host_does_not_lead_into_the_private_place() -> None:
    public = Public()
    with Server({"/": page(b"mine")}) as own, Server({"/": redirect(own.url())}) as outer:
        private_place = frozenset({("127.0.0.1", own.port)})
        rules = FetchRules(private=private_place, hosts=("www.example.org",), delay_s=0.0)
        with Fetcher(rules, QUICK, resolver=public.resolver, backend=public) as fetcher:
            with pytest.raises(FetchError, match="redirects into a private network"):
                fetcher.fetch(outer.url(host="www.example.org"))
        assert outer.paths == ["/"]
        assert own.asked == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        *(("8.8.8.8", True), ("147.67.34.45", True), ("2a01:7080:14:100::666:30", True), ("2600:9000::1", True)),
        *(("192.88.99.1", False), ("203.0.113.9", False), ("2001:db8::1", False), ("2620:fe::fe%eth0", False)),
        ("no address", False),
    ],
)
def test_is_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_hosts_are_europa_eu_and_the_bodies_own_domains() -> None:
    assert default_hosts()[0] == "*.europa.eu"
    assert "*.eib.org" in default_hosts()
    for url in ("https://europa.eu/rapid/x", "https://ec.europa.eu/", "https://www.eib.org/en/press/all/x"):
        assert read_target(url, FetchRules()).url == url
    for url in ("https://europa.eu.example.org/", "https://fakeeuropa.eu/", "https://example.org/"):
        with pytest.raises(FetchError, match="MEASURES_FETCH_HOSTS"):
            read_target(url, FetchRules())
    assert read_target("https://example.org/", FetchRules(hosts=("example.org",))).host == "example.org"
    with pytest.raises(FetchError):
        read_target("https://www.example.org/", FetchRules(hosts=("example.org",)))


def test_settings_make_the_rules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert fetch_rules(IndexSettings(data_dir=tmp_path)) == FetchRules()
    monkeypatch.setenv("MEASURES_FETCH_HOSTS", "*.europa.eu, example.org,")
    monkeypatch.setenv("MEASURES_FETCH_PRIVATE", "Mirror.example.org:8080, [::1]:81")
    monkeypatch.setenv("MEASURES_FETCH_DELAY", "2.5")
    assert fetch_rules(load_index_settings()) == FetchRules(
        private=frozenset({("mirror.example.org", 8080), ("::1", 81)}),
        hosts=("*.europa.eu", "example.org"),
        delay_s=2.5,
        private_delay_s=2.5,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOSTS", "https://europa.eu"),
        ("HOSTS", "europa.*"),
        ("PRIVATE", "localhost"),
        ("PRIVATE", "a:0"),
        ("DELAY", "-1"),
        ("DELAY", "nan"),
    ],
)
def test_setting_that_makes_no_sense_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"MEASURES_FETCH_{name}", value)
    with pytest.raises(SettingsError, match=f"MEASURES_FETCH_{name}"):
        load_index_settings()
