"""The words of a text, and the terms that keywords are matched by.

The stored text stays as it is. Only what is matched is normalised, so that neither lost spaces ("until31 October",
"datashows") nor odd characters hide a sentence. A word is stemmed by the Snowball stemmer of the language of its text,
where there is one.
"""

import itertools
import re
import sys
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache

import numpy as np
import Stemmer
from numpy.typing import NDArray

from index.text.languages import MOST_REMEMBERED
from index.text.languages import language as language_data
from index.text.word_frequency import is_common

Hashes = NDArray[np.uint32]

_WORD = re.compile(r"[^\W_]+(?:\.\d+)?")
_LOST_SPACE = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")
_THOUSANDS = re.compile(r"(?<=\d)[,. ](?=\d{3}\b)")
_POSSESSIVE = re.compile(r"['’]s\b")
_SHORT_WORDS = frozenset(
    "a an of in on to by at or as is it be and the for eu its was are has with from that this".split()
)
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d{1,2}\b)")
_DECIMAL_POINT = frozenset({"en", "ga", "mt"})
_PLAUSIBLE = 5.0
# Letters that have no accent to take away.
_UNACCENTED = {"ß": "ss", "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe"}
_PLAIN_LETTERS = str.maketrans(_UNACCENTED | {letter.upper(): _UNACCENTED[letter].title() for letter in "łøđħæœ"})
# Bulgarian, Latvian, Maltese, Slovak and Slovenian have no stemmer. The Serbian one knows Latin letters, and the
# Croatian forms of words.
_STEMMERS = {
    "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "et": "estonian",
    "fi": "finnish", "fr": "french", "ga": "irish", "hr": "serbian", "hu": "hungarian", "it": "italian",
    "lt": "lithuanian", "nl": "dutch", "pl": "polish", "pt": "portuguese", "ro": "romanian", "sv": "swedish",
}  # fmt: skip


def words(text: str, language: str = "en") -> list[str]:
    """Return the words and numbers of a text in order, lower-case, without accents, numbers without grouping.

    Decimals have a point, whether the language writes a point or a comma. Equal words are one object, because a build
    holds the words of all releases at once.
    """
    return list(_words_again(text, language)) if len(text) <= MOST_REMEMBERED else _words(text, language)


@lru_cache(maxsize=500)  # Everything that reads a question asks for its words, and for those of the same sentences.
def _words_again(text: str, language: str) -> tuple[str, ...]:
    return tuple(_words(text, language))


def _words(text: str, language: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text)
    if language and language not in _DECIMAL_POINT:
        plain = _DECIMAL_COMMA.sub(".", plain)
    if not plain.isascii():
        plain = "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))
        plain = plain.translate(_PLAIN_LETTERS)
    plain = _POSSESSIVE.sub("", _THOUSANDS.sub("", _LOST_SPACE.sub(" ", plain)))
    return [sys.intern(word.lower()) for word in _WORD.findall(plain)]


def terms(text: str, language: str = "en") -> list[str]:
    """Return the stems of a text's words, in order."""
    return [stem(word, language) for word in words(text, language)]


def content_words(text: str, code: str) -> list[str]:
    """Return the words of a text in a language, in order, without those that only have a function."""
    stop_words = language_data(code).stop_words
    return [word for word in words(text, code) if word not in stop_words]


def agency_term(agency_id: str) -> str:
    """Return the term that stands for an agency, whichever of its names a text uses. No word can be the same."""
    return f"§{agency_id}"


@lru_cache(maxsize=200_000)
def stem(word: str, language: str = "en") -> str:
    """Return the stem of one word of a language, the word itself where the language has no stemmer.

    "Organisation" and "organization" have one stem, and so have others that are written in two ways.
    """
    for pattern, both in _spellings(language):
        word = pattern.sub(both, word)
    stemmer = _stemmer(language)
    return word if stemmer is None else str(stemmer.stemWord(word))


@cache
def _spellings(code: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), both) for pattern, both in language_data(code or "en").spellings.items())


@cache
def _stemmer(language: str) -> "Stemmer.Stemmer | None":
    algorithm = _STEMMERS.get(language or "en")
    return Stemmer.Stemmer(algorithm) if algorithm else None


def hashes(terms: Iterable[str]) -> Hashes:
    """Hash terms to uint32, ``(n,)``. With 100,000 terms a 10-word question collides about once in 4,000 times."""
    return np.fromiter(map(_hash, terms), dtype=np.uint32)


@lru_cache(maxsize=500_000)
def _hash(term: str) -> int:
    return zlib.crc32(term.encode())


class Vocabulary:
    """The words of a corpus. It tells where a word was glued from two because the space between them got lost."""

    def __init__(self, counts: Counter[str]) -> None:
        """Take how often each word stands in the corpus's texts."""
        self._counts = counts
        self._known = {word for word, count in self._counts.items() if count >= 4 and len(word) > 3 and word.isalpha()}
        self._terms_of = cache(self._make_terms)

    def terms(self, spoken: Iterable[str], language: str = "en") -> list[str]:
        """Return the stems of words, in order. After a word glued from two come the stems of its halves."""
        return list(itertools.chain.from_iterable(self._terms_of(word, language) for word in spoken))

    def _make_terms(self, word: str, language: str) -> tuple[str, ...]:
        return stem(word, language), *(stem(half, language) for half in self._split(word))

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
