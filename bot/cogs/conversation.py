"""What the bot does with a message that is for it, by what kind of message it is."""

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

import discord
from discord import ui

from bot.app import logs, metrics
from bot.app import sending as delivery
from bot.app.admission import Price
from bot.app.asking import Asking, answer, updating_view
from bot.app.client import MeasuresBot
from bot.app.clock import today
from bot.app.collection import collection_answer, sources_of
from bot.app.message_text import text_of
from bot.app.more import more_passages
from bot.i18n.words import Words
from bot.receipts import new_answer_id
from bot.user_data import KeptAnswer
from bot.views.about import help_view
from bot.views.answers import check_view
from bot.views.conversation import choices_view, feedback_view
from bot.views.message import text_view
from corpus import MeasuresError
from index import (
    Answer,
    Engine,
    Filters,
    FollowUp,
    MessageKind,
    claims,
    follow_up,
    message_kind,
    read_collection_question,
    readable,
)

_HOURGLASS = "\N{HOURGLASS WITH FLOWING SAND}"
_REACTIONS = {MessageKind.GREETING: "\N{WAVING HAND SIGN}", MessageKind.THANKS: "\N{THUMBS UP SIGN}"}
# Of a message by somebody else, these ask whether it is true.
_ASKS_TO_CHECK = frozenset(
    {
        MessageKind.DOUBT,
        MessageKind.BLAME,
        MessageKind.PRAISE,
        MessageKind.NOTHING,
        MessageKind.ABOUT,
        MessageKind.WHEN,
        MessageKind.WHO,
        MessageKind.WHERE,
        MessageKind.MORE,
    }
)
_OF_AN_ANSWER = frozenset({MessageKind.WHEN, MessageKind.WHO, MessageKind.WHERE, MessageKind.DOUBT, MessageKind.ABOUT})


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message that is for the bot: its text without the mention, and what it replies to.

    ``is_reply`` tells that it is only a reply to the bot, which does not mention it. ``answer`` is the answer that it
    replies to, ``other`` the message of somebody else.
    """

    message: discord.Message
    text: str
    is_reply: bool
    answer: KeptAnswer | None = None
    other: discord.Message | None = None

    @property
    def guild_id(self) -> int | None:
        """The server, None in direct messages."""
        return self.message.guild.id if self.message.guild else None


class Conversation:
    """Answers messages."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot."""
        self.bot = bot
        self._told: set[int] = set()

    async def respond(self, incoming: Incoming, words: Words) -> None:
        """Do what a message asks for.

        :raises MeasuresError: when it cannot be done.
        """
        message = incoming.message
        kind = message_kind(incoming.text)
        if incoming.other is not None and (not incoming.text or kind in _ASKS_TO_CHECK):
            await self._check(incoming, incoming.other, words)
            return
        if await self._is_about_itself(incoming, kind):
            await self._check(incoming, message, words)
            return
        followed = self._follow_up(incoming, kind)
        is_question = kind is MessageKind.QUESTION or followed is not None
        price = Price.TURN if is_question else Price.LOOK
        is_silent = is_question and followed is None and incoming.is_reply and not incoming.text.endswith("?")
        if await self.bot.admission.let_in(message.author.id, incoming.guild_id, price) is not None:
            if not is_silent:
                await self._show_hourglass(message)
            if is_question:
                metrics.count(_surface(incoming), metrics.Outcome.REFUSED)
            return
        if followed is not None:
            await self._answer_follow_up(incoming, followed, words)
        elif incoming.answer is None or not await self._answer_about(incoming, incoming.answer, kind, words):
            await self._answer_by_kind(incoming, kind, words, is_silent=is_silent)

    async def _is_about_itself(self, incoming: Incoming, kind: MessageKind) -> bool:
        """Tell whether a message asks to check what it forwards or has attached, as a file in place of a long text."""
        if incoming.answer is not None or not (incoming.text == "" or kind in _ASKS_TO_CHECK):
            return False
        message = incoming.message
        if not incoming.text and (message.attachments or message.stickers):
            return True  # also where nothing in it can be read, which is then said
        return bool(await text_of(message, beside=True))

    def _follow_up(self, incoming: Incoming, kind: MessageKind) -> FollowUp | None:
        """Return what a message means after an answer of the same person; small talk means nothing after one."""
        kept = incoming.answer
        if kept is None or kept.asker != incoming.message.author.id:
            return None
        if kind not in (MessageKind.QUESTION, MessageKind.NOTHING):
            return None
        return follow_up(kept.question, incoming.text)

    async def _answer_about(self, incoming: Incoming, kept: KeptAnswer, kind: MessageKind, words: Words) -> bool:
        """Do what a message says of the answer that it replies to; return whether it says anything of it."""
        user_id = incoming.message.author.id
        if kind in _OF_AN_ANSWER:
            view = await sources_of(self.bot, kept, words, user_id)
        elif kind is MessageKind.MORE:
            await self._show_more(incoming, kept, words)
            return True
        elif kind in (MessageKind.PRAISE, MessageKind.BLAME):
            view = feedback_view(words, kept.id)
        else:
            return False
        await delivery.reply(incoming.message, view)
        return True

    async def _show_more(self, incoming: Incoming, kept: KeptAnswer, words: Words) -> None:
        """Show the next passages, and keep what was shown, so that "what else?" in reply to them goes on from there."""
        message = incoming.message
        view, spans = await more_passages(self.bot, kept, words, 1, message.author.id, paged=False)
        shown = replace(kept, id=new_answer_id(), message=None, by_command=False, spans=(*kept.spans, *spans))
        self.bot.store.keep(shown)
        sent = await delivery.reply(message, view)
        self.bot.store.set_message(shown, sent.id)

    async def _answer_by_kind(self, incoming: Incoming, kind: MessageKind, words: Words, *, is_silent: bool) -> None:
        """Do what a message asks for by itself."""
        message = incoming.message
        if kind in _REACTIONS or (kind is MessageKind.PRAISE and not incoming.is_reply):
            await self._react(message, _REACTIONS.get(kind, _REACTIONS[MessageKind.THANKS]))
            return
        if kind is MessageKind.HELP or not incoming.text:
            await delivery.reply(message, help_view(words))
            return
        on_collection = read_collection_question(incoming.text, today(), kind)
        view = await collection_answer(self.bot, on_collection, words, message.author.id) if on_collection else None
        if view is not None:
            metrics.count(_surface(incoming), metrics.Outcome.LISTED)
        if view is None and kind is not MessageKind.QUESTION:
            if incoming.is_reply and kind is MessageKind.NOTHING:
                return
            view = text_view(no_question(words, kind))
        if view is not None:
            await delivery.reply(message, view)
            return
        await self._ask(incoming, words, incoming.text, None, is_silent=is_silent)

    async def _answer_follow_up(self, incoming: Incoming, followed: FollowUp, words: Words) -> None:
        if followed.question is not None:
            await self._ask(incoming, words, followed.question, followed.question, is_silent=False)
            return
        kept = incoming.answer
        assert kept is not None
        readings = keep_readings(self.bot, kept, followed)
        await delivery.reply(incoming.message, choices_view(words, readings))

    async def _ask(
        self, incoming: Incoming, words: Words, question: str, read_as: str | None, *, is_silent: bool
    ) -> None:
        """Ask the engine; a reply that is no question is only answered where the releases hold something to it."""
        message, kept = incoming.message, incoming.answer
        own = kept is not None and kept.asker == message.author.id
        try:
            asked = readable(question)
        except MeasuresError:
            if is_silent:
                return
            raise
        filters = kept.filters if kept is not None and own else Filters()
        asking = Asking(
            message.author.id, incoming.guild_id, message.channel.id, asked, filters, by_command=False, read_as=read_as
        )
        sent: list[discord.Message] = []

        async def send(view: ui.LayoutView) -> discord.Message:
            sent.append(await (delivery.change(sent[0], view) if sent else delivery.reply(message, view)))
            return sent[0]

        def only_if(answered: Answer) -> bool:
            return answered.answered or not is_silent

        if self.bot.background.updating and not is_silent:
            await send(updating_view(words))
        began = time.perf_counter()
        with metrics.asked(_surface(incoming)) as counted:
            answered = await answer(self.bot, asking, words, None, send, only_if)
            counted.answered(answered)
        logs.log_served("message", (time.perf_counter() - began) * 1000, answered)

    async def _check(self, incoming: Incoming, checked: discord.Message, words: Words) -> None:
        """Say what the releases say to a message, or how it can be checked where Discord does not show it."""
        message = incoming.message
        text = await text_of(checked, beside=checked == message)
        if not text:
            await delivery.reply(message, text_view(self._unseen(words, is_shown=checked == message)))
            return
        claims(text)  # refuses a text without any
        if await self.bot.admission.let_in(message.author.id, incoming.guild_id) is not None:
            await self._show_hourglass(message)
            return
        with metrics.asked(metrics.Surface.CHECK) as counted:
            checked_claims = await self.bot.with_engine(partial(Engine.check, text=text), message.author.id)
            await delivery.reply(message, check_view(words, checked_claims, today()))
            counted.checked(checked_claims)

    def _unseen(self, words: Words, *, is_shown: bool) -> str:
        if is_shown or self.bot.intents.message_content:
            return words("That message holds no text that could be looked up.")
        return words(
            "Discord does not show me that message. Choose “Check against EU releases” in its menu, under Apps, and I "
            "look up what it claims."
        )

    async def _react(self, message: discord.Message, emoji: str) -> None:
        with suppress(discord.Forbidden):
            await message.add_reaction(emoji)

    async def _show_hourglass(self, message: discord.Message) -> None:
        """Let a person see that it is not their turn; one at a time, because Discord is slow to take reactions."""
        if message.author.id in self._told:
            return
        self._told.add(message.author.id)
        try:
            await message.add_reaction(_HOURGLASS)
        finally:
            self._told.discard(message.author.id)


def _surface(incoming: Incoming) -> metrics.Surface:
    return metrics.Surface.DIRECT if incoming.guild_id is None else metrics.Surface.MESSAGE


def keep_readings(bot: MeasuresBot, kept: KeptAnswer, followed: FollowUp) -> list[tuple[str, str]]:
    """Keep what a follow-up may mean, for the buttons that ask; return their ids with the questions."""
    readings = [
        replace(kept, id=new_answer_id(), message=None, question=question, spans=()) for question in followed.readings
    ]
    for reading in readings:
        bot.store.keep(reading)
    return [(reading.id, reading.question) for reading in readings]


def no_question(words: Words, kind: MessageKind) -> str:
    """Return what to say to a message that asks nothing which could be looked up."""
    if kind is MessageKind.DOUBT:
        return words(
            "Reply to the message that you mean and mention me, or choose “Check against EU releases” in its menu: I "
            "look up what it claims."
        )
    if kind in (MessageKind.BLAME, MessageKind.PRAISE):
        return words("Press “Helpful” or “Not helpful” under the answer that you mean.")
    if kind is MessageKind.NOTHING:
        return words("That is nothing that I could look up. Ask in a few words, as “What will Europol do?”.")
    return words("Reply to the answer that you mean, and I tell you more about it.")
