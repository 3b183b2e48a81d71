"""The ask channel: a standing message with a button, and a thread for each answer."""

from contextlib import suppress

import discord
from discord import ui
from discord.ext import commands

from bot.app import sending as delivery
from bot.app.admission import Price
from bot.app.asking import Asking, answer, public_words
from bot.app.client import Interaction, MeasuresBot
from bot.app.errors import Refused
from bot.app.modals import text_window
from bot.i18n.words import Words
from bot.user_data import ServerSettings
from bot.views import custom_ids as ids
from bot.views.escaping import label
from bot.views.message import BLUE, button, text_view
from index import MAX_QUESTION_CHARS, Filters, readable

_THREAD_NAME_CHARS = 100
_NEEDED = ("view_channel", "send_messages", "create_public_threads", "send_messages_in_threads")


class AskChannel(commands.Cog):
    """Questions by the button of a standing message."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot, and handle the button."""
        self.bot = bot
        bot.buttons.add({"askhere": self.ask}, Price.NOTHING)  # the question costs a turn
        bot.windows.add({"askhere": self.answer_in_thread})

    async def ask(self, interaction: Interaction, rest: str) -> None:
        """Ask for a question."""
        words = self.bot.words_private(interaction)
        modal = text_window(
            ids.window("askhere"), words("Ask a question"), words("Your question"), max_chars=MAX_QUESTION_CHARS
        )
        await delivery.ask(interaction, modal)

    async def answer_in_thread(self, interaction: Interaction, rest: str, text: str) -> None:
        """Answer a question in a thread of its own."""
        question = readable(text)
        await self.bot.admission.let_in_or_refuse(interaction)
        words = self.bot.words_private(interaction)
        channel = interaction.channel
        if not isinstance(channel, discord.TextChannel):
            raise Refused(words("A thread cannot be opened here: use `/ask`."))
        await delivery.defer(interaction, ephemeral=True)
        try:
            name = label(question, _THREAD_NAME_CHARS)
            thread = await channel.create_thread(name=name, type=discord.ChannelType.public_thread)
        except discord.Forbidden:
            raise Refused(words("I may not open a thread here: tell whoever manages the server.")) from None
        with suppress(discord.HTTPException):
            await thread.add_user(interaction.user)
        asking = Asking(interaction.user.id, channel.guild.id, thread.id, question, Filters(), by_command=False)
        everybody = public_words(self.bot, interaction)
        await answer(self.bot, asking, everybody, question, lambda view: delivery.post(thread, view))
        await delivery.answer(interaction, text_view(words("Answered in {thread}.", thread=thread.mention)))


def missing_for_ask_channel(channel: discord.TextChannel) -> list[str]:
    """Return the permissions that an ask channel takes and the bot does not have."""
    allowed = channel.permissions_for(channel.guild.me)
    return [name for name in _NEEDED if not getattr(allowed, name)]


async def send_standing_message(channel: discord.TextChannel, words: Words) -> discord.Message:
    """Send the standing message of an ask channel, in the language that everybody sees."""
    text = words("Ask what the EU has decided: press the button, and the answer comes in a thread of its own.")
    view = text_view(text, accent=BLUE)
    view.add_item(ui.ActionRow(button(words("Ask a question"), ids.button("askhere"), discord.ButtonStyle.primary)))
    return await delivery.post(channel, view)


async def delete_standing_message(guild: discord.Guild, settings: ServerSettings) -> None:
    """Delete the standing message of a channel that is no ask channel any more."""
    channel = guild.get_channel(settings.ask_channel) if settings.ask_channel else None
    if isinstance(channel, discord.TextChannel) and settings.ask_message:
        with suppress(discord.HTTPException):
            await channel.get_partial_message(settings.ask_message).delete()


async def setup(bot: MeasuresBot) -> None:
    """Add the cog."""
    await bot.add_cog(AskChannel(bot))
