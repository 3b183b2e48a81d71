"""Reads a misspelt question as it was meant, before anything else is read from it: model and keywords see the same.

What stands in the corpus, and what the model knows as a word, is left as it is. Else a word is read as a name of an
agency, or as a word of a release in the language of the question, that is a slip or two away.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Protocol

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from corpus import Mention, registry
from index.text.languages import fold, language
from index.text.terms import stem, words
from index.text.word_frequency import is_common

_WORD = re.compile(r"[^\W\d_]{4,}")
_SHORT = 4  # Of so short a word, which is no name, only two letters in the wrong order are put right.
_LONG = 8  # From so many letters on, a word may have two slips.
_FOLDED = dict.fromkeys(map(ord, "'’‘-"), " ") | {ord("ς"): "\N{GREEK SMALL LETTER SIGMA}"}
_CANDIDATES = 6
_LEAST_ALIKE = 0.8


class Lexicon(Protocol):
    """The terms of a corpus, and how they are written."""

    def frequency(self, term: str) -> int:
        """Return in how many passages a term stands."""

    def similar(self, term: str) -> list[str]:
        """Return terms of the corpus that begin alike."""

    def spellings(self, term: str, code: str) -> list[str]:
        """Return how releases in a language write a term, the most frequent spelling first."""


class Words(Protocol):
    """The words that a model knows."""

    def knows(self, word: str) -> bool:
        """Tell whether the model knows a word."""


def respelled(text: str, code: str, mentions: Sequence[Mention], lexicon: Lexicon, known: Words | None) -> str:
    """Return a question in a language with its misspelt words corrected, and its accents where it has none at all.

    :param mentions: the bodies that it names, whose names are left as they are.
    :param known: the words of the model; None where it has none.
    """
    named = [(mention.start, mention.end) for mention in mentions]
    lacks_accents = code != "en" and fold(text) == text.lower().translate(_FOLDED)

    def corrected(match: re.Match[str]) -> str:
        word = match[0]
        if any(start < match.end() and match.start() < end for start, end in named):
            return word
        if not _is_right(word, code, lexicon, known):
            return _corrected(word, code, lexicon)
        return _accented(word, code, lexicon) if lacks_accents else word

    return _WORD.sub(corrected, text)


def _is_right(word: str, code: str, lexicon: Lexicon, known: Words | None) -> bool:
    """Tell whether a word is a function word, stands in the corpus, or is a word at large."""
    if any(map(str.isupper, word[1:])) and not word.isupper():
        return True  # "AccessibleEU" is a name.
    plain, stop_words = "".join(words(word, code)), language(code).stop_words
    if plain in stop_words or fold(word) in stop_words or (known and known.knows(word)):
        return True
    return (code == "en" and is_common(plain)) or any(lexicon.frequency(stem(plain, each)) for each in {code, "en"})


def _accented(word: str, code: str, lexicon: Lexicon) -> str:
    """Return a word as releases in its language write it, with its accents, or as it is where they have none alike."""
    plain = "".join(words(word, code))
    term = stem(plain, code)
    written = lexicon.spellings(term, code) if lexicon.frequency(term) else []
    alike = [spelling for spelling in written if "".join(words(spelling, code)) == plain]
    return _in_case(alike[0], word) if alike else word


def _in_case(meant: str, written: str) -> str:
    """Return a word with a capital where what was written has one."""
    return meant[:1].upper() + meant[1:] if written[0].isupper() else meant


def _corrected(word: str, code: str, lexicon: Lexicon) -> str:
    """Return the name of an agency, or else the word of the corpus, that a word is misspelt from; or the word."""
    if len(word) <= _SHORT:
        return word if word[0].isupper() else _from_corpus(word, "".join(words(word, code)), code, lexicon)
    name = _nearest(fold(word), _names().items(), 1, letters_kept=True)
    return name or _from_corpus(word, "".join(words(word, code)), code, lexicon)


def _from_corpus(word: str, plain: str, code: str, lexicon: Lexicon) -> str:
    """Return the word of the corpus that is meant, or the word itself where there is none."""
    terms = [term for letters in dict.fromkeys((plain[0], plain[1])) for term in lexicon.similar(letters)]
    likely = process.extract(
        plain, terms, scorer=JaroWinkler.similarity, limit=_CANDIDATES, score_cutoff=_LEAST_ALIKE, processor=None
    )
    written = [spelling for term, _, _ in likely for spelling in lexicon.spellings(str(term), code)]
    most = 2 if len(plain) >= _LONG else 1
    spellings = [("".join(words(spelling, code)), spelling) for spelling in written]
    if len(plain) <= _SHORT:
        spellings = [(each, spelling) for each, spelling in spellings if sorted(each) == sorted(plain)]
    meant = _nearest(plain, spellings, most)
    return word if meant is None else _in_case(meant, word)


def _nearest(word: str, spellings: Iterable[tuple[str, str]], most: int, *, letters_kept: bool = False) -> str | None:
    """Return the first of the spellings, given with their plain letters, that are the fewest slips away.

    A slip is a letter too many, too few or another one, or two in the wrong order.

    :param most: how many slips there may be.
    :param letters_kept: whether no letter may stand for another one: names of two agencies can differ by as little.
    """
    best: tuple[int, str] | None = None
    for plain, spelling in spellings:
        slips = OSA.distance(word, plain, score_cutoff=most)
        same_letters = len(word) != len(plain) or sorted(word) == sorted(plain)
        if 0 < slips <= most and (best is None or slips < best[0]) and (same_letters or not letters_kept):
            best = (slips, spelling)
    return best[1] if best else None


@cache
def _names() -> dict[str, str]:
    """Return the names of agencies that are one word, by that word in plain letters."""
    spelled = (name for agency in registry().agencies.values() for name in (*agency.acronyms, agency.name))
    return {fold(name): name for name in spelled if len(name) > _SHORT and _WORD.fullmatch(name)}
