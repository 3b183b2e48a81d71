"""“Check against EU releases” on a message: what the releases say to its claims."""

from functools import partial

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.app import sending as delivery
from bot.app.admission import refuse_by_load
from bot.app.asking import Interaction
from bot.app.client import MeasuresBot, today
from bot.views import answers as render
from index import Engine, claims


class Check(commands.Cog):
    """The message command."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot, and the command, which discord.py wants outside of classes."""
        self.bot = bot
        self._command = app_commands.ContextMenu(name=locale_str("Check against EU releases"), callback=self.check)
        bot.tree.add_command(self._command)

    async def cog_unload(self) -> None:
        """Take the command away."""
        self.bot.tree.remove_command(self._command.name, type=self._command.type)

    async def check(self, interaction: Interaction, message: discord.Message) -> None:
        """Answer with what the releases say, to the person alone."""
        text = message.content
        claims(text)
        refuse_by_load(self.bot, interaction)
        await delivery.defer(interaction, ephemeral=True)
        found = await self.bot.with_engine(partial(Engine.check, text=text), interaction.user.id)
        await delivery.answer(interaction, render.check_view(self.bot.words_private(interaction), found, today()))


async def setup(bot: MeasuresBot) -> None:
    """Add the cog."""
    await bot.add_cog(Check(bot))
