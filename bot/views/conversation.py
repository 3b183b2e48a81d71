"""What people see in reply to small talk and to questions about the collection."""

import datetime
from collections.abc import Sequence

import discord
from discord import ui

from bot.i18n.words import Words
from bot.views import custom_ids as ids
from bot.views import wording as cards
from bot.views.escaping import plain
from bot.views.message import (
    AMBER,
    BLUE,
    GREY,
    MAX_TEXT,
    bold,
    button,
    link,
    link_button,
    small,
    text_view,
    timestamp,
    web_address,
    whole_lines,
)
from bot.views.quotes import NAME_CHARS, TITLE_CHARS, source_lines
from corpus import registry
from index import CollectionAnswer, Corpus, MessageKind, Period, Source

_ROOM = 300
_MOST_BUTTONS = 5
_ISSUERS = 8


def feedback_view(words: Words, answer_id: str) -> ui.LayoutView:
    """Offer the buttons that keep what somebody thinks of an answer."""
    view = text_view(words("Did this answer help? Press a button, and it is kept without your name."))
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    row.add_item(button(words("Helpful"), ids.button("helpful", answer_id)))
    row.add_item(button(words("Not helpful"), ids.button("unhelpful", answer_id)))
    view.add_item(row)
    return view


def choices_view(words: Words, readings: Sequence[tuple[str, str]]) -> ui.LayoutView:
    """Ask what somebody means.

    :param readings: ids of kept answers, with the questions that they stand for.
    """
    view = text_view(words("What do you mean?"))
    view.add_item(ui.ActionRow(*(button(question, ids.button("meant", key)) for key, question in readings)))
    return view


def collection_view(words: Words, answer: CollectionAnswer) -> ui.LayoutView:
    """Return what the collection holds of what was asked: how many releases, and the newest with their links."""
    if answer.question.kind is MessageKind.AGENCIES:
        return _agencies_view(words, answer)
    lines = [bold(_how_many(words, answer)), *(_entry(source) for source in answer.sources)]
    if answer.total > len(answer.sources):
        lines.append(small(words("The newest {count} of them; `/releases` lists all.", count=len(answer.sources))))
    return _box(lines, GREY if answer.total else AMBER)


def _how_many(words: Words, answer: CollectionAnswer) -> str:
    """Return the line that says how many releases there are, whose, on what and since when."""
    count = words.count("{count} release", "{count} releases", answer.total)
    if answer.at_least:
        count = words("At least {releases}", releases=count)
    question = answer.question
    parts = [count]
    if answer.issued_by is not None:
        parts.append(words("issued by {body}", body=_name(answer.issued_by)))
    if answer.naming is not None:
        naming = words("that name {body}", body=_name(answer.naming))
        parts.append(naming)
    if question.subject:
        parts.append(words("with “{words}”", words=plain(question.subject, NAME_CHARS)))
    if question.period is not None:
        parts.append(_period(words, question.period))
    return " · ".join(parts)


def _period(words: Words, period: Period) -> str:
    since = words("from {date}", date=timestamp(period.since))
    return since if period.until is None else f"{since} {words('to {date}', date=timestamp(period.until))}"


def _name(agency_id: str) -> str:
    return plain(cards.short_name(registry().agencies[agency_id]), NAME_CHARS)


def _entry(source: Source) -> str:
    """Return a release as a line of a list: date, title with its link, issuer."""
    title = plain(source.title, TITLE_CHARS) or source.release_id
    address = web_address(source.url)
    shown = link(title, address) if address else bold(title)
    date = timestamp(datetime.date.fromisoformat(source.date))
    return f"{date} {shown}\n{small(plain(source.issuer, NAME_CHARS))}"


def _agencies_view(words: Words, answer: CollectionAnswer) -> ui.LayoutView:
    """Return the agencies that releases name, most often named first, each with its website."""
    agencies = registry().agencies
    known = sum(agency.is_eu_agency for agency in agencies.values())
    head = bold(
        words(
            "{named} of the {known} EU bodies that I know are named in the releases:",
            named=words.number(len(answer.agencies)),
            known=words.number(known),
        )
    )
    lines = [head]
    for counted in answer.agencies:
        agency = agencies[counted.agency_id]
        address = web_address(agency.website)
        name = plain(cards.full_name(agency), NAME_CHARS)
        passages = words.count("{count} passage", "{count} passages", counted.passages)
        lines.append(f"• {link(name, address) if address else name} · {passages}")
    shown = whole_lines(lines, MAX_TEXT - _ROOM)
    if len(shown) < len(lines):
        left = len(lines) - len(shown)
        shown.append(small(words.count("and {count} more", "and {count} more", left)))
    shown.append(small(words("`/agency` tells what each of them is.")))
    return _box(shown, GREY)


def about_collection_view(words: Words, corpus: Corpus, newest: Sequence[Source]) -> ui.LayoutView:
    """Say what the collection is about: how many releases, whose, from when to when, and the newest."""
    span = words("{first} to {last}", first=_day(corpus.first), last=_day(corpus.last)) if corpus.first else ""
    releases = words.count("{count} release", "{count} releases", corpus.releases)
    issuers = ", ".join(corpus.issuers[:_ISSUERS]) + (" …" if len(corpus.issuers) > _ISSUERS else "")
    lines = [
        words("I answer from official press releases of the EU, in their own words."),
        bold(" · ".join(filter(None, (releases, span)))),
        small(plain(issuers, 400)),
        words("The newest:"),
        *(_entry(source) for source in newest),
    ]
    return _box(lines, BLUE)


def _day(day: datetime.date | None) -> str:
    return timestamp(day) if day is not None else "?"


def sources_view(
    words: Words, sources: Sequence[Source], headings: Sequence[str], today: datetime.date, *, quoted: bool
) -> ui.LayoutView:
    """Return releases: whose they are, of when, and where they can be read as a whole.

    :param quoted: whether they are those that an answer quoted.
    """
    if not sources:
        return text_view(words("This release is no longer served."), accent=AMBER)
    lines = [words("The answer quotes:")] if quoted else []
    for source in sources:
        lines += source_lines(words, source, today)
    lines += [f"• {plain(heading, NAME_CHARS)}" for heading in headings if heading]
    view = _box(lines, BLUE)
    links = [(source, web_address(source.url)) for source in sources[:_MOST_BUTTONS]]
    buttons: list[ui.Button[ui.LayoutView]] = [
        link_button(words("Read it at the source"), url) for _, url in links if url is not None
    ]
    if buttons:
        view.add_item(ui.ActionRow(*buttons))
    return view


def _box(lines: Sequence[str], accent: int) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    text: ui.TextDisplay[ui.LayoutView] = ui.TextDisplay("\n".join(whole_lines(lines, MAX_TEXT)))
    view.add_item(ui.Container(text, accent_colour=discord.Colour(accent)))
    return view
