"""The connections of a client with Discord, one a shard: which are there now, and a line of each that comes back."""

import logging

from discord.ext import commands

from bot.app import metrics

log = logging.getLogger(__name__)


class Connections:
    """What is known of them. `is_ready` of discord.py stays true when a connection is lost."""

    def __init__(self, client: commands.AutoShardedBot) -> None:
        """Listen to what becomes of them."""
        self._client = client
        self._ever: set[int] = set()
        self._now: set[int] = set()
        for heard in (self.on_shard_ready, self.on_shard_resumed, self.on_shard_disconnect):
            client.add_listener(heard)

    @property
    def are_all_there(self) -> bool:
        """Whether each shard that this bot has is connected."""
        shards = self._client.shards.keys()
        wanted = shards if self._client.shard_ids is None else self._client.shard_ids
        return bool(shards) and self._now.issuperset(wanted) and not self._client.is_closed()

    async def on_shard_ready(self, shard_id: int) -> None:
        """Log one line, the first time and when a session is lost."""
        is_again = shard_id in self._ever
        self._ever.add(shard_id)
        self._now.add(shard_id)
        if is_again:
            metrics.reconnected(resumed=False)
        log.info("%s Discord, shard %s", "a new session with" if is_again else "connected to", shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Log one line of a connection that was lost and is there again."""
        self._now.add(shard_id)
        metrics.reconnected(resumed=True)
        log.info("the connection to Discord was lost and is there again, shard %s", shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Remember that a connection is lost."""
        self._now.discard(shard_id)
