"""The bytes of an answer, bounded on the wire and after decompression while they arrive."""

import zlib
from collections.abc import Iterable

from corpus.errors import FetchError

_MEGABYTE = 1_000_000


def read_payload(chunks: Iterable[bytes], encoding: str, url: str, *, wire_bytes: int, payload_bytes: int) -> bytes:
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
            raise too_much(url, wire_bytes)
        parts.append(inflate.feed(chunk) if inflate else chunk)
    if inflate and wire:
        inflate.finish()
    return b"".join(parts)


def too_much(url: str, limit: int) -> FetchError:
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
            raise too_much(self._url, self._limit)
        after = self._member.unused_data if data or not self._member.eof else chunk
        if after.strip(b"\0"):
            raise FetchError(f"{self._url} goes on after its gzip has ended: nothing was read.")
        return data

    def finish(self) -> None:
        if not self._member.eof:
            raise FetchError(f"{self._url} broke off before its gzip ended: try again later.")
