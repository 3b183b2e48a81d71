"""The timeline of agencies: mentions by month."""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from corpus import UNDATED
from index.filters import Filters
from index.generations.generation import Generation


@dataclass(frozen=True, slots=True)
class Series:
    """How often an agency is named in each month of a timeline."""

    agency_id: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Mentions of agencies by month. ``months`` are consecutive, as ``2018-12``; ``releases`` counts dated ones."""

    months: tuple[str, ...]
    series: tuple[Series, ...]
    releases: int
    generation: str


def timeline(generation: Generation, agency_ids: Sequence[str], *, exact: bool = False) -> Timeline:
    """Count mentions of agencies by month, and of their sub-units unless `exact`.

    :raises KeyError: when no agency has an id.
    """
    by_agency: dict[str, Counter[int]] = {}
    dated: set[int] = set()
    for agency_id in agency_ids:
        namings = generation.naming(Filters(agency=agency_id, exact=exact).agencies())
        naming = generation.served(generation.releases_of(namings.passages).tolist())
        naming = [served for served in naming if served.release.date != UNDATED]
        by_agency[agency_id] = Counter(_month_number(served.release.date) for served in naming)
        dated.update(served.row for served in naming)
    numbers = [number for counts in by_agency.values() for number in counts]
    span = range(min(numbers), max(numbers) + 1) if numbers else range(0)
    return Timeline(
        months=tuple(f"{number // 12:04}-{number % 12 + 1:02}" for number in span),
        series=tuple(Series(key, tuple(counts[number] for number in span)) for key, counts in by_agency.items()),
        releases=len(dated),
        generation=generation.manifest.generation,
    )


def _month_number(date: datetime.date) -> int:
    return 12 * date.year + date.month - 1
