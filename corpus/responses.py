"""What a server answers -> a page, or the reason why there is none."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from corpus.addresses import Target, shown
from corpus.errors import FetchError
from corpus.payload import read_payload, too_much

_MAY_PASS = (408, 425, 429, 500, 502, 503, 504)


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
    content_type: str
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
    if status in _MAY_PASS:
        wait_s = _wait_asked(url, headers, limits.retry_after_s, now)
        raise PassingError(f"answered with status {status}", wait_s, answered=True)
    if 400 <= status < 500:
        raise RefusedError(f"{url} is not given out (status {status}): check the address.")
    if status != httpx.codes.OK:
        raise FetchError(f"{url} answered with status {status}, which is no page: check the address.")
    if int(headers.get("content-length", "0")) > limits.wire_bytes:
        raise too_much(url, limits.wire_bytes)
    data = read_payload(
        response.iter_raw(),
        headers.get("content-encoding", ""),
        url,
        wire_bytes=limits.wire_bytes,
        payload_bytes=limits.payload_bytes,
    )
    return Fetched(target.url, data, headers.get("content-type", ""), headers.get("etag"), headers.get("last-modified"))


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
