"""`/sources`, for the administrators in the settings: what announces releases and is followed."""

import re

import discord
from discord import app_commands
from discord.app_commands import Choice, Range, locale_str

from bot.app import sending as delivery
from bot.app.client import Interaction, MeasuresBot
from bot.cogs.admin.base import Administration, by
from bot.views import admin as render_admin
from bot.views import sources as render_sources
from bot.views.message import text_view
from index import SourceOptions, parse_since

_CHOICES, _CHOICE_CHARS = 25, 100
_READ_AT_ONCE = 300  # At a request a second they take five minutes; a reply can be edited for fifteen.


class Sources(Administration):
    """What administrators do with sources."""

    sources = app_commands.Group(
        name="sources",
        description=locale_str("Follow what announces releases"),
        guild_only=True,
        default_permissions=discord.Permissions(manage_guild=True),
        auto_locale_strings=False,  # names stay English, as README and the logs have them: here and in all below
    )

    @sources.command(
        name="add",
        description=locale_str("Follow a feed, a sitemap or a search in the press corner"),
        auto_locale_strings=False,
    )
    @app_commands.describe(
        source=locale_str("Its address, or presscorner"),
        types=locale_str("Press corner: types of documents, as IP,SPEECH"),
        policies=locale_str("Press corner: codes of policies, as TRANSP"),
        languages=locale_str("Press corner: languages, as en,de"),
        words=locale_str("Only what has all these words in its title"),
    )
    async def add_source(
        self,
        interaction: Interaction,
        source: Range[str, 1, 2000],
        types: Range[str, 1, 300] | None = None,
        policies: Range[str, 1, 300] | None = None,
        languages: Range[str, 1, 100] | None = None,
        words: Range[str, 1, 300] | None = None,
    ) -> None:
        """Follow a source; a folder only by the command line, because it is one of the bot's machine."""
        await delivery.defer(interaction, ephemeral=True)
        options = SourceOptions(_listed(types), _listed(policies), _listed(languages), tuple((words or "").split()))
        who = by(interaction, "/sources add")
        url, new = await self.look(lambda: self.maintenance.add_source(source, who, options=options, folders=False))
        await self.audit(interaction, "sources add", {"url": url})
        own_words = self.bot.words_private(interaction)
        text = own_words("Followed; it is read within a minute.") if new else own_words("It is followed already.")
        await delivery.answer(interaction, text_view(text))

    @sources.command(
        name="list",
        description=locale_str("List what is followed, what came of it, and what is wrong with it"),
        auto_locale_strings=False,
    )
    async def list_sources(self, interaction: Interaction) -> None:
        """List sources."""
        await delivery.defer(interaction, ephemeral=True)
        listed = await self.look(self.maintenance.sources)
        await delivery.answer(interaction, render_sources.sources_view(self.bot.words_private(interaction), listed))

    @sources.command(
        name="remove",
        description=locale_str("Follow a source no more; the releases that came of it stay"),
        auto_locale_strings=False,
    )
    @app_commands.describe(source=locale_str("The source"))
    async def remove_source(self, interaction: Interaction, source: Range[str, 1, 2000]) -> None:
        """Forget a source."""
        await delivery.defer(interaction, ephemeral=True)
        await self.look(lambda: self.maintenance.remove_source(source, by(interaction, "/sources remove")))
        await self.audit(interaction, "sources remove", {"url": source})
        words = self.bot.words_private(interaction)
        await delivery.answer(interaction, text_view(words("It is followed no more.")))

    @sources.command(
        name="poll", description=locale_str("Read the sources now, and serve what is new"), auto_locale_strings=False
    )
    async def poll_sources(self, interaction: Interaction) -> None:
        """Read sources now."""
        await delivery.defer(interaction, ephemeral=True)
        who = by(interaction, "/sources poll")
        await self.work(
            interaction,
            "sources poll",
            lambda steps: self.maintenance.poll(steps, by=who),
            render_admin.polled_view,
            {},
        )

    @sources.command(
        name="backfill",
        description=locale_str("Read the past of sources, and serve it"),
        auto_locale_strings=False,
    )
    @app_commands.describe(
        since=locale_str("The first day, as 2024-01-01; without it, what was interrupted"),
        source=locale_str("The source; by default all"),
    )
    async def backfill_sources(
        self,
        interaction: Interaction,
        since: Range[str, 1, 20] | None = None,
        source: Range[str, 1, 2000] | None = None,
    ) -> None:
        """Read the past of sources, as much as can be read while the reply can be edited."""
        first = parse_since(since) if since else None
        await delivery.defer(interaction, ephemeral=True)
        who = by(interaction, "/sources backfill")
        urls = [source] if source else []
        await self.work(
            interaction,
            "sources backfill",
            lambda steps: self.maintenance.backfill(steps, urls, who, since=first, limit=_READ_AT_ONCE),
            render_sources.backfilled_view,
            {"since": since, "url": source},
        )

    @remove_source.autocomplete("source")
    @backfill_sources.autocomplete("source")
    async def complete_source(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Complete the address of a source; one too long for a choice must be typed."""
        listed = await self.complete(interaction, self.maintenance.sources)
        urls = [each.source.url for each in listed if len(each.source.url) <= _CHOICE_CHARS]
        return [Choice(name=url, value=url) for url in urls if typed.strip() in url][:_CHOICES]


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(filter(None, re.split(r"[\s,]+", text or "")))


async def setup(bot: MeasuresBot) -> None:
    """Add the commands to the servers of the administrators and to no other."""
    guilds = [discord.Object(guild_id) for guild_id in sorted(bot.settings.admin_guilds)]
    if guilds:
        await bot.add_cog(Sources(bot), guilds=guilds)
