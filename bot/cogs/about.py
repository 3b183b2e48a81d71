"""`/help`, `/about` and `/forget-me`."""

import asyncio
import io
import logging
from functools import partial

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

import index
from bot.app import sending as delivery
from bot.app.admission import Price
from bot.app.asking import ask_by_interaction
from bot.app.client import Interaction, MeasuresBot
from bot.cogs.admin.base import may_administer, name_in_history
from bot.i18n.words import Words
from bot.receipts import FoundNothing, distinct, found_nothing
from bot.views.about import CURVE_FILE, EXAMPLE, about_view, administrators_lines, forgotten_text, help_view
from bot.views.charts import draw_risk
from bot.views.message import text_view
from bot.views.usage import usage_lines
from corpus import MeasuresError, undone
from index import Engine, Filters, shipped_weights

log = logging.getLogger(__name__)


class About(commands.Cog):
    """What the bot is, and what it keeps."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot, and handle the example's button."""
        self.bot = bot
        bot.buttons.add({"example": self.example}, Price.NOTHING)  # the question costs a turn

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
        await self.bot.admission.let_in_or_refuse(interaction)
        await delivery.defer(interaction, ephemeral=True)
        corpus = await self.bot.with_engine(Engine.corpus, interaction.user.id)
        words = self.bot.words_private(interaction)
        png = await asyncio.to_thread(draw_risk, shipped_weights().curve(), words)
        lines = await self._for_administrators(interaction, words)
        view = about_view(words, corpus, self.bot.settings.answer_days, lines, in_database=self._in_database)
        await delivery.answer(interaction, view, [lambda: discord.File(io.BytesIO(png), CURVE_FILE)])

    @property
    def _in_database(self) -> bool:
        return self.bot.index_settings.database_url is not None

    async def _for_administrators(self, interaction: Interaction, words: Words) -> list[str]:
        """Return what only administrators read: feedback, and what administrators did last."""
        if not may_administer(self.bot.settings, interaction.guild_id, interaction.user):
            return []
        feedback = await self.bot.store.read(lambda store: store.feedback())
        acts = await self.bot.store.read(lambda store: store.audited())
        usage = await self.bot.store.read(lambda store: store.usage())
        in_vain = await self._in_vain(interaction.user.id)
        told = administrators_lines(words, feedback, acts, in_database=self._in_database)
        return [*told, *usage_lines(words, in_vain, usage)]

    async def _in_vain(self, user_id: int) -> list[FoundNothing]:
        """Return what at least three people asked in vain."""
        unanswered = await self.bot.store.read(lambda store: store.unanswered())
        questions = distinct(unanswered)
        if not questions:
            return []
        groups = await self.bot.with_engine(partial(Engine.alike, questions=questions), user_id)
        return found_nothing(unanswered, questions, groups)

    @app_commands.command(name=locale_str("forget-me"), description=locale_str("Erase what is stored about you"))
    async def forget_me(self, interaction: Interaction) -> None:
        """Erase what is stored about the person, and say what is not erased, and why."""
        await self.bot.admission.let_in_or_refuse(interaction, Price.NOTE)
        user_id = interaction.user.id
        await delivery.defer(interaction, ephemeral=True)
        with undone("Nothing was erased"):
            forgotten = await self.bot.store.forget_asker(user_id)
        self.bot.forget_locale(user_id)
        administered = await self._administered(user_id)
        kept = None if administered is None else forgotten.administered + administered
        text = forgotten_text(self.bot.words_private(interaction), forgotten, kept)
        await delivery.answer(interaction, text_view(text))

    async def _administered(self, user_id: int) -> int | None:
        """Return how many entries in the history of the corpus name a person; None where that cannot be read."""
        settings, name = self.bot.index_settings, name_in_history(user_id)
        try:
            return await self.bot.background.run(lambda: index.done_by(settings, name))
        except MeasuresError as error:
            log.warning("what administrators did cannot be read: %s", error)
            return None


async def setup(bot: MeasuresBot) -> None:
    """Add the cog."""
    await bot.add_cog(About(bot))
