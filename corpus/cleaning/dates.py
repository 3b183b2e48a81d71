"""Dates as pages write them: ISO, day-month-year in figures, and spelled out in the languages of the EU."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache

LANGUAGES = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv".split()
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_BASIC = re.compile(r"^\s*(\d{4})(\d{2})(\d{2})(?:T|\s*$)")
_FIGURES = re.compile(r"(?<!\d)(\d{1,2})[./-]\s?(\d{1,2})[./-]\s?(\d{4})(?!\d)")
_DAY_FIRST = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})(?:\.|º|er|st|nd|rd|th|-?\w{0,2})?\s+(?:de\s+)?(?P<month>[^\W\d_]{3,})\.?,?\s+(?:de\s+)?(?P<year>\d{4})(?!\d)"
)
_MONTH_FIRST = re.compile(
    r"(?<![^\W\d_])(?P<month>[^\W\d_]{3,})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})(?!\d)"
)
_YEAR_FIRST = re.compile(
    r"(?<!\d)(?P<year>\d{4})\.?\s+(?:m\.\s+|gada\s+)?(?P<month>[^\W\d_]{3,})\s+(?P<day>\d{1,2})(?!\d)"
)


def date_of_value(value: object) -> date | None:
    """Read the date at the start of a metadata value, such as "2018-12-06T10:20:00+01:00" or "06-12-2018"."""
    if not isinstance(value, str):
        return None
    head = value.strip()[:40]
    iso = _ISO.match(head) or _BASIC.match(head)
    return _valid_date(iso[1], iso[2], iso[3]) if iso else first_date(head)


def first_date(line: str, language: str | None = None) -> date | None:
    """Return the first date in a line, in figures or with the name of a month in English or in the language."""
    if not any(char.isdigit() for char in line):
        return None
    iso = _ISO.search(line)
    if iso:
        return _valid_date(iso[1], iso[2], iso[3])
    figures = _FIGURES.search(line)
    if figures:
        return _valid_date(figures[3], figures[2], figures[1])
    for pattern in (_DAY_FIRST, _MONTH_FIRST, _YEAR_FIRST):
        for match in pattern.finditer(line):
            month = _month(match["month"].casefold(), language)
            if month:
                return _valid_date(match["year"], str(month), match["day"])
    return None


def without_date(line: str, language: str | None = None) -> str | None:
    """Return a line without the date in it; None when it has no date."""
    for pattern in (_ISO, _FIGURES, _DAY_FIRST, _MONTH_FIRST, _YEAR_FIRST):
        for match in pattern.finditer(line):
            if first_date(match[0], language):
                return line[: match.start()] + " " + line[match.end() :]
    return None


def _month(name: str, language: str | None) -> int | None:
    month = _months("en").get(name)
    if month is None and language in LANGUAGES and language != "en":
        month = _months(language).get(name)
    return month


@cache
def _months(language: str | None) -> Mapping[str, int]:
    """Return the numbers of the months by their names in a language, in the forms of the CLDR, without final dots."""
    if language == "en":  # Importing babel takes longer than reading a page.
        names = "january february march april may june july august september october november december".split()
        short = {name[:3]: number for number, name in enumerate(names, 1)} | {"sept": 9}
        return short | {name: number for number, name in enumerate(names, 1)}
    from babel import Locale

    months = Locale.parse(language).months
    forms = [months[context][width] for context in ("stand-alone", "format") for width in ("abbreviated", "wide")]
    return {name.casefold().rstrip("."): number for form in forms for number, name in form.items() if len(name) > 2}


def _valid_date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
