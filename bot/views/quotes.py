"""Quotations with their numbers, their buttons and their sources, as many as fit into a message.

What is too long loses whole quotes, never the end of one.
"""

import datetime
from collections.abc import Sequence

from discord import ui

from bot.i18n.words import Words
from bot.views import custom_ids as ids
from bot.views import wording as cards
from bot.views.escaping import plain, quoted
from bot.views.message import MAX_TEXT, bold, button, link, link_button, small, timestamp, web_address, whole_lines
from corpus import host_of
from index import Quote, Source

TITLE_CHARS = 250
NAME_CHARS = 100
_DAYS_A_YEAR = 365.25
_MOST_IN_ROW = 5  # buttons
_MOST_QUOTES = _MOST_IN_ROW
_MOST_SAYING_THE_SAME = 5
_TOO_LONG_CHARS = 150


class QuoteBox:
    """A container that takes texts as long as all of them fit into a message."""

    def __init__(self, words: Words, accent: int) -> None:
        """Start an empty container."""
        self.container: ui.Container[ui.LayoutView] = ui.Container(accent_colour=accent)
        self._words = words
        self._left = MAX_TEXT

    def text(self, text: str) -> ui.TextDisplay[ui.LayoutView]:
        """Return a text for outside the container, which counts too."""
        self._left -= len(text)
        return ui.TextDisplay(text)

    def say(self, text: str) -> bool:
        """Add a text and return True, or return False where it does not fit."""
        if not text.strip() or len(text) > self._left:
            return False
        self.container.add_item(self.text(text))
        return True

    def reserve(self, text: str) -> None:
        """Keep room for a text that comes later, so that what comes between does not take it."""
        self._left -= len(text)

    def release(self, text: str, instead: str | None = None) -> bool:
        """Add a text for which room was kept and return True, or return False where it does not fit.

        :param instead: what to add in its place.
        """
        self._left += len(text)
        return self.say(text if instead is None else instead)

    def quotes(
        self,
        quotes: Sequence[Quote],
        sources: Sequence[Source],
        today: datetime.date,
        first: int = 1,
        above: Sequence[str] = (),
    ) -> list[tuple[int, Quote]]:
        """Add quotes, then their sources; return those whose source is named, with their numbers.

        A quote that is too long is not shown: its number is said, and a link may open it.

        :param above: what is said above each quote, all of it whatever fits; one more is said below the last.
        """
        self._left -= _TOO_LONG_CHARS + sum(map(len, above))
        by_id = {source.release_id: source for source in sources}
        named: dict[str, list[str]] = {}
        numbered: list[tuple[int, Quote]] = []
        too_long: list[str] = []
        for number, quote in enumerate(quotes[:_MOST_QUOTES], first):
            self._say_reserved(above, number - first)
            source = by_id.get(quote.release_id)
            lines = source_lines(self._words, source, today) if source and quote.release_id not in named else []
            lines.append(self._place(number, quote))
            room = self._left - sum(len(line) + 1 for line in lines)
            if room < 0:
                continue
            self._left = room
            named.setdefault(quote.release_id, []).extend(lines)
            numbered.append((number, quote))
            if not any(self.say(text) for text in _quotations(number, quote)):
                too_long.append(f"[{number}]")
        self._say_reserved(above, len(quotes))
        self._left += _TOO_LONG_CHARS
        if too_long:
            self.say(self._words("Too long to be shown here: {numbers}", numbers=", ".join(too_long)))
        if named:
            self.container.add_item(ui.Separator())
            self.container.add_item(ui.TextDisplay("\n".join(line for lines in named.values() for line in lines)))
        if quotes and len(numbered) == len(quotes):
            self._add_same([source for source in sources if source.release_id not in named], today)
        return numbered

    def _say_reserved(self, texts: Sequence[str], number: int) -> None:
        if number < len(texts):
            self.release(texts[number])

    def _place(self, number: int, quote: Quote) -> str:
        """Return the line that says where a quote stands: its heading, as a link that opens the page at the quote."""
        kind = self._words("Title") if quote.is_title else self._words("Quotation")
        heading = plain(quote.heading, NAME_CHARS) or kind
        address = web_address(quote.link)
        text = f"\\[{number}\\] {heading}"
        return small(link(text, address) if address is not None else text)

    def _add_same(self, sources: Sequence[Source], today: datetime.date) -> None:
        """Add the releases that say the same, as many as fit."""
        head = small(self._words("The same is said in:"))
        shown = sources[:_MOST_SAYING_THE_SAME]
        lines = [small(" · ".join(_source_parts(self._words, source, today))) for source in shown]
        fitting = whole_lines(lines, self._left - len(head) - 1)
        if fitting:
            self.say("\n".join([head, *fitting]))


def _quotations(number: int, quote: Quote) -> list[str]:
    """Return a quote with its number, with what answers in bold where that is known, and without, which is shorter."""
    before, answer, after = quote.around_answer
    in_bold = [quoted(f"“{before}", answer, f"{after}”")] if answer else []
    return [text.replace("> ", f"> **[{number}]** ", 1) for text in (*in_bold, quoted(f"“{quote.shown}”"))]


def source_lines(words: Words, source: Source, today: datetime.date) -> list[str]:
    """Return a release as a source: title; issuer, date, and its age where that is over a year; where it is from."""
    parts = _source_parts(words, source, today)
    return [*parts[:2], *map(small, parts[2:])]


def _source_parts(words: Words, source: Source, today: datetime.date) -> list[str]:
    date = datetime.date.fromisoformat(source.date)
    title = plain(source.title, TITLE_CHARS) or plain(source.release_id, NAME_CHARS)
    facts = " · ".join(filter(None, (plain(source.issuer, NAME_CHARS), timestamp(date))))
    years = int((today - date).days / _DAYS_A_YEAR)
    if years > 0:
        age = words.count("{count} year old", "{count} years old", years)
        facts = f"{facts} ({age})"
    whence = plain(cards.whence(source, words), TITLE_CHARS)
    return [bold(title), facts, *([whence] if whence else [])]


def place_buttons(
    words: Words, numbered: Sequence[tuple[int, Quote]], answer_id: str
) -> list[ui.ActionRow[ui.LayoutView]]:
    """Return the rows below quotes: a button for each release that opens its page, and one a quote for its context."""
    by_release: dict[str, str] = {}
    for _, quote in numbered:
        address = web_address(quote.link)
        if address is not None:
            by_release.setdefault(quote.release_id, address)
    hosts = {address: (host_of(address) or "").removeprefix("www.") for address in by_release.values()}
    read = words("Read it at the source")
    links = [link_button(f"{read}: {host}", address) for address, host in hosts.items()]
    contexts = [
        _context_button(words, number, quote, answer_id, alone=len(numbered) == 1) for number, quote in numbered
    ]
    if len(links) + len(contexts) <= _MOST_IN_ROW:
        rows = [[*links, *contexts]]
    else:
        rows = [links, contexts]
    return [ui.ActionRow(*row) for row in rows if row]


def _context_button(
    words: Words, number: int, quote: Quote, answer_id: str, *, alone: bool
) -> ui.Button[ui.LayoutView]:
    place = ids.Place.with_text(answer_id, number, quote.release_id, quote.start, quote.end, quote.text)
    name = words("Context")
    return button(name if alone else f"{name} [{number}]", place.custom_id())
