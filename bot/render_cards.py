"""What people see of bodies and releases in Discord: pure functions from values to Components V2."""

import datetime
from collections.abc import Mapping, Sequence

import discord
from discord import ui

from bot import cards, ids
from bot.markup import label, plain, quoted
from bot.render import AMBER, BLUE, GREY, MAX_TEXT, pager, timestamp, web_address, whole_lines
from bot.words import Words
from corpus.agencies import Lookup
from corpus.models import Agency, Release
from index.card import Card, Measure
from index.models import as_source

MEASURES_A_PAGE = 4
RELEASES_A_PAGE = 10
TIMELINE_FILE = "timeline.png"
_LINE_CHARS = 300
_TITLE_CHARS = 180
_OPTION_CHARS = 100
_HEADINGS = 25
_MOST_MEANT = 5
_LABELS_CHARS = 300  # room for the bot's own words around what is quoted


def card_view(words: Words, card: Card, page: int, alt_text: str | None) -> ui.LayoutView:
    """Return a body's card with a page of its measures, counted from 1, and its timeline where there is a picture.

    :param alt_text: what the picture shows, in words; None where there is none.
    """
    agency = card.agency
    view = ui.LayoutView(timeout=None)
    box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=BLUE if agency.is_eu_body else AMBER)
    head = [f"## {plain(cards.full_name(agency), _LINE_CHARS)}", plain(agency.role, _LINE_CHARS)]
    head += [f"-# {plain(cards.description(agency, words), _LINE_CHARS)}"]
    head += [f"-# ⚠ {plain(warning, _LINE_CHARS)}" for warning in cards.warnings(agency, words)]
    facts = {
        words("Also called"): cards.other_names(agency, words),
        words("Parts"): cards.parts(agency),
        words("Named with"): cards.named_with(card),
    }
    head += [plain(cards.named(card, words), _LINE_CHARS)]
    head += [f"**{name}** {plain(value, _LINE_CHARS)}" for name, value in facts.items() if value]
    text = "\n".join(whole_lines(filter(None, head), MAX_TEXT // 2))
    box.add_item(ui.TextDisplay(text))
    left = MAX_TEXT - len(text) - _LABELS_CHARS
    shown = _add_measures(words, box, card.measures[(page - 1) * MEASURES_A_PAGE : page * MEASURES_A_PAGE], left)
    if page * MEASURES_A_PAGE >= len(card.measures) and card.more_measures and shown:
        older = words.count("{count} older one is not shown.", "{count} older ones are not shown.", card.more_measures)
        box.add_item(ui.TextDisplay(f"-# {older}"))
    if alt_text is not None:
        picture = discord.MediaGalleryItem(f"attachment://{TIMELINE_FILE}", description=label(alt_text, 1024))
        box.add_item(ui.MediaGallery(picture))
    view.add_item(box)
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow(
        ui.Button(
            label=label(words("Ask about {body}", body=cards.short_name(agency)), 80),
            custom_id=ids.button("about", agency.id),
            style=discord.ButtonStyle.primary,
        )
    )
    website = web_address(agency.website)
    if website:
        row.add_item(ui.Button(label=label(words("Website"), 80), url=website))
    view.add_item(row)
    turn = pager(words, "card", (agency.id,), page, last=page * MEASURES_A_PAGE >= len(card.measures))
    if turn is not None:
        view.add_item(turn)
    return view


def _add_measures(words: Words, box: "ui.Container[ui.LayoutView]", measures: Sequence[Measure], left: int) -> bool:
    """Add measures, newest first, as far as they fit."""
    if not measures:
        return False
    box.add_item(ui.Separator())
    box.add_item(ui.TextDisplay(f"**{words('What the releases say, newest first')}**"))
    release_id = None
    for measure in measures:
        quote = measure.quote
        lines = [quoted(f"“{quote.text}”"), f"-# {plain(quote.heading, _OPTION_CHARS)}"]
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
            box.add_item(ui.Section(item, accessory=ui.Button(label=label(words("Open"), 80), url=link)))
        else:
            box.add_item(item)
    return True


def unknown_view(words: Words, name: str, found: Lookup) -> ui.LayoutView:
    """Return what to say of a name that means several bodies or none, with a button for each that may be meant."""
    shown = plain(name, _OPTION_CHARS)
    if found.candidates:
        text = words("“{name}” is the name of several bodies. Which one?", name=shown)
    elif found.suggestions:
        text = words("No body is called “{name}”. Did you mean one of these?", name=shown)
    else:
        text = words("No such body: “{name}”.", name=shown)
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(ui.TextDisplay(text), accent_colour=AMBER))
    near = (found.candidates or found.suggestions)[:_MOST_MEANT]
    if near:
        buttons = [
            ui.Button[ui.LayoutView](
                label=label(cards.full_name(agency), 80), custom_id=ids.button("card", agency.id, 1)
            )
            for agency in near
        ]
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
        f"{timestamp(each.date)} **{plain(each.title, _TITLE_CHARS)}**\n-# {plain(each.issuer, _OPTION_CHARS)}"
        for each in shown
    ]
    lines = whole_lines(lines, MAX_TEXT - _LABELS_CHARS)
    total = words.count("{count} release", "{count} releases", len(releases))
    view.add_item(ui.Container(ui.TextDisplay("\n".join([f"**{total}**", *lines])), accent_colour=GREY))
    options = [
        discord.SelectOption(
            label=label(each.title, _OPTION_CHARS) or each.release_id,
            value=each.release_id,
            description=words.date(each.date),
        )
        for each in shown[: len(lines)]
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
    words: Words, release: Release, headings: Sequence[str], bodies: Mapping[str, Agency]
) -> ui.LayoutView:
    """Return a release's outline, the bodies that it names, and its link."""
    lines = [
        f"## {plain(release.title, _LINE_CHARS)}",
        f"{plain(release.issuer, _OPTION_CHARS)} · {timestamp(release.date)} · {words.tongue(release.language)}",
    ]
    lines += [f"• {plain(heading, _OPTION_CHARS)}" for heading in headings if heading][:_HEADINGS]
    whence = cards.whence(as_source(release, ""), words)
    if whence:
        lines.insert(2, f"-# {plain(whence, _LINE_CHARS)}")
    if bodies:
        named = ", ".join(cards.short_name(agency) for agency in bodies.values())
        lines.append(f"**{words('Names')}** {plain(named, _LINE_CHARS)}")
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(ui.TextDisplay("\n".join(whole_lines(lines, MAX_TEXT))), accent_colour=BLUE))
    url = web_address(release.url)
    if url:
        view.add_item(ui.ActionRow(ui.Button(label=label(words("Open the release"), 80), url=url)))
    return view
