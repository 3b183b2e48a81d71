"""Servers on 127.0.0.1 that answer as they are told, well or badly."""

import contextlib
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

import httpcore

from corpus.addresses import FetchRules

Handler = Callable[["Request"], None]
_TLS = b"\x16\x03"  # how a handshake begins


@dataclass
class Request:
    """What a client asked, and the connection to answer on."""

    path: str
    headers: Mapping[str, str]
    connection: socket.socket

    def answer(self, body: bytes = b"", status: str = "200 OK", **headers: str) -> None:
        """Answer the way a good server does; header names are given with underscores."""
        self.start(status, **{"Content-Length": str(len(body))} | headers)
        self.connection.sendall(body)

    def start(self, status: str = "200 OK", **headers: str) -> None:
        """Send a status line and headers, and nothing yet of the body."""
        lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
        self.connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))


@dataclass
class Server:
    """A server: handlers by path; robots.txt is missing unless it has one. It remembers what it was asked."""

    handlers: dict[str, Handler]
    tls: ssl.SSLContext | None = None
    address: str = "127.0.0.1"
    port: int = 0
    asked: list[Request] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((self.address, self.port))
        self._listener.listen()
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(self, *error: object) -> None:
        self.closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    @property
    def paths(self) -> list[str]:
        """The paths asked for, without robots.txt."""
        return [request.path for request in self.asked if request.path != "/robots.txt"]

    def url(self, path: str = "/", host: str = "") -> str:
        """The address of a path."""
        host = host or (f"[{self.address}]" if ":" in self.address else self.address)
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        with contextlib.suppress(OSError), contextlib.closing(connection):
            stream = self.tls.wrap_socket(connection, server_side=True) if self.tls else connection
            with contextlib.closing(stream):
                data = b""
                while b"\r\n\r\n" not in data:
                    received = stream.recv(65_536)
                    if not received or received.startswith(_TLS):  # it speaks HTTP only
                        return
                    data += received
                first, *lines = data.decode("latin-1").partition("\r\n\r\n")[0].split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                request = Request(first.split(" ")[1], headers, stream)
                self.asked.append(request)
                self.handlers.get(request.path.partition("?")[0], missing)(request)


def missing(request: Request) -> None:
    """There is no such page."""
    request.answer(b"not found", "404 Not Found")


def page(body: bytes, **headers: str) -> Handler:
    """A page."""
    return lambda request: request.answer(body, **headers)


def redirect(location: str, status: str = "302 Found") -> Handler:
    """A redirect."""
    return lambda request: request.answer(status=status, Location=location)


def gzip_bomb(megabytes: int) -> bytes:
    """So many megabytes of nothing, in a thousandth of them."""
    packer = zlib.compressobj(9, wbits=16 + zlib.MAX_WBITS)
    return b"".join([*(packer.compress(bytes(1_000_000)) for _ in range(megabytes)), packer.flush()])


class Clock:
    """A clock that only goes on when someone sleeps, and the sleeps it saw, in seconds."""

    def __init__(self) -> None:
        self.time = 1_000.0
        self.sleeps: list[float] = []

    def __call__(self) -> float:
        """Return the time."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.sleeps.append(seconds)
        self.time += seconds


def private(*servers: Server) -> FetchRules:
    """Return rules that let a fetcher reach servers of the test."""
    return FetchRules(private=frozenset((server.address, server.port) for server in servers))


class Public(httpcore.SyncBackend):
    """A public internet of one machine: a public address that is connected to as a server of the test."""

    address = "147.67.34.45"

    def resolver(self, host: str, port: int) -> list[str]:
        """Give every host that address."""
        return [self.address]

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the server of the test."""
        assert host == self.address
        stream = super().connect_tcp("127.0.0.1", port, timeout, local_address, socket_options)
        return Disguised(stream, self.address)


class Disguised(httpcore.NetworkStream):
    """A connection to 127.0.0.1 that says it leads to a public address."""

    def __init__(self, stream: httpcore.NetworkStream, address: str) -> None:
        self.read, self.write, self.close = stream.read, stream.write, stream.close  # type: ignore[method-assign]
        self._stream = stream
        self._address = address

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Keep the disguise over TLS."""
        return Disguised(self._stream.start_tls(ssl_context, server_hostname, timeout), self._address)

    def get_extra_info(self, info: str) -> object:
        """Lie about the peer."""
        return (self._address, 80) if info == "server_addr" else self._stream.get_extra_info(info)
