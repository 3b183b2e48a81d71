"""The time that a question names, and whether a release or one of its sentences is of that time.

A question on June 2003 is not answered from May 2004, however alike the words are.
"""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise
from re import Pattern

from index.text.languages import fold, folded_pattern, language
from index.text.times import Moment, Named, moments

_HALF_A_YEAR = 6
_BETWEEN_CHARS = 16
_DASHES = frozenset("-\u2010\u2011\u2013\u2014")
_POSTPOSITIONS = frozenset({"et", "fi", "hu"})  # "2014 és 2016 között"
_LEAD_CHARS = 25  # "since the beginning of " stands within this many characters before a time.


class Relation(StrEnum):
    """How what is asked relates to the time that is named."""

    IN = "in"
    SINCE = "since"
    UNTIL = "until"


@dataclass(frozen=True, slots=True)
class NamedTime:
    """A moment that a question names, and how what is asked relates to it."""

    moment: Moment
    relation: Relation


@dataclass(frozen=True, slots=True)
class Time:
    """The time that a question names. ``latest`` tells that it asks for what is newest."""

    named: tuple[NamedTime, ...] = ()
    latest: bool = False


def time_of(question: str, code: str = "en") -> Time | None:
    """Return the time that a question in a language names, None where it names none."""
    folded = fold(question)
    found = moments(question, code)
    named = [
        NamedTime(each.moment, _relation(folded[max(0, each.start - _LEAD_CHARS) : each.start], code)) for each in found
    ]
    for place, (first, second) in enumerate(pairwise(found)):
        if _spans(first, second, question, folded, code):
            named[place] = NamedTime(first.moment, Relation.SINCE)
            named[place + 1] = NamedTime(second.moment, Relation.UNTIL)
    latest = not named and _latest(code).search(folded) is not None
    return Time(tuple(named), latest) if named or latest else None


def _spans(first: Named, second: Named, question: str, folded: str, code: str) -> bool:
    """Tell whether two moments are the ends of one time: "between 2014 and 2016", "from May to July", "2014-2016"."""
    between = question[first.end : second.start]
    if between.strip() in _DASHES:
        return True
    known = language(code)
    joined_by_and = folded_pattern(known.demands["and"]).search(fold(between)) is not None
    words = folded_pattern(known.time["between" if joined_by_and else "from"])
    before, after = folded[max(0, first.start - _LEAD_CHARS) : first.start], folded[second.end :][:_LEAD_CHARS]
    leads = re.compile(rf"(?:{words.pattern})\s+(?:\w+\s+){{0,2}}$").search(before)
    ends = code in _POSTPOSITIONS and words.match(after.lstrip(" .").removeprefix("aasta "))
    return len(between) <= _BETWEEN_CHARS and not any(map(str.isdigit, between)) and bool(leads or ends)


def fits(time: Time | None, published: datetime.date, told: Iterable[Moment]) -> bool:
    """Tell whether what was published on a day, or tells of some moments, is of the time that a question names.

    Every time that the question names must fit: the day of publication, or one of the moments.
    """
    told = tuple(told)
    return time is None or all(
        _is_of(each, published) or any(_tells(each.moment, moment, published) for moment in told) for each in time.named
    )


def _relation(before: str, code: str) -> Relation:
    for relation, words in _RELATION_WORDS.items():
        if any(_leads(code, word).search(before) for word in words):
            return relation
    return Relation.IN


_RELATION_WORDS = {Relation.SINCE: ("since", "after"), Relation.UNTIL: ("until", "before")}


@cache
def _leads(code: str, kind: str) -> Pattern[str]:
    """Return what finds a preposition of time at the end of folded text, as in "since the beginning of "."""
    return folded_pattern(rf"(?:{language(code).time[kind]})\s+(?:\w+\s+){{0,3}}$")


@cache
def _latest(code: str) -> Pattern[str]:
    return folded_pattern(language(code).time["latest"])


def _is_of(time: NamedTime, published: datetime.date) -> bool:
    """Tell whether a day is in, since or until a moment."""
    moment = time.moment
    if moment.year is None or time.relation is Relation.IN:
        return (
            moment.year in (None, published.year)
            and moment.month in (None, published.month)
            and moment.day in (None, published.day)
        )
    day = (published.year, published.month if moment.month else 0, published.day if moment.day else 0)
    limit = (moment.year, moment.month or 0, moment.day or 0)
    return day >= limit if time.relation is Relation.SINCE else day <= limit


def _tells(asked: Moment, told: Moment, published: datetime.date) -> bool:
    """Tell whether a moment that a text names is the one that is asked for."""
    year = told.year or (_nearest_year(told.month, published) if told.month else None)
    return (
        (asked.year is None or asked.year == year)
        and (asked.month is None or asked.month == told.month)
        and (asked.day is None or asked.day == told.day)
    )


def _nearest_year(month: int, published: datetime.date) -> int:
    """Return the year of a month that a text names without one: "in November", said in January, is of last year."""
    ahead = month - published.month
    return published.year + (-1 if ahead > _HALF_A_YEAR else 1 if ahead < -_HALF_A_YEAR else 0)
