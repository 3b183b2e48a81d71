"""On which day a release was issued: what a reader sees as its date counts, and what only programs see when nothing is.

A reader sees a date beside the title, at the beginning of the text, in the address and, of the year only, in the
reference number. When two of these disagree, the draft keeps the first and claims the other, for a person to judge.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from corpus.cleaning.dates import date_of_value
from corpus.models import Draft

_IN_PATH = re.compile(r"/(20\d{2}|19\d{2})/(\d{1,2})/(\d{1,2})(?:/|$)")
_IN_NAME = re.compile(r"[-_/]((?:20|19)\d{2})-(\d{2})-(\d{2})(?:_[a-z]{2})?(?:\.\w{1,5})?/?$")
_COMPACT = re.compile(r"[-_/]((?:20|19)\d{2})(\d{2})(\d{2})(?=[-_./]|$)")
_YEAR_OF_CODE = re.compile(r"^[A-Z]+/(\d{2}|\d{4})/\d+$")
_YEAR_OF_NUMBER = re.compile(r"^\d{1,4}/(\d{2})$")
_YEAR_OF_PARLIAMENT = re.compile(r"^(20\d{2})\d{4}[A-Z]{3}\d+$")
_FIRST_YEAR_OF_CODES = 58  # "PRES/58/1" is of 1958: the press corner's first documents are of that year.
_TURN_OF_THE_YEAR = timedelta(days=31)  # A number given in December may belong to a release of January.
_SERVED_DAY = ("meta available",)  # Some sites write into it the day on which the page was served.
_SAID = ("given", "header", "feed", None)  # Where dates come from that are not the page's own.


def with_issue_date(draft: Draft, seen: Sequence[date], url: str | None) -> Draft:
    """Return a draft with the date on which it was issued, and a claim where another date contradicts that.

    :param draft: its date is the one that only programs see, such as that of JSON-LD.
    :param seen: the dates beside the title and at the beginning of the text, the likeliest first.
    """
    in_address = date_in_address(url) or _compact_date(url)
    year = year_of_reference(draft.reference)
    day = seen[0] if seen else in_address
    if day is None:
        return _unseen(draft, year)
    place = draft.found_in["date"] if draft.date == day else "text" if seen else "address"
    claims = {name: value for name, value in draft.claims.items() if name != "date"}
    rival = _rival(day, seen, year)
    if rival:
        claims["date"] = rival
    return replace(draft, date=day, claims=claims, found_in={**draft.found_in, "date": place})


def against_address(draft: Draft) -> Draft:
    """Return a draft with the claim of the date in its address where that contradicts its own.

    What a person said about the date is not doubted.
    """
    claims = {name: value for name, value in draft.claims.items() if name != "date in address"}
    in_address = date_in_address(draft.url)
    if draft.date and in_address not in (None, draft.date) and draft.found_in.get("date") not in _SAID:
        claims["date in address"] = f"its address says {in_address}"
    return replace(draft, claims=claims)


def date_in_address(url: str | None) -> date | None:
    """Return the date in the path of an address, such as ``/2018/12/06/`` or ``-2018-12-06_en``."""
    path = (url or "").partition("?")[0]
    match = _IN_PATH.search(path) or _IN_NAME.search(path)
    return date_of_value(f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}") if match else None


def _compact_date(url: str | None) -> date | None:
    """Return a date of eight digits in an address, such as ``/20181206-ports``.

    As a number may look like one, it counts only where nothing else dates the release, and contradicts nothing.
    """
    match = _COMPACT.search((url or "").partition("?")[0])
    return date_of_value(f"{match[1]}-{match[2]}-{match[3]}") if match else None


def year_of_reference(reference: str | None) -> int | None:
    """Return the year in a reference number, such as ``IP/18/6635``, ``733/18`` or ``20190712IPR56948``."""
    for pattern in (_YEAR_OF_CODE, _YEAR_OF_NUMBER, _YEAR_OF_PARLIAMENT):
        match = pattern.match(reference or "")
        if match:
            year = int(match[1])
            return year if year > 99 else year + (1900 if year >= _FIRST_YEAR_OF_CODES else 2000)
    return None


def _unseen(draft: Draft, year: int | None) -> Draft:
    """Keep the date that only programs see, unless it is the day of the request or of another year than the number."""
    unfit = draft.found_in.get("date") in _SERVED_DAY or (draft.date and not _is_of_year(draft.date, year))
    if not unfit:
        return draft
    found_in = {field: place for field, place in draft.found_in.items() if field != "date"}
    return replace(draft, date=None, found_in=found_in)


def _rival(day: date, seen: Sequence[date], year: int | None) -> str | None:
    other = next((each for each in seen if each != day), None)
    if other:
        return f"{other} stands beside it"
    return None if _is_of_year(day, year) else f"its reference number is of {year}"


def _is_of_year(day: date, year: int | None) -> bool:
    return year is None or any(
        (day + shift).year == year for shift in (timedelta(), _TURN_OF_THE_YEAR, -_TURN_OF_THE_YEAR)
    )
