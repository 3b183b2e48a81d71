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

from index.text.languages import fold_pattern, folded_pattern, language
from index.text.read_text import ReadText
from index.text.times import Moment, Named

_HALF_A_YEAR = 6
_BETWEEN_CHARS = 16
_DASHES = frozenset("-\u2010\u2011\u2013\u2014")
_POSTPOSITIONS = frozenset({"et", "fi", "hu"})  # "2014 és 2016 között"
_LETTER = re.compile(r"\w")
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
    """The time that a question names. ``latest`` tells that it asks for the newest, ``ahead`` for what comes next."""

    named: tuple[NamedTime, ...] = ()
    latest: bool = False
    ahead: bool = False


def time_of(question: ReadText) -> Time | None:
    """Return the time that a question names, None where it names none."""
    folded, code = question.folded, question.code
    named = [NamedTime(each.moment, _relation(each, folded, code)) for each in question.moments]
    for place, (first, second) in enumerate(pairwise(question.moments)):
        if _spans(first, second, question):
            named[place] = NamedTime(first.moment, Relation.SINCE)
            named[place + 1] = NamedTime(second.moment, Relation.UNTIL)
    if named:
        return Time(tuple(named))
    ahead = _finds(code, "next", folded)
    latest = not ahead and (_finds(code, "latest", folded) or _ends_with_now(code, folded))
    return Time(latest=latest, ahead=ahead) if ahead or latest else None


def without_latest(question: ReadText) -> str:
    """Return a question without words such as "latest": releases use them of their own time."""
    spoken, known = question.text, language(question.code)
    for match in folded_pattern(known.time["latest"]).finditer(question.folded):
        first, _, rest = match[0].partition(" ")
        names_what = rest and first not in known.stop_words  # "last meeting", not "most recent"
        end = match.start() + len(first) if names_what else match.end()
        spoken = spoken[: match.start()] + " " * (end - match.start()) + spoken[end:]
    return spoken


def asks_for_now(time: Time | None, question: ReadText) -> bool:
    """Tell whether a question, which names this time, is about the day on which it is asked."""
    return time.latest or time.ahead if time else _finds(question.code, "now", question.folded)


def _ends_with_now(code: str, folded: str) -> bool:
    """Tell whether a question ends with a word such as "now": elsewhere it may belong to what is asked about."""
    return any(
        not _LETTER.search(folded, match.end()) for match in folded_pattern(language(code).time["now"]).finditer(folded)
    )


def _spans(first: Named, second: Named, question: ReadText) -> bool:
    """Tell whether two moments are the ends of one time: "between 2014 and 2016", "from May to July", "2014-2016"."""
    folded, code = question.folded, question.code
    between = question.text[first.end : second.start]
    if between.strip() in _DASHES:
        return True
    known = language(code)
    joined_by_and = folded_pattern(known.demands["and"]).search(folded[first.end : second.start]) is not None
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


def _relation(named: Named, folded: str, code: str) -> Relation:
    """Return how what is asked relates to a time: what stands nearest before it tells, or else its end or what follows.

    Of words that end at the same place, the longer ones count: "πριν από" is before, "από" is since.
    """
    before = folded[max(0, named.start - _LEAD_CHARS) : named.start]
    leads = [
        (lead.end(1), len(lead[1]), relation)
        for relation, kinds in _RELATION_WORDS.items()
        for lead in (_leads(code, kinds).search(before), _leads_beside(code, kinds[0], named.moment).search(before))
        if lead
    ]
    if leads:
        return max(leads)[2]
    time, within, after = language(code).time, folded[named.start : named.end], folded[named.end :][:_LEAD_CHARS]
    for relation in _RELATION_WORDS:
        ends, follows = time.get(f"{relation}_ends"), time.get(f"{relation}_behind")
        if (ends and re.search(rf"\w(?:{fold_pattern(ends)})(?!\w)", within)) or (
            follows and re.match(rf"[\s.]*(?:{fold_pattern(follows)})(?!\w)", after)
        ):
            return relation
    return Relation.IN


_RELATION_WORDS = {Relation.SINCE: ("since", "after"), Relation.UNTIL: ("until", "before")}
_NOTHING = re.compile(r"(?!)")


@cache
def _leads(code: str, kinds: tuple[str, ...]) -> Pattern[str]:
    """Return what finds prepositions of time near the end of folded text, as in "since the beginning of "."""
    words = "|".join(fold_pattern(language(code).time[kind]) for kind in kinds)
    return re.compile(rf"(?<!\w)({words})\s+(?:(?!(?:{words})\s)\w+\s+){{0,3}}$")


def _leads_beside(code: str, relation: str, moment: Moment) -> Pattern[str]:
    """Return what finds words that are prepositions of time only right before one. A document may be "od" a day."""
    words = language(code).time.get(f"{relation}_beside")
    if not words or (relation == Relation.SINCE and moment.day):
        return _NOTHING
    return re.compile(rf"(?<!\w)({fold_pattern(words)})\s+$")


def _finds(code: str, kind: str, folded: str) -> bool:
    return folded_pattern(language(code).time[kind]).search(folded) is not None


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
