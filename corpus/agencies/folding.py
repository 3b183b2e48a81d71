"""Names and texts in the form in which they are compared: one case, no accents, with offsets into the original."""

import codecs
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

BORDER = "."
"""What punctuation folds to. It ends a word as a space does, but a name with a space does not match across it."""

# Texts are folded as Latin-1, one byte per character, for speed: on a megabyte of `str`, translating takes 35 ms and
# searching the seams 50 ms; on bytes both together take 20 ms. `_in_latin1` replaces what Latin-1 lacks.
_DROPPED = "\u00ad"
_OTHER_LETTER, _OTHER_DIGIT = "\u00fe", "0"
# Letters that Unicode does not take apart into a base and an accent, and what they are compared as. Sigma has another
# form at the end of a word.
_BASES = dict(zip("łŁđĐħĦøØæÆœŒ", "lLdDhHoOaAoO", strict=True)) | {"\u03c2": "\u03c3"}
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
_HYPHENS = frozenset("-\u2010\u2011")
# Each pair is two spellings of the same words. Within a name, either may replace the other.
_ALTERNATIVES = (
    ("European Union", "EU"),
    ("Centre", "Center"),
    ("Organisation", "Organization"),
    ("Joint Undertaking", "JU"),
    ("Directorate-General for", "DG for"),
    ("Directorate-General for", "DG"),
)
_DIGRAPHS = {"æ": "ae", "œ": "oe"}  # as a person without the key types them
_PARAGRAPH = re.compile(r"\n\s*\n")
_DASH = re.compile(r"\s[-\u2010\u2011]+\s")


def _simple(char: str) -> str:
    """Return the character that a character is compared as; its case is kept. Only Greek and Cyrillic leave Latin-1."""
    base = _BASES.get(char) or unicodedata.normalize("NFKD", char)[0]
    if char in _INVISIBLE or unicodedata.combining(char):
        return _DROPPED
    if char.isspace() or char in _HYPHENS:
        return " "
    if not (char.isalpha() or char.isdecimal()):
        return BORDER
    if base.isalnum() and base.isascii():
        return base
    if _is_greek_or_cyrillic(char):
        return base
    return _OTHER_LETTER if char.isalpha() else _OTHER_DIGIT


def _is_greek_or_cyrillic(char: str) -> bool:
    return "\u0370" <= char <= "\u052f" or "\u1f00" <= char <= "\u1fff"


class _OtherScriptError(Exception):
    """A text has letters that no byte can stand for."""


class _Table(dict[int, str]):
    """What each character becomes in a text that bytes cannot hold; found when it is first met."""

    def __init__(self, becomes: Callable[[str], str]) -> None:
        self._becomes = becomes

    def __missing__(self, code: int) -> str:
        self[code] = self._becomes(_simple(chr(code)))
        return self[code]


def _in_latin1(error: UnicodeError) -> tuple[str, int]:
    """Replace the characters that have no byte in Latin-1, one for one. `str.encode` calls this as an error handler."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return _replaced(error.object[error.start : error.end]), error.end


@lru_cache(maxsize=4096)
def _replaced(run: str) -> str:
    if any(map(_is_greek_or_cyrillic, run)):
        raise _OtherScriptError
    return "".join(map(_simple, run))


codecs.register_error("corpus.agencies.folding", _in_latin1)

_LATIN1 = [_simple(chr(code)) for code in range(256)]
_PLAIN = "".join(_LATIN1).encode("latin-1")
_FOLDED = _PLAIN.lower()


def _shape(simple: str) -> str:
    return "A" if simple.isupper() else "a" if simple.islower() or simple > "\xff" else simple


_SHAPES = "".join(map(_shape, _LATIN1)).encode("latin-1")
_PLAIN_TABLE, _FOLDED_TABLE, _SHAPES_TABLE = _Table(str), _Table(str.lower), _Table(_shape)
# Seams are the places where folding changes the length: runs of blanks, invisible characters, and words that lost the
# space between them ("SpokespersonEuropean"), which is common on scraped pages. Each has a pattern of its own, because
# `re` is fast when a pattern begins with one literal.
_BLANKS, _DROPS, _GLUED = re.compile(rb"  +"), re.compile(rb"\xad+"), re.compile(rb"aA")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text, with a space at each end, and the map from its offsets to those of the original."""

    text: str
    starts: tuple[int, ...]
    """Offsets in `text`, ascending, where a stretch begins that was copied without a change of length."""
    shifts: tuple[int, ...]
    """For each stretch, what to add to an offset in `text` to get the offset in the original."""

    def original(self, offset: int) -> int:
        """Return the offset in the original of the character at an offset of `text`."""
        return offset + self.shifts[bisect_right(self.starts, offset) - 1]


def fold(text: str, *, keep_case: bool = False) -> Folded:
    """Fold case, accents, hyphens and white space. What separates two words becomes one space or one `BORDER`."""
    plain, shapes = _folded(text, keep_case=keep_case)
    pieces, starts, shifts = [" "], [0], [-1]
    length, copied = 1, 0
    for start, end in sorted(_seams(shapes)):
        separator = _separator(text[start:end])
        pieces += (plain[copied:start], separator)
        length += start - copied + len(separator)
        copied = end
        starts.append(length)
        shifts.append(copied - length)
    pieces += (plain[copied:], " ")
    return Folded("".join(pieces), tuple(starts), tuple(shifts))


def _folded(text: str, *, keep_case: bool) -> tuple[str, bytes]:
    """Return a text folded character by character, and its capitals, small letters and others as bytes."""
    try:
        raw = text.encode("latin-1", "corpus.agencies.folding")
    except _OtherScriptError:
        plain = text.translate(_PLAIN_TABLE if keep_case else _FOLDED_TABLE)
        return plain, text.translate(_SHAPES_TABLE).encode("latin-1")
    return raw.translate(_PLAIN if keep_case else _FOLDED).decode("latin-1"), raw.translate(_SHAPES)


def _seams(shapes: bytes) -> Iterator[tuple[int, int]]:
    """Yield the spans that fold to another length, in no particular order."""
    for pattern in (_BLANKS, _DROPS):
        yield from (seam.span() for seam in pattern.finditer(shapes))
    yield from ((seam.start() + 1, seam.start() + 1) for seam in _GLUED.finditer(shapes))


def _separator(seam: str) -> str:
    """Return what a seam folds to. A name may continue over a line break, but not over the end of a paragraph."""
    if not seam:
        return BORDER
    if _simple(seam[0]) == _DROPPED:
        return ""
    return BORDER if _PARAGRAPH.search(seam) or _DASH.search(seam) else " "


def fold_name(name: str, *, keep_case: bool = False) -> str:
    """Fold a name in the same way as a text, without the spaces at its ends."""
    return fold(name, keep_case=keep_case).text.strip()


def fold_query(query: str) -> str:
    """Fold what a person typed: only words remain, separated by one space, without a leading article."""
    spelled = query.casefold() if query.isascii() else _spelled(query)
    return " ".join(re.findall(r"\w+", spelled)).removeprefix("the ")


def _spelled(query: str) -> str:
    plain = "".join(char for char in unicodedata.normalize("NFKD", query) if not unicodedata.combining(char))
    return "".join(_DIGRAPHS.get(char) or _BASES.get(char, char) for char in plain.casefold())


def spellings(name: str) -> tuple[str, ...]:
    """Return all spellings of a name, the given one first: Centre and Center, European Union and EU."""
    known = [name]
    for pair in _ALTERNATIVES:
        for words, replacement in (pair, pair[::-1]):
            rewritten = [re.sub(rf"\b{words}(?= |$)", replacement, spelling) for spelling in known if words in spelling]
            known = list(dict.fromkeys((*known, *rewritten)))
    return tuple(known)
