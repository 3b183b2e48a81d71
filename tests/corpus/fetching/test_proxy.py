"""Public hosts are asked through the operator's proxy, by the address that was checked; private ones are not."""

import contextlib
import re
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
import trustme

from corpus.errors import FetchError
from corpus.fetching.fetcher import Fetched, Fetcher, FetchLimits
from corpus.fetching.urls import FetchRules
from tests.corpus.fetching.test_manners import certified, trusting
from tests.corpus.servers import Server, page

LIMITS = FetchLimits(connect_s=2.0, read_s=2.0, whole_s=5.0, backoff_s=0.01, tries=1)
ADDRESS = "151.101.0.1"
NAME = "press.europa.eu"


@dataclass
class ConnectProxy:
    """A proxy on loopback; whatever address it is asked for, its tunnel leads to one port of this machine."""

    leads_to: int
    answer: bytes = b"HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n"
    asked: list[str] = field(default_factory=list)
    port: int = 0

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.tunnel, args=(connection,), daemon=True).start()

    def tunnel(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(1)  # no more than the head: what follows is the tunnel's
            self.asked.append(head.decode("ascii"))
            connection.sendall(self.answer)
            if b" 200 " not in self.answer:
                return
            with socket.create_connection(("127.0.0.1", self.leads_to)) as beyond:
                back = threading.Thread(target=copy, args=(beyond, connection), daemon=True)
                back.start()
                copy(connection, beyond)
                back.join(5)


def copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65_536):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)


@contextmanager
def proxying(leads_to: int, answer: bytes | None = None) -> Iterator[ConnectProxy]:
    proxy = ConnectProxy(leads_to) if answer is None else ConnectProxy(leads_to, answer)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        proxy.port = listener.getsockname()[1]
        threading.Thread(target=proxy.serve, args=(listener,), daemon=True).start()
        yield proxy
        listener.shutdown(socket.SHUT_RDWR)


def rules(proxy: ConnectProxy, login: str = "", private: frozenset[tuple[str, int]] = frozenset()) -> FetchRules:
    return FetchRules(private, delay_s=0.0, proxy=f"http://{login}127.0.0.1:{proxy.port}")


def public(host: str, port: int) -> Sequence[str]:
    return [ADDRESS]


def test_proxy_is_asked_for_the_checked_address_and_the_host_proves_its_name() -> None:
    authority = trustme.CA()
    with Server({"/": page(b"a release")}, tls=certified(authority, NAME)) as server, proxying(server.port) as proxy:
        with Fetcher(rules(proxy, "me:p%40ss@"), LIMITS, resolver=public, tls=trusting(authority)) as fetcher:
            fetched = fetcher.fetch(f"https://{NAME}/")
    assert isinstance(fetched, Fetched)
    assert fetched.data == b"a release"
    assert {head.splitlines()[0] for head in proxy.asked} == {f"CONNECT {ADDRESS}:443 HTTP/1.1"}
    assert all("Proxy-Authorization: Basic bWU6cEBzcw==" in head for head in proxy.asked)
    assert server.asked
    assert not any("proxy-authorization" in request.headers for request in server.asked)


def test_certificate_counts_behind_a_proxy() -> None:
    authority = trustme.CA()
    with Server({"/": page(b"forged")}, tls=certified(authority, "other.example")) as server:
        with proxying(server.port) as proxy:
            with Fetcher(rules(proxy), LIMITS, resolver=public, tls=trusting(authority)) as fetcher:
                with pytest.raises(FetchError, match="does not prove that it is"):
                    fetcher.fetch(f"https://{NAME}/")
    assert server.asked == []


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1"])
def test_address_that_is_not_public_is_not_asked_through_a_proxy_either(address: str) -> None:
    with proxying(9) as proxy, Fetcher(rules(proxy), LIMITS, resolver=lambda host, port: [address]) as fetcher:
        with pytest.raises(FetchError, match="which is not public"):
            fetcher.fetch(f"https://{NAME}/")
    assert proxy.asked == []


def test_private_host_is_asked_without_the_proxy() -> None:
    with Server({"/": page(b"a mirror")}) as server, proxying(server.port) as proxy:
        private = frozenset({("127.0.0.1", server.port)})
        with Fetcher(rules(proxy, private=private), LIMITS) as fetcher:
            fetched = fetcher.fetch(server.url())
    assert isinstance(fetched, Fetched)
    assert proxy.asked == []


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"HTTP/1.1 407 Who?\r\nContent-Length: 0\r\n\r\n", "user and password into MEASURES_PROXY"),
        (b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", "it answers 403"),
        (b"HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n", "could not be reached"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "could not be reached"),
        (b"", "could not be reached"),
    ],
)
def test_refusal_of_a_proxy_is_one_sentence_without_its_password(answer: bytes, told: str) -> None:
    with proxying(9, answer) as proxy, Fetcher(rules(proxy, "me:hunter2@"), LIMITS, resolver=public) as fetcher:
        with pytest.raises(FetchError, match=re.escape(told)) as failed:
            fetcher.fetch(f"https://{NAME}/")
    assert "hunter2" not in str(failed.value)
    assert "hunter2" not in repr(rules(proxy, "me:hunter2@"))
