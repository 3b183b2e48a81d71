"""`/feeds`, for the administrators in the settings; and the clock by which feeds are polled while the bot runs."""

import logging
import time

import discord
from discord import app_commands
from discord.app_commands import Choice, Range, locale_str
from discord.ext import commands, tasks

from bot.app import sending as delivery
from bot.app.client import Interaction, MeasuresBot
from bot.cogs.admin.base import Administration, by
from bot.views import admin as render_admin
from bot.views.message import text_view
from corpus import MeasuresError
from index import By, SourceKind, due

log = logging.getLogger(__name__)
_CHOICES, _CHOICE_CHARS = 25, 100


class Feeds(Administration):
    """What administrators do with feeds."""

    feeds = app_commands.Group(
        name="feeds",
        description=locale_str("Follow feeds of official releases"),
        guild_only=True,
        default_permissions=discord.Permissions(manage_guild=True),
        auto_locale_strings=False,  # names stay English, as README and the logs have them: here and in all below
    )

    @feeds.command(name="add", description=locale_str("Follow a feed (RSS or Atom)"), auto_locale_strings=False)
    @app_commands.describe(url=locale_str("Its address"))
    async def add_feed(self, interaction: Interaction, url: Range[str, 1, 2000]) -> None:
        """Follow a feed."""
        words = self.bot.words_private(interaction)
        await delivery.defer(interaction, ephemeral=True)
        new = await self.look(lambda: self.maintenance.add_feed(url, by(interaction, "/feeds add")))
        await self.audit(interaction, "feeds add", {"url": url})
        text = words("Followed; it is read within a minute.") if new else words("It is followed already.")
        await delivery.answer(interaction, text_view(text))

    @feeds.command(
        name="list",
        description=locale_str("List the feeds that are followed, and what is wrong with them"),
        auto_locale_strings=False,
    )
    async def list_feeds(self, interaction: Interaction) -> None:
        """List feeds."""
        await delivery.defer(interaction, ephemeral=True)
        feeds = await self.look(self.maintenance.feeds)
        await delivery.answer(interaction, render_admin.feeds_view(self.bot.words_private(interaction), feeds))

    @feeds.command(
        name="remove",
        description=locale_str("Follow a feed no more; the releases that came of it stay"),
        auto_locale_strings=False,
    )
    @app_commands.describe(url=locale_str("Its address"))
    async def remove_feed(self, interaction: Interaction, url: Range[str, 1, 2000]) -> None:
        """Forget a feed."""
        await delivery.defer(interaction, ephemeral=True)
        await self.look(lambda: self.maintenance.remove_feed(url, by(interaction, "/feeds remove")))
        await self.audit(interaction, "feeds remove", {"url": url})
        words = self.bot.words_private(interaction)
        await delivery.answer(interaction, text_view(words("It is followed no more.")))

    @remove_feed.autocomplete("url")
    async def complete_feed(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Complete the address of a feed; one too long for a choice must be typed."""
        feeds = await self.complete(interaction, self.maintenance.feeds)
        matching = [feed.url for feed in feeds if typed.strip() in feed.url and len(feed.url) <= _CHOICE_CHARS]
        return [Choice(name=url, value=url) for url in matching[:_CHOICES]]

    @feeds.command(
        name="poll", description=locale_str("Read the feeds now, and serve what is new"), auto_locale_strings=False
    )
    async def poll_feeds(self, interaction: Interaction) -> None:
        """Read feeds now."""
        await delivery.defer(interaction, ephemeral=True)
        who = by(interaction, "/feeds poll")
        await self.work(
            interaction,
            "feeds poll",
            lambda steps: self.maintenance.poll(steps, by=who, kind=SourceKind.FEED),
            render_admin.polled_view,
            {},
        )


class Polling(commands.Cog):
    """The clock of the feeds."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot."""
        self.bot = bot

    async def cog_load(self) -> None:
        """Start the clock."""
        self.poll.start()

    async def cog_unload(self) -> None:
        """Stop the clock."""
        self.poll.cancel()

    @tasks.loop(minutes=1)
    async def poll(self) -> None:
        """Read the feeds that are due, and serve what is new; one line in the log."""
        if not self.bot.queue.is_ready:
            return
        try:
            async with self.bot.coordination.alone("sources", wait=False) as may_poll:
                if may_poll:
                    await self.bot.background.run(self._poll)
        except MeasuresError as error:
            log.warning("feeds could not be polled: %s", error)

    def _poll(self) -> None:
        maintenance = self.bot.maintenance
        if not due([listed.source for listed in maintenance.sources()], time.time()):
            return
        polled = maintenance.poll(lambda step: None, by=By("the bot", "a feed was due"), due_only=True)
        new = sum(source.new for source in polled.sources)
        failed = sum(source.error is not None and not source.skipped for source in polled.sources)
        log.info("polled sources: %d new entries, %d sources failed", new, failed)


async def setup(bot: MeasuresBot) -> None:
    """Add the clock, and the commands to the servers of the administrators and to no other."""
    await bot.add_cog(Polling(bot))
    guilds = [discord.Object(guild_id) for guild_id in sorted(bot.settings.admin_guilds)]
    if guilds:
        await bot.add_cog(Feeds(bot), guilds=guilds)
