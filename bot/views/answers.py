"""What people see of answers: pure functions from values to Components V2, within Discord's limits for any input."""

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from discord import ui

from bot.i18n.words import Words
from bot.receipts import shown_id
from bot.views import custom_ids as ids
from bot.views import wording as cards
from bot.views.escaping import escape, plain
from bot.views.message import (
    AMBER,
    BLUE,
    GREY,
    bold,
    button,
    link_button,
    pager,
    small,
    text_view,
    timestamp,
    web_address,
    whole_lines,
)
from bot.views.quotes import NAME_CHARS, TITLE_CHARS, QuoteBox, place_buttons, source_lines
from corpus import registry
from index import Answer, Checked, Filters, FoundPassage, Neighbours, Notice, Quote, Source, Verdict

QUESTION_CHARS = 200
MORE_PASSAGES = 3
_NOTICES_CHARS = 1_000
_LEFT_OUT = "[…]"
_HEADING = re.compile(r"#{1,6} ")
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_UNNAMED = "No release names {body}."  # the line on what is known says this, too
_EVERYTHING = Filters()


@dataclass(frozen=True, slots=True)
class Asked:
    """How a question was asked, as far as its answer shows it.

    ``question`` is shown where readers of the channel do not see what was asked; ``read_as`` where a follow-up was
    completed, unless the answer says how it was read; ``filters`` where there are any; ``answer_id`` is what the
    buttons under the answer carry.
    """

    answer_id: str
    question: str | None = None
    read_as: str | None = None
    by_command: bool = True
    filters: Filters = _EVERYTHING


def answer_view(words: Words, answer: Answer, asked: Asked, today: datetime.date) -> ui.LayoutView:
    """Return an answer with its quotes, sources and buttons, or an honest "not found" with what comes nearest."""
    asked = replace(asked, read_as=answer.read_as or asked.read_as)
    if not answer.answered:
        return _not_found_view(words, answer, asked)
    box = QuoteBox(words, BLUE)
    view = ui.LayoutView(timeout=None)
    _say_above(words, view, box, asked)
    notices = "\n".join(whole_lines([_notice(words, notice) for notice in answer.notices], _NOTICES_CHARS))
    receipt = small(words("Answer {id}", id=shown_id(asked.answer_id)))
    box.reserve(notices)
    box.reserve(receipt)
    numbered = box.quotes(answer.quotes, answer.sources, today)
    box.release(notices)
    box.release(receipt)
    _finish(words, view, box, asked.answer_id, numbered)
    more = button(words("More"), ids.button("more", asked.answer_id, 1))
    view.add_item(_answer_buttons(words, asked, more))
    return view


def _not_found_view(words: Words, answer: Answer, asked: Asked) -> ui.LayoutView:
    """Say that nothing answers a question, and how much is known; the nearest passage is behind a button."""
    box = QuoteBox(words, AMBER)
    view = ui.LayoutView(timeout=None)
    _say_above(words, view, box, asked)
    known = answer.known
    others = [notice for notice in answer.notices if known is None or notice.template != _UNNAMED]
    head = [bold(words("Not found: the releases do not hold an answer to this."))]
    if known is not None:
        head.append(small(plain(cards.known_line(known, words), _NOTICES_CHARS)))
    head += whole_lines([_notice(words, notice) for notice in others], _NOTICES_CHARS)
    head.append(small(words("Answer {id}", id=shown_id(asked.answer_id))))
    box.say("\n".join(head))
    view.add_item(box.container)
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    if answer.related:
        quote = answer.related[0]
        place = ids.Place.with_text(asked.answer_id, 1, quote.release_id, quote.start, quote.end, quote.text)
        row.add_item(button(words("Nearest passage"), place.custom_id("nearest")))
    row.add_item(button(words("Tell me when a release answers this"), ids.button("tell", asked.answer_id)))
    view.add_item(row)
    view.add_item(_answer_buttons(words, asked, None))
    return view


def _say_above(words: Words, view: ui.LayoutView, box: QuoteBox, asked: Asked) -> None:
    above = "\n".join(_small_print(words, asked))
    if above:
        view.add_item(box.text(above))


def _finish(
    words: Words, view: ui.LayoutView, box: QuoteBox, answer_id: str = "", numbered: Sequence[tuple[int, Quote]] = ()
) -> None:
    """Add a box to a message, and below it the buttons that lead to the sources and to the context of the quotes."""
    view.add_item(box.container)
    for row in place_buttons(words, numbered, answer_id):
        view.add_item(row)


def _answer_buttons(
    words: Words, asked: Asked, first: "ui.Button[ui.LayoutView] | None"
) -> ui.ActionRow[ui.LayoutView]:
    """Return the row of buttons under an answer, the first of which shows what else there is."""
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    answer_id = asked.answer_id
    if first is not None:
        row.add_item(first)
    if asked.by_command:
        row.add_item(button(words("Follow up"), ids.button("follow", answer_id)))
    row.add_item(button(words("Helpful"), ids.button("helpful", answer_id)))
    row.add_item(button(words("Not helpful"), ids.button("unhelpful", answer_id)))
    row.add_item(button(words("Delete"), ids.button("delete", answer_id)))
    return row


def nearest_view(words: Words, context: Neighbours, answer_id: str, today: datetime.date) -> ui.LayoutView:
    """Return the passage nearest to a question that nothing answers, with a button to the next ones."""
    view = neighbours_view(words, context, today, answers=False)
    view.add_item(ui.ActionRow(button(words("More"), ids.button("more", answer_id, 1))))
    return view


def neighbours_view(words: Words, context: Neighbours, today: datetime.date, *, answers: bool = True) -> ui.LayoutView:
    """Return a quote in bold with what stands around it; what is around is left out where it does not fit.

    :param answers: whether the quote answers a question; else it is said that it does not.
    """
    box = QuoteBox(words, BLUE if answers else AMBER)
    if not answers:
        box.say(words("The nearest passage, which is not an answer:"))
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
    _finish(words, view, box)
    address = web_address(context.source.url)
    if address is not None:
        view.add_item(ui.ActionRow(link_button(words("Read it at the source"), address)))
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
    *,
    first: int = 1,
    paged: bool = True,
) -> ui.LayoutView:
    """Return a page of the next best passages; `passages` may hold one more than a page, which tells of a next one.

    :param first: the number of the first passage of the first page, after those of the answer.
    :param paged: whether there are buttons to other pages.
    """
    box = QuoteBox(words, GREY)
    box.say(bold(words("More passages, which may or may not answer:")))
    addresses = {source.release_id: source.url for source in sources}
    quotes = [
        Quote(
            each.text, each.release_id, each.start, each.end, each.heading, each.score, addresses.get(each.release_id)
        )
        for each in passages[:MORE_PASSAGES]
    ]
    if not quotes:
        box.say(words("There are no more."))
    shown = {quote.release_id for quote in quotes}
    sources = [source for source in sources if source.release_id in shown]
    numbered = box.quotes(quotes, sources, today, first=first + (page - 1) * MORE_PASSAGES)
    view = ui.LayoutView(timeout=None)
    _finish(words, view, box, answer_id, numbered)
    row = pager(words, "page", (answer_id,), page, last=len(passages) <= MORE_PASSAGES) if paged else None
    if row is not None:
        view.add_item(row)
    return view


def check_view(words: Words, checked: Sequence[Checked], today: datetime.date) -> ui.LayoutView:
    """Return what the releases say to the claims of a message, claim by claim, and never whether they are true."""
    if all(claim.evidence is None for claim in checked):
        return text_view(words("Nothing in the releases bears on this."), accent=AMBER)
    box = QuoteBox(words, BLUE)
    evidence = [claim.evidence for claim in checked if claim.evidence is not None]
    quotes = list(dict.fromkeys(evidence))
    numbers = {quote: f" [{number}]" for number, quote in enumerate(quotes, 1)}
    # Each claim stands above the quote that bears most on it, which is shown once.
    said: list[list[str]] = [[]]
    for claim in checked:
        number = numbers.get(claim.evidence, "") if claim.evidence is not None else ""
        said[-1].append(f"{bold(f'“{plain(claim.claim, QUESTION_CHARS)}”')}\n{_verdict(words, claim)}{number}")
        if number == f" [{len(said)}]":
            said.append([])
    above = ["\n".join(claims) for claims in said]
    quoted_ids = {quote.release_id for quote in quotes}
    sources = {source.release_id: source for claim in checked for source in claim.answer.sources}
    cited = [source for key, source in sources.items() if key in quoted_ids]
    numbered = box.quotes(quotes, cited, today, above=above)
    view = ui.LayoutView(timeout=None)
    _finish(words, view, box, "-", numbered)
    return view


def _verdict(words: Words, claim: Checked) -> str:
    """Say what the releases say to a claim; where figures differ, both are shown."""
    if claim.verdict is Verdict.SAY:
        return words("The releases say something on this:")
    if claim.verdict is Verdict.SAY_OTHERWISE:
        return words(
            "The releases say otherwise: here {claimed}, there {found}.",
            claimed=", ".join(map(_dated, claim.differing)),
            found=", ".join(map(_dated, claim.instead)),
        )
    return words("The releases do not say this.")


def _dated(word: str) -> str:
    """Return what a text says, a release's own date as Discord shows dates."""
    return timestamp(datetime.date.fromisoformat(word)) if _ISO_DATE.fullmatch(word) else plain(word, NAME_CHARS)


def page_of(passages: Sequence[FoundPassage], page: int) -> list[FoundPassage]:
    """Return the passages of a page, counted from 1, and the one after it where there is one."""
    return list(passages[(page - 1) * MORE_PASSAGES : page * MORE_PASSAGES + 1])


def _small_print(words: Words, asked: Asked) -> Iterable[str]:
    if asked.question is not None:
        yield small(words("Asked: {question}", question=plain(asked.question, QUESTION_CHARS)))
    if asked.read_as is not None:
        yield small(words("Read as: {question}", question=plain(asked.read_as, QUESTION_CHARS)))
    only = restrictions(words, asked.filters)
    if only:
        yield small(words("Only: {filters}", filters=" · ".join(only)))


def restrictions(words: Words, filters: Filters) -> list[str]:
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
