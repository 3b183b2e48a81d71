"""Dates as people say them: "since Monday", "this week", "2018", in all languages of the phrases."""

import calendar
import datetime
import re
from dataclasses import dataclass
from functools import lru_cache

from index.conversation.phrases import Table, table_of
from index.conversation.spoken import Spoken, spoken
from index.text.languages import LANGUAGES, fold, language
from index.text.times import Moment, Named, moments

_YEAR = re.compile(r"(?:19|20)\d\d")
_MOST_WORDS = 5
_SIGNS = " ?!.,\u202f"
_SETTINGS = {"PREFER_DATES_FROM": "past", "PREFER_DAY_OF_MONTH": "first", "PREFER_MONTH_OF_YEAR": "first"}


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days, both included. ``until`` is None where it has no end."""

    since: datetime.date
    until: datetime.date | None = None


def period(text: str, language: str, today: datetime.date) -> Period | None:
    """Return the time that a text names; None for none.

    "2018", "the year 2018" and "March 2018" are that year and that month, "Monday" the last one and what came since.

    :param today: the day on which it is said.
    """
    table = table_of(language)
    said = spoken(text)
    words = _without_leading(table, said.words)
    key = " ".join(words)
    if _YEAR.fullmatch(key):
        return Period(datetime.date(int(key), 1, 1), datetime.date(int(key), 12, 31))
    for name in ("day", "week", "month", "year"):
        if {key, " ".join(said.words)} & table.words[name]:
            return Period(_first_day(name, today))
    if not words or len(words) > _MOST_WORDS:
        return None
    written = table.times.get(key) or text[said.spans[len(said.words) - len(words)][0] :].strip(_SIGNS)
    day, unit = _inflected(written, language) or _parsed(written, language, today)
    if day is None or day > today:
        return None
    return Period(day, _last_day(day, unit) if any(map(_YEAR.fullmatch, words)) else None)


def _last_day(first: datetime.date, unit: str) -> datetime.date | None:
    """Return the last day of a month or a year; None for a day, since which all is asked for."""
    if unit not in ("month", "year"):
        return None
    month = first.month if unit == "month" else 12
    return first.replace(month=month, day=calendar.monthrange(first.year, month)[1])


def is_date(said: Spoken) -> bool:
    """Tell whether a text is nothing but a month with a year or a day, as "March 2024"."""
    if not 2 <= len(said.words) <= _MOST_WORDS or not any(_YEAR.fullmatch(word) for word in said.words):
        return False
    return any(_is_whole_date(said.text.strip(_SIGNS), code) for code in LANGUAGES)


def _is_whole_date(text: str, code: str) -> bool:
    """Tell whether a text is a month with a year in a language, or that after "in"."""
    match moments(text, code):
        case [Named(Moment(year=int(), month=int()), start, end)]:
            before, after = fold(text[:start]).strip(), text[end:].strip(_SIGNS)
            # Bulgarian dates end in the letter that stands for "year".
            return len(after) <= 1 and (not before or bool(re.fullmatch(fold(language(code).time["in"]), before)))
    return False


def _without_leading(table: Table, words: tuple[str, ...]) -> tuple[str, ...]:
    while len(words) > 1 and words[0] in table.words["leading"]:
        words = words[1:]
    return words


def _first_day(name: str, today: datetime.date) -> datetime.date:
    """Return the first day of what a list of words names; a week is the last seven days."""
    first = {
        "week": today - datetime.timedelta(days=6),
        "month": today.replace(day=1),
        "year": today.replace(month=1, day=1),
    }
    return first.get(name, today)


def _inflected(text: str, language: str) -> tuple[datetime.date, str] | None:
    """Return the first day of a month or a year in any case of its language, and its unit: "kesäkuusta 2024"."""
    match moments(text, language):
        case [Named(Moment(year=int(year), month=month, day=None), start, end)]:
            if len(text[:start].split()) <= 1 and len(text[end:].strip(_SIGNS)) <= 1:
                return datetime.date(year, month or 1, 1), "month" if month else "year"
    return None


@lru_cache(maxsize=1_000)
def _parsed(text: str, language: str, today: datetime.date) -> tuple[datetime.date | None, str]:
    """Return the first day of the time that a text is, and its unit, such as "month"; None for no time."""
    from dateparser.date import DateDataParser  # It is slow to import, and few messages name a day.

    noon = datetime.datetime.combine(today, datetime.time(12))
    parser = DateDataParser(languages=[language], settings={**_SETTINGS, "RELATIVE_BASE": noon})
    read = parser.get_date_data(text)
    return (read.date_obj.date() if read.date_obj is not None else None), read.period
