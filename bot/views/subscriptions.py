"""What people see of subscriptions: the message on what is new, the list, and the sentence on a new one."""

import datetime
from collections.abc import Sequence

import discord
from discord import ui

from bot.i18n.words import Words
from bot.user_data import Often, Pause, Subscription
from bot.views import custom_ids as ids
from bot.views import wording as cards
from bot.views.answers import QUESTION_CHARS, restrictions
from bot.views.escaping import plain
from bot.views.message import AMBER, BLUE, bold, button, pager, small, text_view, title
from bot.views.quotes import NAME_CHARS, QuoteBox, place_buttons
from corpus import registry
from index import News, Quote, Wanted, WantedKind

MOST_SHOWN = 5  # quotes in a message
LISTED = 5  # subscriptions on a page
_NO_ANSWER = "-"  # stands for the id of an answer where a quote belongs to none


def notice_view(words: Words, subscription: Subscription, news: Sequence[News], today: datetime.date) -> ui.LayoutView:
    """Return what is new to a subscription: quotes with their releases, as answers have them."""
    box = QuoteBox(words, BLUE)
    heading = [bold(words("New: {what}", what=what(words, subscription.wanted)))]
    only = restrictions(words, subscription.wanted.filters)
    if only:
        heading.append(small(words("Only: {filters}", filters=" · ".join(only))))
    box.say("\n".join(heading))
    room = _more(words, len(news))
    box.reserve(room)
    shown = news[:MOST_SHOWN]
    numbered = box.quotes(_quotes(shown), [each.source for each in shown], today)
    box.release(room, _more(words, len(news) - len({quote.release_id for _, quote in numbered})))
    view = ui.LayoutView(timeout=None)
    view.add_item(box.container)
    for row in place_buttons(words, numbered, _NO_ANSWER):
        view.add_item(row)
    view.add_item(ui.ActionRow(_end_button(words, subscription)))
    return view


def _more(words: Words, count: int) -> str:
    """Say how many releases a message does not show; "" where it shows all."""
    if count <= 0:
        return ""
    return small(
        words.count(
            "{count} more release; `/releases` lists all.", "{count} more releases; `/releases` lists all.", count
        )
    )


def _quotes(news: Sequence[News]) -> list[Quote]:
    """Return one quote a release; of a single one, all that it has."""
    return list(news[0].quotes) if len(news) == 1 else [each.quotes[0] for each in news]


def what(words: Words, wanted: Wanted) -> str:
    """Return in a few words what somebody waits for."""
    if wanted.kind is WantedKind.AGENCY:
        return words("releases that name {body}", body=plain(_body(wanted.text), NAME_CHARS))
    if wanted.kind is WantedKind.ISSUER:
        return words("releases of {issuer}", issuer=plain(wanted.text, NAME_CHARS))
    if wanted.kind is WantedKind.SUBJECT:
        return words("releases on “{subject}”", subject=plain(wanted.text, NAME_CHARS))
    return words("answers to “{question}”", question=plain(wanted.text, QUESTION_CHARS))


def _body(agency_id: str) -> str:
    agency = registry().agencies.get(agency_id)
    return cards.short_name(agency) if agency is not None else agency_id


def how_often(words: Words, often: Often) -> str:
    """Return how often somebody is told."""
    names = {
        Often.AT_ONCE: words("at once"),
        Often.DAILY: words("every morning"),
        Often.WEEKLY: words("every Monday"),
    }
    return names[often]


def where(words: Words, subscription: Subscription) -> str:
    """Return where a subscription tells what is new."""
    if subscription.channel is None:
        return words("by direct message")
    return words("in {channel}", channel=f"<#{subscription.channel}>")


def subscribed_view(words: Words, subscription: Subscription, *, changed: bool) -> ui.LayoutView:
    """Say what somebody is told of from now on."""
    values = {
        "what": what(words, subscription.wanted),
        "often": how_often(words, subscription.often),
        "where": where(words, subscription),
    }
    if changed:
        told = words("That is told already, and from now on {often}: {what}, {where}.", **values)
    else:
        told = words("Subscribed: {what}, {often}, {where}.", **values)
    rest = words("What was issued before today is not told. `/subscriptions` lists and ends this.")
    return text_view(f"{told}\n{small(rest)}", accent=BLUE)


def list_view(words: Words, subscriptions: Sequence[Subscription], page: int) -> ui.LayoutView:
    """Return a page of subscriptions, counted from 1, with a button each that ends it."""
    if not subscriptions:
        return text_view(words("There are no subscriptions: `/subscribe` makes one."), accent=AMBER)
    page = min(page, -(-len(subscriptions) // LISTED))
    box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=BLUE)
    box.add_item(ui.TextDisplay(title(words("Subscriptions"))))
    for subscription in subscriptions[(page - 1) * LISTED : page * LISTED]:
        text: ui.TextDisplay[ui.LayoutView] = ui.TextDisplay("\n".join(_entry(words, subscription)))
        box.add_item(ui.Section(text, accessory=_end_button(words, subscription, page)))
        if subscription.pause is not None:
            box.add_item(
                ui.ActionRow(
                    button(words("Resume"), ids.button("subresume", subscription.id, page), discord.ButtonStyle.primary)
                )
            )
    view = ui.LayoutView(timeout=None)
    view.add_item(box)
    row = pager(words, "subs", (), page, last=page * LISTED >= len(subscriptions))
    if row is not None:
        view.add_item(row)
    return view


def _entry(words: Words, subscription: Subscription) -> list[str]:
    facts = [how_often(words, subscription.often), where(words, subscription)]
    lines = [bold(what(words, subscription.wanted))]
    facts += restrictions(words, subscription.wanted.filters)
    lines.append(small(" · ".join(facts)))
    if subscription.pause is not None:
        lines.append(f"⚠ {_why_paused(words, subscription.pause)}")
    return lines


def _why_paused(words: Words, pause: Pause) -> str:
    reasons = {
        Pause.CLOSED: words("Paused: direct messages to you are closed. Open them, then resume."),
        Pause.FORBIDDEN: words("Paused: I may not write in this channel. Allow it, then resume."),
        Pause.FILTERED: words("Paused: a filter of the server does not let my messages through."),
    }
    return reasons[pause]


def _end_button(words: Words, subscription: Subscription, page: int = 0) -> ui.Button[ui.LayoutView]:
    """Return the button that ends a subscription; in a list it carries the page, from which the list goes on."""
    return button(words("End"), ids.button("subend", subscription.id, page))
