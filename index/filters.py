"""What a question is restricted to: issuer, time, language, agency."""

import calendar
import datetime
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from corpus import FilterError, registry

_DATE = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?")


@dataclass(frozen=True, slots=True)
class Filters:
    """Restrictions that a passage must meet. ``None`` restricts nothing.

    ``agency`` is the id of an agency: the passage must name it, or a sub-unit of it unless ``exact``. The others are
    about the release. Both dates are included. ``releases`` are the ids of the only ones that may be found.
    """

    agency: str | None = None
    exact: bool = False
    issuer: str | None = None
    since: datetime.date | None = None
    until: datetime.date | None = None
    language: str | None = None
    releases: frozenset[str] | None = None

    def __post_init__(self) -> None:
        """Refuse a span of time that ends before it begins."""
        if self.since and self.until and self.since > self.until:
            raise FilterError(
                "The time asked for begins on {since} and ends on {until}: swap the two dates.",
                since=self.since,
                until=self.until,
            )

    def to_dict(self) -> dict[str, object]:
        """Return them as they are kept in JSON."""
        return {
            name: value.isoformat() if isinstance(value, datetime.date) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` gave."""
        dates = {name: datetime.date.fromisoformat(values[name]) for name in ("since", "until") if values.get(name)}
        return cls(**{**values, **dates})

    @property
    def concern_releases(self) -> bool:
        """Whether any restriction is about the release."""
        return self != Filters(agency=self.agency, exact=self.exact)

    def agencies(self) -> frozenset[str]:
        """Return the ids of agencies of which a passage must name at least one. Without any, it need not name one."""
        if self.agency is None:
            return frozenset()
        return frozenset({self.agency}) if self.exact else registry().with_parts(self.agency)


def parse_since(text: str) -> datetime.date:
    """Return the first day of a date, month or year, written YYYY[-MM[-DD]].

    :raises FilterError: when it is none of these.
    """
    return _parse(text, last=False)


def parse_until(text: str) -> datetime.date:
    """Return the last day of a date, month or year, written YYYY[-MM[-DD]].

    :raises FilterError: when it is none of these.
    """
    return _parse(text, last=True)


def _parse(text: str, *, last: bool) -> datetime.date:
    match = _DATE.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError
        year = int(match["year"])
        month = int(match["month"] or (12 if last else 1))
        day = int(match["day"] or (calendar.monthrange(year, month)[1] if last else 1))
        return datetime.date(year, month, day)
    except ValueError:
        shown = text if len(text) <= 40 else f"{text[:40]}…"
        raise FilterError(
            "“{text}” is no date: write a year, a month or a day, as 2018, 2018-12 or 2018-12-06.", text=shown
        ) from None


def parse_agency(name: str) -> str:
    """Return the id of the agency with a name.

    :raises FilterError: when there is none, or more than one.
    """
    lookup = registry().find(name)
    shown = name if len(name) <= 60 else f"{name[:60]}…"
    if lookup.candidates:
        ids = ", ".join(f"{agency.id} ({agency.name})" for agency in lookup.candidates)
        raise FilterError("“{name}” is the name of several bodies: say which by {ids}.", name=shown, ids=ids)
    if lookup.agency is None:
        like = ", ".join(agency.acronyms[0] if agency.acronyms else agency.name for agency in lookup.suggestions)
        if like:
            raise FilterError("No EU body is called “{name}”: there are {like}.", name=shown, like=like)
        raise FilterError("No EU body is called “{name}”, nor anything like it.", name=shown)
    return lookup.agency.id


def parse_day(text: str) -> datetime.date:
    """Return a day written YYYY-MM-DD.

    :raises FilterError: when it is none.
    """
    day = _parse(text, last=False)
    if day != _parse(text, last=True):
        raise FilterError("“{text}” is no day: write it as 2018-12-06.", text=text[:40])
    return day
