"""How the command line prints answers, passages, cards and releases."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from bot.cli.terminal import Terminal, linked, spelled
from bot.views import wording as cards
from corpus import Agency, Release, Section, lines
from index import Answer, Quote, SearchResult, Source, as_source

if TYPE_CHECKING:
    from index import Card, Timeline

_MEASURES = 10
_LEAST_SPOKEN = 0.05  # nats


def show_answer(terminal: Terminal, answer: Answer, answer_id: str | None = None) -> None:
    """Print an answer, or that there is none and what comes nearest.

    :param answer_id: under which it can be verified.
    """
    if answer.read_as is not None:
        terminal.say(f"Read as: {answer.read_as}", style="dim")
    if answer.answered:
        _show_quotes(terminal, answer.quotes)
    else:
        terminal.say("Not found: the releases do not hold an answer to this.", style="bold yellow")
        if answer.known is not None:
            terminal.say(cards.known_line(answer.known), style="yellow")
        if answer.related:
            terminal.say("The nearest passages, which are not an answer:", style="yellow")
            terminal.say()
            _show_quotes(terminal, answer.related)
    for notice in answer.notices:
        terminal.say(f"Note: {notice}", style="italic")
    if answer.sources:
        terminal.say("Sources", style="bold")
    for source in answer.sources:
        _show_source(terminal, source, answer.quotes or answer.related)
    if answer_id is not None:
        terminal.say(f"Answer {answer_id}: `measures verify {answer_id}` checks it.", style="dim")


def show_spoken(terminal: Terminal, answer: Answer, spoken: Mapping[str, float]) -> None:
    """Print what spoke for an answer and what against it, the weightiest first."""
    terminal.say(f"Confidence {answer.confidence:.2f}, answered from {answer.threshold:.2f} on.", style="bold")
    ordered = sorted(spoken.items(), key=lambda pair: -abs(pair[1]))
    for heading, sign in (("for it", 1), ("against it", -1)):
        parts = [f"{name} {value:+.1f}" for name, value in ordered if sign * value >= _LEAST_SPOKEN]
        if parts:
            terminal.say(Text(f"{heading:<11}", "dim"), ", ".join(parts), indent=11)


def show_card(terminal: Terminal, card: "Card", timeline: "Timeline", asked_in: str | None = None) -> None:
    """Print what an agency is and what the releases say of it.

    :param asked_in: the language of the name that it was looked up by, where it is not English.
    """
    agency = card.agency
    terminal.say(cards.full_name(agency), style="bold")
    terminal.say(cards.description(agency), style="dim")
    terminal.say(agency.role)
    for warning in cards.warnings(agency):
        terminal.say(warning, style="yellow")
    rows = {
        "also": cards.other_names(agency, asked_in=asked_in),
        "parts": cards.parts(agency),
        "website": agency.website or "",
    }
    for name, value in rows.items():
        if value:
            terminal.say(Text(f"{name:<9}", "bold"), value, indent=9)
    terminal.say()
    terminal.say(cards.named(card))
    if cards.is_drawn(timeline):
        terminal.say(
            f"{timeline.months[0]} ",
            Text(cards.sparkline(timeline.series[0].counts), "blue"),
            f" {timeline.months[-1]}",
        )
    if card.named_with:
        terminal.say(f"Named with: {cards.named_with(card)}.")
    if card.measures:
        terminal.say()
        terminal.say("Measures, newest first", style="bold")
    for number, measure in enumerate(card.measures[:_MEASURES], 1):
        terminal.say(Text(f"[{number}] ", "bold green"), f"“{measure.quote.shown}”", gate=lines, indent=4)
        place = f" — {measure.quote.heading}" if measure.quote.heading else ""
        terminal.say(f"    {spelled(datetime.date.fromisoformat(measure.date))}: {measure.title}{place}", style="dim")
        if measure.quote.link:
            terminal.say("    ", linked(measure.quote.link))
    more = len(card.measures[_MEASURES:]) + card.more_measures
    if more:
        terminal.note(f"{more} older ones are not shown: --json prints the newest {len(card.measures)}.")


def show_agencies(terminal: Terminal, agencies: Iterable[Agency]) -> None:
    """Print a list of agencies, a line each."""
    for agency in agencies:
        terminal.say(
            Text(f"{agency.id:<22}", "cyan"), f"{cards.full_name(agency)}  ", Text(agency.type, "dim"), indent=22
        )


def show_release(
    terminal: Terminal, release: Release, sections: Iterable[Section], editions: Iterable[Release] = ()
) -> None:
    """Print a whole release, and where its editions in other languages are."""
    terminal.say(release.title, style="bold")
    terminal.say(f"{release.issuer} · {spelled(release.date)} · {release.language} · {release.kind}", style="dim")
    source = as_source(release, "")
    if source.url:
        terminal.say(source.url, style="cyan")
    if whence := cards.whence(source):
        terminal.say(whence, style="dim")
    for edition in editions:
        terminal.say(f"{edition.language}: {edition.release_id}", style="dim")
    for section in sections:
        if section.heading:
            terminal.say()
            terminal.say(section.heading, style="bold")
        terminal.say()
        terminal.say(release.text[section.start : section.end].strip(), gate=lines)


def show_passages(terminal: Terminal, result: SearchResult) -> None:
    """Print passages, best first."""
    for number, passage in enumerate(result.passages, 1):
        terminal.say(
            Text(f"[{number}] ", "bold green"),
            Text(f"{passage.score:.3f}  ", "dim"),
            f"{passage.release_id}  {passage.heading}".rstrip(),
        )
        terminal.say(f"{passage.text}\n", gate=lines)
    if not result.passages:
        terminal.note("No passage has anything of this.")


def show_releases(terminal: Terminal, releases: Sequence[Release]) -> None:
    """Print a list of releases, a line each."""
    for release in releases:
        terminal.say(
            release.date.isoformat(),
            "  ",
            Text(release.release_id, "cyan"),
            "  ",
            f"{release.title} ({release.issuer})",
            indent=12,
        )


def _show_quotes(terminal: Terminal, quotes: Sequence[Quote]) -> None:
    for number, quote in enumerate(quotes, 1):
        before, answer, after = quote.around_answer
        terminal.say(
            Text(f"[{number}] ", "bold green"), f"“{before}", Text(answer, "bold"), f"{after}”\n", gate=lines, indent=4
        )


def _show_source(terminal: Terminal, source: Source, quotes: Sequence[Quote]) -> None:
    terminal.say(f"{source.title} — {source.issuer}, {spelled(datetime.date.fromisoformat(source.date))}")
    if whence := cards.whence(source):
        terminal.say(whence, style="dim")
    for number, quote in enumerate(quotes, 1):
        if quote.release_id == source.release_id:
            place = "title" if quote.is_title else quote.heading or "opening"
            link = (": ", linked(quote.link)) if quote.link else ()
            terminal.say(Text(f"[{number}] ", "bold green"), place, *link, indent=4)
