"""`/agency`: what an EU body is, what the releases say of it, and when."""

import asyncio
import io
from collections.abc import Callable
from functools import partial

import discord
from cachetools import LRUCache
from discord import app_commands
from discord.app_commands import Choice, Range, locale_str
from discord.ext import commands

from bot.app import sending as delivery
from bot.app.admission import Price
from bot.app.asking import ask_by_interaction, is_private, public_words
from bot.app.client import Interaction, MeasuresBot
from bot.app.modals import text_window
from bot.cogs.ask import complete_agency
from bot.i18n.words import Words
from bot.views import agencies as render_cards
from bot.views import charts
from bot.views import custom_ids as ids
from bot.views import wording as cards
from corpus import registry
from index import MAX_QUESTION_CHARS, Card, Engine, Filters, Timeline

_MOST_PICTURES = 100


class Agencies(commands.Cog):
    """Agencies and their cards."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot, and handle the buttons on cards."""
        self.bot = bot
        self._pictures: LRUCache[tuple[str, str, str], bytes] = LRUCache(_MOST_PICTURES)
        bot.buttons.add({"card": self.turn}, Price.TURN)
        bot.buttons.add({"about": self.about}, Price.NOTHING)  # the question costs a turn
        bot.windows.add({"about": self.ask_about})

    @app_commands.command(
        name=locale_str("agency"),
        description=locale_str("Look an EU agency or body up, and what the releases say of it"),
    )
    @app_commands.rename(name=locale_str("name"))
    @app_commands.describe(name=locale_str("Its name or acronym, a former one, or one in another language"))
    async def agency(self, interaction: Interaction, name: Range[str, 1, 200]) -> None:
        """Show an agency's card, or what else may be meant."""
        await self.bot.admission.let_in_or_refuse(interaction)
        lookup = registry().find(name)
        words = self.bot.words_private(interaction)
        if lookup.agency is None:
            await delivery.respond(interaction, render_cards.unknown_view(words, name, lookup))
            return
        ephemeral = is_private(self.bot, interaction, None)
        await delivery.defer(interaction, ephemeral=ephemeral)
        shown = words if ephemeral else public_words(self.bot, interaction)
        await self._show(interaction, lookup.agency.id, 1, shown, lookup.language)

    @agency.autocomplete("name")
    async def complete_name(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Complete the name of an agency."""
        return complete_agency(typed)

    async def turn(self, interaction: Interaction, rest: str) -> None:
        """Turn a card's page where it is the person's own, else show the page to that person alone."""
        agency_id, page = rest.split(":")
        is_public = await delivery.defer_page(interaction)
        words = public_words(self.bot, interaction) if is_public else self.bot.words_private(interaction)
        await self._show(interaction, agency_id, int(page), words)

    async def about(self, interaction: Interaction, rest: str) -> None:
        """Ask for a question on an agency."""
        words = self.bot.words_private(interaction)
        name = cards.short_name(registry().agencies[rest])
        modal = text_window(
            ids.window("about", rest),
            words("Ask about {body}", body=name),
            words("Your question"),
            max_chars=MAX_QUESTION_CHARS,
        )
        await delivery.ask(interaction, modal)

    async def ask_about(self, interaction: Interaction, rest: str, text: str) -> None:
        """Answer a question from what names an agency."""
        await ask_by_interaction(self.bot, interaction, text, Filters(agency=rest), private=None)

    async def _show(
        self, interaction: Interaction, agency_id: str, page: int, words: Words, asked_in: str | None = None
    ) -> None:
        card = await self.bot.with_engine(partial(Engine.card, agency_id=agency_id), interaction.user.id)
        timeline = await self.bot.with_engine(partial(Engine.timeline, agency_ids=[agency_id]), interaction.user.id)
        files, alt_text = await self._picture(card, timeline, words)
        await delivery.answer(interaction, render_cards.card_view(words, card, page, alt_text, asked_in), files)

    async def _picture(
        self, card: Card, timeline: Timeline, words: Words
    ) -> tuple[list[Callable[[], discord.File]], str | None]:
        """Return the timeline as what makes a file, and in words; drawn off the event loop, once a generation."""
        if not cards.is_drawn(timeline):
            return [], None
        key = (card.agency.id, timeline.generation, words.language)
        png = self._pictures.get(key)
        if png is None:
            names = {card.agency.id: cards.short_name(card.agency)}
            source = cards.timeline_source(timeline, words)
            png = await asyncio.to_thread(charts.draw_timeline, timeline, names, source, words)
            self._pictures[key] = png
        picture = png
        return [lambda: discord.File(io.BytesIO(picture), render_cards.TIMELINE_FILE)], cards.alt_text(timeline, words)


async def setup(bot: MeasuresBot) -> None:
    """Add the cog."""
    await bot.add_cog(Agencies(bot))
