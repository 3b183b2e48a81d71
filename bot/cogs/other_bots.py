"""What a bot hears from others with the same token, and from builds on other machines; nothing where it is alone."""

import logging
from contextlib import suppress

from discord.ext import commands

from bot.app.client import MeasuresBot
from bot.app.queue import Stopping
from bot.database.postgres_schema import SERVERS_CHANGE
from corpus import MeasuresError, StorageError
from index import SERVED_CHANNEL, Engine

log = logging.getLogger(__name__)


class OtherBots(commands.Cog):
    """Follows what changes elsewhere. Other cogs may listen to ``generation_served``, too."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot."""
        self.bot = bot

    async def cog_load(self) -> None:
        """Begin to listen, and ask the gateway how many shards may identify at once."""
        if not self.bot.coordination.is_shared:
            return
        limits = await self.bot.fetch_session_start_limits()
        heard = {
            SERVED_CHANNEL: lambda: self.bot.dispatch("generation_served"),
            SERVERS_CHANGE: lambda: self.bot.dispatch("servers_change"),
        }
        self.bot.coordination.start(limits.max_concurrency, heard)
        if self.bot.shared is not None:
            self.bot.shared.start()

    @commands.Cog.listener()
    async def on_generation_served(self) -> None:
        """Open what is served now, so that the next question need not."""
        with suppress(MeasuresError, Stopping):  # whoever asks a question is told of it
            await self.bot.with_engine(Engine.warm)

    @commands.Cog.listener()
    async def on_servers_change(self) -> None:
        """Learn what a server set at another bot."""
        try:
            servers = await self.bot.store.read(lambda store: store.servers())
        except StorageError as error:
            log.warning("what servers set cannot be read just now: %s", error)
            return
        self.bot.servers.clear()
        self.bot.servers.update(servers)


async def setup(bot: MeasuresBot) -> None:
    """Add the cog."""
    await bot.add_cog(OtherBots(bot))
