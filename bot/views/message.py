"""What all messages are made of, within Discord's limits: markup, texts, buttons, links, colours.

A message holds at most 40 components, counting nested ones, and 4,000 characters of text together.
"""

import datetime
from collections.abc import Iterable

import discord
from discord import ui

from bot.i18n.words import Words
from bot.views import custom_ids as ids
from bot.views.escaping import label
from corpus import web_url

MAX_TEXT = 4_000
BLUE, AMBER, GREY = 0x003399, 0xC77700, 0x6B7280
BUTTON_CHARS = 80
_LINK_CHARS = 512  # the longest address that a link button takes


def bold(text: str) -> str:
    """Return a text in bold."""
    return f"**{text}**"


def labelled(name: str, text: str) -> str:
    """Return a text with its name before it in bold."""
    return f"**{name}** {text}"


def small(text: str) -> str:
    """Return a line in small print."""
    return f"-# {text}"


def title(text: str) -> str:
    """Return a line as the title of a message."""
    return f"## {text}"


def link(text: str, url: str) -> str:
    """Return an escaped text as a link to an address that `web_address` let pass; signs in it cannot end the link."""
    return f"[{text}](<{url.replace('(', '%28').replace(')', '%29').replace('<', '%3C').replace('>', '%3E')}>)"


def timestamp(date: datetime.date) -> str:
    """Return a day in long form, in the reader's language; noon, so that it is that day nearly everywhere."""
    noon = datetime.datetime.combine(date, datetime.time(12), datetime.UTC)
    return f"<t:{int(noon.timestamp())}:D>"


def whole_lines(lines: Iterable[str], limit: int) -> list[str]:
    """Return the first lines that fit into `limit` characters together."""
    fitting = []
    for line in lines:
        limit -= len(line) + 1
        if limit < -1:
            break
        fitting.append(line)
    return fitting


def text_view(text: str, *, accent: int | None = None) -> ui.LayoutView:
    """Return a message of one text of the bot's own, cut where it would not fit."""
    shown = text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"
    item: ui.TextDisplay[ui.LayoutView] = ui.TextDisplay(shown)
    view = ui.LayoutView(timeout=None)
    view.add_item(item if accent is None else ui.Container(item, accent_colour=accent))
    return view


def button(
    text: str, custom_id: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary
) -> ui.Button[ui.LayoutView]:
    """Return a button whose custom id says what it does."""
    return ui.Button(label=label(text, BUTTON_CHARS), custom_id=custom_id, style=style)


def link_button(text: str, url: str) -> ui.Button[ui.LayoutView]:
    """Return a button that opens an address, which `web_address` let pass."""
    return ui.Button(label=label(text, BUTTON_CHARS), url=url)


def web_address(url: str | None) -> str | None:
    """Return an address that a link button may have, None where it may not: no page, too long, or broken."""
    address = web_url(url)
    return address if address is not None and len(address) <= _LINK_CHARS else None


def pager(
    words: Words, action: str, fields: tuple[str, ...], page: int, *, last: bool
) -> ui.ActionRow[ui.LayoutView] | None:
    """Return buttons to the page before and after, counted from 1; None where there is only one."""
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    if page > 1:
        row.add_item(button(words("Back"), ids.button(action, *fields, page - 1)))
    if not last:
        row.add_item(button(words("Next"), ids.button(action, *fields, page + 1)))
    return row if row.children else None
