"""Finds what a text counts by its place: "the third quarter", "4th annual meeting", "Annex II", "Role 3", "Q2".

What every language has words for (a quarter, a meeting, an annex) is compared across languages, all else by its words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from index.text.languages import fold, fold_pattern, folded_pattern, language
from index.text.read_text import ReadText
from index.text.terms import stem
from index.text.times import Named, moments

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_FIGURE = re.compile(r"(?<![\w.,])(\d{1,2})(\.|\.?[^\W\d_]{1,3})(?!\w)")  # 3rd, 3., 3.º, 3e
_ENGLISH_ENDINGS = frozenset({"st", "nd", "rd", "th"})
_SHORT_QUARTER = re.compile(r"(?<!\w)[qt]([1-4])(?!\w)")
_LABELLED = ("annex", "phase", "quarter")  # What a number may follow: "Annex II". After "meeting" it counts people.
_NUMBERED_NAME = re.compile(r"(?<!\w)([^\W\d_]{3,}) (\d{1,2})(?![\w%]|[.,]\d)")
_YEAR = re.compile(r"(?:19|20)\d\d(?: ?[mgr]\.)?")  # lt "trečiąjį 2025 m. ketvirtį"
_NUMERALS_BEFORE = ("quarter", "half", "phase")  # "III kwartał"
_END = re.compile(r"[.,:;!?()“”\"\n]|\d")
_WORD = re.compile(r"[^\W\d_]+")
_AFTER_CHARS = 100
_WORDS = 5  # Up to so many words after an ordinal say what is counted: "the 3rd EU-Belarus Senior Officials' Meeting".
_NOUN_FIRST = frozenset({"es", "fr", "ga", "it", "mt", "pt", "ro"})  # "trimestrul al treilea"
_BEFORE, _BEFORE_CHARS = 2, 40  # words and characters before such an ordinal
_DEGREES = frozenset("most plus mas mais piu mai meest mest".split())  # "the fifth most imported", "cinquieme plus"
_LEAST_CHARS = 4
_EVERYWHERE = frozenset({"european", "union", "time"})


@dataclass(frozen=True, slots=True)
class Ordinal:
    """A number, and how a text writes it.

    ``counted`` is what it counts, empty where the text does not tell beside it: stems, and what `numbered` knows by its
    name there, after a "#".
    """

    number: int
    counted: frozenset[str]
    written: str


@lru_cache(maxsize=500)
def ordinals(text: str, code: str) -> tuple[Ordinal, ...]:
    """Return what a text in a language counts by its place. A day of a month is none."""
    return _ordinals(text, fold(text), moments(text, code), code)


def ordinals_in(read: ReadText) -> tuple[Ordinal, ...]:
    """Return what a text counts by its place."""
    return _ordinals(read.text, read.folded, read.moments, read.code)


def _ordinals(text: str, folded: str, times: Sequence[Named], code: str) -> tuple[Ordinal, ...]:
    days = [(each.start, each.end) for each in times if each.moment.day]
    return tuple(
        Ordinal(number, counted, text[start:end])
        for number, counted, start, end in (
            *_in_words(folded, code),
            *_in_figures(text, folded, code),
            *_labels(text, folded, code),
        )
        if not any(begin <= start < stop for begin, stop in days)
    )


def _in_words(folded: str, code: str) -> Iterator[tuple[int, frozenset[str], int, int]]:
    for number, pattern in enumerate(language(code).ordinals, 1):
        for match in folded_pattern(pattern).finditer(folded):
            counted = _counted(folded[match.end() :], code)
            if code in _NOUN_FIRST and not any(each.startswith("#") for each in counted):
                before = _WORD.findall(folded[max(0, match.start() - _BEFORE_CHARS) : match.start()])[-_BEFORE:]
                counted |= {f"#{kind}" for word in before for kind in _kinds(word, code)}
            yield number, counted, *match.span()


def _in_figures(text: str, folded: str, code: str) -> Iterator[tuple[int, frozenset[str], int, int]]:
    for match in _FIGURE.finditer(folded):
        counted = _counted(folded[match.end() :], code)
        if match[2] not in _ENGLISH_ENDINGS or code != "en":
            # A full stop may end a sentence, and letters be a unit.
            counted = frozenset(each for each in counted if each.startswith("#") and code != "en")
            if not counted:
                continue
        yield int(match[1]), counted, *match.span()
    for match in _SHORT_QUARTER.finditer(folded):
        if text[match.start()].isupper() or text.islower():
            yield int(match[1]), frozenset({"#quarter"}), *match.span()


def _labels(text: str, folded: str, code: str) -> Iterator[tuple[int, frozenset[str], int, int]]:
    for kind in _LABELLED:
        for match in _label(code, kind).finditer(folded):
            figure = match[1]
            # "i" and "v" are also words.
            if len(figure) > 1 or figure.isdigit() or text[match.start(1)].isupper():
                yield _ROMAN.get(figure) or int(figure), frozenset({f"#{kind}"}), *match.span()
    for kind in _NUMERALS_BEFORE:
        for match in _numeral_before(code, kind).finditer(folded):
            if text[match.start(1) : match.end(1)].isupper():
                yield _ROMAN[match[1]], frozenset({f"#{kind}"}), *match.span()
    for match in _NUMBERED_NAME.finditer(folded):
        if text[match.start()].isupper() and match[1] not in language(code).stop_words:
            yield int(match[2]), frozenset({stem(match[1], code)}), *match.span()


def _counted(after: str, code: str) -> frozenset[str]:
    """Return what the words after an ordinal say that it counts, up to the next sign or word without a meaning."""
    known = language(code)
    counted: list[str] = []
    for word in _WORD.findall(_END.split(_YEAR.sub(" ", after[:_AFTER_CHARS]), maxsplit=1)[0])[:_WORDS]:
        if word in known.stop_words and word not in _DEGREES:
            break
        counted += [f"#{kind}" for kind in _kinds(word, code)]
        if len(word) >= _LEAST_CHARS and word not in _EVERYWHERE:
            counted.append(stem(word, code))
    return frozenset(counted)


def _kinds(word: str, code: str) -> list[str]:
    return [kind for kind, pattern in language(code).numbered.items() if folded_pattern(pattern).fullmatch(word)]


@cache
def _label(code: str, kind: str) -> re.Pattern[str]:
    roman = "|".join(sorted(_ROMAN, key=len, reverse=True))
    name = fold_pattern(language(code).numbered[kind])
    return re.compile(rf"(?<!\w)(?:{name})\s+({roman}|\d{{1,2}})(?![\w%]|[.,]\d)")


@cache
def _numeral_before(code: str, kind: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(i{{1,3}}|iv)\.?\s+(?:{fold_pattern(language(code).numbered[kind])})(?!\w)")
