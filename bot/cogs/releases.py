"""`/releases`: what is served, newest first; picking one shows its outline."""

import asyncio
from collections import Counter
from functools import partial

from discord import app_commands
from discord.app_commands import Range, locale_str
from discord.ext import commands

from bot.app import sending as delivery
from bot.app.admission import refuse_by_load
from bot.app.asking import Interaction, is_private, public_words
from bot.app.client import MeasuresBot
from bot.views import agencies as render_cards
from bot.views import answers as render
from corpus import Agency, Release, outline, registry
from index import Engine


class Releases(commands.Cog):
    """The releases served."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot, and the buttons on lists."""
        self.bot = bot
        bot.handlers |= {"releases": self.turn, "release": self.pick}

    @app_commands.command(
        name=locale_str("releases"),
        description=locale_str("List the press releases that answers come from, newest first"),
    )
    @app_commands.rename(query=locale_str("query"))
    @app_commands.describe(query=locale_str("Words of the title, the issuer or the date"))
    async def releases(self, interaction: Interaction, query: Range[str, 1, 70] | None = None) -> None:
        """Show the first page of the releases that match."""
        refuse_by_load(self.bot, interaction)
        ephemeral = is_private(self.bot, interaction, None)
        await delivery.defer(interaction, ephemeral=ephemeral)
        await self._show(interaction, query or "", 1, public=not ephemeral)

    async def turn(self, interaction: Interaction, rest: str) -> None:
        """Turn a page, in a copy for the person alone where the list is somebody else's."""
        query, page = rest.rsplit(":", 1)
        message = interaction.message
        asked_by = message.interaction_metadata.user.id if message and message.interaction_metadata else None
        own = message is not None and asked_by == interaction.user.id
        if own:
            await delivery.defer_update(interaction)
        else:
            await delivery.defer(interaction, ephemeral=True)
        public = own and message is not None and not message.flags.ephemeral
        await self._show(interaction, query, int(page), public=public)

    async def pick(self, interaction: Interaction, release_id: str) -> None:
        """Show a release's outline, the bodies it names and its link, to the person alone."""
        words = self.bot.words_private(interaction)
        await delivery.defer(interaction, ephemeral=True)
        release = await self.bot.with_engine(partial(Engine.release, release_id=release_id), interaction.user.id)
        if release is None:
            view = render.text_view(words("This release is no longer served."), accent=render.AMBER)
        else:
            headings = [section.heading for section in outline(release.text)]
            named = await asyncio.to_thread(_named, release)
            view = render_cards.outline_view(words, release, headings, named)
        await delivery.answer(interaction, view)

    async def _show(self, interaction: Interaction, query: str, page: int, *, public: bool) -> None:
        found = await self.bot.with_engine(partial(Engine.releases, query=query), interaction.user.id)
        words = public_words(self.bot, interaction) if public else self.bot.words_private(interaction)
        await delivery.answer(interaction, render_cards.releases_view(words, found, query, page))


def _named(release: Release) -> dict[str, Agency]:
    """Return the bodies that a release names, most often named first."""
    named = Counter(mention.agency_id for mention in registry().mentions(release.text))
    ranked = sorted(named, key=lambda agency_id: (-named[agency_id], agency_id))
    return {agency_id: registry().agencies[agency_id] for agency_id in ranked}


async def setup(bot: MeasuresBot) -> None:
    """Add the cog."""
    await bot.add_cog(Releases(bot))
