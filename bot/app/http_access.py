"""Who may ask the bot over HTTP: by the key, by the name that the request calls it, and by the page that sends it.

A browser on the same machine reaches what listens on loopback, and a page can make it do so: by a form or a script of
its own (Origin), or by a name of its own that leads to loopback (Host, DNS rebinding).
"""

import hmac
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

from bot.app.settings import Address

OPEN = frozenset({"/healthz", "/readyz"})
# What only looks something up, and no model is asked for.
_OPEN_ON_LOOPBACK = frozenset({"/metrics", "/openapi.json", "/v1/agency", "/v1/releases", "/v1/release"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is refused: the status, and a sentence."""

    status: int
    why: str


@dataclass(frozen=True, slots=True)
class Access:
    """Decides on each request."""

    address: Address
    key: str | None = None
    hosts: frozenset[str] = frozenset()
    """Names under which the bot is reached, beside addresses and the name of the machine."""

    def refusal(self, request: web.BaseRequest) -> Refusal | None:
        """Return why a request is refused; None where it may be answered. The two for probes are always answered."""
        if request.path in OPEN:
            return None
        host = request.headers.get("Host", "")
        if not self._is_own(host):
            return Refusal(403, "This is not the name of this server: MEASURES_HTTP_HOSTS lists its names.")
        origins = request.headers.getall("Origin", [])
        if any(not self._is_same(origin, host) for origin in origins):
            return Refusal(403, "Pages of other sites may not ask.")
        if self.address.is_loopback and request.path in _OPEN_ON_LOOPBACK:
            return None
        return self._refusal_by_key(request.headers.getall("Authorization", []))

    def _refusal_by_key(self, given: list[str]) -> Refusal | None:
        if self.key is None:
            return Refusal(403, "This needs a key, and none is set: set MEASURES_HTTP_KEY.")
        scheme, _, key = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        right = hmac.compare_digest(key.strip().encode("utf-8", "surrogateescape"), self.key.encode())
        if scheme.lower() == "bearer" and right:
            return None
        return Refusal(401, "Give the key: Authorization: Bearer KEY.")

    def _is_own(self, host: str) -> bool:
        """Tell whether a Host header names this server. A page cannot have an address for its name."""
        name = _name(host)
        if name is None:
            return False
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            own = {"localhost", self.address.host.lower(), *self.hosts}
            return name in own or (not self.address.is_loopback and name == socket.gethostname().lower())
        return address.is_loopback or not self.address.is_loopback

    def _is_same(self, origin: str, host: str) -> bool:
        """Tell whether the page that sends a request came from this server, too."""
        scheme, _, place = origin.lower().partition("://")
        return scheme in ("http", "https") and (place == host.lower() or _name(place) in self.hosts)


def _name(host: str) -> str | None:
    """Return the name or address in a Host header, without the port; None where it is none."""
    try:
        parts = urlsplit(f"//{host}")
        return parts.hostname if parts.netloc == host and "@" not in host and parts.port != -1 else None
    except ValueError:
        return None
