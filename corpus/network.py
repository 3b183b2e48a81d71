"""The way to the network: a host is resolved once, its addresses are checked, and one of those is connected to.

httpx is given this transport, so no name is resolved anywhere else, and no proxy of the environment stands between.
Certificates are checked against the host's name, which is also what the server is asked for.
"""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import httpcore
import httpx

from corpus.addresses import is_public
from corpus.errors import FetchError

Resolver = Callable[[str, int], Sequence[str]]
_MAX_ADDRESSES = 4


def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver for the addresses of a host, in the order to try them.

    :raises OSError: when it knows none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class UntrustedError(FetchError):
    """A host does not prove by a certificate that it is the one asked for."""


class Network(httpcore.NetworkBackend):
    """Connects to public addresses and to the private places of the rules, and to nothing after the deadline."""

    def __init__(
        self,
        private: frozenset[tuple[str, int]],
        resolver: Resolver,
        clock: Callable[[], float],
        backend: httpcore.NetworkBackend,
    ) -> None:
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

        :raises FetchError: when an address is not public, or another machine answered than the one asked for.
        :raises httpcore.ConnectError: when no address answers.
        """
        addresses = self._addresses(host, port, self.left(timeout))
        failure: Exception = httpcore.ConnectError(f"no address of {host}")
        for address in addresses[:_MAX_ADDRESSES]:
            try:
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
        """Return how many seconds a step may take: its own limit, or what is left of the whole.

        :raises httpcore.TimeoutException: when nothing is left.
        """
        left = self.deadline - self._clock()
        if left <= 0:
            raise httpcore.ReadTimeout("the whole took too long")
        return left if timeout is None else min(left, timeout)

    def _addresses(self, host: str, port: int, timeout: float) -> Sequence[str]:
        """Resolve a host and check all of its addresses; a resolver that hangs is left behind in its thread."""
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
    """A connection whose every step ends at the deadline of the whole."""

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
    """What httpx sends its requests by: a connection for each, over the network above."""

    def __init__(self, network: Network, tls: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(ssl_context=tls, network_backend=network, max_keepalive_connections=0)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; what goes wrong is raised as httpcore's errors, or as the network's."""
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
        """Close what is open."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()
