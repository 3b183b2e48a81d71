"""The clock by which people are told of new releases, and what ends a subscription without anybody asking for it."""

import logging

import discord
from discord.ext import commands, tasks

from bot.app.client import MeasuresBot
from bot.app.notices import Notices
from bot.app.queue import Stopping
from bot.database.connection import BotStoreError
from corpus import MeasuresError

log = logging.getLogger(__name__)
_EVERY_S = 30.0


class NoticesClock(commands.Cog):
    """Looks for what is new, and tells it."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot."""
        self.bot = bot
        self.notices = Notices(bot)
        self._failed = False

    async def cog_load(self) -> None:
        """Start the clock."""
        self.tell.start()

    async def cog_unload(self) -> None:
        """Stop the clock."""
        self.tell.cancel()

    @tasks.loop(seconds=_EVERY_S)
    async def tell(self) -> None:
        """Tell what is new and due, once the bot knows its servers; an error does not end the clock."""
        if not self.bot.is_ready() or self.bot.stopping:
            return
        try:
            async with self.bot.coordination.alone("notices", wait=True):
                await self.bot.findings.look(self.notices.clock())
                await self.notices.send()
        except Stopping:
            return
        except MeasuresError as error:
            if not self._failed:
                log.warning("what is new cannot be told just now, and is tried again: %s", error)
            self._failed = True
        except Exception:
            log.exception("what is new could not be told")
        else:
            self._failed = False

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Erase what is stored of the servers that threw the bot out while it was not connected."""
        try:
            subscriptions = await self.bot.store.read(lambda store: store.subscriptions.all())
        except BotStoreError as error:
            log.warning("subscriptions cannot be read just now: %s", error)
            return
        guilds = {each.guild or each.made_in for each in subscriptions} - {None}
        for guild_id in guilds - {guild.id for guild in self.bot.guilds}:
            assert guild_id is not None
            if self.bot.has_guild(guild_id):
                self.bot.store.forget_guild(guild_id)

    @commands.Cog.listener()
    async def on_generation_served(self) -> None:
        """Tell what is new at once, where a build tells of itself."""
        await self.tell()

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """End what is told in a channel that is deleted."""
        self.bot.store.end_channel(channel.id)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """End what is told in a thread that is deleted."""
        self.bot.store.end_channel(payload.thread_id)


async def setup(bot: MeasuresBot) -> None:
    """Add the cog."""
    await bot.add_cog(NoticesClock(bot))
