"""Reads the quantities of a text as values: "1.5 million" and "1,500,000" are one.

What belongs to a date, to a name ("G20") or to the number of a law ("2019/1896") is no quantity.
"""

import re
from dataclasses import dataclass
from functools import cache

from babel import Locale, UnknownLocaleError

from index.text.languages import fold, fold_pattern, language
from index.text.times import moments

_NUMBER = re.compile(
    r"(?<![\w/])(?<![^\W\d_]-)(?<!\d[.,])"
    r"(?P<whole>\d{1,3}(?:(?P<group>[.,'’\u00a0\u202f ])\d{3})(?:(?P=group)\d{3})*(?!\d)|\d+)"
    r"(?:(?P<point>[.,])(?P<part>\d+))?(?![\d/]|[.,]\d)"
)
_WORD = re.compile(r"[^\W\d_]+")
_DECIMAL_POINT = frozenset({"en", "ga", "mt"})
_AFTER = re.compile(r"[\s\u00a0\u202f-]{0,2}(?P<word>[^\W\d_]+\.?|[€$£%])")
_ABBREVIATED = 4  # "Mio.", "mrd.": the full stop after a longer word ends a sentence.
_BEFORE = re.compile(r"(?P<sign>[€$£]|(?<!\w)(?:eur|usd|gbp|euro))[\s\u00a0\u202f]?$", re.IGNORECASE)
_GLUED = frozenset("b bn k m mn mio mln mrd tn".split())  # These may follow a figure at once: "3bn".
_SHORT = {
    "bn": 1e9, "md": 1e9, "mia": 1e9, "mld": 1e9, "mrd": 1e9, "mlrd": 1e9,
    "m": 1e6, "mn": 1e6, "mio": 1e6, "mill": 1e6, "mln": 1e6, "k": 1e3, "tsd": 1e3, "tys": 1e3, "tn": 1e12,
}  # fmt: skip
_IN_A_LANGUAGE = {
    "mt": {"elf": 1e3, "miljun": 1e6, "biljun": 1e9},
    "cs": {"mil": 1e6},
    "ro": {"mil": 1e6},
    "sk": {"mil": 1e6},
}
_TO_UNIT = re.compile(r"[\s\u00a0\u202f]{0,2}(?:(?:of|de|di) |d['’])?")  # "3 milliards d'euros"
_LEAST_STEM, _ENDING = 5, 2
_UNITS = {
    "%": r"%|per ?cent|percent\w*|pro[cz]ent\w*|prosent\w*|pct|protsent\w*"
    r"|pour cent|por ciento|por cento|per cento|τοις εκατο"
    r"|szazalek\w*|posto\w*|odstot\w*|na sto|на сто|процент\w*|la suta|fil mija|faoin gcead",
    "€": r"€|eur|euro\w*|ευρω|евро|eir\w*|evr\w*",
    "$": r"\$|usd|dol+ar\w*|δολαρι\w*|долар\w*",
    "£": r"£|gbp|pounds?",
}  # fmt: skip
_HEDGED_CHARS = 25  # so many characters before a figure may hedge it
_HEDGE = 0.1  # "about 30" may be any of 27 to 33


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity, and where a text names it.

    ``step`` is the value of the last digit that is written: of "1.5 million", 100,000. ``unit`` is "%", a currency, or
    "" for anything else that is counted. ``hedged`` tells whether it is only said to be near that, or more, or less.
    """

    value: float
    step: float
    unit: str
    hedged: bool
    start: int
    end: int

    def says(self, other: "Quantity") -> bool:
        """Tell whether this is what another one is, or the same rounded."""
        off = abs(self.value - other.value)
        if off <= 1e-9 * abs(other.value) or (self.step > other.step and off < self.step / 2):
            return True
        return (self.hedged or other.hedged) and off <= _HEDGE * abs(other.value)

    def may_be(self, other: "Quantity") -> bool:
        """Tell whether this is more exact than another one, and not at odds with it."""
        return abs(self.value - other.value) < other.step / 2


def quantities(text: str, code: str) -> list[Quantity]:
    """Return the quantities of a text in a language that are written in figures, or in one word up to a hundred."""
    dates = [(each.start, each.end) for each in moments(text, code)]
    numbers = [(match, _value(match, code)) for match in _NUMBER.finditer(text) if _stands_alone(text, match)]
    numbers += _in_words(text, code)
    read = [
        _quantity(text, match, *number, code)
        for match, number in numbers
        if not any(start <= match.start() < end for start, end in dates)
    ]
    return sorted(read, key=lambda each: each.start)


def _in_words(text: str, code: str) -> list[tuple[re.Match[str], tuple[float, int]]]:
    """Return the numbers that a text writes in one word; none of those in several, as "forty-five"."""
    known, named = language(code).number_words, _number_words(code)
    large = {name for name, _ in _sizes(code)}
    spelled = [(word, fold(word[0])) for word in _WORD.finditer(text)]
    numbers = []
    for number, (word, folded) in enumerate(spelled):
        if folded not in named:
            continue
        before = spelled[number - 1][1] if number else ""
        after = spelled[number + 1][1] if number + 1 < len(spelled) else ""
        beside = {before} | ({after} - large)
        if not any(each in known or each in named for each in beside):
            numbers.append((word, (named[folded], 0)))
    return numbers


@cache
def _number_words(code: str) -> dict[str, float]:
    """Return the numbers from two to twelve, and the tens, by their words, without those that are also other words."""
    known = language(code)
    numbers = [
        *enumerate(known.two_to_twelve, 2),
        *((10 * ten, words) for ten, words in enumerate(known.twenty_to_hundred, 2)),
    ]
    return {word: float(number) for number, words in numbers for word in words if word not in known.stop_words}


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Tell whether a number is not a part of a name, as in "2D", and no ordinal, as in "9th"."""
    glued = re.match(r"[^\W\d_]+", text[match.end() :])
    return glued is None or glued[0].lower() in _GLUED


def _quantity(text: str, match: re.Match[str], value: float, decimals: int, code: str) -> Quantity:
    size, end = _size(text, match.end(), code)
    before = _BEFORE.search(text[max(0, match.start() - 6) : match.start()])
    unit, end = _unit_after(text, end)
    if before is not None and not unit:
        unit = next(name for name, pattern in _units() if pattern.fullmatch(fold(before["sign"])))
    start = match.start() - (len(before[0]) if before else 0)
    hedge = _hedge(code).search(fold(text[max(0, start - _HEDGED_CHARS) : start]))
    return Quantity(value * size, 10.0**-decimals * size, unit, hedge is not None, start, end)


@cache
def _hedge(code: str) -> re.Pattern[str]:
    """Return what hedges a figure that follows, with at most a short word between, as in "about the"."""
    return re.compile(rf"(?<!\w)(?:{fold_pattern(language(code).demands['hedge'])})\s+(?:[^\W\d_]{{1,3}}\s+)?$")


def _value(match: re.Match[str], code: str) -> tuple[float, int]:
    """Return a number and how many decimals it has, by the language's own signs where these alone tell."""
    whole, group, part = match["whole"], match["group"], match["part"] or ""
    if group == "." and code in _DECIMAL_POINT and whole.count(".") == 1 and not part:
        whole, part = whole.split(".")  # "1.234" is a little more than one
    digits = re.sub(r"\D", "", whole)
    return float(f"{digits}.{part or 0}"), len(part)


def _size(text: str, end: int, code: str) -> tuple[float, int]:
    """Return what a word after a figure multiplies it by, and where that ends."""
    after = _AFTER.match(text, end)
    if after is None:
        return 1.0, end
    word = fold(after["word"]).rstrip(".")
    for name, size in _sizes(code):
        if word == name or (
            len(name) >= _LEAST_STEM and word.startswith(name[: max(_LEAST_STEM, len(name) - _ENDING)])
        ):
            is_end = after["word"].endswith(".") and len(word) > _ABBREVIATED
            return size, after.end() - is_end
    return 1.0, end


@cache
def _sizes(code: str) -> list[tuple[str, float]]:
    """Return the words of a language for a thousand, a million and so on, folded, the longest first."""
    try:
        forms = Locale.parse(language(code).code).compact_decimal_formats.get("long", {})
    except UnknownLocaleError:
        forms = {}
    named = {
        fold(re.sub(r"[0'\s\u00a0.]", "", pattern.pattern)): 10.0 ** (len(size) - 1)
        for sizes in forms.values()
        for size, pattern in sizes.items()
        if (len(size) - 1) % 3 == 0
    }
    named = _SHORT | named | _IN_A_LANGUAGE.get(code, {})
    return sorted(((name, size) for name, size in named.items() if name), key=lambda each: -len(each[0]))


def _unit_after(text: str, end: int) -> tuple[str, int]:
    after = _TO_UNIT.match(text, end)
    start = after.end() if after else end
    rest = fold(text[start : start + 20])
    for name, pattern in _units():
        match = pattern.match(rest)
        if match is not None:
            return name, start + match.end()
    return "", end


@cache
def _units() -> list[tuple[str, re.Pattern[str]]]:
    return [(name, re.compile(rf"(?:{pattern})(?!\w)")) for name, pattern in _UNITS.items()]
