"""The operator's HTTP proxy: it is asked for a tunnel (CONNECT) to an address that was checked, never to a name.

So the check against requests into private networks (network.py) holds behind a proxy, too. What goes through the tunnel
is what would go over the connection itself: the proxy sees the addresses, and of https nothing else.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import h11
import httpcore

from corpus.errors import FetchError

_CHUNK_BYTES = 4096
_WANTS_LOGIN = 407
_UNREACHED = (502, 503, 504)  # the proxy did not reach the address; another address of the host may answer


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where the proxy is, and the header that logs in there."""

    host: str
    port: int
    authorization: str | None = field(default=None, repr=False)


def read_proxy(url: str) -> Proxy:
    """Read the address of a proxy, as ``http://user:password@host:port``."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    if parts.username is None:
        return Proxy(parts.hostname, parts.port)
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return Proxy(parts.hostname, parts.port, f"Basic {base64.b64encode(login.encode()).decode('ascii')}")


def open_tunnel(
    backend: httpcore.NetworkBackend, proxy: Proxy, address: str, port: int, left: Callable[[], float]
) -> httpcore.NetworkStream:
    """Return a connection through the proxy.

    :param left: how many seconds the next step may take.
    :raises FetchError: when the proxy does not let it through.
    :raises httpcore.ConnectError: when the proxy, or the address beyond it, cannot be reached.
    """
    stream = backend.connect_tcp(proxy.host, proxy.port, left())
    try:
        status = _asked(stream, proxy, f"[{address}]:{port}" if ":" in address else f"{address}:{port}", left)
        if status in _UNREACHED:
            raise httpcore.ConnectError(f"the proxy answers {status}")
        if status == _WANTS_LOGIN:
            raise FetchError("The proxy asks who you are: put user and password into MEASURES_PROXY.")
        if not 200 <= status < 300:
            raise FetchError(f"The proxy lets nothing through to {address} (it answers {status}): ask whoever runs it.")
    except BaseException:
        stream.close()
        raise
    return stream


def _asked(stream: httpcore.NetworkStream, proxy: Proxy, target: str, left: Callable[[], float]) -> int:
    """Ask for a tunnel, and return the status of the answer."""
    connection = h11.Connection(h11.CLIENT)
    headers = [("Host", target)]
    if proxy.authorization is not None:
        headers.append(("Proxy-Authorization", proxy.authorization))
    request = connection.send(h11.Request(method="CONNECT", target=target, headers=headers))
    stream.write((request or b"") + (connection.send(h11.EndOfMessage()) or b""), left())
    try:
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(stream.read(_CHUNK_BYTES, left()))
            elif isinstance(event, h11.Response):
                return event.status_code
            elif not isinstance(event, h11.InformationalResponse):
                raise httpcore.ConnectError("the proxy hung up")
    except h11.RemoteProtocolError as error:
        raise httpcore.ConnectError("the proxy does not speak HTTP") from error
