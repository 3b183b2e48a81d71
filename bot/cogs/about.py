"""`/help`, `/about` and `/forget-me`."""

import asyncio
import io
import logging

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

import index
from bot.app import sending as delivery
from bot.app.admission import Price, refuse_by_load
from bot.app.asking import Interaction, ask_by_interaction
from bot.app.client import MeasuresBot
from bot.cogs.admin.base import called
from bot.views import answers as render
from bot.views.about import CURVE_FILE, EXAMPLE, about_view, forgotten_text, help_view
from bot.views.charts import draw_risk
from corpus import MeasuresError, undone
from index import Engine, Filters, shipped_weights

log = logging.getLogger(__name__)


class About(commands.Cog):
    """What the bot is, and what it keeps."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot, and the example's button."""
        self.bot = bot
        bot.handlers["example"] = self.example
        bot.prices["example"] = Price.NOTHING  # the question takes a turn

    @app_commands.command(name=locale_str("help"), description=locale_str("What this bot does, and how to ask"))
    async def help(self, interaction: Interaction) -> None:
        """Explain, to the person alone."""
        await delivery.respond(interaction, help_view(self.bot.words_private(interaction)))

    async def example(self, interaction: Interaction, rest: str) -> None:
        """Ask the example question, for the person alone."""
        await ask_by_interaction(self.bot, interaction, EXAMPLE, Filters(), private=True)

    @app_commands.command(
        name=locale_str("about"),
        description=locale_str("Where answers come from, how good they are, and what is stored"),
    )
    async def about(self, interaction: Interaction) -> None:
        """Tell of the corpus, the measured quality, what is stored, and whose the texts are; to the person alone."""
        refuse_by_load(self.bot, interaction)
        await delivery.defer(interaction, ephemeral=True)
        corpus = await self.bot.with_engine(Engine.corpus, interaction.user.id)
        words = self.bot.words_private(interaction)
        png = await asyncio.to_thread(draw_risk, shipped_weights().curve(), words)
        view = about_view(words, corpus, self.bot.settings.answer_days)
        await delivery.answer(interaction, view, [lambda: discord.File(io.BytesIO(png), CURVE_FILE)])

    @app_commands.command(name=locale_str("forget-me"), description=locale_str("Erase what is stored about you"))
    async def forget_me(self, interaction: Interaction) -> None:
        """Erase what is stored about the person, and say what is not erased, and why."""
        refuse_by_load(self.bot, interaction, Price.NOTE)
        words, user_id = self.bot.words_private(interaction), interaction.user.id
        await delivery.defer(interaction, ephemeral=True)
        with undone("Nothing was erased"):
            forgotten = await self.bot.store.forget_asker(user_id)
        self.bot.forget_locale(user_id)
        try:
            done = await self.bot.upkeeping(lambda: index.done_by(self.bot.index_settings, called(user_id)))
            kept: int | None = forgotten.administered + done
        except MeasuresError as error:
            log.warning("what administrators did cannot be read: %s", error)
            kept = None
        await delivery.answer(interaction, render.text_view(forgotten_text(words, forgotten, kept)))


async def setup(bot: MeasuresBot) -> None:
    """Add the cog."""
    await bot.add_cog(About(bot))
