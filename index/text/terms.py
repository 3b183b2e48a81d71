"""The words of a text, and the terms that keywords are matched by.

The stored text stays as it is. Only what is matched is normalised, so that neither lost spaces ("until31 October",
"datashows") nor odd characters hide a sentence. One English Snowball stemmer serves every language: it only has to
treat question and text alike.
"""

import itertools
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

import numpy as np
import Stemmer
from numpy.typing import NDArray

from index.text.word_frequency import is_common

Hashes = NDArray[np.uint32]

_WORD = re.compile(r"[^\W_]+(?:\.\d+)?")
_LOST_SPACE = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")
_THOUSANDS = re.compile(r"(?<=\d)[,. ](?=\d{3}\b)")
_POSSESSIVE = re.compile(r"['’]s\b")
_SHORT_WORDS = frozenset(
    "a an of in on to by at or as is it be and the for eu its was are has with from that this".split()
)
_PLAUSIBLE = 5.0
_stemmer = Stemmer.Stemmer("english")


def words(text: str) -> list[str]:
    """Return the words and numbers of a text in order, lower-case, without accents, numbers without grouping."""
    plain = unicodedata.normalize("NFKC", text)
    if not plain.isascii():
        plain = "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))
    plain = _POSSESSIVE.sub("", _THOUSANDS.sub("", _LOST_SPACE.sub(" ", plain)))
    return [word.lower() for word in _WORD.findall(plain)]


def terms(text: str) -> list[str]:
    """Return the stems of a text's words, in order."""
    return [stem(word) for word in words(text)]


def agency_term(agency_id: str) -> str:
    """Return the term that stands for an agency, whichever of its names a text uses. No word can be the same."""
    return f"§{agency_id}"


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return the stem of one word."""
    return str(_stemmer.stemWord(word))


def hashes(terms: Iterable[str]) -> Hashes:
    """Hash terms to uint32, ``(n,)``. With 100,000 terms a 10-word question collides about once in 4,000 times."""
    return np.fromiter(map(_hash, terms), dtype=np.uint32)


@lru_cache(maxsize=500_000)
def _hash(term: str) -> int:
    return zlib.crc32(term.encode())


class Vocabulary:
    """The words of a corpus. It tells where a word was glued from two because the space between them got lost."""

    def __init__(self, texts: Iterable[Sequence[str]]) -> None:
        """Count the words of the corpus's texts."""
        self._counts = Counter(itertools.chain.from_iterable(texts))
        self._known = {word for word, count in self._counts.items() if count >= 4 and len(word) > 3 and word.isalpha()}
        self._terms_of = cache(self._make_terms)

    def terms(self, spoken: Iterable[str]) -> list[str]:
        """Return the stems of words, in order. After a word glued from two come the stems of its halves."""
        return list(itertools.chain.from_iterable(map(self._terms_of, spoken)))

    def _make_terms(self, word: str) -> tuple[str, ...]:
        return stem(word), *map(stem, self._split(word))

    def _split(self, word: str) -> tuple[str, ...]:
        """Return the two words that a rare one was glued from, where the corpus knows both."""
        glued = len(word) >= 6 and self._counts[word] <= 3 and word.isalpha() and not is_common(word)
        pairs = [(word[:length], word[length:]) for length in range(1, len(word))] if glued else []
        usable = [pair for pair in pairs if all(half in _SHORT_WORDS or half in self._known for half in pair)]
        best = max(usable, key=self._plausibility, default=None)
        return best if best and self._plausibility(best) > _PLAUSIBLE else ()

    def _plausibility(self, pair: tuple[str, str]) -> float:
        """Return how likely a pair of words is to be what a word was glued from: frequent words, none of them short."""
        frequent = sum(float(np.log(self._counts[half] + 1)) for half in pair)
        return frequent - (4.0 if min(map(len, pair)) < 3 else 0.0)
