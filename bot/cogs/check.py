"""“Check against EU releases” on a message: what the releases say to its claims."""

from functools import partial

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.app import metrics
from bot.app import sending as delivery
from bot.app.client import Interaction, MeasuresBot
from bot.app.clock import today
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
        with metrics.asked(metrics.Surface.CHECK) as counted:
            claims(text)  # refuses a text without any
            await self.bot.admission.let_in_or_refuse(interaction)
            await delivery.defer(interaction, ephemeral=True)
            checked = await self.bot.with_engine(partial(Engine.check, text=text), interaction.user.id)
            view = render.check_view(self.bot.words_private(interaction), checked, today())
            await delivery.answer(interaction, view)
            counted.checked(checked)


async def setup(bot: MeasuresBot) -> None:
    """Add the cog."""
    await bot.add_cog(Check(bot))
