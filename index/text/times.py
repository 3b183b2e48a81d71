"""Finds the days, months and years that a text names, in every official language of the EU.

Dates are read without a library: dateparser saw one in 10 of 80 English questions that name none ("15-minute", "9th",
"now").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from index.text.languages import Language, fold, folded_pattern, language

_YEAR = r"(?:19|20)\d\d"
# A year is not the number of a law, "2019/1896", nor a part of another number.
_YEAR_ALONE = re.compile(rf"(?<![\w/.,€$£-]){_YEAR}(?![\w/%€$£]|[.,]\d|\s?(?:%|€|euro|mio\b|million))")
_ISO = re.compile(rf"(?<!\d)({_YEAR}) (\d\d) (\d\d)(?!\d)")  # Folding puts a space for a hyphen.
_FIGURES = re.compile(rf"(?<![\d.])(\d{{1,2}})[./] ?(\d{{1,2}})[./] ?({_YEAR})(?!\d)")
_OF = r"(?:de|del|do|da|di|of|the|des jahres|des|ta|tal|an|anno|vuonna|roku|roka|leta|godine|lui|al|in|του)"
_LATER_YEAR = re.compile(rf"\.?,?\s*(?:{_OF}\s+)?({_YEAR})(?![\w/])")
_LATER_DAY = re.compile(r"\.?\s+(\d{1,2})(?:st|nd|rd|th|\.| ?d\.)?(?![\w%/]|[.,]\d)")
_EARLIER_DAY = re.compile(rf"(?<![\w.,])(\d{{1,2}})(?:\.|º|ª|°|st|nd|rd|th|er|ro|o|a|e| ?й| ?η| ?ης)?\s*(?:{_OF}\s+)?$")
_EARLIER_YEAR = re.compile(
    rf"(?<![\w/])({_YEAR})\.?\s*+(?:(?:aasta|a\.|m\.|m|metu|gada|g\.|ev|evi|n|r\.)\s*+)?(?:\d{{1,2}}\.?\s*+)?$"
)
# In these languages a preposition before such a word tells that it is a month. In Romanian "de mai" does not.
_CASES_TELL = frozenset({"bg", "en", "pl", "sk", "sl"})
_REACH = 30  # This many characters before and after the name of a month may belong to its date.


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, a month or a year, as a text names it: what it leaves out is None."""

    year: int | None = None
    month: int | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A moment, and where a text names it."""

    moment: Moment
    start: int
    end: int


@lru_cache(maxsize=500)  # What a question asks for, its time and its months are all read from these.
def moments(text: str, code: str = "en") -> tuple[Named, ...]:
    """Return the moments that a text in a language names, in order."""
    folded = fold(text)
    named = [*_in_figures(folded), *_with_month(text, folded, language(code))]
    years = (
        Named(Moment(int(match[0])), *match.span())
        for match in _YEAR_ALONE.finditer(folded)
        if not any(other.start <= match.start() < other.end for other in named)
    )
    return tuple(sorted([*named, *years], key=lambda each: each.start))


def _in_figures(folded: str) -> Iterator[Named]:
    for pattern, (year, month, day) in ((_ISO, (1, 2, 3)), (_FIGURES, (3, 2, 1))):
        for match in pattern.finditer(folded):
            if 1 <= int(match[month]) <= 12 and 1 <= int(match[day]) <= 31:
                yield Named(Moment(int(match[year]), int(match[month]), int(match[day])), *match.span())


def _with_month(text: str, folded: str, known: Language) -> Iterator[Named]:
    for match in _month_pattern(known.code).finditer(folded):
        number = known.month(match[0])
        assert number is not None
        before, after = folded[max(0, match.start() - _REACH) : match.start()], folded[match.end() :][:_REACH]
        earlier_day, earlier_year = _EARLIER_DAY.search(before), _EARLIER_YEAR.search(before)
        later_day = None if earlier_day else _LATER_DAY.match(after)
        later_year = _LATER_YEAR.match(after, later_day.end() if later_day else 0)
        day = earlier_day or later_day
        day = day if day and 1 <= int(day[1]) <= 31 else None
        year = later_year or earlier_year
        if not (day or year or _is_surely_month(match, text, known, before)):
            continue
        begin = min([len(before), *(each.start() for each in (earlier_day, earlier_year) if each)])
        yield Named(
            Moment(int(year[1]) if year else None, number, int(day[1]) if day else None),
            match.start() - len(before) + begin,
            match.end() + max(each.end() if each else 0 for each in (later_day, later_year)),
        )


def _is_surely_month(match: re.Match[str], text: str, known: Language, before: str) -> bool:
    """Tell whether a word that may name a month does, without a day or a year beside it."""
    spelled = text[match.start() : match.end()]
    if known.is_sure_month(match[0]) or (known.code == "en" and spelled in ("March", "May") and before.strip()):
        return True
    return known.code in _CASES_TELL and _leads_to_time(known.code).search(before) is not None


@cache
def _month_pattern(code: str) -> re.Pattern[str]:
    """Return what finds the name of a month in folded text, the longest name first."""
    names = sorted((name for names in language(code).months for name in names), key=len, reverse=True)
    return folded_pattern(*(re.sub(r"\*$", r"\\w*", name) for name in names))


@cache
def _leads_to_time(code: str) -> re.Pattern[str]:
    time = language(code).time
    words = "|".join(time[kind] for kind in ("in", "since", "until", "before", "after"))
    return re.compile(rf"(?<!\w)(?:{fold(words)})\s+$")
