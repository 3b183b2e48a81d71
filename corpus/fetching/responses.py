"""The answer of a server -> the bytes of a page, bounded while they arrive, or the error that explains why not."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from corpus.errors import FetchError, ProgramsRefusedError, UnansweredError
from corpus.fetching.robot_checks import is_robot_check
from corpus.fetching.urls import Target, shown

_TOO_MANY = 429
_PASSING_STATUSES = (408, 425, _TOO_MANY, 500, 502, 503, 504)
_REFUSING_STATUSES = (202, 403)  # A page is never "accepted for later" (202): what answers so is a challenge.
_CHALLENGES = ("x-amzn-waf-action", "cf-mitigated")  # Headers of answers that only a browser can use.
_ERRORS = 400
_MAX_ERROR_PAGE_BYTES = 500_000
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Limits of time and size. `whole_s` does not include the pauses that a host asks for."""

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
    """The decompressed bytes at an address; `url` is the address after redirects."""

    url: str
    data: bytes
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class NotModified:
    """The page at an address has not changed since its ETag or Last-Modified was kept."""

    url: str


class PassingError(Exception):
    """A failure that may pass before the next try; `answered` tells whether the server answered at all.

    ``refused`` says how the site refuses programs, where that is what the failure means when it does not pass.
    """

    def __init__(
        self, reason: str, wait_s: float | None = None, *, answered: bool = False, refused: str | None = None
    ) -> None:
        super().__init__(reason)
        self.wait_s = wait_s
        self.answered = answered
        self.refused = refused


class ExhaustedError(FetchError):
    """A passing failure occurred in every try. The reason follows the address in a sentence."""

    def __init__(self, url: str, last: PassingError) -> None:
        super().__init__(f"{url} {last}: try again later.")
        self.reason = str(last)
        self.answered = last.answered


class OutOfReachError(ExhaustedError, UnansweredError):
    """In every try the host of an address did not answer at all."""


class NotReachedError(FetchError):
    """There was no time to request an address, so nothing is known about it."""


class RefusedError(FetchError):
    """The server refuses the address with a 4xx status."""


def read_answer(target: Target, response: httpx.Response, limits: FetchLimits, now: float) -> Fetched:
    """Read a page within the bounds of its size.

    :param now: seconds since 1970, for a Retry-After that gives a date.
    :raises PassingError: when the server says that it is busy or broken.
    :raises ProgramsRefusedError: when it refuses programs.
    :raises FetchError: when it refuses the page, asks for a longer wait, or sends what cannot be read.
    """
    status, headers, url = response.status_code, response.headers, shown(target.url)
    if status in _REFUSING_STATUSES or any(name in headers for name in _CHALLENGES):
        raise ProgramsRefusedError(url, _refusal(status))
    if status >= _ERRORS and is_robot_check(_error_page(response, url)):
        raise ProgramsRefusedError(url, _refusal(status))
    if status in _PASSING_STATUSES:
        refused = _refusal(status) if status == _TOO_MANY else None
        wait_s = _wait_asked(url, headers, limits.retry_after_s, now, refused)
        raise PassingError(f"answered with status {status}", wait_s, answered=True, refused=refused)
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


def _error_page(response: httpx.Response, url: str) -> bytes:
    """Return the page that comes with an error, as far as it is small; a check for robots is."""
    encoding = response.headers.get("content-encoding", "")
    try:
        most = _MAX_ERROR_PAGE_BYTES
        return _read_payload(response.iter_raw(), encoding, url, wire_bytes=most, payload_bytes=most)
    except FetchError:
        return b""


def _refusal(status: int) -> str:
    return f": this site answers programs with {status}"


def _wait_asked(url: str, headers: httpx.Headers, longest_s: float, now: float, refused: str | None) -> float | None:
    """Return the seconds that the Retry-After header asks to wait; None without the header.

    :param refused: how the site refuses programs, where it does.
    :raises FetchError: when that is longer than `longest_s`; the message says when to try again.
    """
    retry_after = headers.get("retry-after", "").strip()
    try:
        wait_s = float(retry_after) if retry_after.isdigit() else parsedate_to_datetime(retry_after).timestamp() - now
    except (ValueError, OverflowError):
        return None
    if wait_s > longest_s:
        try:
            again = f"after {datetime.fromtimestamp(now + wait_s, UTC):%Y-%m-%d %H:%M} UTC"
        except (ValueError, OverflowError, OSError):
            again = "much later"
        if refused is not None:
            raise ProgramsRefusedError(url, f"{refused} and may be asked again {again}")
        raise FetchError(f"{url} asks to be left alone for now: try again {again}.")
    return max(wait_s, 0.0)


def _read_payload(chunks: Iterable[bytes], encoding: str, url: str, *, wire_bytes: int, payload_bytes: int) -> bytes:
    """Read the bytes of an answer as they arrive, and decompress them.

    :param encoding: the Content-Encoding. gzip and identity are supported.
    :param url: how messages call the answer.
    :raises FetchError: when the encoding is another one, the gzip is broken, or there are more bytes than allowed.
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
    """One gzip member, decompressed only up to the limit, because a few bytes may expand to gigabytes."""

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
