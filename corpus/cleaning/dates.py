"""Dates as pages write them: ISO, in figures, and spelled out in the 24 languages of the EU.

Dates in figures have the day first, as everywhere in the EU, unless the weekday beside them or a number above twelve
tells otherwise.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from corpus.cleaning.wording import LANGUAGES, further_months, further_weekdays

BRUSSELS = ZoneInfo("Europe/Brussels")
_LINE_MAX_CHARS = 5_000  # Dates that far inside a line do not matter, and patterns need a bound.
_ISO = re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)")
_BASIC = re.compile(r"^\s*(\d{4})(\d{2})(\d{2})(?:T|\s*$)")
_FIGURES = re.compile(
    r"(?<![\d./-])(?P<first>\d{1,2})(?:\s?[./-]\s?|\u2013)(?P<second>\d{1,2})(?:\s?[./-]\s?|\u2013)(?P<year>\d{4})(?!\d)"
)
_SHORT = re.compile(
    r"(?<![\w./-])(?P<day>\d{1,2})(?P<mark>[./-])(?P<month>[^\W\d_]{3,9})\.?(?P=mark)(?P<year>\d{4})(?!\d)"
)
_YEAR_FIGURES = re.compile(r"(?<![\d./-])(?P<year>\d{4})[./]\s?(?P<month>\d{1,2})[./]\s?(?P<day>\d{1,2})(?![\d/])")
_ROMAN = re.compile(r"(?<![\d./-])(?P<day>\d{1,2})[. /-]\s?(?P<month>[IVX]{1,4})[. /-]\s?(?P<year>\d{4})(?!\d)")
_SPELLED = r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f]){2,20}"  # Capitals with two accents have a combining one.
_DAY_FIRST = re.compile(
    r"(?<!\d)(?:(?<![/.-])\d{1,2}\.?\s?[-\u2013]\s?)?(?P<day>\d{1,2})(?:(?:\.?[\u00aa\u00b0\u00ba]|\.o?|[-:]?[^\W\d_]{0,3})?\s+(?:(?:de|do|of)\s+)?"
    r"(?:ta['\u2019]\s*)?|ta['\u2019]\s*)"
    rf"(?P<month>(?:d['\u2019])?{_SPELLED}(?:\s{_SPELLED})?)\.?,?\s+(?:del?\s+)?(?P<year>\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"(?<![^\W\d_])(?P<month>{_SPELLED})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})(?!\d)"
)
_YEAR_FIRST = re.compile(
    rf"(?<!\d)(?P<year>\d{{4}})\.?\s+(?:m\.\s+|gada\s+)?(?P<month>{_SPELLED})\.?\s+(?P<day>\d{{1,2}})(?!\d)",
    re.IGNORECASE,
)
_YEAR_THEN_DAY = re.compile(
    rf"(?<!\d)(?P<year>\d{{4}})\.?\s+(?:gada\s+|g\.\s+)?(?P<day>\d{{1,2}})\.?\s+(?P<month>{_SPELLED})", re.IGNORECASE
)
_BY_NAME = (_DAY_FIRST, _SHORT, _MONTH_FIRST, _YEAR_FIRST, _YEAR_THEN_DAY)
_PATTERNS = (_ISO, _YEAR_FIGURES, _FIGURES, _ROMAN, *_BY_NAME)
_ROMAN_MONTHS = {name: number for number, name in enumerate("I II III IV V VI VII VIII IX X XI XII".split(), 1)}
_WEEKDAY_CHARS = 30
_YEAR = re.compile(r"\d{4}")  # All of the patterns have one.
_YEARS = range(1900, 2200)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date, and the place ``line[start:end]`` where it is written."""

    day: date
    start: int
    end: int


def date_of_value(value: object) -> date | None:
    """Read the date at the start of a metadata value, such as "2018-12-06T10:20:00+01:00" or "06-12-2018"."""
    if not isinstance(value, str):
        return None
    head = value.strip()[:40]
    if day := _day_in_brussels(head):
        return day
    iso = _ISO.match(head) or _BASIC.match(head)
    return _valid_date(iso[1], iso[2], iso[3]) if iso else first_date(head)


def _day_in_brussels(value: str) -> date | None:
    """Return the day of a time that names its zone: midnight in Brussels is still the day before in UTC."""
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    if time.tzinfo is None or time.year not in _YEARS:
        return None
    return time.astimezone(BRUSSELS).date()


def first_date(line: str, language: str | None = None) -> date | None:
    """Return the first date in a line, in figures or with the name of a month in English or in the language."""
    dated = find_date(line, language)
    return dated.day if dated else None


def find_date(line: str, language: str | None = None) -> FoundDate | None:
    """Return the first date in a line and its place, in figures or with a month in English or in the language."""
    return _first_found(line[:_LINE_MAX_CHARS], language) if _YEAR.search(line) else None


def is_weekday(word: str, language: str | None = None) -> bool:
    """Tell whether a word is the name of a day of the week in English or in the language."""
    return _weekday(word, language) is not None


def weekdays(language: str | None = None) -> frozenset[str]:
    """Return the names of the days of the week in English and in the language, without case and accents."""
    other = _weekdays(language) if language in LANGUAGES and language is not None else {}
    return frozenset((*_weekdays("en"), *other))


@lru_cache(256)  # Several steps ask for the date of the same line.
def _first_found(line: str, language: str | None) -> FoundDate | None:
    return min(_found(line, language), key=lambda dated: dated.start, default=None)


def _found(line: str, language: str | None) -> Iterator[FoundDate]:
    """Yield the first date of each way of writing."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(line):
            day = _day_of(match, pattern, line, language)
            if day is not None:
                yield FoundDate(day, match.start(), match.end())
                break


def _day_of(match: re.Match[str], pattern: re.Pattern[str], line: str, language: str | None) -> date | None:
    if pattern is _FIGURES:
        return _in_figures(match, line, language)
    if pattern is _ROMAN:
        return _valid_date(match["year"], str(_ROMAN_MONTHS.get(match["month"], 0)), match["day"])
    if pattern in _BY_NAME:
        month = _month(match["month"], language)
        return _valid_date(match["year"], str(month), match["day"]) if month else None
    return _valid_date(match["year"], match["month"], match["day"])


def _in_figures(match: re.Match[str], line: str, language: str | None) -> date | None:
    """Read a date in figures. The weekday before it decides between day and month, where it fits only one reading."""
    day_first = _valid_date(match["year"], match["second"], match["first"])
    month_first = _valid_date(match["year"], match["first"], match["second"])
    before = line[max(0, match.start() - _WEEKDAY_CHARS) : match.start()].strip(" ,.").split()
    weekdays = (_weekday(" ".join(before[-count:]), language) for count in (1, 2) if before)
    weekday = next((number for number in weekdays if number is not None), None)
    if weekday is not None and month_first and month_first.weekday() == weekday:
        return day_first if day_first and day_first.weekday() == weekday else month_first
    return day_first or month_first


def _month(name: str, language: str | None) -> int | None:
    """Return the number of a month by its name, which may be two words."""
    for each in (_plain(name), _plain(name).split()[0]):
        month = _months("en").get(each)
        if month is None and language in LANGUAGES and language != "en":
            month = _months(language).get(each)
        if month is not None:
            return month
    return None


def _plain(name: str) -> str:
    """Return a name without case and accents, which capitals often lack."""
    plain = name.replace("\u2019", "'").casefold()
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFD", plain)
        plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return plain.rstrip(".")


@cache
def _months(language: str) -> Mapping[str, int]:
    """Return the numbers of the months by their names in a language, in the forms of the CLDR and of our table."""
    if language == "en":  # Importing babel takes longer than reading a page.
        names = "january february march april may june july august september october november december".split()
        short = {name[:3]: number for number, name in enumerate(names, 1)} | {"sept": 9}
        return short | {name: number for number, name in enumerate(names, 1)}
    from babel import Locale

    months = Locale.parse(language).months
    forms = [months[context][width] for context in ("stand-alone", "format") for width in ("abbreviated", "wide")]
    known = {_plain(name): number for form in forms for number, name in form.items() if len(name) > 2}
    return known | {_plain(name): number for name, number in further_months(language).items()}


def _weekday(name: str, language: str | None) -> int | None:
    name = _plain(name)
    weekday = _weekdays("en").get(name)
    if weekday is None and language in LANGUAGES and language != "en":
        weekday = _weekdays(language).get(name)
    return weekday


@cache
def _weekdays(language: str) -> Mapping[str, int]:
    """Return the numbers of the weekdays, Monday being 0, by their names in a language."""
    if language == "en":
        names = "monday tuesday wednesday thursday friday saturday sunday".split()
        short = {"tues": 1, "thur": 3, "thurs": 3}
        return short | {form: number for number, name in enumerate(names) for form in (name, name[:3])}
    from babel import Locale

    days = Locale.parse(language).days
    forms = [days[context][width] for context in ("stand-alone", "format") for width in ("abbreviated", "wide")]
    known = {_plain(name): number for form in forms for number, name in form.items() if len(name) > 1}
    return known | {_plain(name): number for name, number in further_weekdays(language).items()}


def _valid_date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day)) if int(year) in _YEARS else None
    except ValueError:
        return None
