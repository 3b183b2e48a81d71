"""Addresses that may be kept and shown: http and https, with a valid host, no user name, and nothing misleading.

An address from a page, a feed or a header is checked here before it is used, and a kept address before it is shown. A
browser is more lenient than a person or a parser: it reads a backslash as a slash, and drops tabs and line ends. An
address that these could read differently is rejected.
"""

import ipaddress
import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

MAX_URL_CHARS = 2_048
_PORTS = {"http": 80, "https": 443}
_MAX_HOST_CHARS = 253  # RFC 1035
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")  # Host names have no "_", but some machines have one.
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")  # With such a last label, browsers read the host as IPv4.
_INVISIBLE = {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"}
_COUNTS_READERS = re.compile(r"(?:utm_\w{1,20}|fbclid|gclid|mc_[ce]id|mtm_\w{1,20}|pk_\w{1,20})(?:=|$)", re.IGNORECASE)
_UNSAFE = re.compile(r"""[\s"<>\\^`{|}]""")  # They end an address in a text, or are read in two ways.


@lru_cache(maxsize=2_000)  # An address is checked where it is read, before it is linked and before it is shown.
def web_url(text: str | None, base: str | None = None) -> str | None:
    """Return an address in the form in which it may be kept and shown, with its host in ASCII; None if it is invalid.

    :param base: the address that a relative address is resolved against.
    """
    text = (text or "").strip(" ")
    if len(text) > MAX_URL_CHARS or not ((text.isascii() and text.isprintable()) or _is_visible(text)):
        return None
    try:
        parts = urlsplit(urljoin(base, text) if base else text)
        port = parts.port
        if parts.scheme not in _PORTS or "@" in parts.netloc or (host := _host(parts.hostname or "")) is None:
            return None
    except ValueError:
        return None
    path, query, fragment = (
        _UNSAFE.sub(lambda unsafe: quote(unsafe[0]), part) for part in (parts.path, parts.query, parts.fragment)
    )
    place = host if port in (None, _PORTS[parts.scheme]) else f"{host}:{port}"
    url = urlunsplit((parts.scheme, place, path, query, fragment))
    return url if port != 0 and len(url) <= MAX_URL_CHARS else None


def host_of(url: str | None) -> str | None:
    """Return the host that an address really leads to; None if the address is invalid."""
    valid_url = web_url(url)
    return urlsplit(valid_url).hostname if valid_url else None


def server_of(url: str | None) -> str | None:
    """Return the host of an address, with the port if it is not the usual one; None if the address is invalid."""
    valid_url = web_url(url)
    return urlsplit(valid_url).netloc if valid_url else None


def is_secure(url: str | None) -> bool:
    """Tell whether an address is https, so that nobody on the network path can answer in place of its host."""
    return (url or "").startswith("https://")


def with_scheme_of(url: str, other: str) -> str:
    """Return an address with the scheme of another."""
    return urlunsplit(urlsplit(url)._replace(scheme=urlsplit(other).scheme))


def canonical_url(url: str | None) -> str | None:
    """Return an address without what does not change the page.

    That is the scheme, the case of the host, `www.`, the fragment, the last slash, and what feeds and newsletters add
    to count readers.
    """
    valid_url = web_url(url)
    if valid_url is None:
        return None
    parts = urlsplit(valid_url)
    query = "&".join(part for part in parts.query.split("&") if not _COUNTS_READERS.match(part))
    return urlunsplit(("https", parts.netloc.removeprefix("www."), parts.path.rstrip("/"), query, ""))


def _is_visible(text: str) -> bool:
    return all(unicodedata.category(char) not in _INVISIBLE for char in text)


def _host(host: str) -> str | None:
    """Return a host in ASCII and lower case; None if no host can have this name."""
    if ":" in host:
        return _ipv6(host)
    host = host.removesuffix(".").lower()
    if not host.isascii():
        host = _in_ascii(host)
    labels = host.split(".")
    if len(host) > _MAX_HOST_CHARS or not all(map(_LABEL.fullmatch, labels)):
        return None
    if _NUMBER.fullmatch(labels[-1]):
        return host if is_ipv4(host) else None
    return host if all(map(_is_readable, labels)) else None


def _in_ascii(host: str) -> str:
    """Return a host in the form that resolvers use; an empty string if these letters make no name."""
    import httpx

    try:
        return httpx.URL(f"https://{host}/").raw_host.decode("ascii")
    except (httpx.InvalidURL, UnicodeError):
        return ""


def _is_readable(label: str) -> bool:
    """Tell whether an encoded label (``xn--``) decodes to letters beyond ASCII; any other label is readable."""
    if not label.startswith("xn--"):
        return True
    try:
        letters = label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return False
    return not letters.isascii() and all(unicodedata.category(char)[0] in "LMN" or char in "-_" for char in letters)


def _ipv6(host: str) -> str | None:
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        return None
    return None if address.scope_id else f"[{address}]"


def is_ipv4(host: str) -> bool:
    """Tell whether a host is an IPv4 address in its usual form, which everybody reads alike."""
    try:
        return str(ipaddress.IPv4Address(host)) == host
    except ValueError:
        return False
