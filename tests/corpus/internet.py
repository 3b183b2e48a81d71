"""An internet on 127.0.0.1: hosts by name, each at a public address, that speak http, https or both."""

import ssl
from collections.abc import Iterable
from contextlib import ExitStack
from typing import Self
from urllib.parse import urlsplit

import httpcore
import trustme

from corpus.fetching.fetcher import Fetcher, FetchLimits
from corpus.fetching.urls import FetchRules
from tests.corpus.servers import Disguised, Handler, Request, Server, missing

QUICK = FetchLimits(connect_s=2.0, read_s=2.0, whole_s=5.0, backoff_s=0.0)


class Internet(httpcore.SyncBackend):
    """What hosts answer, by whole addresses. A host is there over the schemes that `pages` has an address of it with.

    ``asked`` are the addresses that were asked for, without those of robots.txt.
    """

    def __init__(self) -> None:
        """Start without a host."""
        self.pages: dict[str, Handler] = {}
        self.asked: list[str] = []
        self._authority = trustme.CA()
        self._certified: dict[str, ssl.SSLContext] = {}
        self._names: list[str] = []

    def __enter__(self) -> Self:
        """Start the servers that stand behind all hosts, one for each scheme."""
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.sni_callback = self._certify
        self._opened = ExitStack()
        plain = self._opened.enter_context(Server(_Always(lambda request: self._answer("http", request))))
        secure = self._opened.enter_context(Server(_Always(lambda request: self._answer("https", request)), tls=tls))
        self._ports = {80: plain.port, 443: secure.port}
        return self

    def __exit__(self, *error: object) -> None:
        """Stop them."""
        self._opened.close()

    def fetcher(self, rules: FetchRules | None = None) -> Fetcher:
        """Return a fetcher that knows no other internet."""
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._authority.configure_trust(trusting)
        return Fetcher(rules or FetchRules(delay_s=0.0), QUICK, resolver=self.resolver, backend=self, tls=trusting)

    def resolver(self, host: str, port: int) -> list[str]:
        """Give every host a public address of its own."""
        if host not in self._names:
            self._names.append(host)
        return [f"147.67.34.{self._names.index(host) + 1}"]

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the server behind a host, where the host has one at that port."""
        name = self._names[int(host.rpartition(".")[2]) - 1]
        scheme = {80: "http", 443: "https"}.get(port)
        if not any(url.startswith(f"{scheme}://{name}/") for url in self.pages):
            raise httpcore.ConnectError("refused")
        stream = super().connect_tcp("127.0.0.1", self._ports[port], timeout, local_address, socket_options)
        return Disguised(stream, host)

    def _certify(self, connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, own: ssl.SSLContext) -> None:
        assert name is not None
        if name not in self._certified:
            self._certified[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._authority.issue_cert(name).configure_cert(self._certified[name])
        connection.context = self._certified[name]

    def _answer(self, scheme: str, request: Request) -> None:
        url = f"{scheme}://{request.headers['host']}{request.path}"
        if urlsplit(url).path != "/robots.txt":
            self.asked.append(url)
        self.pages.get(url, missing)(request)


class _Always(dict[str, Handler]):
    """One handler for all paths."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    def get(self, path: str, otherwise: object = None) -> Handler:
        return self._handler
