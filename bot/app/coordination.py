"""What a bot asks before it acts where several may run with one token: is it mine, may this person ask, is it my turn.

A bot alone answers that from memory (`OneBot`). Several bots ask their database (`SeveralBots`), and none leads. While
the database is away each goes on by itself. It paces people from memory, and what two bots then send is one to Discord,
which takes one first response to an interaction and one message with a nonce.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Protocol, TypeVar

from cachetools import LRUCache

from bot.app.events import Claim, Events
from bot.app.rate_limit import RateLimit
from bot.database.agreement import Agreement, runs
from bot.database.home import open_postgres
from corpus import MeasuresError, StorageError
from index import IndexSettings, open_link

log = logging.getLogger(__name__)
T = TypeVar("T")
Heard = Mapping[str, Callable[[], None]]
_MOST_EVENTS = 2_000
_IDENTIFY_S = 5.0
_MARGIN_S = 0.5  # between taking the turn to identify and identifying
_PATIENCE_S = 1.0  # of Discord's three seconds
_AGAIN_S = 5.0  # for how long a database that is away is not asked again
_LOOK_S = 0.2
_FORGET_S = 60.0
_HEAR_S = 1.0


class Hearing(Protocol):
    """Listens to other bots, and to builds on other machines. Used by one thread."""

    def heard(self, channels: Iterable[str], timeout_s: float) -> set[str] | None:
        """Return the channels on which something was said; None where that is not known."""

    def close(self) -> None:
        """Stop listening."""


class Coordination(Protocol):
    """What a bot asks."""

    is_shared: bool
    """Whether other bots may run with the same token."""

    async def claim(self, event_id: int, event: str | None = None) -> Claim:
        """Tell whether an interaction or a message is for this bot to answer, until the current task ends.

        :param event: what another bot needs to end it, should this one be gone before.
        """

    async def wait_s(
        self, kind: str, limit: RateLimit, person: int, per_minute: int | None = None, turns: float = 1.0, *, take: bool
    ) -> int:
        """Do what `RateLimit.wait_s` does, for a person who may ask any of the bots.

        :param kind: which of a person's limits it is.
        """

    def alone(self, what: str, *, wait: bool) -> AbstractAsyncContextManager[bool]:
        """Do something as the only bot, and give whether it may be done.

        :param wait: whether it waits until the other bots are done; else it may not be done meanwhile.
        :raises StorageError: when the database that tells is away.
        """

    async def identify(self, shard_id: int) -> bool:
        """Wait for the turn of a shard to identify to Discord; return False where nobody tells whose turn it is."""

    def start(self, concurrency: int, heard: Heard) -> None:
        """Begin to listen.

        :param concurrency: how many shards may identify at once, as the gateway says.
        :param heard: what to do when something is said on a channel, or may have been while nobody listened.
        """

    def stop_waiting(self) -> None:
        """Wait no more for other bots to end what they claimed."""

    async def close(self) -> None:
        """Stop listening, and let go of everything."""


class OneBot:
    """A bot alone."""

    is_shared = False

    def __init__(self) -> None:
        self._events: LRUCache[int, None] = LRUCache(_MOST_EVENTS)

    async def claim(self, event_id: int, event: str | None = None) -> Claim:
        """Tell whether an event comes for the first time: Discord may send one twice."""
        if event_id in self._events:
            return Claim.NOT
        self._events[event_id] = None
        return Claim.FIRST

    async def wait_s(
        self, kind: str, limit: RateLimit, person: int, per_minute: int | None = None, turns: float = 1.0, *, take: bool
    ) -> int:
        """Ask the rate limit of this process."""
        return limit.wait_s(person, per_minute, turns, take=take)

    @asynccontextmanager
    async def alone(self, what: str, *, wait: bool) -> AsyncIterator[bool]:
        """Allow it: there is no other bot."""
        yield True

    async def identify(self, shard_id: int) -> bool:
        """Leave it to discord.py, which knows of the shards of one bot."""
        return False

    def start(self, concurrency: int, heard: Heard) -> None:
        """Do nothing: there is nobody to hear."""

    def stop_waiting(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""


class SeveralBots:
    """One of several bots, which agree in a database. `Coordination` explains the methods."""

    is_shared = True

    def __init__(self, open_agreement: Callable[[], Agreement], hearing: Hearing) -> None:
        """Take what opens a connection that bots agree over, and what hears the other bots."""
        self.open_agreement = open_agreement
        self._hearing = hearing
        self._by_itself = OneBot()
        self._agreement = open_agreement()
        self._asking_thread = ThreadPoolExecutor(1, "agreement")
        self._hearing_thread = ThreadPoolExecutor(1, "hearing")
        self._away_until = 0.0
        self._concurrency = 1
        self._events = Events(self.ask)
        self._tasks: list[asyncio.Task[None]] = []

    async def claim(self, event_id: int, event: str | None = None) -> Claim:
        """Claim an event before the other bots do; where one of them did, wait until it is over or that bot is gone."""
        if not await self._by_itself.claim(event_id):
            return Claim.NOT
        is_first = await self.ask(lambda agreement: agreement.claim(event_id, event), otherwise=True)
        return await self._events.claimed(event_id, event, is_first=is_first)

    async def wait_s(
        self, kind: str, limit: RateLimit, person: int, per_minute: int | None = None, turns: float = 1.0, *, take: bool
    ) -> int:
        """Take turns in the database; while that is away, from memory.

        A question that another bot left behind was paid for when it was asked.
        """
        if self._events.is_paid():
            return 0
        burst, rate = limit.bucket(per_minute)
        wait_s = await self.ask(
            lambda agreement: agreement.wait_s(kind, person, turns, burst, rate, take=take), otherwise=None
        )
        return limit.wait_s(person, per_minute, turns, take=take) if wait_s is None else wait_s

    @asynccontextmanager
    async def alone(self, what: str, *, wait: bool) -> AsyncIterator[bool]:
        """Hold a lock of the database, on a connection of its own."""
        agreement = self.open_agreement()
        try:
            is_held = await asyncio.to_thread(agreement.try_lock, what)
            while wait and not is_held:
                await asyncio.sleep(_LOOK_S)
                is_held = await asyncio.to_thread(agreement.try_lock, what)
            yield is_held
        finally:
            await asyncio.to_thread(agreement.close)

    async def identify(self, shard_id: int) -> bool:
        """Take the turn of the shard's bucket."""
        bucket = shard_id % self._concurrency
        while True:
            wait_s = await self.ask(
                lambda agreement: agreement.identify_in_s(bucket, _IDENTIFY_S + _MARGIN_S), otherwise=None
            )
            if not wait_s:
                return wait_s is not None
            await asyncio.sleep(wait_s)

    def start(self, concurrency: int, heard: Heard) -> None:
        """Listen where there is something to hear, and erase every minute what nobody asks about any more."""
        self._concurrency = max(1, concurrency)
        self._tasks = [asyncio.create_task(self._forget(), name="coordination: forgetting")]
        if heard:
            self._tasks.append(asyncio.create_task(self._hear(heard), name="coordination: hearing"))

    def stop_waiting(self) -> None:
        """Leave what other bots claimed to them."""
        self._events.stop_waiting()

    async def close(self) -> None:
        """Tell what is over, stop listening, and close the connections."""
        await self._events.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._asking_thread.submit(self._agreement.close)
        self._asking_thread.shutdown(wait=False)
        self._hearing_thread.shutdown(wait=False)

    def is_back(self) -> None:
        """Ask the database at once again, because it answers."""
        self._away_until = 0.0

    async def ask(self, question: Callable[[Agreement], T], otherwise: T) -> T:
        """Ask the database; give something else where it does not answer in time, and leave it alone for a while."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._away_until:
            return otherwise
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await loop.run_in_executor(self._asking_thread, question, self._agreement)
        except (StorageError, TimeoutError) as error:
            if self._away_until < loop.time() - 2 * _AGAIN_S:
                log.warning(
                    "the bots cannot agree just now, each goes on by itself: %s", str(error) or "no answer in time"
                )
            self._away_until = loop.time() + _AGAIN_S
            return otherwise

    async def _hear(self, heard: Heard) -> None:
        """Do what is to be done when something was said, or may have been said unheard."""
        hearing = self._hearing
        loop = asyncio.get_running_loop()
        try:
            while True:
                try:
                    said = await loop.run_in_executor(self._hearing_thread, hearing.heard, list(heard), _HEAR_S)
                except MeasuresError:
                    await asyncio.sleep(_HEAR_S)
                    continue
                for channel in heard if said is None else said:
                    heard[channel]()
        finally:
            with suppress(RuntimeError):  # the interpreter ends
                self._hearing_thread.submit(hearing.close)

    async def _forget(self) -> None:
        while True:
            await asyncio.sleep(_FORGET_S)
            await self.ask(lambda agreement: agreement.forget(), otherwise=None)


def open_coordination(settings: IndexSettings) -> Coordination:
    """Return what a bot asks before it acts: itself, or the database of the settings.

    :raises SettingsError: when there is a database, and what speaks to it is not installed.
    """
    hearing = open_link(settings)
    if hearing is None:
        return OneBot()
    bot_id = secrets.token_hex(8)
    return SeveralBots(lambda: Agreement(open_postgres(settings, runs(bot_id)), bot_id), hearing)
