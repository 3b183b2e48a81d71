"""`/setup`: what a server's managers choose, and the ask channel with its standing message."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.app import errors
from bot.app import sending as delivery
from bot.app.admission import Price, refuse_by_load
from bot.app.asking import Asking, Interaction, answer, public_words, submitted
from bot.app.bot_db_schema import BotStoreError
from bot.app.client import MeasuresBot
from bot.app.errors import Refused
from bot.app.modals import TextModal
from bot.app.permissions import missing_permissions, spelled_out
from bot.i18n.words import LANGUAGES, Words
from bot.user_data import ServerSettings
from bot.views import answers as render
from bot.views import custom_ids as ids
from bot.views.escaping import label
from corpus import StorageError
from index import MAX_QUESTION_CHARS, Filters, readable

_NAMES = {"en": "English", "de": "Deutsch", "es": "Español", "fr": "Français", "it": "Italiano", "pl": "Polski"}
_PACES = (2, 6, 12, 30)
_MOST_CHANNELS = 25
_MOST_LISTED = 10
_THREAD_NAME_CHARS = 100
_WHERE_PEOPLE_WRITE = (discord.TextChannel, discord.ForumChannel, discord.VoiceChannel)
_ASK_CHANNEL_NEEDS = ("view_channel", "send_messages", "create_public_threads", "send_messages_in_threads")


class Setup(commands.Cog):
    """Settings of servers."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot, and the button of ask channels."""
        self.bot = bot
        bot.handlers["askhere"] = self.ask_here
        bot.prices["askhere"] = Price.NOTHING  # the question takes a turn

    @app_commands.command(name=locale_str("setup"), description=locale_str("Choose how the bot behaves in this server"))
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.default_permissions(manage_guild=True)
    async def setup(self, interaction: Interaction) -> None:
        """Show the settings to a manager of the server, alone."""
        words = self.bot.words_private(interaction)
        if interaction.guild is None or not interaction.permissions.manage_guild:
            raise Refused(words("This needs the permission to manage the server."))
        refuse_by_load(self.bot, interaction, Price.NOTE)
        view = SetupView(self.bot, interaction.guild, words)
        await interaction.response.send_message(view=view, ephemeral=True)

    async def ask_here(self, interaction: Interaction, rest: str) -> None:
        """Ask for a question in an ask channel, and answer it in a thread of its own."""
        words = self.bot.words_private(interaction)

        async def ask(asked: Interaction, text: str) -> None:
            await submitted(self.bot, asked, lambda: self._answer_in_thread(asked, text))

        modal = TextModal(words("Ask a question"), words("Your question"), ask, max_chars=MAX_QUESTION_CHARS)
        await self.bot.show_window(interaction, modal)

    async def _answer_in_thread(self, interaction: Interaction, text: str) -> None:
        question = readable(text)
        refuse_by_load(self.bot, interaction)
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
        asking = Asking(interaction.user.id, channel.guild.id, thread.id, question, Filters(), by_command=False)
        with suppress(discord.HTTPException):
            await thread.add_user(interaction.user)
        await answer(
            self.bot, asking, public_words(self.bot, interaction), question, lambda view: delivery.post(thread, view)
        )
        await delivery.answer(interaction, render.text_view(words("Answered in {thread}.", thread=thread.mention)))


class SetupView(ui.LayoutView):
    """The settings of one server, changed as they are chosen."""

    def __init__(self, bot: MeasuresBot, guild: discord.Guild, words: Words) -> None:
        """Show what the server chose so far."""
        super().__init__(timeout=840)
        self.bot = bot
        self.guild = guild
        self.words = words
        self._fill()

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Let only people who manage the server choose."""
        if not await self.bot.admit(interaction):
            return False
        if not interaction.permissions.manage_guild:
            raise Refused(self.words("This needs the permission to manage the server."))
        refuse_by_load(self.bot, interaction, Price.NOTE)
        return True

    async def on_error(self, interaction: discord.Interaction[Any], error: Exception, item: ui.Item[Any], /) -> None:
        """Tell the person in one sentence."""
        await errors.tell(self.bot, interaction, error)

    @property
    def chosen(self) -> ServerSettings:
        """What the server chose so far."""
        return self.bot.servers.get(self.guild.id, ServerSettings())

    async def keep(self, interaction: Interaction, chosen: ServerSettings) -> None:
        """Keep a choice and show the settings anew."""
        keeping = asyncio.create_task(self.bot.set_server(self.guild.id, chosen))
        await asyncio.sleep(0)  # from here on it is obeyed
        await self.show(interaction)
        try:
            await keeping
        except BotStoreError:
            await self.show(interaction)
            raise

    async def show(self, interaction: Interaction) -> None:
        """Show the settings anew."""
        self._fill()
        if interaction.response.is_done():
            await interaction.edit_original_response(view=self)
        else:
            await interaction.response.edit_message(view=self)

    def _fill(self) -> None:
        self.clear_items()
        words, chosen = self.words, self.chosen
        box: ui.Container[SetupView] = ui.Container(accent_colour=render.BLUE)
        box.add_item(ui.TextDisplay(f"## {words('Settings of this server')}"))
        for warning in self._warnings():
            box.add_item(ui.TextDisplay(warning))
        box.add_item(ui.TextDisplay(words("**Channels** where I answer everybody; none chosen means all of them")))
        box.add_item(ui.ActionRow(_Channels(self)))
        box.add_item(ui.TextDisplay(words("**Language** of answers that everybody sees")))
        box.add_item(ui.ActionRow(_Language(self)))
        box.add_item(ui.TextDisplay(words("**Pace**: how many questions a person may ask in a minute")))
        box.add_item(ui.ActionRow(_PaceMenu(self)))
        box.add_item(ui.TextDisplay(words("**Ask channel**: a standing message with a button, and a thread an answer")))
        box.add_item(ui.ActionRow(_AskChannel(self)))
        private = words("Answers are private unless asked otherwise") if chosen.private else words("Answers are public")
        box.add_item(ui.Section(ui.TextDisplay(f"**{private}**"), accessory=_Private(self)))
        self.add_item(box)

    def _warnings(self) -> list[str]:
        """Return the channels where the bot may not answer, and why."""
        chosen = self.chosen.channels
        places = [
            channel
            for channel in self.guild.channels
            if isinstance(channel, _WHERE_PEOPLE_WRITE) and (not chosen or channel.id in chosen)
        ]
        found = [(channel, missing_permissions(channel)) for channel in places]
        lines = [
            self.words(
                "⚠ I cannot answer in {channel}: {missing}",
                channel=channel.mention,
                missing=spelled_out(self.words, missing),
            )
            for channel, missing in found
            if missing
        ]
        return ["\n".join(lines[:_MOST_LISTED])] if lines else []


class _Channels(ui.ChannelSelect[SetupView]):
    def __init__(self, view: SetupView) -> None:
        kinds = [
            discord.ChannelType.text,
            discord.ChannelType.forum,
            discord.ChannelType.news,
            discord.ChannelType.voice,
        ]
        super().__init__(
            channel_types=kinds,
            min_values=0,
            max_values=_MOST_CHANNELS,
            default_values=_there(view, view.chosen.channels),
        )

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        assert self.view is not None
        await self.view.keep(
            interaction, replace(self.view.chosen, channels=tuple(channel.id for channel in self.values))
        )


class _Language(ui.Select[SetupView]):
    def __init__(self, view: SetupView) -> None:
        chosen = view.chosen.language
        options = [discord.SelectOption(label=view.words("As the server"), value="-", default=chosen is None)]
        options += [
            discord.SelectOption(label=_NAMES[language], value=language, default=language == chosen)
            for language in LANGUAGES
        ]
        super().__init__(options=options)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        assert self.view is not None
        value = self.values[0]
        await self.view.keep(interaction, replace(self.view.chosen, language=None if value == "-" else value))


class _PaceMenu(ui.Select[SetupView]):
    def __init__(self, view: SetupView) -> None:
        chosen, usual = view.chosen.pace, view.bot.settings.pace
        options = [
            discord.SelectOption(label=view.words("As usual ({count})", count=usual), value="-", default=chosen is None)
        ]
        options += [discord.SelectOption(label=str(pace), value=str(pace), default=pace == chosen) for pace in _PACES]
        super().__init__(options=options)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        assert self.view is not None
        value = self.values[0]
        await self.view.keep(interaction, replace(self.view.chosen, pace=None if value == "-" else int(value)))


class _Private(ui.Button[SetupView]):
    def __init__(self, view: SetupView) -> None:
        super().__init__(label=view.words("Make public") if view.chosen.private else view.words("Make private"))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        assert self.view is not None
        await self.view.keep(interaction, replace(self.view.chosen, private=not self.view.chosen.private))


class _AskChannel(ui.ChannelSelect[SetupView]):
    def __init__(self, view: SetupView) -> None:
        chosen = view.chosen.ask_channel
        super().__init__(
            channel_types=[discord.ChannelType.text],
            min_values=0,
            max_values=1,
            default_values=_there(view, [chosen] if chosen else []),
        )

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        view = self.view
        assert view is not None
        channel = view.guild.get_channel(self.values[0].id) if self.values else None
        if self.values and not isinstance(channel, discord.TextChannel):
            raise Refused(view.words("I cannot see this channel."))
        if isinstance(channel, discord.TextChannel):
            allowed = channel.permissions_for(view.guild.me)
            missing = [name for name in _ASK_CHANNEL_NEEDS if not getattr(allowed, name)]
            if missing:
                raise Refused(
                    view.words(
                        "I cannot answer in {channel}: {missing}",
                        channel=channel.mention,
                        missing=spelled_out(view.words, missing),
                    )
                )
        await delivery.defer_update(interaction)
        before = view.chosen
        message = await _put_up(view, channel) if isinstance(channel, discord.TextChannel) else None
        chosen = replace(
            before, ask_channel=channel.id if channel else None, ask_message=message.id if message else None
        )
        try:
            await view.bot.set_server(view.guild.id, chosen)
        except StorageError:
            await _take_down(view, chosen)
            raise
        await _take_down(view, before)
        await view.show(interaction)


def _there(view: SetupView, channels: Sequence[int]) -> list[discord.Object]:
    """Return the channels that were not deleted since they were chosen; Discord takes no others."""
    return [discord.Object(channel) for channel in channels if view.guild.get_channel(channel) is not None]


async def _take_down(view: SetupView, chosen: ServerSettings) -> None:
    """Delete the standing message of an ask channel that is one no more."""
    channel = view.guild.get_channel(chosen.ask_channel) if chosen.ask_channel else None
    if isinstance(channel, discord.TextChannel) and chosen.ask_message:
        with suppress(discord.HTTPException):
            await channel.get_partial_message(chosen.ask_message).delete()


async def _put_up(view: SetupView, channel: discord.TextChannel) -> discord.Message:
    """Send the standing message of an ask channel, in the language that everybody sees."""
    words = view.bot.words_public(view.guild.id, view.guild.preferred_locale, 0)
    text = words("Ask what the EU has decided: press the button, and the answer comes in a thread of its own.")
    standing = render.text_view(text, accent=render.BLUE)
    ask: ui.Button[ui.LayoutView] = ui.Button(
        label=words("Ask a question"), custom_id=ids.button("askhere"), style=discord.ButtonStyle.primary
    )
    standing.add_item(ui.ActionRow(ask))
    return await delivery.post(channel, standing)


async def setup(bot: MeasuresBot) -> None:
    """Add the cog."""
    await bot.add_cog(Setup(bot))
