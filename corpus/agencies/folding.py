"""Names and texts as they are compared: one case, no accents, and a way back to the original."""

import codecs
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

BORDER = "."
"""What punctuation folds to: it ends a word and, unlike a space, stands within no name that lacks it."""

# Texts are folded as Latin-1, one byte a character, because `str.translate` takes 35 ms for a megabyte and
# finding the seams 50, and both take 20 on bytes; `_in_latin1` stands in for what Latin-1 lacks.
_DROPPED = "\u00ad"
_OTHER_LETTER, _OTHER_DIGIT = "\u00fe", "0"
_SHOWS_NOTHING = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
_HYPHENS = frozenset("-\u2010\u2011")
# Each pair is two ways of writing one thing; either may stand for the other within a name.
_ALTERNATIVES = (
    ("European Union", "EU"),
    ("Centre", "Center"),
    ("Organisation", "Organization"),
    ("Joint Undertaking", "JU"),
    ("Directorate-General for", "DG for"),
    ("Directorate-General for", "DG"),
)
_PARAGRAPH = re.compile(r"\n\s*\n")
_DASH = re.compile(r"\s[-\u2010\u2011]+\s")


def _simple(char: str) -> str:
    """Return the character of Latin-1 that a character counts as, in its own case."""
    base = unicodedata.normalize("NFKD", char)[0]
    if char in _SHOWS_NOTHING or unicodedata.combining(char):
        return _DROPPED
    if char.isspace() or char in _HYPHENS:
        return " "
    if not (char.isalpha() or char.isdecimal()):
        return BORDER
    if base.isalnum() and base.isascii():
        return base
    return _OTHER_LETTER if char.isalpha() else _OTHER_DIGIT


def _in_latin1(error: UnicodeError) -> tuple[str, int]:
    """Stand in for the characters that `str.encode` finds no byte for; as many as there were."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_simple, error.object[error.start : error.end])), error.end


codecs.register_error("corpus.agencies.folding", _in_latin1)

_LATIN1 = [_simple(chr(code)) for code in range(256)]
_PLAIN = "".join(_LATIN1).encode("latin-1")
_FOLDED = _PLAIN.lower()
_SHAPES = "".join("A" if char.isupper() else "a" if char.islower() else char for char in _LATIN1).encode("latin-1")
# Where folding changes the length: runs of blanks, what shows nothing, and words that lost the space between
# them ("SpokespersonEuropean"), which scraped pages are full of. `re` is fast at one literal each.
_BLANKS, _NOTHING, _GLUED = re.compile(rb"  +"), re.compile(rb"\xad+"), re.compile(rb"aA")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text, with a space at either end, and how its offsets lead back to the original."""

    text: str
    starts: tuple[int, ...]
    """Where in `text` a stretch begins that was copied without a change of length, ascending."""
    shifts: tuple[int, ...]
    """What to add to an offset of the stretch to get the original's."""

    def original(self, offset: int) -> int:
        """Return where in the original the character at an offset of `text` stands."""
        return offset + self.shifts[bisect_right(self.starts, offset) - 1]


def fold(text: str, *, keep_case: bool = False) -> Folded:
    """Fold case, accents, hyphens and white space; what separates two words becomes one space or border."""
    raw = text.encode("latin-1", "corpus.agencies.folding")
    plain = raw.translate(_PLAIN if keep_case else _FOLDED).decode("latin-1")
    pieces, starts, shifts = [" "], [0], [-1]
    length, copied = 1, 0
    for start, end in sorted(_seams(raw.translate(_SHAPES))):
        instead = _instead_of(text[start:end])
        pieces += (plain[copied:start], instead)
        length += start - copied + len(instead)
        copied = end
        starts.append(length)
        shifts.append(copied - length)
    pieces += (plain[copied:], " ")
    return Folded("".join(pieces), tuple(starts), tuple(shifts))


def _seams(shapes: bytes) -> Iterator[tuple[int, int]]:
    """Yield the spans that fold to another length, in no order."""
    for pattern in (_BLANKS, _NOTHING):
        yield from (seam.span() for seam in pattern.finditer(shapes))
    yield from ((seam.start() + 1, seam.start() + 1) for seam in _GLUED.finditer(shapes))


def _instead_of(seam: str) -> str:
    """Return what separates the words around a seam: names go on over line breaks, not over paragraphs."""
    if not seam:
        return BORDER
    if _simple(seam[0]) == _DROPPED:
        return ""
    return BORDER if _PARAGRAPH.search(seam) or _DASH.search(seam) else " "


def fold_name(name: str, *, keep_case: bool = False) -> str:
    """Fold a name as the text of a release is, without the spaces at its ends."""
    return fold(name, keep_case=keep_case).text.strip()


def fold_query(query: str) -> str:
    """Fold what a person typed, more freely: words alone, a space between them, no article in front."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", query) if not unicodedata.combining(char))
    return " ".join(re.findall(r"\w+", plain.casefold())).removeprefix("the ")


def spellings(name: str) -> tuple[str, ...]:
    """Return the ways a name is written, its own first: Centre and Center, European Union and EU."""
    found = [name]
    for pair in _ALTERNATIVES:
        for one, other in (pair, pair[::-1]):
            written = [re.sub(rf"\b{one}(?= |$)", other, known) for known in found]
            found = list(dict.fromkeys((*found, *written)))
    return tuple(found)
