"""The card of an agency: how often and when releases name it, what it does or is done to it, and beside whom."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpus import UNDATED, Agency, registry
from index.answering.leaning import standing_alone
from index.answering.quotes import as_quote
from index.database.passages_db import Namings
from index.filters import Filters
from index.generations.generation import Generation
from index.results import Quote
from index.text.terms import terms, words

MAX_MEASURES = 40
_NAMED_WITH = 8
_NEAREST = 5


@dataclass(frozen=True, slots=True)
class Measure:
    """A quotation in which an agency acts or is acted on, with date and title of its release."""

    quote: Quote
    date: str
    title: str


@dataclass(frozen=True, slots=True)
class NamedWith:
    """Another agency, and how many passages name both."""

    agency_id: str
    passages: int


@dataclass(frozen=True, slots=True)
class Card:
    """An agency and what the releases say of it. Its sub-units count, too, unless ``exact``.

    Dates are ISO 8601. They are None where no release names it; ``nearest`` then holds the ids of similar agencies that
    releases name. ``measures`` holds the newest, ``more_measures`` the number of older ones.
    """

    agency: Agency
    exact: bool
    releases: int
    passages: int
    first_date: str | None
    last_date: str | None
    measures: tuple[Measure, ...]
    more_measures: int
    named_with: tuple[NamedWith, ...]
    nearest: tuple[str, ...]
    generation: str

    def to_dict(self) -> dict[str, object]:
        """Return the card as `measures agency --json` prints it."""
        return {
            "agency": self.agency.to_dict(),
            "candidates": [],
            "releases": self.releases,
            "passages": self.passages,
            "first_date": self.first_date,
            "last_date": self.last_date,
            "measures": [
                measure.quote.to_dict() | {"date": measure.date, "title": measure.title} for measure in self.measures
            ],
            "named_with": [{"id": other.agency_id, "count": other.passages} for other in self.named_with],
            "nearest": list(self.nearest),
            "generation": self.generation,
        }


def card(generation: Generation, agency_id: str, *, exact: bool = False) -> Card:
    """Gather what a generation says of an agency.

    :raises KeyError: when no agency has the id.
    """
    agency = registry().agencies[agency_id]
    ids = Filters(agency=agency_id, exact=exact).agencies()
    namings = generation.naming(ids)
    rows = np.unique(namings.passages).tolist()
    releases = np.unique(generation.releases_of(namings.passages)).tolist()
    dates = sorted(served.release.date for served in generation.served(releases) if served.release.date != UNDATED)
    measures, more = _measures(generation, namings)
    return Card(
        agency=agency,
        exact=exact,
        releases=len(releases),
        passages=len(rows),
        first_date=dates[0].isoformat() if dates else None,
        last_date=dates[-1].isoformat() if dates else None,
        measures=measures,
        more_measures=more,
        named_with=_named_with(generation, ids, rows),
        nearest=() if rows else _nearest(generation, agency),
        generation=generation.manifest.generation,
    )


def _measures(generation: Generation, namings: Namings) -> tuple[tuple[Measure, ...], int]:
    """Return the newest measures, each once, in the order of the text within a release; and how many are left.

    Of the language editions of a release, only one is quoted.
    """
    sentences, first = np.unique(namings.sentences[namings.in_part], return_index=True)
    passages = namings.passages[namings.in_part][first]
    releases = generation.releases_of(passages)
    newest = np.argsort(-generation.dates(releases), kind="stable")
    measures: list[Measure] = []
    known: set[frozenset[str]] = set()
    editions: dict[str, str] = {}
    for seen, number in enumerate(newest.tolist()):
        if len(measures) == MAX_MEASURES:
            return tuple(measures), len(newest) - seen
        release = generation.release(int(releases[number]))
        if editions.setdefault(release.work, release.release_id) != release.release_id:
            continue
        measure = _measure(generation, int(releases[number]), int(passages[number]), int(sentences[number]))
        key = frozenset(words(measure.quote.text))
        inside = any(
            other.quote.release_id == measure.quote.release_id
            and other.quote.start <= measure.quote.start
            and measure.quote.end <= other.quote.end
            for other in measures
        )
        if key not in known and not inside:
            known.add(key)
            measures.append(measure)
    return tuple(measures), 0


def _measure(generation: Generation, release_row: int, passage_row: int, sentence: int) -> Measure:
    release = generation.release(release_row)
    passage = generation.passages([passage_row])[0]
    span = generation.span(sentence)
    parts = standing_alone(generation, release_row, sentence, span)
    quote = as_quote(release, parts, span, passage.passage.heading, 1.0)
    return Measure(quote, release.date.isoformat(), release.title)


def _named_with(generation: Generation, ids: frozenset[str], rows: Sequence[int]) -> tuple[NamedWith, ...]:
    visible = set(rows)
    counts = Counter(agency_id for agency_id, passage in generation.named_with(ids) if passage in visible)
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(NamedWith(agency_id, count) for agency_id, count in ranked[:_NAMED_WITH])


def _nearest(generation: Generation, agency: Agency) -> tuple[str, ...]:
    """Return those agencies that releases name whose name and task have most words in common with an agency's."""
    agencies = registry().agencies
    spread = Counter(term for other in agencies.values() for term in _task(other))
    wanted = _task(agency)
    likeness = {
        agency_id: sum(1 / spread[term] for term in wanted & _task(agencies[agency_id]))
        + (agencies[agency_id].type == agency.type) / len(agencies)
        for agency_id in generation.named_agencies()
    }
    return tuple(sorted(likeness, key=lambda agency_id: (-likeness[agency_id], agency_id))[:_NEAREST])


def _task(agency: Agency) -> set[str]:
    return set(terms(f"{agency.name} {agency.role} {' '.join(agency.aliases)}"))
