"""Which addresses may be requested: http and https, on listed hosts, with a public IP address once resolved."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from corpus.errors import FetchError
from corpus.web_urls import MAX_URL_CHARS, host_of, is_ipv4, web_url

_SHOWN_CHARS = 200
_PORTS = {"http": 80, "https": 443}
# Forms that the resolver of the C library reads as an IPv4 address: 2130706433, 0x7f.1, 127.1.
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|\d+)", re.IGNORECASE)
# `ipaddress` calls these global, but nobody publishes there: protocol assignments (192.0.0.192 serves metadata in one
# cloud), relays of 6to4, and the address where another cloud serves its own machines.
_NOT_PUBLIC_4 = tuple(map(ipaddress.IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")))
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# Protocol assignments with Teredo and ORCHID, two documentation blocks, 6to4, and the segment-routing block.
_NOT_PUBLIC_6 = tuple(
    map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "3ffe::/16", "5f00::/16"))
)


@dataclass(frozen=True, slots=True)
class FetchRules:
    """What the settings say about fetching."""

    private: frozenset[tuple[str, int]] = frozenset()
    """Hosts, as addresses name them, with ports, that may be in a private network."""
    hosts: tuple[str, ...] = ()
    """Patterns such as ``*.europa.eu``, which includes europa.eu; ``*`` is every host. Empty means `default_hosts`."""
    delay_s: float = 1.0
    """Seconds between two requests to a public host."""
    private_delay_s: float = 0.0
    """Seconds between two requests to a private host. A host of either kind gets more where its robots.txt asks."""
    proxy: str | None = field(default=None, repr=False)
    """Address of the HTTP proxy through which public hosts are reached; private ones are reached without it."""


@dataclass(frozen=True, slots=True)
class Target:
    """A parsed address. Requests use these parts, so what was checked is what is requested."""

    url: str
    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> str:
        """The scheme, host and port whose robots.txt applies."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.is_default_port else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def is_default_port(self) -> bool:
        """Whether the port is the default port of the scheme."""
        return self.port == _PORTS[self.scheme]

    @property
    def secure(self) -> str:
        """The same address over https; an explicit port stays."""
        return f"https{self.url[len(self.scheme) :]}"

    @property
    def place(self) -> tuple[str, int]:
        """The host and port, as `FetchRules.private` lists them."""
        return self.host, self.port


def read_target(url: str, rules: FetchRules) -> Target:
    """Parse an address and check everything that needs no resolver.

    :raises FetchError: when it is no http or https address, contains a user name, has a number as its host, or its host
        is not listed.
    """
    import httpx

    if len(url) > MAX_URL_CHARS:
        raise FetchError(f"{shown(url)} is longer than {MAX_URL_CHARS:,} characters: give a shorter address.")
    try:
        parsed = httpx.URL(url.strip()).copy_with(fragment=None)
        host = parsed.raw_host.decode("ascii").lower().removesuffix(".")
        port = _PORTS.get(parsed.scheme, 0) if parsed.port is None else parsed.port
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise FetchError(f"{shown(url)} is not a web address: check how it is written.") from error
    if parsed.scheme not in _PORTS or not host:
        raise FetchError(f"{shown(url)} is not a web address: give one that begins with https:// or http://.")
    if parsed.userinfo:
        raise FetchError(f"An address of {host} names a user before the host: give it without.")
    if ":" not in host and _NUMBER.fullmatch(host.rpartition(".")[2]) and not is_ipv4(host):
        raise FetchError(f"{shown(url)} writes its host as a number: give the host's name.")
    if not 0 < port < 65_536 or web_url(str(parsed.copy_with(host=host))) is None:
        raise FetchError(f"{shown(url)} is not a web address: check its host and port.")
    target = Target(str(parsed.copy_with(host=host)), parsed.scheme, host, port)
    if target.place not in rules.private and not _is_listed(host, rules.hosts or default_hosts()):
        raise FetchError(
            f"{host} is not a host that releases are taken from: add it to MEASURES_FETCH_HOSTS to allow it."
        )
    return target


def is_public(address: str) -> bool:
    """Tell whether an IP address is on the public internet, and not private, local or reserved for a protocol.

    IPv6 addresses that contain an IPv4 address (mapped, NAT64, 6to4, Teredo) never count as public.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return parsed.is_global and not parsed.is_multicast and not any(parsed in net for net in _NOT_PUBLIC_4)
    if parsed.scope_id is not None or parsed not in _GLOBAL_UNICAST:
        return False
    return not any(parsed in net for net in _NOT_PUBLIC_6)


@cache
def default_hosts() -> tuple[str, ...]:
    """Return the patterns of hosts that releases are taken from: europa.eu, and the domains of agencies elsewhere."""
    from corpus.agencies.registry import registry

    websites = (host_of(agency.website) for agency in registry().agencies.values())
    elsewhere = {
        f"*.{host.removeprefix('www.')}" for host in websites if host and not _is_listed(host, ("*.europa.eu",))
    }
    return ("*.europa.eu", *sorted(elsewhere))


def shown(url: str) -> str:
    """Return an address for a message: shortened, on one line, and without a user name or password in it."""
    printable = "".join(char if char.isprintable() and char != " " else "�" for char in url.strip())
    printable = re.sub(r"^([a-z][a-z0-9+.-]*://)[^/?#]*@", r"\1", printable, flags=re.IGNORECASE)
    return printable if len(printable) <= _SHOWN_CHARS else f"{printable[:_SHOWN_CHARS]}…"


def _is_listed(host: str, patterns: Iterable[str]) -> bool:
    for pattern in patterns:
        name = pattern.lower().removesuffix(".")
        wild = name.removeprefix("*.")
        if name in ("*", host) or (wild != name and (host == wild or host.endswith(f".{wild}"))):
            return True
    return False
