"""Events as Discord sent them: kept until they are claimed, for another bot, and read where they come late.

An event that comes late, because the bot that had it is gone, is read like any other. A message waits for that until
this bot knows its server, without which it would look like a direct message. An interaction says all that is needed.
"""

import json
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from cachetools import LRUCache
from discord.ext import commands

log = logging.getLogger(__name__)
Data = dict[str, Any]
_INTERACTION = "INTERACTION_CREATE"
NAMES = (_INTERACTION, "MESSAGE_CREATE", "MESSAGE_UPDATE")
_MOST, _MOST_WAITING = 1_000, 2_000
_WAITS_S = 600.0  # for Discord to tell of the server: bots with many shards take turns to identify
_AUTOCOMPLETE = 4


class RawEvents:
    """The events of a client from which somebody may want an answer."""

    def __init__(self, client: commands.AutoShardedBot) -> None:
        """Look at what the client receives from now on."""
        self._client = client
        self._read: dict[str, Callable[[Data], None]] = {}
        self._recent: LRUCache[int, tuple[str, Data]] = LRUCache(_MOST)
        self._came_late: LRUCache[tuple[int, str | None], None] = LRUCache(_MOST)
        self._waiting: list[tuple[float, str, Data]] = []
        parsers = client._connection.parsers
        for name in NAMES:
            self._read[name] = parsers[name]
            parsers[name] = partial(self._receive, name)

    def of(self, event_id: int) -> str | None:
        """Return what another bot needs to end an event; None where it could not, or it is long ago."""
        name, data = self._recent.get(event_id, ("", {}))
        return json.dumps({"name": name, "data": data}) if data and data.get("type") != _AUTOCOMPLETE else None

    def take_up(self, event: str) -> None:
        """Read an event that another bot kept."""
        kept = json.loads(event)
        if kept["name"] in NAMES:
            self.come_late(kept["name"], kept["data"])

    def come_late(self, name: str, data: Data) -> None:
        """Read an event now, or once its server is known. What came before is not read again."""
        event_id = int(data["id"])
        key = event_id, data.get("edited_timestamp")
        if key in self._came_late or (name != "MESSAGE_UPDATE" and event_id in self._recent):
            return
        self._came_late[key] = None
        self._waiting = [*self._waiting[1 - _MOST_WAITING :], (time.monotonic(), name, data)]
        self.look()

    def look(self) -> None:
        """Read what waited for its server."""
        waiting, self._waiting = self._waiting, []
        for since_s, name, data in waiting:
            if name == _INTERACTION or self._is_known(data.get("guild_id")):
                self._receive(name, data)
            elif time.monotonic() - since_s < _WAITS_S:
                self._waiting.append((since_s, name, data))

    def _is_known(self, guild_id: str | None) -> bool:
        guild = self._client.get_guild(int(guild_id)) if guild_id is not None else None
        return guild_id is None or (guild is not None and not guild.unavailable)

    def _receive(self, name: str, data: Data) -> None:
        self._recent[int(data["id"])] = name, data
        self._read[name](data)
