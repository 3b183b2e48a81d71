"""How a body's card is worded, on the command line and in Discord alike."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from corpus.agencies import Lookup, registry
from corpus.models import Agency

if TYPE_CHECKING:
    from index.card import Card
    from index.timeline import Timeline

SPARK_COLUMNS = 60
MIN_TIMELINE_RELEASES = 3
_SPARKS = " ▁▂▃▄▅▆▇█"
_FACTS = {"seat": "seat", "year": "year of foundation", "role": "task"}


def short_name(agency: Agency) -> str:
    """Return what a body is called in a list: its acronym, unless it is an institution or has none."""
    return agency.acronyms[0] if agency.acronyms and agency.type != "institution" else agency.name


def full_name(agency: Agency) -> str:
    """Return a body's name with its acronym in brackets."""
    return f"{agency.name} ({agency.acronyms[0]})" if agency.acronyms else agency.name


def description(agency: Agency) -> str:
    """Return in a line what kind of body it is, whose part, where, and since when."""
    agencies = registry().agencies
    kind = agency.type if agency.parent is None else f"{agency.type}, part of {short_name(agencies[agency.parent])}"
    seat = ", ".join(filter(None, (agency.seat_city, agency.country)))
    since = f"since {agency.year_established}" if agency.year_established else ""
    status = "" if agency.status == "active" else agency.status
    return " · ".join(filter(None, (kind, seat, since, status)))


def other_names(agency: Agency) -> str:
    """Return the names of a body beside its first acronym and its name, former ones with their last year."""
    former = [
        f"{one.name}{f' ({one.acronym})' if one.acronym else ''} until {one.until}" for one in agency.former_names
    ]
    return "; ".join([*agency.acronyms[1:], *agency.aliases, *former])


def parts(agency: Agency) -> str:
    """Return the sub-units of a body."""
    return ", ".join(short_name(registry().agencies[part]) for part in agency.parts)


def warnings(agency: Agency) -> list[str]:
    """Return what a reader must know before the rest: that it is no EU body, which facts no source was found for."""
    found = [] if agency.is_eu_body else [f"{agency.name} is not an EU body."]
    if agency.unchecked:
        found.append(f"Written from knowledge, not checked: {', '.join(_FACTS[fact] for fact in agency.unchecked)}.")
    return found


def named(card: "Card") -> str:
    """Return how often and when the releases name a body, and whether its parts are counted in."""
    name = short_name(card.agency)
    if not card.passages:
        near = ", ".join(short_name(registry().agencies[agency_id]) for agency_id in card.nearest)
        return f"No release names {name}." + (f" Nearest to it of those that releases name: {near}." if near else "")
    whole = f"{name} or a part of it" if card.agency.parts and not card.exact else name
    span = f", {card.first_date} to {card.last_date}" if card.first_date != card.last_date else f", {card.first_date}"
    return (
        f"{_count(card.releases, 'release')} and {_count(card.passages, 'passage')} name {whole}"
        f"{span if card.first_date else ''}."
    )


def named_with(card: "Card") -> str:
    """Return the bodies most often named beside a body, with the number of passages."""
    agencies = registry().agencies
    return ", ".join(f"{short_name(agencies[other.agency_id])} ({other.passages})" for other in card.named_with)


def not_one(name: str, found: Lookup) -> str:
    """Return a sentence on a name that means several bodies or none."""
    shown = name if len(name) <= 60 else f"{name[:60]}…"
    if found.candidates:
        listed = "; ".join(f"{agency.id}: {full_name(agency)}" for agency in found.candidates)
        return f"“{shown}” is the name of several bodies: {listed}. Ask again with one of these keys."
    if found.suggestions:
        return f"No body is called “{shown}”. Did you mean {', '.join(map(full_name, found.suggestions))}?"
    return f"No such body: “{shown}”."


def sparkline(counts: Sequence[int]) -> str:
    """Return counts as a row of bars of at most `SPARK_COLUMNS` characters; neighbours are added up to fit."""
    step = -(-len(counts) // SPARK_COLUMNS) or 1
    sums = [sum(counts[at : at + step]) for at in range(0, len(counts), step)]
    top = max(sums, default=0) or 1
    return "".join(_SPARKS[-(-count * (len(_SPARKS) - 1) // top)] for count in sums)


def is_drawn(timeline: "Timeline") -> bool:
    """Tell whether there are enough dated releases for a picture to say anything."""
    return timeline.releases >= MIN_TIMELINE_RELEASES


def timeline_source(timeline: "Timeline") -> str:
    """Return the line under the picture of a timeline: what was counted."""
    return f"{_count(timeline.releases, 'dated release')} that name them, of generation {timeline.generation}"


def alt_text(timeline: "Timeline") -> str:
    """Return in words what the picture of a timeline shows."""
    agencies = registry().agencies
    said = []
    for series in timeline.series:
        top = max(series.counts)
        peak = timeline.months[series.counts.index(top)]
        said.append(f"{short_name(agencies[series.agency_id])}: {sum(series.counts)} mentions, most in {peak} ({top})")
    return f"Mentions by month, {timeline.months[0]} to {timeline.months[-1]}. {'; '.join(said)}."


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
