"""What people see in Discord: pure functions from values to Components V2, every limit of Discord's met for any input.

A message holds at most 40 components, counting nested ones, and 4,000 characters of text together. What is too long
loses whole quotes, never the end of one.
"""

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import discord
from discord import ui

from bot import cards, ids
from bot.markup import escape, label, plain, quoted
from bot.words import Words
from corpus.agencies import registry
from corpus.web import host_of, web_url
from index.check import Checked
from index.filters import Filters
from index.links import MAX_URL_CHARS
from index.models import Answer, FoundPassage, Notice, Quote, Source
from index.neighbours import Neighbours

MAX_TEXT = 4_000
QUESTION_CHARS = 200
BLUE, AMBER, GREY = 0x003399, 0xC77700, 0x6B7280
_TITLE_CHARS = 250
_NAME_CHARS = 100
_BUTTON_CHARS = 80
_DAYS_A_YEAR = 365.25
_MORE_PASSAGES = 3
_ALSO = 5
_MOST_QUOTES = 5  # a row holds as many link buttons
_NOTICES_CHARS = 1_000
_TOO_LONG_CHARS = 150
_LEFT_OUT = "[…]"
_SMALL = "-# "
_HEADING = re.compile(r"#{1,6} ")
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_EVERYTHING = Filters()


@dataclass(frozen=True, slots=True)
class Asked:
    """How a question was asked, as far as its answer shows it.

    ``question`` is shown where readers of the channel do not see what was asked; ``read_as`` where a follow-up was
    completed; ``filters`` where there are any; ``answer_id`` is what the buttons under the answer carry.
    """

    answer_id: str
    question: str | None = None
    read_as: str | None = None
    by_command: bool = True
    filters: Filters = _EVERYTHING


def answer_view(words: Words, answer: Answer, asked: Asked, today: datetime.date) -> ui.LayoutView:
    """Return an answer with its quotes, sources and buttons, or an honest "not found" with what comes nearest."""
    quotes = answer.quotes if answer.answered else answer.related
    box = _Box(words, BLUE if answer.answered else AMBER)
    view = ui.LayoutView(timeout=None)
    above = "\n".join(_small_print(words, asked))
    if above:
        view.add_item(box.text(above))
    notices = "\n".join(whole_lines([_notice(words, each) for each in answer.notices], _NOTICES_CHARS))
    if answer.answered:
        box.reserve(notices)
    else:
        head = [f"**{words('Not found: the releases do not hold an answer to this.')}**", notices]
        head.append(words("The nearest passages, which are not an answer:") if quotes else "")
        box.say("\n".join(filter(None, head)))
    opened = box.quotes(quotes, answer.sources, asked.answer_id, today)
    if answer.answered:
        box.release(notices)
    view.add_item(box.container)
    links = _link_buttons(opened)
    if links:
        view.add_item(ui.ActionRow(*links))
    view.add_item(answer_buttons(words, asked, more=bool(quotes)))
    return view


def answer_buttons(words: Words, asked: Asked, *, more: bool) -> ui.ActionRow[ui.LayoutView]:
    """Return the row of buttons under an answer."""
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    answer_id = asked.answer_id
    if more:
        row.add_item(_button(words("More"), ids.button("more", answer_id, 1)))
    if asked.by_command:
        row.add_item(_button(words("Follow up"), ids.button("follow", answer_id)))
    row.add_item(_button(words("Helpful"), ids.button("helpful", answer_id)))
    row.add_item(_button(words("Not helpful"), ids.button("unhelpful", answer_id)))
    row.add_item(_button(words("Delete"), ids.button("delete", answer_id), discord.ButtonStyle.danger))
    return row


def neighbours_view(words: Words, found: Neighbours, today: datetime.date) -> ui.LayoutView:
    """Return a quote in bold with what stands around it; what is around is left out where it does not fit."""
    box = _Box(words, BLUE)
    heading = plain(found.heading, _NAME_CHARS)
    source = "\n".join([*_source(words, found.source, today), *([f"-# {heading}"] if heading else [])])
    quote = "\n".join(f"**{escape(line)}**" for line in found.quote.split("\n") if line.strip())
    box.reserve(source)
    box.reserve(quote)
    if found.before and not box.say(_around(found.before)):
        box.say(_LEFT_OUT)
    if not box.release(quote):
        box.say(words("The quotation is too long to be shown here."))
    if found.after and not box.say(_around(found.after)):
        box.say(_LEFT_OUT)
    box.container.add_item(ui.Separator())
    box.release(source)
    view = ui.LayoutView(timeout=None)
    view.add_item(box.container)
    return view


def _around(text: str) -> str:
    """Return what stands around a quote, escaped, its headings as small ones."""
    lines = [line for line in text.split("\n") if line.strip()]
    return "\n".join(
        f"### {escape(line.lstrip('#').strip())}" if _HEADING.match(line) else escape(line) for line in lines
    )


def more_view(
    words: Words,
    passages: Sequence[FoundPassage],
    sources: Sequence[Source],
    answer_id: str,
    page: int,
    today: datetime.date,
) -> ui.LayoutView:
    """Return a page of the next best passages; `passages` may hold one more than a page, which tells of a next one."""
    box = _Box(words, GREY)
    box.say(f"**{words('More passages, which may or may not answer:')}**")
    quotes = [
        Quote(each.text, each.release_id, each.start, each.end, each.heading, each.score, None)
        for each in passages[:_MORE_PASSAGES]
    ]
    if not quotes:
        box.say(words("There are no more."))
    shown = {quote.release_id for quote in quotes}
    sources = [source for source in sources if source.release_id in shown]
    box.quotes(quotes, sources, answer_id, today, first=1 + (page - 1) * _MORE_PASSAGES)
    view = ui.LayoutView(timeout=None)
    view.add_item(box.container)
    row = pager(words, "page", (answer_id,), page, last=len(passages) <= _MORE_PASSAGES)
    if row is not None:
        view.add_item(row)
    return view


def check_view(words: Words, checked: Sequence[Checked], today: datetime.date) -> ui.LayoutView:
    """Return what the releases say to the claims of a message, or that nothing in them bears on it."""
    if not checked:
        return text_view(words("Nothing in the releases bears on this."), accent=AMBER)
    box = _Box(words, BLUE)
    box.say(f"**{words('The releases say:')}**")
    quotes = list({quote.text: quote for each in checked for quote in each.answer.quotes}.values())[:_MORE_PASSAGES]
    named = {quote.release_id for quote in quotes}
    sources = {source.release_id: source for each in checked for source in each.answer.sources}
    opened = box.quotes(quotes, [source for key, source in sources.items() if key in named], "-", today)
    view = ui.LayoutView(timeout=None)
    view.add_item(box.container)
    links = _link_buttons(opened)
    if links:
        view.add_item(ui.ActionRow(*links))
    return view


def page_of(passages: Sequence[FoundPassage], page: int) -> list[FoundPassage]:
    """Return the passages of a page, counted from 1, and the one after it where there is one."""
    return list(passages[(page - 1) * _MORE_PASSAGES : page * _MORE_PASSAGES + 1])


def pager(
    words: Words, action: str, fields: tuple[str, ...], page: int, *, last: bool
) -> ui.ActionRow[ui.LayoutView] | None:
    """Return buttons to the page before and after, counted from 1; None where there is only one."""
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    if page > 1:
        row.add_item(_button(words("Back"), ids.button(action, *fields, page - 1)))
    if not last:
        row.add_item(_button(words("Next"), ids.button(action, *fields, page + 1)))
    return row if row.children else None


def text_view(text: str, *, accent: int | None = None) -> ui.LayoutView:
    """Return a message of one text of the bot's own, cut where it would not fit."""
    shown = text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"
    item: ui.TextDisplay[ui.LayoutView] = ui.TextDisplay(shown)
    view = ui.LayoutView(timeout=None)
    view.add_item(item if accent is None else ui.Container(item, accent_colour=accent))
    return view


class _Box:
    """A container that takes texts as long as all of them fit into a message."""

    def __init__(self, words: Words, accent: int) -> None:
        self.container: ui.Container[ui.LayoutView] = ui.Container(accent_colour=accent)
        self._words = words
        self._left = MAX_TEXT

    def text(self, text: str) -> ui.TextDisplay[ui.LayoutView]:
        """Return a text for outside the container, which counts too."""
        self._left -= len(text)
        return ui.TextDisplay(text)

    def say(self, text: str) -> bool:
        """Add a text and return True, or return False where it does not fit."""
        if not text or len(text) > self._left:
            return False
        self.container.add_item(self.text(text))
        return True

    def reserve(self, text: str) -> None:
        """Keep room for a text that comes later, so that what comes between does not take it."""
        self._left -= len(text)

    def release(self, text: str) -> bool:
        """Add a text for which room was kept and return True, or return False where it does not fit."""
        self._left += len(text)
        return self.say(text)

    def quotes(
        self, quotes: Sequence[Quote], sources: Sequence[Source], answer_id: str, today: datetime.date, first: int = 1
    ) -> list[tuple[int, Quote]]:
        """Add quotes with a button each, then their sources; return those whose source is named, with their numbers.

        A quote that is too long is not shown: its number is said, and a link may open it.
        """
        self._left -= _TOO_LONG_CHARS
        by_id = {source.release_id: source for source in sources}
        named: dict[str, list[str]] = {}
        opened: list[tuple[int, Quote]] = []
        too_long: list[str] = []
        for number, quote in enumerate(quotes[:_MOST_QUOTES], first):
            text = quoted(f"“{quote.text}”").replace("> ", f"> **[{number}]** ", 1)
            source = by_id.get(quote.release_id)
            lines = _source(self._words, source, today) if source and quote.release_id not in named else []
            lines.append(f"-# [{number}] {plain(quote.heading, _NAME_CHARS)}".rstrip())
            room = self._left - sum(len(line) + 1 for line in lines)
            if room < 0:
                continue
            self._left = room
            named.setdefault(quote.release_id, []).extend(lines)
            opened.append((number, quote))
            if len(text) > self._left:
                too_long.append(f"[{number}]")
                continue
            where = ids.Place.of(answer_id, number, quote.release_id, quote.start, quote.end, quote.text)
            press = _button(self._words("Context"), where.custom_id())
            self.container.add_item(ui.Section(self.text(text), accessory=press))
        self._left += _TOO_LONG_CHARS
        if too_long:
            self.say(self._words("Too long to be shown here: {numbers}", numbers=", ".join(too_long)))
        if named:
            self.container.add_item(ui.Separator())
            self.container.add_item(ui.TextDisplay("\n".join(line for lines in named.values() for line in lines)))
        if quotes and len(opened) == len(quotes):
            self._add_same([source for source in sources if source.release_id not in named], today)
        return opened

    def _add_same(self, sources: Sequence[Source], today: datetime.date) -> None:
        """Add the releases that say the same, as many as fit."""
        shown = (_source(self._words, source, today) for source in sources[:_ALSO])
        lines = [f"{_SMALL}{' · '.join(line.removeprefix(_SMALL) for line in card)}" for card in shown]
        head = f"-# {self._words('The same is said in:')}"
        fitting = whole_lines(lines, self._left - len(head) - 1)
        if fitting:
            self.say("\n".join([head, *fitting]))


def whole_lines(lines: Iterable[str], limit: int) -> list[str]:
    """Return the first lines that fit into `limit` characters together."""
    found = []
    for line in lines:
        limit -= len(line) + 1
        if limit < -1:
            break
        found.append(line)
    return found


def _small_print(words: Words, asked: Asked) -> Iterable[str]:
    if asked.question is not None:
        yield f"-# {words('Asked: {question}', question=plain(asked.question, QUESTION_CHARS))}"
    if asked.read_as is not None:
        yield f"-# {words('Read as: {question}', question=plain(asked.read_as, QUESTION_CHARS))}"
    only = _restrictions(words, asked.filters)
    if only:
        yield f"-# {words('Only: {filters}', filters=' · '.join(only))}"


def _restrictions(words: Words, filters: Filters) -> list[str]:
    """Return what an answer was restricted to: the body named, the issuer, the time."""
    found = []
    if filters.agency is not None:
        found.append(plain(cards.short_name(registry().agencies[filters.agency]), _NAME_CHARS))
    if filters.issuer is not None:
        found.append(plain(filters.issuer, _NAME_CHARS))
    if filters.since is not None:
        found.append(words("from {date}", date=timestamp(filters.since)))
    if filters.until is not None:
        found.append(words("to {date}", date=timestamp(filters.until)))
    return found


def _notice(words: Words, notice: Notice) -> str:
    values = {name: _date(value) or plain(value, _TITLE_CHARS) for name, value in notice.values.items()}
    return f"-# {words(notice.template, **values)}"


def _date(value: str) -> str | None:
    """Return a day of a notice as Discord shows it; None where it is none."""
    return timestamp(datetime.date.fromisoformat(value)) if _ISO_DATE.fullmatch(value) else None


def _source(words: Words, source: Source, today: datetime.date) -> list[str]:
    """Return a release as a source: title; issuer, date, and its age where that is over a year; where it is from."""
    date = datetime.date.fromisoformat(source.date)
    title = plain(source.title, _TITLE_CHARS) or plain(source.release_id, _NAME_CHARS)
    lines = [f"**{title}**", " · ".join(filter(None, (plain(source.issuer, _NAME_CHARS), timestamp(date))))]
    years = int((today - date).days / _DAYS_A_YEAR)
    if years > 0:
        lines[1] += f" ({words.count('{count} year old', '{count} years old', years)})"
    whence = plain(cards.whence(source, words), _TITLE_CHARS)
    return [*lines, f"{_SMALL}{whence}"] if whence else lines


def timestamp(date: datetime.date) -> str:
    """Return a day as Discord shows it in the reader's own way; noon, so that it is that day nearly everywhere."""
    noon = datetime.datetime.combine(date, datetime.time(12), datetime.UTC)
    return f"<t:{int(noon.timestamp())}:d>"


def _link_buttons(opened: Sequence[tuple[int, Quote]]) -> list[ui.Button[ui.LayoutView]]:
    """Return a button for each quote that opens its page at the quote."""
    links = ((number, web_address(quote.link)) for number, quote in opened)
    return [
        ui.Button(label=label(f"[{number}] {(host_of(url) or '').removeprefix('www.')}", _BUTTON_CHARS), url=url)
        for number, url in links
        if url is not None
    ]


def web_address(url: str | None) -> str | None:
    """Return an address that a link button may have, None where it may not: no page, too long, or broken."""
    found = web_url(url)
    return found if found is not None and len(found) <= MAX_URL_CHARS else None


def _button(
    text: str, custom_id: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary
) -> ui.Button[ui.LayoutView]:
    return ui.Button(label=label(text, _BUTTON_CHARS), custom_id=custom_id, style=style)
