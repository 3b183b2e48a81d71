"""Shards of several bots: where one of them is gone, the others take its shards, and give them back when it is there.

Each bot keeps in the database up to which event it knows each of its sessions with the gateway. Who takes a shard
resumes the session, so that Discord sends what came since, and opens one of its own, because only a new session tells
of the servers. Whoever starts again does the same with what it had before. What was received and not answered is in
the database, too (`raw_events.py`), and what comes twice is answered once (`events.py`).
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import discord
from discord.ext import commands
from discord.gateway import DiscordWebSocket

from bot.app.coordination import SeveralBots
from bot.app.earlier_session import EarlierSession
from bot.app.raw_events import RawEvents
from bot.database.agreement import Agreement
from bot.database.sessions import LeftSession, Session
from corpus import StorageError

log = logging.getLogger(__name__)
T = TypeVar("T")
_LOOK_S = 0.25  # A person whose bot is gone sees nothing only where this and answering take more than three seconds.
_TRUST_S = 3.0  # after the database was away, in which the others come back to it
_KEEP_S = 1.0  # after which the sessions are kept again, although nothing came
_PATIENCE_S = 2.0  # where the bot waits for this to end
_GUILDS_S = 1.0  # between a session that tells of its servers and the end of the one before


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the database says."""

    left: list[LeftSession]
    at_home: frozenset[int]
    events: list[str]


class Shards:
    """The shards that a bot has now."""

    def __init__(self, bot: commands.AutoShardedBot, coordination: SeveralBots) -> None:
        """Take the client, whose `shard_ids` say which servers it answers for."""
        self._bot = bot
        self._coordination = coordination
        self._raw = RawEvents(bot)
        self._home = frozenset(bot.shard_ids) if bot.shard_ids is not None else None
        self._ready: set[int] = set()
        self._taken: set[int] = set()
        self._earlier: dict[int, Session] = {}
        self._left_before: set[tuple[str, int]] = set()
        self._trusted_from_s = self._kept_s = 0.0
        self._kept: list[Session] = []
        self._agreement = coordination.open_agreement()
        self._asking_thread = ThreadPoolExecutor(1, "shards")
        self._looking: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to look after the shards."""
        self._bot.add_listener(self._shard_ready, "on_shard_ready")
        self._looking = asyncio.create_task(self._keep_looking(), name="shards")

    def event(self, event_id: int) -> str | None:
        """Return what another bot needs to end an event."""
        return self._raw.of(event_id)

    async def leave(self) -> None:
        """Stop looking; leave the shards to the other bots at once, where there are any, and answer nothing new.

        What came after the sessions were kept last is sent to them again.
        """
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        with suppress(TimeoutError, StorageError):
            async with asyncio.timeout(_PATIENCE_S):
                if await self._ask(lambda agreement: agreement.sessions.are_others()):
                    await self._close_sockets()
                    await self._ask(lambda agreement: agreement.sessions.leave())

    async def close(self) -> None:
        """Close the connections so that the sessions stay, for the next bot that has the shards."""
        await self._close_sockets()
        with suppress(RuntimeError):  # closed already
            self._asking_thread.submit(self._agreement.close)
        self._asking_thread.shutdown(wait=False)

    async def _ask(self, question: Callable[[Agreement], T]) -> T:
        """Ask the database."""
        return await asyncio.get_running_loop().run_in_executor(self._asking_thread, question, self._agreement)

    async def _close_sockets(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for info in self._bot.shards.values():
            with suppress(discord.DiscordException, OSError):
                info._parent._cancel_task()
                await info._parent.ws.close()  # Any code but 1000 and 1001 keeps a session.

    async def _shard_ready(self, shard_id: int) -> None:
        self._ready.add(shard_id)
        if shard_id in self._taken and self._bot.shard_ids is not None and shard_id not in self._bot.shard_ids:
            self._bot.shard_ids.append(shard_id)

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            try:
                self._raw.look()
                await self._look()
            except StorageError:
                continue
            except Exception:
                log.exception("shards cannot be looked after just now")

    async def _look(self) -> None:
        count = self._bot.shard_count
        if count is None:
            return
        home = self._home if self._home is not None else frozenset(range(count))
        taken, now_s = frozenset(self._taken), asyncio.get_running_loop().time()
        try:
            await self._keep(count, home, now_s)
            seen = await self._ask(
                lambda agreement: _Seen(
                    agreement.sessions.left(count), agreement.sessions.at_home(count, taken), agreement.left()
                )
            )
        except StorageError:
            self._trusted_from_s = asyncio.get_running_loop().time() + _TRUST_S
            self._kept, self._left_before = [], set()
            return
        self._coordination.is_back()
        for shard_id in seen.at_home:
            self._begin(self._give_back(shard_id))
        if now_s < self._trusted_from_s:
            return
        for event in seen.events:
            self._raw.take_up(event)
        await self._take_left(count, seen.left, home)

    async def _keep(self, count: int, home: frozenset[int], now_s: float) -> None:
        """Keep the sessions where something came on them, or they were kept a while ago."""
        sessions = self._sessions(home)
        if sessions == self._kept and now_s - self._kept_s < _KEEP_S:
            return
        await self._ask(lambda agreement: agreement.sessions.keep(count, sessions, home & self._ready))
        self._kept, self._kept_s = sessions, now_s

    def _sessions(self, home: frozenset[int]) -> list[Session]:
        """Return what is to be kept: as long as a session of before is not read to its end, that one."""
        held = home | self._taken
        state = dict(self._earlier)
        for shard_id, info in self._bot.shards.items():
            socket = info._parent.ws
            if shard_id not in state and shard_id in held and socket.session_id and socket.sequence is not None:
                state[shard_id] = Session(shard_id, socket.session_id, socket.sequence, str(socket.gateway))
        return list(state.values())

    async def _take_left(self, count: int, left: list[LeftSession], home: frozenset[int]) -> None:
        """Take what is left by bots that are gone also at the second look; of others' shards one at a time."""
        seen = {(each.bot, each.session.shard) for each in left}
        before, self._left_before = self._left_before, seen
        may_take = bool(self._ready >= home)
        for each in left:
            shard_id = each.session.shard
            is_new = shard_id not in home and shard_id not in self._taken
            is_sure = each.is_given_up or (each.bot, shard_id) in before
            if not is_sure or (is_new and not may_take):
                continue
            session = await self._ask(partial(_take, count=count, left=each))
            if session is None:
                continue
            if shard_id not in self._earlier:
                self._earlier[shard_id] = session
                self._begin(self._read_earlier(session))
            if is_new:
                may_take = False
                self._taken.add(shard_id)
                self._ready.discard(shard_id)
                log.info("the bot that had shard %s is gone: this one takes it", shard_id)
                self._begin(self._bot.launch_shard(DiscordWebSocket.DEFAULT_GATEWAY, shard_id))

    async def _read_earlier(self, session: Session) -> None:
        """Read what came on a session that a bot left, until this bot has one that knows the servers."""
        earlier = EarlierSession(self._bot, session, self._raw.come_late)
        reading = asyncio.create_task(earlier.read())
        is_read = False
        try:
            while not (reading.done() or (earlier.is_caught_up and session.shard in self._ready)):  # noqa: ASYNC110
                await asyncio.sleep(_LOOK_S)
            await asyncio.sleep(_GUILDS_S)
            is_read = True
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            await earlier.close(ends=is_read)
            self._earlier.pop(session.shard, None)

    async def _give_back(self, shard_id: int) -> None:
        """Leave a shard to the bot whose own it is, and which has it again."""
        info = self._bot.get_shard(shard_id)
        if info is None or shard_id not in self._ready or shard_id not in self._taken:
            return
        self._taken.discard(shard_id)
        self._ready.discard(shard_id)
        if self._bot.shard_ids is not None and shard_id in self._bot.shard_ids:
            self._bot.shard_ids.remove(shard_id)
        await asyncio.sleep(_GUILDS_S)
        await info.disconnect()
        log.info("the bot whose shard %s is has it again", shard_id)

    def _begin(self, work: Any) -> None:  # noqa: ANN401 - any coroutine
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _take(agreement: Agreement, count: int, left: LeftSession) -> Session | None:
    return agreement.sessions.take(count, left)
