"""`measures agency`: what an EU body is, what the releases say it does or will do, and when."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.asking import QUOTES, answer_question
from bot.cli.documents import print_json
from bot.cli.ensure_index import build_first
from bot.cli.options import as_json
from bot.cli.show_answers import show_agencies, show_card
from bot.cli.terminal import Terminal
from bot.views import wording as cards
from bot.views.documents import agency_document, no_agency_document
from corpus import FilterError, Lookup, registry
from index import Filters, load_index_settings

if TYPE_CHECKING:
    from index import Timeline


@click.command()
@click.argument("names", nargs=-1, metavar="NAME...")
@click.option("--question", metavar="Q", help="Answer Q from the passages that name the body.")
@click.option("--list", "list_", is_flag=True, help="List the bodies instead, or those with NAME in a name.")
@click.option("--kind", help="List only bodies of this kind, such as “agency”.")
@click.option("--exact", is_flag=True, help="Leave out what names only a part of the body.")
@click.option("--timeline", type=click.Path(path_type=Path), metavar="PNG", help="Draw mentions by month.")
@as_json
def agency(
    names: tuple[str, ...],
    question: str | None,
    list_: bool,
    kind: str | None,
    exact: bool,
    timeline: Path | None,
    json_: bool,
) -> None:
    """Tell what a body is, what the releases say it does or will do, and when."""
    terminal = Terminal()
    if list_ or kind is not None:
        _list_agencies(" ".join(names), kind, terminal, json_)
        return
    if not names:
        raise click.UsageError("Give the NAME of a body, or --list.")
    asked = [_look_up(name, terminal, json_) for name in _as_names(names)]
    known = [(lookup.agency.id, lookup.language) for lookup in asked if lookup.agency is not None]
    if len(known) < len(asked):
        return
    if question is None:
        _show_cards(known, exact, timeline, terminal, json_)
    elif len(known) > 1:
        raise click.UsageError("--question goes with one NAME.")
    else:
        answer_question(question, Filters(agency=known[0][0], exact=exact), QUOTES, json_)


def _show_cards(
    asked: list[tuple[str, str | None]], exact: bool, timeline: Path | None, terminal: Terminal, json_: bool
) -> None:
    """Show the cards of agencies, each with the language of the name that it was asked for by."""
    ids = [agency_id for agency_id, _ in asked]
    settings = load_index_settings()
    build_first(settings, terminal)
    from index import Engine

    with Engine(settings) as engine:
        if timeline is not None:
            _draw(engine.timeline(ids, exact=exact), timeline, terminal)
        cards_shown = [engine.card(agency_id, exact=exact) for agency_id in ids]
        if json_:
            documents = [
                agency_document(card, language) for card, (_, language) in zip(cards_shown, asked, strict=True)
            ]
            print_json(documents[0] if len(documents) == 1 else {"agencies": documents})
            return
        for card, (_, language) in zip(cards_shown, asked, strict=True):
            show_card(terminal, card, engine.timeline([card.agency.id], exact=exact), language)


def _as_names(words: tuple[str, ...]) -> tuple[str, ...]:
    """Take words for one name where they are one, so that it need not be quoted."""
    whole = " ".join(words)
    return (whole,) if registry().find(whole).agency is not None else words


def _look_up(name: str, terminal: Terminal, json_: bool) -> Lookup:
    """Look an agency up; where a name has none or more than one, print that."""
    lookup = registry().find(name)
    if lookup.agency is None and json_:
        print_json(no_agency_document(name, lookup))
    elif lookup.agency is None:
        terminal.say(cards.ambiguous_or_unknown(name, lookup))
    return lookup


def _list_agencies(name: str, kind: str | None, terminal: Terminal, json_: bool) -> None:
    agencies = list(registry().agencies.values())
    shown = registry().complete(name, len(agencies)) if name else agencies
    if kind is not None:
        wanted = kind.casefold().strip()
        if not any(wanted in agency.type.casefold() for agency in agencies):
            kinds = ", ".join(sorted({agency.type for agency in agencies}))
            raise FilterError(f"There is no kind of body {kind[:60]!r}: there are {kinds}.")
        shown = [agency for agency in shown if wanted in agency.type.casefold()]
    if json_:
        print_json({"agencies": [agency.to_dict() for agency in shown]})
    elif shown:
        show_agencies(terminal, shown)
    else:
        terminal.note("No body matches.")


def _draw(timeline: "Timeline", path: Path, terminal: Terminal) -> None:
    """Write the picture of a timeline, or say why there is none."""
    from bot.views.charts import draw_timeline, save_picture

    if not cards.is_drawn(timeline):
        terminal.note(
            f"No picture: {timeline.releases} dated releases name it, and there is something to see "
            f"from {cards.MIN_TIMELINE_RELEASES} on."
        )
        return
    names = {series.agency_id: cards.short_name(registry().agencies[series.agency_id]) for series in timeline.series}
    save_picture(draw_timeline(timeline, names, cards.timeline_source(timeline)), path)
    terminal.note(f"{path}: {cards.alt_text(timeline)}")
