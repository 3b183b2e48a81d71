"""`/releases`: what is served, newest first; choosing one shows its outline, and a single one is shown so at once."""

import asyncio
from collections import Counter
from functools import partial

from discord import app_commands, ui
from discord.app_commands import Range, locale_str
from discord.ext import commands

from bot.app import sending as delivery
from bot.app.asking import is_private, public_words
from bot.app.client import Interaction, MeasuresBot
from bot.i18n.words import Words
from bot.views import agencies as render_cards
from bot.views.message import AMBER, text_view
from corpus import Agency, Release, outline, registry
from index import Engine, one_edition_each


class Releases(commands.Cog):
    """The releases served."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot, and handle the buttons on lists."""
        self.bot = bot
        bot.buttons.add({"releases": self.turn, "release": self.choose})

    @app_commands.command(
        name=locale_str("releases"),
        description=locale_str("List the press releases that answers come from, newest first"),
    )
    @app_commands.rename(query=locale_str("query"))
    @app_commands.describe(query=locale_str("Words of the title, the issuer or the date"))
    async def releases(self, interaction: Interaction, query: Range[str, 1, 70] | None = None) -> None:
        """Show the first page of the releases that match."""
        await self.bot.admission.let_in_or_refuse(interaction)
        ephemeral = is_private(self.bot, interaction, None)
        await delivery.defer(interaction, ephemeral=ephemeral)
        await self._show(interaction, query or "", 1, is_public=not ephemeral)

    async def turn(self, interaction: Interaction, rest: str) -> None:
        """Turn a page, in a copy for the person alone where the list is somebody else's."""
        query, page = rest.rsplit(":", 1)
        is_public = await delivery.defer_page(interaction)
        await self._show(interaction, query, int(page), is_public=is_public)

    async def choose(self, interaction: Interaction, release_id: str) -> None:
        """Show a release's outline, the agencies it names and its link, to the person alone."""
        words = self.bot.words_private(interaction)
        await delivery.defer(interaction, ephemeral=True)
        await delivery.answer(interaction, await self._outline(words, release_id, interaction.user.id))

    async def _outline(self, words: Words, release_id: str, user_id: int) -> ui.LayoutView:
        release = await self.bot.with_engine(partial(Engine.release, release_id=release_id), user_id)
        if release is None:
            return text_view(words("This release is no longer served."), accent=AMBER)
        headings = [section.heading for section in outline(release.text)]
        agencies = await asyncio.to_thread(_named_agencies, release)
        return render_cards.outline_view(words, release, headings, agencies)

    async def _show(self, interaction: Interaction, query: str, page: int, *, is_public: bool) -> None:
        words = public_words(self.bot, interaction) if is_public else self.bot.words_private(interaction)
        releases_found = await self.bot.with_engine(partial(Engine.releases, query=query), interaction.user.id)
        shown = one_edition_each(releases_found, words.language)
        releases = [release for release in releases_found if release.release_id in shown]
        if len(releases) == 1:  # there is nothing to choose
            view = await self._outline(words, releases[0].release_id, interaction.user.id)
        else:
            view = render_cards.releases_view(words, releases, query, page)
        await delivery.answer(interaction, view)


def _named_agencies(release: Release) -> dict[str, Agency]:
    """Return the agencies that a release names, most often named first."""
    counts = Counter(mention.agency_id for mention in registry().mentions(release.text))
    ranked = sorted(counts, key=lambda agency_id: (-counts[agency_id], agency_id))
    return {agency_id: registry().agencies[agency_id] for agency_id in ranked}


async def setup(bot: MeasuresBot) -> None:
    """Add the cog."""
    await bot.add_cog(Releases(bot))
