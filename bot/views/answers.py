"""What people see of answers: pure functions from values to Components V2, within Discord's limits for any input."""

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import discord
from discord import ui

from bot.i18n.words import Words
from bot.views import custom_ids as ids
from bot.views import wording as cards
from bot.views.escaping import escape, plain
from bot.views.message import AMBER, BLUE, GREY, bold, button, pager, small, text_view, timestamp, whole_lines
from bot.views.quotes import NAME_CHARS, TITLE_CHARS, QuoteBox, link_buttons, source_lines
from corpus import registry
from index import Answer, Checked, Filters, FoundPassage, Neighbours, Notice, Quote, Source

QUESTION_CHARS = 200
_MORE_PASSAGES = 3
_NOTICES_CHARS = 1_000
_LEFT_OUT = "[…]"
_HEADING = re.compile(r"#{1,6} ")
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
    box = QuoteBox(words, BLUE if answer.answered else AMBER)
    view = ui.LayoutView(timeout=None)
    above = "\n".join(_small_print(words, asked))
    if above:
        view.add_item(box.text(above))
    notices = "\n".join(whole_lines([_notice(words, notice) for notice in answer.notices], _NOTICES_CHARS))
    if answer.answered:
        box.reserve(notices)
    else:
        head = [bold(words("Not found: the releases do not hold an answer to this.")), notices]
        head.append(words("The nearest passages, which are not an answer:") if quotes else "")
        box.say("\n".join(filter(None, head)))
    numbered = box.quotes(quotes, answer.sources, asked.answer_id, today)
    if answer.answered:
        box.release(notices)
    _finish(view, box, numbered)
    view.add_item(answer_buttons(words, asked, more=bool(quotes)))
    return view


def _finish(view: ui.LayoutView, box: QuoteBox, numbered: Sequence[tuple[int, Quote]] = ()) -> None:
    """Add a box to a message, and below it a button for each quote that has a link."""
    view.add_item(box.container)
    links = link_buttons(numbered)
    if links:
        view.add_item(ui.ActionRow(*links))


def answer_buttons(words: Words, asked: Asked, *, more: bool) -> ui.ActionRow[ui.LayoutView]:
    """Return the row of buttons under an answer."""
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    answer_id = asked.answer_id
    if more:
        row.add_item(button(words("More"), ids.button("more", answer_id, 1)))
    if asked.by_command:
        row.add_item(button(words("Follow up"), ids.button("follow", answer_id)))
    row.add_item(button(words("Helpful"), ids.button("helpful", answer_id)))
    row.add_item(button(words("Not helpful"), ids.button("unhelpful", answer_id)))
    row.add_item(button(words("Delete"), ids.button("delete", answer_id), discord.ButtonStyle.danger))
    return row


def neighbours_view(words: Words, context: Neighbours, today: datetime.date) -> ui.LayoutView:
    """Return a quote in bold with what stands around it; what is around is left out where it does not fit."""
    box = QuoteBox(words, BLUE)
    heading = plain(context.heading, NAME_CHARS)
    source = "\n".join([*source_lines(words, context.source, today), *([small(heading)] if heading else [])])
    quote = "\n".join(bold(escape(line)) for line in context.quote.split("\n") if line.strip())
    box.reserve(source)
    box.reserve(quote)
    if context.before and not box.say(_surrounding(context.before)):
        box.say(_LEFT_OUT)
    if not box.release(quote):
        box.say(words("The quotation is too long to be shown here."))
    if context.after and not box.say(_surrounding(context.after)):
        box.say(_LEFT_OUT)
    box.container.add_item(ui.Separator())
    box.release(source)
    view = ui.LayoutView(timeout=None)
    _finish(view, box)
    return view


def _surrounding(text: str) -> str:
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
    box = QuoteBox(words, GREY)
    box.say(bold(words("More passages, which may or may not answer:")))
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
    _finish(view, box)
    row = pager(words, "page", (answer_id,), page, last=len(passages) <= _MORE_PASSAGES)
    if row is not None:
        view.add_item(row)
    return view


def check_view(words: Words, checked: Sequence[Checked], today: datetime.date) -> ui.LayoutView:
    """Return what the releases say to the claims of a message, or that nothing in them bears on it."""
    if not checked:
        return text_view(words("Nothing in the releases bears on this."), accent=AMBER)
    box = QuoteBox(words, BLUE)
    box.say(bold(words("The releases say:")))
    quotes = list({quote.text: quote for claim in checked for quote in claim.answer.quotes}.values())[:_MORE_PASSAGES]
    quoted_ids = {quote.release_id for quote in quotes}
    sources = {source.release_id: source for claim in checked for source in claim.answer.sources}
    numbered = box.quotes(quotes, [source for key, source in sources.items() if key in quoted_ids], "-", today)
    view = ui.LayoutView(timeout=None)
    _finish(view, box, numbered)
    return view


def page_of(passages: Sequence[FoundPassage], page: int) -> list[FoundPassage]:
    """Return the passages of a page, counted from 1, and the one after it where there is one."""
    return list(passages[(page - 1) * _MORE_PASSAGES : page * _MORE_PASSAGES + 1])


def _small_print(words: Words, asked: Asked) -> Iterable[str]:
    if asked.question is not None:
        yield small(words("Asked: {question}", question=plain(asked.question, QUESTION_CHARS)))
    if asked.read_as is not None:
        yield small(words("Read as: {question}", question=plain(asked.read_as, QUESTION_CHARS)))
    only = _restrictions(words, asked.filters)
    if only:
        yield small(words("Only: {filters}", filters=" · ".join(only)))


def _restrictions(words: Words, filters: Filters) -> list[str]:
    """Return what an answer was restricted to: the agency named, the issuer, the time."""
    restrictions = []
    if filters.agency is not None:
        restrictions.append(plain(cards.short_name(registry().agencies[filters.agency]), NAME_CHARS))
    if filters.issuer is not None:
        restrictions.append(plain(filters.issuer, NAME_CHARS))
    if filters.since is not None:
        restrictions.append(words("from {date}", date=timestamp(filters.since)))
    if filters.until is not None:
        restrictions.append(words("to {date}", date=timestamp(filters.until)))
    return restrictions


def _notice(words: Words, notice: Notice) -> str:
    values = {
        name: timestamp(value) if isinstance(value, datetime.date) else plain(value, TITLE_CHARS)
        for name, value in notice.values.items()
    }
    return small(words(notice.template, **values))
