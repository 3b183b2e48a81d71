"""What people see of agencies and releases in Discord: pure functions from values to Components V2."""

import datetime
from collections.abc import Mapping, Sequence

import discord
from discord import ui

from bot.i18n.words import Words
from bot.views import custom_ids as ids
from bot.views import wording as cards
from bot.views.escaping import label, plain, quoted
from bot.views.message import (
    AMBER,
    BLUE,
    GREY,
    MAX_TEXT,
    bold,
    button,
    labelled,
    link_button,
    pager,
    small,
    timestamp,
    title,
    web_address,
    whole_lines,
)
from corpus import Agency, Lookup, Release
from index import Card, Measure, as_source

MEASURES_A_PAGE = 4
RELEASES_A_PAGE = 10
TIMELINE_FILE = "timeline.png"
_LINE_CHARS = 300
_TITLE_CHARS = 180
_OPTION_CHARS = 100
_HEADINGS = 25
_MOST_MEANT = 5
_LABELS_CHARS = 300  # room for the bot's own words around what is quoted


def card_view(words: Words, card: Card, page: int, alt_text: str | None, asked_in: str | None = None) -> ui.LayoutView:
    """Return an agency's card with a page of its measures, counted from 1, and its timeline where there is a picture.

    :param alt_text: what the picture shows, in words; None where there is none.
    :param asked_in: the language of the name that it was looked up by, where it is not English.
    """
    agency = card.agency
    view = ui.LayoutView(timeout=None)
    box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=BLUE if agency.is_eu_agency else AMBER)
    text = "\n".join(whole_lines(_facts(words, card, asked_in), MAX_TEXT // 2))
    box.add_item(ui.TextDisplay(text))
    left = MAX_TEXT - len(text) - _LABELS_CHARS
    shown = _add_measures(words, box, card.measures[(page - 1) * MEASURES_A_PAGE : page * MEASURES_A_PAGE], left)
    if page * MEASURES_A_PAGE >= len(card.measures) and card.more_measures and shown:
        older = words.count("{count} older one is not shown.", "{count} older ones are not shown.", card.more_measures)
        box.add_item(ui.TextDisplay(small(older)))
    if alt_text is not None:
        picture = discord.MediaGalleryItem(f"attachment://{TIMELINE_FILE}", description=label(alt_text, 1024))
        box.add_item(ui.MediaGallery(picture))
    view.add_item(box)
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    ask_id, name = ids.button("about", agency.id), cards.short_name(agency)
    row.add_item(button(words("Ask about {body}", body=name), ask_id, discord.ButtonStyle.primary))
    website = web_address(agency.website)
    if website:
        row.add_item(link_button(words("Website"), website))
    view.add_item(row)
    turn = pager(words, "card", (agency.id,), page, last=page * MEASURES_A_PAGE >= len(card.measures))
    if turn is not None:
        view.add_item(turn)
    return view


def _facts(words: Words, card: Card, asked_in: str | None) -> list[str]:
    """Return the lines above an agency's measures: its name and task, what is unsure, how often releases name it."""
    agency = card.agency
    named = {
        words("Also called"): cards.other_names(agency, words, asked_in),
        words("Parts"): cards.parts(agency),
        words("Named with"): cards.named_with(card),
    }
    lines = [
        title(plain(cards.full_name(agency), _LINE_CHARS)),
        plain(agency.role, _LINE_CHARS),
        small(plain(cards.description(agency, words), _LINE_CHARS)),
        *(small(f"⚠ {plain(warning, _LINE_CHARS)}") for warning in cards.warnings(agency, words)),
        cards.named(card, words, _shown_day),  # No short name of a body has signs that Discord reads.
        *(labelled(name, plain(value, _LINE_CHARS)) for name, value in named.items() if value),
    ]
    return [line for line in lines if line]


def _shown_day(date: str) -> str:
    return timestamp(datetime.date.fromisoformat(date))


def _add_measures(words: Words, box: "ui.Container[ui.LayoutView]", measures: Sequence[Measure], left: int) -> bool:
    """Add measures, newest first, as far as they fit."""
    if not measures:
        return False
    box.add_item(ui.Separator())
    box.add_item(ui.TextDisplay(bold(words("What the releases say, newest first"))))
    release_id = None
    for measure in measures:
        quote = measure.quote
        lines = [quoted(f"“{quote.shown}”"), small(plain(quote.heading, _OPTION_CHARS))]
        if quote.release_id != release_id:
            when = timestamp(datetime.date.fromisoformat(measure.date))
            lines.insert(0, f"{when} **{plain(measure.title, _TITLE_CHARS) or quote.release_id}**")
        text = "\n".join(lines if quote.heading else lines[:-1])
        if len(text) > left:
            continue
        left -= len(text)
        release_id = quote.release_id
        item: ui.TextDisplay[ui.LayoutView] = ui.TextDisplay(text)
        link = web_address(quote.link)
        if link:
            box.add_item(ui.Section(item, accessory=link_button(words("Open"), link)))
        else:
            box.add_item(item)
    return True


def unknown_view(words: Words, name: str, lookup: Lookup) -> ui.LayoutView:
    """Return what to say of a name that means several agencies or none, with a button for each that may be meant."""
    shown = plain(name, _OPTION_CHARS)
    if lookup.candidates:
        text = words("“{name}” is the name of several bodies. Which one?", name=shown)
    elif lookup.suggestions:
        text = words("No body is called “{name}”. Did you mean one of these?", name=shown)
    else:
        text = words("No such body: “{name}”.", name=shown)
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(ui.TextDisplay(text), accent_colour=AMBER))
    near = (lookup.candidates or lookup.suggestions)[:_MOST_MEANT]
    if near:
        buttons = [button(cards.full_name(agency), ids.button("card", agency.id, 1)) for agency in near]
        view.add_item(ui.ActionRow(*buttons))
    return view


def releases_view(words: Words, releases: Sequence[Release], query: str, page: int) -> ui.LayoutView:
    """Return a page of releases, newest first, counted from 1, with a menu to pick one from."""
    view = ui.LayoutView(timeout=None)
    if not releases:
        view.add_item(ui.Container(ui.TextDisplay(words("No release matches.")), accent_colour=AMBER))
        return view
    shown = releases[(page - 1) * RELEASES_A_PAGE : page * RELEASES_A_PAGE]
    lines = [
        f"{timestamp(release.date)} {bold(plain(release.title, _TITLE_CHARS))}\n"
        + small(plain(release.issuer, _OPTION_CHARS))
        for release in shown
    ]
    lines = whole_lines(lines, MAX_TEXT - _LABELS_CHARS)
    total = words.count("{count} release", "{count} releases", len(releases))
    view.add_item(ui.Container(ui.TextDisplay("\n".join([bold(total), *lines])), accent_colour=GREY))
    options = [
        discord.SelectOption(
            label=label(release.title, _OPTION_CHARS) or release.release_id,
            value=release.release_id,
            description=words.date(release.date),
        )
        for release in shown[: len(lines)]
    ]
    pick = ui.Select[ui.LayoutView](
        custom_id=ids.menu("release"), placeholder=words("Pick one to see its outline"), options=options
    )
    view.add_item(ui.ActionRow(pick))
    row = pager(words, "releases", (label(query, ids.QUERY_CHARS),), page, last=page * RELEASES_A_PAGE >= len(releases))
    if row is not None:
        view.add_item(row)
    return view


def outline_view(
    words: Words, release: Release, headings: Sequence[str], agencies: Mapping[str, Agency]
) -> ui.LayoutView:
    """Return a release's outline, the agencies that it names, and its link."""
    issuer, language = plain(release.issuer, _OPTION_CHARS), words.language_name(release.language)
    lines = [title(plain(release.title, _LINE_CHARS)), f"{issuer} · {timestamp(release.date)} · {language}"]
    lines += [f"• {plain(heading, _OPTION_CHARS)}" for heading in headings if heading][:_HEADINGS]
    whence = cards.whence(as_source(release, ""), words)
    if whence:
        lines.insert(2, small(plain(whence, _LINE_CHARS)))
    if agencies:
        named = ", ".join(cards.short_name(agency) for agency in agencies.values())
        lines.append(labelled(words("Names"), plain(named, _LINE_CHARS)))
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(ui.TextDisplay("\n".join(whole_lines(lines, MAX_TEXT))), accent_colour=BLUE))
    url = web_address(release.url)
    if url:
        view.add_item(ui.ActionRow(link_button(words("Open the release"), url)))
    return view
