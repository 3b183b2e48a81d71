"""Messages that are for the bot: a mention, a reply to its answer, a direct message, the ask channel."""

import datetime
import logging
from contextlib import suppress

import discord
from cachetools import LRUCache
from discord.ext import commands

from bot.app import sending as delivery
from bot.app.client import MeasuresBot
from bot.app.errors import sentence
from bot.app.permissions import channel_of, is_switched_on, missing_permissions
from bot.app.refusals import refusal_of
from bot.cogs.conversation import Conversation, Incoming
from bot.i18n.words import Words
from bot.user_data import KeptAnswer, ServerSettings
from bot.views.message import text_view

log = logging.getLogger(__name__)
_MOST_HINTED = 1_000
_MOST_LATER = 100
_ASK_CHANNEL_WORDS = 3
_EDITED_WITHIN = datetime.timedelta(minutes=2)
_ANSWERED_TYPES = (discord.MessageType.default, discord.MessageType.reply)


class Messages(commands.Cog):
    """Finds the messages that are for the bot, and lets `Conversation` answer them."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot."""
        self.bot = bot
        self._conversation = Conversation(bot)
        self._hinted: LRUCache[int, None] = LRUCache(_MOST_HINTED)
        self._warned: set[int] = set()

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a message that is for the bot."""
        if self._is_for_me(message):
            await self._handle(message)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, edit: discord.RawMessageUpdateEvent) -> None:
        """Answer a message that somebody edits soon after sending it so that it mentions the bot, once."""
        message = edit.message
        edited_at = message.edited_at
        if edited_at is None or edited_at - message.created_at > _EDITED_WITHIN:
            return
        if self._mentioned_in(message) and self._is_for_me(message):
            await self._handle(message)

    def _is_for_me(self, message: discord.Message) -> bool:
        if message.author.bot or message.webhook_id or message.type not in _ANSWERED_TYPES or self.bot.stopping:
            return False
        return (
            self._mentioned_in(message)
            or message.guild is None
            or (message.reference is not None and self.bot.user in message.mentions)
            or self._is_in_ask_channel(message)
        )

    def _mentioned_in(self, message: discord.Message) -> bool:
        """Tell whether a text mentions the bot, or the role that Discord made for it."""
        return any(mention in message.content for mention in self._mentions) or self._own_role(message) is not None

    @property
    def _mentions(self) -> tuple[str, str]:
        assert self.bot.user is not None
        return f"<@{self.bot.user.id}>", f"<@!{self.bot.user.id}>"

    def _own_role(self, message: discord.Message) -> discord.Role | None:
        """Return the bot's own role where a message mentions it: of a bot's roles, Discord manages this one only."""
        roles = message.guild.me.roles if message.guild is not None and message.guild.me is not None else []
        return next((role for role in roles if role.managed and role in message.role_mentions), None)

    async def _handle(self, message: discord.Message) -> None:
        """Answer a message; whatever goes wrong is told in one sentence, or logged in one line where it cannot be."""
        if not self._may_answer(message) or not (claim := await self.bot.claim(message.id)):
            return
        if claim.is_left and await self._has_reply(message):
            return
        words = self._words(message)
        try:
            await self._respond(message, words)
        except delivery.MAY_PASS as error:
            log.warning("message: failed: no way to Discord (%s)", type(error).__name__)
        except Exception as error:
            await self._tell(message, words, error)

    async def _has_reply(self, message: discord.Message) -> bool:
        """Tell whether a bot that is gone answered a message so long ago that its nonce is not known any more."""
        if (discord.utils.utcnow() - message.created_at).total_seconds() < delivery.SAME_NONCE_S:
            return False
        with suppress(discord.HTTPException):
            async for later in message.channel.history(after=message, limit=_MOST_LATER):
                if later.author == self.bot.user and later.reference and later.reference.message_id == message.id:
                    return True
        return False

    async def _tell(self, message: discord.Message, words: Words, error: Exception) -> None:
        """Say in one sentence what went wrong; what Discord refuses is one line in the log a channel."""
        refusal = refusal_of(error)
        if refusal is not None:
            self._warn_once(message.channel.id, f"Discord refused: {refusal.reason}")
            return
        try:
            await delivery.reply(message, text_view(sentence(words, error, said=self._said(message))), failed=True)
        except discord.HTTPException as failure:
            self._warn_once(message.channel.id, f"an error could not be told ({failure.code})")

    def _said(self, message: discord.Message) -> list[str]:
        """Return what a message says, without the mention of the bot."""
        text = message.content
        for mention in self._mentions:
            text = text.replace(mention, "\n")
        return [message.content, *(part.strip() for part in text.split("\n"))]

    async def _respond(self, message: discord.Message, words: Words) -> None:
        role = self._own_role(message)
        text = message.content
        for mention in (*self._mentions, *([role.mention] if role else [])):
            text = text.replace(mention, " ")
        is_mentioned = text != message.content
        if role is not None and not is_mentioned:  # Discord shows a text only to the bot that is mentioned itself
            await delivery.reply(
                message, text_view(words("Mention me instead of my role, and I can read your question."))
            )
            return
        replied = await self._replied_to(message)
        own = replied is not None and replied.author == self.bot.user
        is_reply = own and not is_mentioned
        if is_reply and not text.strip():
            await self._hint(message, words)
            return
        answer = await self._answer_in(message, replied) if replied is not None and own else None
        incoming = Incoming(message, text.strip(), is_reply, answer, None if own else replied)
        await self._conversation.respond(incoming, words)

    async def _replied_to(self, message: discord.Message) -> discord.Message | None:
        """Return the message that a message replies to; None where it replies to none, or that is gone."""
        reference = message.reference
        if reference is None or reference.message_id is None or reference.type is discord.MessageReferenceType.forward:
            return None
        if isinstance(reference.resolved, discord.Message):
            return reference.resolved
        if isinstance(reference.resolved, discord.DeletedReferencedMessage):
            return None
        with suppress(discord.HTTPException):
            return await message.channel.fetch_message(reference.message_id)
        return None

    async def _answer_in(self, message: discord.Message, replied: discord.Message) -> KeptAnswer | None:
        """Return the answer that a message of the bot in the same channel shows."""
        kept = await self.bot.store.answer_in(replied.id)
        return kept if kept is not None and kept.channel == message.channel.id else None

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
            guild.id if guild else None,
            guild.preferred_locale if guild else None,
            message.author.id,
            message.content,
        )


async def setup(bot: MeasuresBot) -> None:
    """Add the cog."""
    await bot.add_cog(Messages(bot))
