"""`/setup`: what the managers of a server choose."""

import asyncio
from typing import Any

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.app import errors
from bot.app.admission import Price
from bot.app.client import Interaction, MeasuresBot
from bot.app.errors import Refused
from bot.app.permissions import missing_permissions, spelled_out
from bot.app.sending import INTERACTION_S
from bot.cogs.setup_menus import (
    AskChannelMenu,
    ChannelsMenu,
    LanguageMenu,
    PrivateButton,
    QuietMenu,
    RateLimitMenu,
    ZoneMenu,
)
from bot.database.connection import BotStoreError
from bot.i18n.words import Words
from bot.user_data import ServerSettings
from bot.views.message import BLUE, title

_MOST_LISTED = 10
_WHERE_PEOPLE_WRITE = (discord.TextChannel, discord.ForumChannel, discord.VoiceChannel, discord.StageChannel)


class Setup(commands.Cog):
    """Settings of servers."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot."""
        self.bot = bot

    @app_commands.command(name=locale_str("setup"), description=locale_str("Choose how the bot behaves in this server"))
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.default_permissions(manage_guild=True)
    async def setup(self, interaction: Interaction) -> None:
        """Show the settings to a manager of the server, alone."""
        words = self.bot.words_private(interaction)
        if interaction.guild is None or not interaction.permissions.manage_guild:
            raise Refused(words("This needs the permission to manage the server."))
        await self.bot.admission.let_in_or_refuse(interaction, Price.NOTE)
        view = SetupView(self.bot, interaction.guild, words)
        await interaction.response.send_message(view=view, ephemeral=True)


class SetupView(ui.LayoutView):
    """The settings of one server, changed as they are chosen."""

    def __init__(self, bot: MeasuresBot, guild: discord.Guild, words: Words) -> None:
        """Show what the server chose so far."""
        super().__init__(timeout=INTERACTION_S)
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
        await self.bot.admission.let_in_or_refuse(interaction, Price.NOTE)
        return True

    async def on_error(self, interaction: discord.Interaction[Any], error: Exception, item: ui.Item[Any], /) -> None:
        """Tell the person in one sentence."""
        await errors.tell(interaction, error)

    @property
    def chosen(self) -> ServerSettings:
        """What the server chose so far."""
        return self.bot.servers.get(self.guild.id, ServerSettings())

    async def keep(self, interaction: discord.Interaction[Any], chosen: ServerSettings) -> None:
        """Keep a choice and show the settings anew."""
        writing = asyncio.create_task(self.set(chosen))
        await asyncio.sleep(0)  # from here on it is applied
        await self.show(interaction)
        try:
            await writing
        except BotStoreError:
            await self.show(interaction)
            raise

    async def set(self, chosen: ServerSettings) -> None:
        """Apply a choice at once, and keep it.

        :raises BotStoreError: when it cannot be kept.
        """
        await self.bot.set_server(self.guild.id, chosen)

    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """Show the settings anew."""
        self._fill()
        if interaction.response.is_done():
            await interaction.edit_original_response(view=self)
        else:
            await interaction.response.edit_message(view=self)

    def public_words(self) -> Words:
        """Return the words for what everybody in the server sees."""
        return self.bot.words_public(self.guild.id, self.guild.preferred_locale, 0)

    def _fill(self) -> None:
        self.clear_items()
        words, chosen = self.words, self.chosen
        box: ui.Container[SetupView] = ui.Container(accent_colour=BLUE)
        box.add_item(ui.TextDisplay(title(words("Settings of this server"))))
        for warning in self._warnings():
            box.add_item(ui.TextDisplay(warning))
        if not self.bot.intents.message_content:
            box.add_item(
                ui.TextDisplay(
                    words(
                        "I read only messages that mention me. To have another one checked, people choose “Check "
                        "against EU releases” in its menu."
                    )
                )
            )
        box.add_item(ui.TextDisplay(words("**Channels** where I answer everybody; none chosen means all of them")))
        box.add_item(ui.ActionRow(ChannelsMenu(self)))
        box.add_item(ui.TextDisplay(words("**Language** of answers that everybody sees")))
        box.add_item(ui.ActionRow(LanguageMenu(self)))
        box.add_item(ui.TextDisplay(words("**Pace**: how many questions a person may ask in a minute")))
        box.add_item(ui.ActionRow(RateLimitMenu(self, self.bot.settings.pace)))
        box.add_item(ui.TextDisplay(words("**Ask channel**: a standing message with a button, and a thread an answer")))
        box.add_item(ui.ActionRow(AskChannelMenu(self)))
        box.add_item(ui.TextDisplay(words("**Time zone** of the server: digests come at eight in the morning")))
        box.add_item(ui.ActionRow(ZoneMenu(self)))
        box.add_item(ui.TextDisplay(words("**Quiet hours**, in which I tell nobody of new releases")))
        box.add_item(ui.ActionRow(QuietMenu(self)))
        private = words("Answers are private unless asked otherwise") if chosen.private else words("Answers are public")
        box.add_item(ui.Section(ui.TextDisplay(f"**{private}**"), accessory=PrivateButton(self)))
        self.add_item(box)

    def _warnings(self) -> list[str]:
        """Return the channels where the bot may not answer, and why."""
        chosen = self.chosen.channels
        channels = [
            channel
            for channel in self.guild.channels
            if isinstance(channel, _WHERE_PEOPLE_WRITE) and (not chosen or channel.id in chosen)
        ]
        missing = {channel: missing_permissions(channel) for channel in channels}
        lines = [
            self.words(
                "⚠ I cannot answer in {channel}: {missing}",
                channel=channel.mention,
                missing=spelled_out(self.words, names),
            )
            for channel, names in missing.items()
            if names
        ]
        return ["\n".join(lines[:_MOST_LISTED])] if lines else []


async def setup(bot: MeasuresBot) -> None:
    """Add the cog."""
    await bot.add_cog(Setup(bot))
