"""Questions without a command: a mention of the bot, a reply to its answer, a direct message, the ask channel."""

import logging
import time

import discord
from cachetools import LRUCache
from discord import ui
from discord.ext import commands

from bot.app import logs
from bot.app import sending as delivery
from bot.app.asking import Asking, answer, updating_view
from bot.app.client import MeasuresBot
from bot.app.errors import sentence
from bot.app.permissions import channel_of, is_switched_on, missing_permissions
from bot.app.queue import Stopping
from bot.i18n.words import Words
from bot.user_data import KeptAnswer, ServerSettings
from bot.views.about import help_view
from bot.views.message import text_view
from corpus import MeasuresError
from index import Answer, Filters, continued, readable

log = logging.getLogger(__name__)
_HOURGLASS = "\N{HOURGLASS WITH FLOWING SAND}"
_MOST_HINTED = 1_000
_ASK_CHANNEL_WORDS = 3
_ANSWERED_TYPES = (discord.MessageType.default, discord.MessageType.reply)


class Messages(commands.Cog):
    """Messages that are for the bot."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot."""
        self.bot = bot
        self._hinted: LRUCache[int, None] = LRUCache(_MOST_HINTED)
        self._warned: set[int] = set()
        self._told: set[int] = set()

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a message that is for the bot; edits never come here."""
        if message.author.bot or message.webhook_id or message.type not in _ANSWERED_TYPES or self.bot.stopping:
            return
        bot_user = self.bot.user
        assert bot_user is not None
        mentions = (f"<@{bot_user.id}>", f"<@!{bot_user.id}>")
        is_mentioned = any(mention in message.content for mention in mentions)
        is_reply = message.reference is not None and bot_user in message.mentions and not is_mentioned
        if not (is_mentioned or is_reply or message.guild is None or self._is_in_ask_channel(message)):
            return
        if not self._may_answer(message) or not self.bot.is_new(message.id):
            return
        text = message.content
        for mention in mentions:
            text = text.replace(mention, " ")
        try:
            await self._respond(message, text.strip(), is_reply=is_reply)
        except (MeasuresError, Stopping) as error:
            await delivery.reply(message, text_view(sentence(self._words(message), error)))
        except discord.Forbidden:
            self._warn_once(message.channel.id, "an answer was refused")
        except delivery.MAY_PASS as error:
            log.warning("message: failed: no way to Discord (%s)", type(error).__name__)

    async def _respond(self, message: discord.Message, text: str, *, is_reply: bool) -> None:
        """Answer a text; a reply that is no question is only answered where the releases hold something to it."""
        words = self._words(message)
        if is_reply and not text:
            await self._hint(message, words)
            return
        is_silent = is_reply and not text.endswith("?")
        guild_id = message.guild.id if message.guild else None
        if self.bot.admission.let_in(message.author.id, guild_id) is not None:
            if not is_silent:
                await self._show_hourglass(message)
            return
        if not text:
            await delivery.reply(message, help_view(words))
            return
        try:
            asking = await self._asking(message, text, is_silent=is_silent)
        except MeasuresError:
            if is_silent:
                return
            raise
        await self._answer(message, asking, words, is_silent=is_silent)

    async def _asking(self, message: discord.Message, text: str, *, is_silent: bool) -> Asking:
        """Return what a message asks: by itself, or after the answer of the same person that it replies to.

        :raises QuestionError: when it cannot be asked.
        """
        earlier = await self._earlier(message)
        followed = earlier if earlier is not None and earlier.asker == message.author.id else None
        read_as = _read_after(followed, text, is_silent=is_silent) if followed is not None else None
        return Asking(
            message.author.id,
            message.guild.id if message.guild else None,
            message.channel.id,
            readable(read_as or text),
            followed.filters if followed is not None else Filters(),
            by_command=False,
            read_as=read_as,
        )

    async def _answer(self, message: discord.Message, asking: Asking, words: Words, *, is_silent: bool) -> None:
        sent: list[discord.Message] = []

        async def send(view: ui.LayoutView) -> discord.Message:
            sent.append(await (delivery.change(sent[0], view) if sent else delivery.reply(message, view)))
            return sent[0]

        def only_if(answered: Answer) -> bool:
            return answered.answered or not is_silent

        if self.bot.background.updating and not is_silent:
            await send(updating_view(words))
        began = time.perf_counter()
        answered = await answer(self.bot, asking, words, None, send, only_if)
        log.info("message: served in %.0f ms%s", (time.perf_counter() - began) * 1000, logs.outcome(answered))

    async def _show_hourglass(self, message: discord.Message) -> None:
        """Let a person see that it is not their turn; one at a time, because Discord is slow to take reactions."""
        if message.author.id in self._told:
            return
        self._told.add(message.author.id)
        try:
            await message.add_reaction(_HOURGLASS)
        finally:
            self._told.discard(message.author.id)

    async def _hint(self, message: discord.Message, words: Words) -> None:
        """Point somebody whose reply to a command's answer was withheld at *Follow up*, once an answer."""
        resolved = message.reference.resolved if message.reference else None
        if not isinstance(resolved, discord.Message) or resolved.interaction_metadata is None:
            return
        if resolved.id in self._hinted:
            return
        self._hinted[resolved.id] = None
        hint = words(
            "Discord does not show me replies to an answer that a command gave: press “Follow up” under it, "
            "or mention me in your message."
        )
        await delivery.reply(message, text_view(hint))

    async def _earlier(self, message: discord.Message) -> KeptAnswer | None:
        """Return the answer that a message replies to, given in the same channel."""
        replied_to = message.reference.message_id if message.reference else None
        if replied_to is None:
            return None
        kept = await self.bot.store.answer_in(replied_to)
        return kept if kept is not None and kept.channel == message.channel.id else None

    def _is_in_ask_channel(self, message: discord.Message) -> bool:
        """Tell whether a message is a question in the ask channel, where the operator lets the bot read along."""
        if not self.bot.intents.message_content or len(message.content.split()) < _ASK_CHANNEL_WORDS:
            return False
        server = self.bot.servers.get(message.guild.id if message.guild else 0, ServerSettings())
        return server.ask_channel == message.channel.id

    def _may_answer(self, message: discord.Message) -> bool:
        """Tell whether the server and Discord let the bot answer in a channel."""
        if message.guild is None:
            return True
        if not is_switched_on(self.bot.servers, message.guild.id, channel_of(message.channel)):
            return False
        if not isinstance(message.channel, discord.abc.GuildChannel | discord.Thread):
            return False
        missing = missing_permissions(message.channel)
        if missing:
            self._warn_once(message.channel.id, f"missing {', '.join(missing)}")
        return not missing

    def _warn_once(self, channel_id: int, why: str) -> None:
        if channel_id not in self._warned:
            self._warned.add(channel_id)
            log.warning("cannot answer in channel %d: %s", channel_id, why)

    def _words(self, message: discord.Message) -> Words:
        guild = message.guild
        return self.bot.words_public(
            guild.id if guild else None, guild.preferred_locale if guild else None, message.author.id
        )


def _read_after(earlier: KeptAnswer, text: str, *, is_silent: bool) -> str | None:
    """Return what a follow-up means after an earlier question; None where it stands by itself.

    :param is_silent: whether it may be no question at all. Then it is not read as the earlier question with words
        added, because the releases answer that whatever the words are.
    """
    question = continued(earlier.question, text)
    is_added = question.startswith(earlier.question.rstrip(" ?!."))
    return None if question == text or (is_silent and is_added) else question


async def setup(bot: MeasuresBot) -> None:
    """Add the cog."""
    await bot.add_cog(Messages(bot))
