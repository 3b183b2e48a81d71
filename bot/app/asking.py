"""What all questions share, whether a command, a window, a mention or a message asks them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import discord
from discord import ui

from bot.app import logs, metrics
from bot.app import sending as delivery
from bot.app.client import Interaction, MeasuresBot
from bot.app.clock import today
from bot.app.collection import collection_answer
from bot.app.errors import Refused
from bot.app.permissions import channel_of, is_switched_on
from bot.i18n.words import Words
from bot.receipts import new_answer_id, receipt_of
from bot.user_data import KeptAnswer, QuotedSpan, ServerSettings
from bot.views import answers as render
from bot.views.answers import Asked
from bot.views.message import text_view
from index import (
    MAX_QUOTES,
    Answer,
    Engine,
    Filters,
    MessageKind,
    parse_agency,
    parse_since,
    parse_until,
    read_collection_question,
    readable,
)


@dataclass(frozen=True, slots=True)
class Asking:
    """A question that may be asked, who asks it and where; `read_as` where it is a completed follow-up."""

    user_id: int
    guild_id: int | None
    channel_id: int
    question: str
    filters: Filters
    by_command: bool
    read_as: str | None = None


def filters_from(agency: str | None, issuer: str | None, since: str | None, until: str | None) -> Filters:
    """Return the filters that somebody typed.

    :raises FilterError: when one makes no sense.
    """
    return Filters(
        agency=parse_agency(agency) if agency else None,
        issuer=issuer or None,
        since=parse_since(since) if since else None,
        until=parse_until(until) if until else None,
    )


async def ask_by_interaction(
    bot: MeasuresBot,
    interaction: Interaction,
    question: str,
    filters: Filters,
    *,
    private: bool | None,
    read_as: str | None = None,
    kind: MessageKind | None = None,
) -> None:
    """Answer an interaction that is a question. It is refused before it is deferred, or not at all.

    :param kind: what kind of message the question is, where that was asked already.
    :raises QuestionError: when it cannot be asked.
    :raises Refused: when the person asks too fast, or too many wait.
    """
    with metrics.asked(metrics.Surface.COMMAND) as counted:
        await _ask_by_interaction(bot, interaction, question, filters, counted, private, read_as, kind)


async def _ask_by_interaction(
    bot: MeasuresBot,
    interaction: Interaction,
    question: str,
    filters: Filters,
    counted: metrics.Asked,
    private: bool | None,
    read_as: str | None,
    kind: MessageKind | None,
) -> None:
    asking = Asking(
        interaction.user.id,
        interaction.guild_id,
        interaction.channel_id or 0,
        readable(read_as or question),
        filters,
        by_command=True,
        read_as=read_as,
    )
    await bot.admission.let_in_or_refuse(interaction)
    on_collection = read_collection_question(asking.question, today(), kind) if filters == Filters() else None
    work = ask_engine(bot, asking) if on_collection is None else None
    ephemeral = is_private(bot, interaction, private)
    try:
        await delivery.defer(interaction, ephemeral=ephemeral)
    except BaseException:
        if work is not None:
            work.cancel()
        raise
    asked = asking.question
    words = bot.words_private(interaction, asked) if ephemeral else public_words(bot, interaction, asked)
    if bot.background.updating:
        await delivery.answer(interaction, updating_view(words))
    if on_collection is not None:
        view = await collection_answer(bot, on_collection, words, asking.user_id)
        if view is not None:
            await delivery.answer(interaction, view)
            counted.outcome = metrics.Outcome.LISTED
            return
    work = work or ask_engine(bot, asking)
    if not await _is_answered(work):
        raise Refused(_ask_later(bot, words))
    shown_question = None if ephemeral else question
    send = partial(delivery.answer, interaction)
    answered = await answer(bot, asking, words, shown_question, send, work=work)
    counted.answered(answered)
    logs.note(interaction, answered)


def updating_view(words: Words) -> ui.LayoutView:
    """Say that an answer waits until the index is built anew."""
    return text_view(words("Updating the index: the answer comes as soon as that is done."))


async def _is_answered(work: "asyncio.Future[Answer]") -> bool:
    """Wait for an answer as long as it can be given; then take its question out of the queue."""
    done, _ = await asyncio.wait({work}, timeout=delivery.INTERACTION_S)
    return bool(done) or not work.cancel()


def _ask_later(bot: MeasuresBot, words: Words) -> str:
    if bot.background.updating:
        return words("Updating the index: ask again in a minute.")
    return words("The releases cannot be searched just now: try again later.")


def ask_engine(bot: MeasuresBot, asking: Asking) -> "asyncio.Future[Answer]":
    """Put a question into the queue before the defer, so that it counts as waiting and the engine can begin."""
    work = bot.queue.submit(asking.user_id, partial(Engine.answer, text=asking.question, filters=asking.filters))
    # Fetch the exception, or asyncio reports it where nobody else does.
    work.add_done_callback(lambda done: done.cancelled() or done.exception())
    return work


async def answer(
    bot: MeasuresBot,
    asking: Asking,
    words: Words,
    shown_question: str | None,
    send: Callable[[ui.LayoutView], Awaitable[discord.Message]],
    only_if: Callable[[Answer], bool] = lambda _: True,
    work: "asyncio.Future[Answer] | None" = None,
) -> Answer:
    """Answer a question, keep what its buttons need, and send it; return the engine's answer.

    :param shown_question: the question as readers of the channel see it, where they did not see it asked.
    :param only_if: whether an answer is sent at all.
    :param work: the question's place in the queue, where it has one.
    """
    answered = await (work or ask_engine(bot, asking))
    if not only_if(answered):
        return answered
    kept = KeptAnswer(
        id=new_answer_id(),
        asker=asking.user_id,
        guild=asking.guild_id,
        channel=asking.channel_id,
        message=None,
        by_command=asking.by_command,
        question=asking.question,
        filters=asking.filters,
        spans=tuple(
            QuotedSpan(quote.release_id, quote.start, quote.end) for quote in answered.quotes or answered.related[:1]
        ),
    )
    bot.store.keep(kept, receipt_of(kept.id, answered, asking.filters, MAX_QUOTES))
    asked = Asked(kept.id, shown_question, asking.read_as, asking.by_command, asking.filters)
    message = await send(render.answer_view(words, answered, asked, today()))
    bot.store.set_message(kept, message.id)
    return answered


def is_private(bot: MeasuresBot, interaction: Interaction, private: bool | None) -> bool:
    """Tell whether only the person sees the answer.

    Where the bot is switched off, it is private; else as the person asked, and without that, as the server chose.
    """
    if not is_switched_on(bot.servers, interaction.guild_id, channel_of(interaction.channel)):
        return True
    return bot.servers.get(interaction.guild_id or 0, ServerSettings()).private if private is None else private


def public_words(bot: MeasuresBot, interaction: Interaction, question: str = "") -> Words:
    """Return the words for what everybody in the channel of an interaction sees."""
    return bot.words_public(interaction.guild_id, interaction.guild_locale, interaction.user.id, question)
