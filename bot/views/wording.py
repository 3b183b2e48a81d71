"""How facts are worded, on the command line and in Discord alike: those on an agency's card, and what was done."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from bot.i18n.words import ENGLISH, Words
from corpus import Agency, Lookup, registry
from index import Phase

if TYPE_CHECKING:
    from index import Card, Known, Source, Timeline

SPARK_COLUMNS = 60
MIN_TIMELINE_RELEASES = 3
_SPARKS = " ▁▂▃▄▅▆▇█"


def details_line(details: Mapping[str, object]) -> str:
    """Return in a line what was noted of something that was done."""
    return ", ".join(
        f"{name} {'; '.join(map(str, value)) if isinstance(value, list) else value}" for name, value in details.items()
    )


def short_name(agency: Agency) -> str:
    """Return what an agency is called in a list: its acronym, unless it is an institution or has none."""
    return agency.acronyms[0] if agency.acronyms and agency.type != "institution" else agency.name


def full_name(agency: Agency) -> str:
    """Return an agency's name with its acronym in brackets."""
    return f"{agency.name} ({agency.acronyms[0]})" if agency.acronyms else agency.name


def description(agency: Agency, words: Words = ENGLISH) -> str:
    """Return in a line what kind of EU body it is, whose part, where, and since when."""
    agencies = registry().agencies
    kind = words(agency.type) if agency.is_eu_agency else ""
    if agency.parent is not None:
        kind = words("{kind}, part of {body}", kind=kind, body=short_name(agencies[agency.parent]))
    seat = ", ".join(filter(None, (agency.seat_city, agency.country)))
    since = words("since {year}", year=agency.year_established) if agency.year_established else ""
    ended = agency.status.removeprefix("ended ")
    status = "" if agency.status == "active" else words("ended {year}", year=ended)
    return " · ".join(filter(None, (kind, seat, since, status)))


def name_in(agency: Agency, language: str) -> tuple[str, ...]:
    """Return the official name of an agency in another language than English, and its acronyms there."""
    local = agency.names_by_language.get(language)
    acronyms = agency.acronyms_by_language.get(language, ())
    return acronyms if local is None else tuple(dict.fromkeys((*local.names[:1], *local.acronyms, *acronyms)))


def other_names(agency: Agency, words: Words = ENGLISH, asked_in: str | None = None) -> str:
    """Return the names of an agency beside its first acronym and its name, former ones with their last year.

    What it is called in the reader's language comes first, where the registry has that.

    :param asked_in: the language of the name that it was looked up by, which comes first with its code.
    """
    asked = (f"{name} ({asked_in})" for name in name_in(agency, asked_in)) if asked_in is not None else ()
    own = name_in(agency, words.language) if words.language not in ("en", asked_in) else ()
    former_names = [
        words(
            "{name} until {year}",
            name=f"{former.name}{f' ({former.acronym})' if former.acronym else ''}",
            year=former.until,
        )
        for former in agency.former_names
    ]
    return "; ".join(dict.fromkeys((*asked, *own, *agency.acronyms[1:], *agency.aliases, *former_names)))


def whence(source: "Source", words: Words = ENGLISH) -> str:
    """Say where a text is from, where that is not its official address; "" where there is nothing to say."""
    if source.retrieved_from is not None:
        return words("Fetched from {address}", address=source.retrieved_from.partition("://")[2])
    return words("From a file; its address is not confirmed") if source.origin else ""


def parts(agency: Agency) -> str:
    """Return the agencies that are parts of an agency."""
    return ", ".join(short_name(registry().agencies[part]) for part in agency.parts)


def warnings(agency: Agency, words: Words = ENGLISH) -> list[str]:
    """Return what a reader must know before the rest: that it is no EU body, which facts no source was found for."""
    warnings = [] if agency.is_eu_agency else [words("{body} is not an EU body.", body=agency.name)]
    facts = {"seat": words("seat"), "year": words("year of foundation"), "role": words("task")}
    if agency.unchecked:
        unchecked = ", ".join(facts[fact] for fact in agency.unchecked)
        warnings.append(words("Written from knowledge, not checked: {facts}.", facts=unchecked))
    return warnings


def named(card: "Card", words: Words = ENGLISH, day: Callable[[str], str] = str) -> str:
    """Return how often and when the releases name an agency, and whether its parts are counted in.

    :param day: how an ISO 8601 date is shown.
    """
    name = short_name(card.agency)
    if not card.passages:
        near = ", ".join(short_name(registry().agencies[agency_id]) for agency_id in card.nearest)
        sentences = [words("No release names {body}.", body=name)]
        if near:
            sentences.append(words("Nearest to it of those that releases name: {bodies}.", bodies=near))
        return " ".join(sentences)
    whole = words("{body} or a part of it", body=name) if card.agency.parts and not card.exact else name
    first, last = (day(date) if date else "" for date in (card.first_date, card.last_date))
    times = first if first == last else words("{first} to {last}", first=first, last=last)
    return words(
        "{body}: named in {releases} and {passages}{times}.",
        body=whole,
        releases=words.count("{count} release", "{count} releases", card.releases),
        passages=words.count("{count} passage", "{count} passages", card.passages),
        times=f", {times}" if times else "",
    )


def named_with(card: "Card") -> str:
    """Return the agencies most often named beside an agency, with the number of passages."""
    agencies = registry().agencies
    return ", ".join(f"{short_name(agencies[other.agency_id])} ({other.passages})" for other in card.named_with)


def ambiguous_or_unknown(name: str, lookup: Lookup, words: Words = ENGLISH) -> str:
    """Return a sentence on a name that means several agencies or none."""
    shown = name if len(name) <= 60 else f"{name[:60]}…"
    if lookup.candidates:
        listed = "; ".join(f"{agency.id}: {full_name(agency)}" for agency in lookup.candidates)
        return words(
            "“{name}” is the name of several bodies: {bodies}. Ask again with one of these keys.",
            name=shown,
            bodies=listed,
        )
    if lookup.suggestions:
        meant = ", ".join(map(full_name, lookup.suggestions))
        return words("No body is called “{name}”. Did you mean {bodies}?", name=shown, bodies=meant)
    return words("No such body: “{name}”.", name=shown)


def known_line(known: "Known", words: Words = ENGLISH) -> str:
    """Say how much is served, and whom of those that a question names no release names."""
    years = known.first_year, known.last_year
    span = ""
    if known.first_year is not None:
        first, last = years
        span = str(first) if first == last else words("{first} to {last}", first=first, last=last)
    parts = {
        "releases": words.count("{count} release", "{count} releases", known.releases),
        "issuers": words.count("{count} issuer", "{count} issuers", known.issuers),
    }
    facts = ", ".join(filter(None, (words("{releases} of {issuers}", **parts), span)))
    if not known.unnamed:
        return words("I know {facts}.", facts=facts)
    return words("I know {facts}; none names {body}.", facts=facts, body=", ".join(known.unnamed))


def sparkline(counts: Sequence[int]) -> str:
    """Return counts as a row of bars of at most `SPARK_COLUMNS` characters; neighbouring counts are added up to fit."""
    step = -(-len(counts) // SPARK_COLUMNS) or 1
    sums = [sum(counts[start : start + step]) for start in range(0, len(counts), step)]
    top = max(sums, default=0) or 1
    return "".join(_SPARKS[-(-count * (len(_SPARKS) - 1) // top)] for count in sums)


def is_drawn(timeline: "Timeline") -> bool:
    """Tell whether there are enough dated releases for a picture to say anything."""
    return timeline.releases >= MIN_TIMELINE_RELEASES


def timeline_source(timeline: "Timeline", words: Words = ENGLISH) -> str:
    """Return the line under the picture of a timeline: what was counted."""
    return words.count(
        "{count} dated release that names them, generation {generation}",
        "{count} dated releases that name them, generation {generation}",
        timeline.releases,
        generation=timeline.generation,
    )


def alt_text(timeline: "Timeline", words: Words = ENGLISH) -> str:
    """Return in words what the picture of a timeline shows."""
    agencies = registry().agencies
    peaks = []
    for series in timeline.series:
        top = max(series.counts)
        peak = timeline.months[series.counts.index(top)]
        peaks.append(
            words.count(
                "{body}: {count} mention, most in {month} ({most})",
                "{body}: {count} mentions, most in {month} ({most})",
                sum(series.counts),
                body=short_name(agencies[series.agency_id]),
                month=peak,
                most=words.number(top),
            )
        )
    return words(
        "Mentions by month, {first} to {last}. {bodies}.",
        first=timeline.months[0],
        last=timeline.months[-1],
        bodies="; ".join(peaks),
    )


def phase_name(phase: Phase, words: Words = ENGLISH) -> str:
    """Return what a phase of the work on the corpus is called."""
    names = {
        Phase.FEEDS: words("Reading feeds"),
        Phase.FETCH: words("Taking in"),
        Phase.CHUNK: words("Reading releases"),
        Phase.EMBED: words("Embedding"),
        Phase.WRITE: words("Writing"),
        Phase.VERIFY: words("Checking"),
        Phase.ASK: words("Asking"),
    }
    return names[phase]
