"""Bytes -> text: detects the encoding of a source, or refuses the source."""

import codecs
import re
from collections.abc import Iterator

from charset_normalizer import from_bytes

from corpus.errors import SourceError

MAX_BYTES = 20 * 1024 * 1024
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_MAX_UNPRINTABLE = 0.02  # Share of control characters. Random bytes that happen to be valid UTF-8 have 0.2.
_CHARSET = re.compile(
    rb"""<(?:meta[^>]{0,200}charset|\?xml[^>]{0,100}encoding)\s*+=\s*+["']?\s*+([\w-]{2,30})""", re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_MIN_LETTERS = 0.7  # Share of letters and spaces. Prose has over 0.9, random bytes read as cp1252 about 0.5.


def decode(data: bytes, name: str) -> str:
    r"""Return the text of a source, in Unicode with ``\n`` line ends.

    A byte order mark decides. Otherwise the encodings are tried in this order: UTF-16 when most of every second byte
    are NUL; UTF-8; the one that a page declares; UTF-8 with stray bytes of cp1252; cp1252 when the result is prose; the
    one that charset-normalizer detects. A few control characters, which nobody sees, are left out.

    :raises SourceError: when the source is empty, too large, or not text in any encoding.
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
    data = data.removeprefix(codecs.BOM_UTF8)
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _prose(data, encoding)
    for encoding in _candidates(data):
        text = _prose(data, encoding)
        if text is not None:
            return text
    best = from_bytes(data[:200_000]).best()
    return _prose(data, best.encoding) if best is not None else None


def _candidates(data: bytes) -> Iterator[str]:
    sample = data[:4096]
    if sample[1::2].count(0) > len(sample) // 4:
        yield "utf-16-le"
        return
    if sample[0::2].count(0) > len(sample) // 4:
        yield "utf-16-be"
        return
    yield "utf-8"
    if declared := _declared(sample):
        yield declared
    if _is_mostly_utf8(data):
        yield "utf-8 with cp1252"
    yield "cp1252"


def _declared(sample: bytes) -> str | None:
    """Return the 8-bit encoding that a page declares."""
    match = _CHARSET.search(sample)
    try:
        encoding = codecs.lookup(match[1].decode("ascii")).name if match else "utf-8"
    except LookupError:
        return None
    # Browsers read Latin-1 and ASCII as cp1252, and so did the browser of whoever wrote the page.
    encoding = "cp1252" if encoding in ("iso8859-1", "ascii") else encoding
    return encoding if encoding.startswith(("iso8859-", "cp125", "koi8-")) else None


def _is_mostly_utf8(data: bytes) -> bool:
    """Tell whether it has more multi-byte characters than bytes that are not UTF-8."""
    text = data.decode("utf-8", "replace")
    stray = text.count("\ufffd")
    return sum(char > "\x7f" for char in text) > 2 * stray


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are not UTF-8 as cp1252, because editors paste such text into pages."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("cp1252", _as_cp1252)


def _prose(data: bytes, encoding: str) -> str | None:
    """Return the decoded text; None when it is not text that a person could read."""
    try:
        text = data.decode("utf-8", "cp1252") if encoding == "utf-8 with cp1252" else data.decode(encoding)
    except UnicodeError:
        return None
    text = text.removeprefix("\ufeff")
    unprintable = len(_UNPRINTABLE.findall(text))
    if unprintable > _MAX_UNPRINTABLE * len(text) or (unprintable and not encoding.startswith("utf-")):
        return None
    text = _UNPRINTABLE.sub("", text) if unprintable else text
    if encoding.startswith("utf-8"):  # Binary data is rarely valid UTF-8, and HTML may have few letters.
        return text
    sample = _TAG.sub(" ", text[:100_000])
    plain = sum(char.isalpha() or char.isspace() for char in sample)
    return text if plain >= _MIN_LETTERS * len(sample) else None
