"""A session with Discord's gateway that a bot left which is gone, resumed to read what came on it."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import discord
from discord.gateway import DiscordWebSocket, ReconnectWebSocket
from yarl import URL

from bot.app.raw_events import NAMES
from bot.database.sessions import Session

log = logging.getLogger(__name__)
_TRIES = 3
_CONNECT_S = 20.0
_DISCORD = ".discord.gg"
_ENDS, _STAYS = 1000, 4000  # the codes after which Discord forgets a session, and keeps it


class EarlierSession:
    """Reads a session. Only events from which somebody may want an answer are handed on."""

    def __init__(self, client: discord.Client, session: Session, read: Callable[[str, dict[str, Any]], None]) -> None:
        """Take the client that is logged in, and what is done with the name and the data of an event."""
        self._client = client
        self._session_id: str | None = session.session_id
        self._sequence: int | None = session.sequence
        self._shard = session.shard
        self._gateway = _trusted(session.gateway)
        self._read = read
        self._socket: DiscordWebSocket | None = None
        self.is_caught_up = False

    async def read(self) -> None:
        """Read until the session ends, at the latest when this is cancelled."""
        for _ in range(_TRIES):
            try:
                await self._resume()
            except ReconnectWebSocket as again:
                if again.resume:
                    continue
                log.info("Discord no longer has the session of shard %s: what came meanwhile is lost", self._shard)
                return
            except (discord.DiscordException, OSError, TimeoutError) as error:
                log.info("the session of shard %s is not there just now: %s", self._shard, type(error).__name__)
                await asyncio.sleep(1)

    async def close(self, *, ends: bool) -> None:
        """Leave the session.

        :param ends: whether all of it was read; else another bot may resume it.
        """
        if self._socket is not None:
            await self._socket.close(_ENDS if ends else _STAYS)

    async def _resume(self) -> None:
        async with asyncio.timeout(_CONNECT_S):
            self._socket = socket = await DiscordWebSocket.from_client(
                self._client,
                gateway=self._gateway,
                shard_id=self._shard,
                session=self._session_id,
                sequence=self._sequence,
                resume=True,
            )
        socket._discord_parsers = {"RESUMED": self._resumed, **{name: partial(self._read, name) for name in NAMES}}
        try:
            while True:
                await socket.poll_event()
        finally:
            self._session_id, self._sequence = socket.session_id, socket.sequence

    def _resumed(self, _: dict[str, Any]) -> None:
        """Note that what came before was sent again."""
        self.is_caught_up = True


def _trusted(gateway: str) -> URL:
    """Return an address to which the token may go: one of Discord, else where the client itself connects to."""
    url, own = URL(gateway), DiscordWebSocket.DEFAULT_GATEWAY
    is_discord = url.scheme == own.scheme and (url.host or "").endswith(_DISCORD)
    return url if is_discord else own
