"""What a server answers -> the bytes of a page, bounded while they arrive, or the reason why there are none."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from corpus.errors import FetchError
from corpus.fetching.urls import Target, shown

_PASSING_STATUSES = (408, 425, 429, 500, 502, 503, 504)
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How long and how large an answer may be. Waiting out of politeness does not count into the whole."""

    connect_s: float = 10.0
    read_s: float = 20.0
    whole_s: float = 120.0
    wire_bytes: int = 20_000_000
    payload_bytes: int = 60_000_000
    redirects: int = 5
    tries: int = 3
    backoff_s: float = 1.0
    retry_after_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address holds, decompressed, and where it was found after redirects."""

    url: str
    data: bytes
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class NotModified:
    """An address holds what it held when its ETag or Last-Modified was kept."""

    url: str


class PassingError(Exception):
    """What may be gone at the next try; `answered` tells that the server spoke, if only to say that it is busy."""

    def __init__(self, reason: str, wait_s: float | None = None, *, answered: bool = False) -> None:
        super().__init__(reason)
        self.wait_s = wait_s
        self.answered = answered


class NotReachedError(FetchError):
    """There was no time to ask for an address: nothing is known of it."""


class RefusedError(FetchError):
    """The server does not give the address out: 4xx."""


def read_answer(target: Target, response: httpx.Response, limits: FetchLimits, now: float) -> Fetched:
    """Read a page, within the bounds of its size.

    :param now: seconds since 1970, for a Retry-After that names a moment.
    :raises PassingError: when the server says that it is busy or broken.
    :raises FetchError: when it does not give the page out, wants a longer wait, or sends what cannot be read.
    """
    status, headers, url = response.status_code, response.headers, shown(target.url)
    if status in _PASSING_STATUSES:
        wait_s = _wait_asked(url, headers, limits.retry_after_s, now)
        raise PassingError(f"answered with status {status}", wait_s, answered=True)
    if 400 <= status < 500:
        raise RefusedError(f"{url} is not given out (status {status}): check the address.")
    if status != httpx.codes.OK:
        raise FetchError(f"{url} answered with status {status}, which is no page: check the address.")
    if int(headers.get("content-length", "0")) > limits.wire_bytes:
        raise _too_large(url, limits.wire_bytes)
    data = _read_payload(
        response.iter_raw(),
        headers.get("content-encoding", ""),
        url,
        wire_bytes=limits.wire_bytes,
        payload_bytes=limits.payload_bytes,
    )
    return Fetched(target.url, data, headers.get("etag"), headers.get("last-modified"))


def _wait_asked(url: str, headers: httpx.Headers, longest_s: float, now: float) -> float | None:
    """Return the seconds that Retry-After asks to wait, if it does.

    :raises FetchError: when that is longer than one may be made to wait here, saying when to try again.
    """
    said = headers.get("retry-after", "").strip()
    try:
        wait_s = float(said) if said.isdigit() else parsedate_to_datetime(said).timestamp() - now
    except (ValueError, OverflowError):
        return None
    if wait_s > longest_s:
        try:
            again = f"after {datetime.fromtimestamp(now + wait_s, UTC):%Y-%m-%d %H:%M} UTC"
        except (ValueError, OverflowError, OSError):
            again = "much later"
        raise FetchError(f"{url} asks to be left alone for now: try again {again}.")
    return max(wait_s, 0.0)


def _read_payload(chunks: Iterable[bytes], encoding: str, url: str, *, wire_bytes: int, payload_bytes: int) -> bytes:
    """Read an answer's bytes as they come from the wire, and inflate them.

    :param encoding: the Content-Encoding; gzip and identity are read.
    :param url: how messages call the answer.
    :raises FetchError: when the encoding is another, the gzip is broken, or there is more than the bounds allow.
    """
    coding = encoding.strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise FetchError(f"{url} is sent in the encoding {coding[:40]!r}, which was not asked for and is not read.")
    inflate = _Inflate(url, payload_bytes) if "gzip" in coding else None
    wire = 0
    parts: list[bytes] = []
    for chunk in chunks:
        wire += len(chunk)
        if wire > wire_bytes:
            raise _too_large(url, wire_bytes)
        parts.append(inflate.feed(chunk) if inflate else chunk)
    if inflate and wire:
        inflate.finish()
    return b"".join(parts)


def _too_large(url: str, limit: int) -> FetchError:
    """Return the error for an answer of more bytes than the limit."""
    return FetchError(f"{url} is larger than {limit / _MEGABYTE:g} MB: add its text from a file instead.")


class _Inflate:
    """One gzip member, never inflated past the bound: a few bytes may stand for gigabytes."""

    def __init__(self, url: str, limit: int) -> None:
        self._url = url
        self._limit = limit
        self._left = limit
        self._member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    def feed(self, chunk: bytes) -> bytes:
        try:
            data = b"" if self._member.eof else self._member.decompress(chunk, self._left + 1)
        except zlib.error as error:
            raise FetchError(f"{self._url} is not the gzip that it says it is: nothing was read.") from error
        self._left -= len(data)
        if self._left < 0:
            raise _too_large(self._url, self._limit)
        after = self._member.unused_data if data or not self._member.eof else chunk
        if after.strip(b"\0"):
            raise FetchError(f"{self._url} goes on after its gzip has ended: nothing was read.")
        return data

    def finish(self) -> None:
        if not self._member.eof:
            raise FetchError(f"{self._url} broke off before its gzip ended: try again later.")
