"""Bytes to text: the encoding of a source found, or the source refused."""

import codecs

from charset_normalizer import from_bytes

from corpus.errors import SourceError

MAX_BYTES = 20 * 1024 * 1024
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNPRINTABLE = {chr(code) for code in range(32)} - set("\t\n\r\f\v\x1c\x1d\x1e\x85") | {"\x7f", "\ufffd"}
_ENOUGH_TEXT = 0.7  # letters and spaces; prose has over 0.9, random bytes read as cp1252 about 0.5


def decode(data: bytes, name: str) -> str:
    r"""Return the text of a source, in Unicode with ``\n`` line ends.

    A byte order mark decides; then UTF-8 where it fits; then UTF-16 where every other byte is NUL, cp1252 where it
    gives prose, and what charset-normalizer detects.

    :raises SourceError: when the source is empty, too large, or no text in any encoding.
    """
    if len(data) > MAX_BYTES:
        raise SourceError(f"{name} is larger than {MAX_BYTES >> 20} MB: give the release alone.")
    if not data.strip():
        raise SourceError(f"{name} is empty: give a file that holds the release's text.")
    text = _decoded(data)
    if text is None:
        raise SourceError(
            f"{name} is not text in an encoding that can be recognised: save it as UTF-8 and add it again."
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise SourceError(f"{name} is empty: give a file that holds the release's text.")
    return text


def _decoded(data: bytes) -> str | None:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _prose(data, encoding)
    for encoding in _candidates(data):
        text = _prose(data, encoding)
        if text is not None:
            return text
    best = from_bytes(data[:200_000]).best()
    return _prose(data, best.encoding) if best is not None else None


def _candidates(data: bytes) -> list[str]:
    sample = data[:4096]
    if sample[1::2].count(0) > len(sample) // 4:
        return ["utf-16-le"]
    if sample[0::2].count(0) > len(sample) // 4:
        return ["utf-16-be"]
    return ["utf-8", "cp1252"]


def _prose(data: bytes, encoding: str) -> str | None:
    """Decode, and refuse what no person would call text."""
    try:
        text = data.decode(encoding)
    except UnicodeError:
        return None
    text = text.removeprefix("\ufeff")
    sample = text[:100_000]
    if any(char in _UNPRINTABLE for char in sample):
        return None
    if encoding.startswith("utf-8"):  # what is no text is no UTF-8 either; HTML may be mostly signs
        return text
    plain = sum(char.isalpha() or char.isspace() for char in sample)
    return text if plain >= _ENOUGH_TEXT * len(sample) else None
