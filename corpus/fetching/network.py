"""The network as httpx uses it: a host is resolved once, its addresses are checked, and a checked one is connected to.

This is the check against requests into private networks (SSRF). httpx uses this transport, so names are resolved only
here, and no proxy from the environment is used, only that of the settings, which is asked for the checked address.
Certificates are checked against the name of the host, which is also the name that the request carries.
"""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import httpcore
import httpx

from corpus.errors import FetchError
from corpus.fetching.proxy import Proxy, open_tunnel
from corpus.fetching.urls import is_public

Resolver = Callable[[str, int], Sequence[str]]
_MAX_ADDRESSES = 4


def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the resolver of the system for the addresses of a host, in the order in which to try them.

    :raises OSError: when there is none.
    """
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in answers))


class UntrustedError(FetchError):
    """The certificate of a host does not prove that it is the host that was asked for."""


class Network(httpcore.NetworkBackend):
    """Connects to public addresses and to the private hosts of the rules, and only until the deadline."""

    def __init__(
        self,
        private: frozenset[tuple[str, int]],
        resolver: Resolver,
        clock: Callable[[], float],
        backend: httpcore.NetworkBackend,
        proxy: Proxy | None = None,
    ) -> None:
        self._proxy = proxy
        self._private = private
        self._resolver = resolver
        self._clock = clock
        self._backend = backend
        self.deadline = 0.0

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host that answers.

        :raises FetchError: when an address is not public, or the connection reached another address.
        :raises httpcore.ConnectError: when no address answers.
        """
        addresses = self._addresses(host, port, self.left(timeout))
        proxy = None if (host, port) in self._private else self._proxy
        failure: Exception = httpcore.ConnectError(f"no address of {host}")
        for address in addresses[:_MAX_ADDRESSES]:
            try:
                if proxy is not None:
                    stream = open_tunnel(self._backend, proxy, address, port, lambda: self.left(timeout))
                    return _TimedStream(stream, self)
                stream = self._backend.connect_tcp(address, port, self.left(timeout), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            peer = stream.get_extra_info("server_addr")[0]
            if ipaddress.ip_address(peer) != ipaddress.ip_address(address):
                stream.close()
                raise FetchError(f"{host} was answered for by another address than its own: nothing was read.")
            return _TimedStream(stream, self)
        raise failure

    def left(self, timeout: float | None) -> float:
        """Return how many seconds a step may take: its own limit, or the time until the deadline if that is shorter.

        :raises httpcore.TimeoutException: when the deadline has passed.
        """
        left = self.deadline - self._clock()
        if left <= 0:
            raise httpcore.ReadTimeout("the whole took too long")
        return left if timeout is None else min(left, timeout)

    def _addresses(self, host: str, port: int, timeout: float) -> Sequence[str]:
        """Resolve a host and check all of its addresses. A resolver that hangs is abandoned with its thread."""
        answers: list[Sequence[str] | Exception] = []

        def ask() -> None:
            try:
                answers.append(self._resolver(host, port))
            except (OSError, UnicodeError) as error:
                answers.append(error)

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        thread.join(timeout)
        if not answers:
            raise httpcore.ConnectTimeout(f"no answer to the name {host}")
        if isinstance(answers[0], Exception):
            raise httpcore.ConnectError(str(answers[0])) from answers[0]
        if (host, port) not in self._private:
            for address in answers[0]:
                if not is_public(address):
                    raise FetchError(
                        f"{host} has the address {address}, which is not public: it is not asked, unless "
                        f"MEASURES_FETCH_PRIVATE lists {host}:{port}."
                    )
        return answers[0]


class _TimedStream(httpcore.NetworkStream):
    """A connection on which no step lasts beyond the deadline of the fetch."""

    def __init__(self, stream: httpcore.NetworkStream, network: Network) -> None:
        self._stream = stream
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._network.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._network.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, self._network.left(timeout))
        except httpcore.ConnectError as error:
            if isinstance(error.__cause__, ssl.SSLCertVerificationError):
                raise UntrustedError(
                    f"{server_hostname} does not prove that it is {server_hostname}: its certificate was not accepted."
                ) from error
            raise
        return _TimedStream(stream, self._network)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401
        return self._stream.get_extra_info(info)


class Transport(httpx.BaseTransport):
    """The transport of httpx: a new connection for each request, made by `Network`."""

    def __init__(self, network: Network, tls: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(ssl_context=tls, network_backend=network, max_keepalive_connections=0)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Failures are raised as errors of httpcore or of `Network`."""
        address = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=address.raw_scheme, host=address.raw_host, port=address.port, target=address.raw_path
                ),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions)

    def close(self) -> None:
        """Close the open connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


@cache
def trusted_authorities() -> ssl.SSLContext:
    """Return the certificate authorities that browsers trust. Reading them takes 20 ms."""
    return httpx.create_ssl_context(trust_env=False)
