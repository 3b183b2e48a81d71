"""What the bot keeps, for the event loop: while it cannot be used, nobody waits for it longer than they can.

Reads have a thread and a connection of their own, so that they never wait for writes. A write is tried again while the
file is in use elsewhere or the database is away: for some seconds where a person waits for the outcome, else until it
is done. The buttons of an answer find it also while it is not written yet.
"""

import asyncio
import logging
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from bot.database.connection import StoreBusyError
from bot.database.store import BotStore
from bot.receipts import Receipt
from bot.user_data import Forgotten, KeptAnswer
from corpus import Fault, StorageError
from index import now

log = logging.getLogger(__name__)
T = TypeVar("T")
READ_S, WRITE_S = 1.5, 10.0  # the first of Discord's 3 s, the second of its 15 minutes
_PAUSE_S = 0.1
_PAUSES_S = (0.25, 1.0, 5.0)
_MOST_LATER = 1_000
_STOP_S = 1.0
_SCRUB = "scrub"


class _StoreThread:
    """A thread with a connection of its own."""

    def __init__(self, open_store: Callable[[], BotStore], name: str) -> None:
        self._open = open_store
        self._thread = ThreadPoolExecutor(1, name)
        self._store: BotStore | None = None

    async def run(self, act: Callable[[BotStore], T], patience_s: float) -> T:
        """Run something with the store, and try again while the file is in use elsewhere.

        :raises StoreBusyError: when it still is after `patience_s`; nothing was changed then.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + patience_s
        while True:
            try:
                return await loop.run_in_executor(self._thread, lambda: act(self._opened()))
            except StoreBusyError:
                if loop.time() >= until:
                    raise
            await asyncio.sleep(_PAUSE_S)

    def _opened(self) -> BotStore:
        if self._store is None:
            self._store = self._open()
        return self._store

    async def close(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, store.close)
        self._thread.shutdown()


@dataclass(frozen=True, slots=True)
class _Later:
    """A write that waits, and the answer that it is about, so that its buttons find the answer before it is written."""

    act: Callable[[BotStore], object]
    answer: KeptAnswer | None = None
    receipt: Receipt | None = None


class AsyncBotStore:
    """What the bot keeps, read and written off the event loop."""

    def __init__(self, open_store: Callable[[], BotStore], read_within_s: float | None = None) -> None:
        """Take what opens the store in the thread that uses it, when it is needed.

        :param read_within_s: how long a database is waited for that says nothing at all.
        """
        self._read_within_s = read_within_s
        self._reads, self._writes = _StoreThread(open_store, "bot-reads"), _StoreThread(open_store, "bot-writes")
        self._later: dict[Hashable, _Later] = {}
        self._task: asyncio.Task[None] | None = None

    async def read(self, look: Callable[[BotStore], T]) -> T:
        """Look something up.

        :raises BotStoreError: when it cannot be read.
        """
        try:
            async with asyncio.timeout(self._read_within_s):
                return await self._reads.run(look, READ_S)
        except TimeoutError as error:
            raise StoreBusyError("the database does not answer in time; try again in a minute.", Fault.AWAY) from error

    async def write(self, act: Callable[[BotStore], T]) -> T:
        """Write something while somebody waits; it is written as a whole or not at all.

        :raises BotStoreError: when it cannot be written.
        """
        return await self._write(act, WRITE_S)

    def keep(self, answer: KeptAnswer, receipt: Receipt | None = None) -> None:
        """Keep an answer for its buttons, and its receipt, as soon as it can be written."""
        act = partial(BotStore.keep, answer=answer, receipt=receipt)
        self._write_later(answer.id, _Later(act, answer, receipt))

    def set_message(self, answer: KeptAnswer, message_id: int) -> None:
        """Keep which message shows an answer, unless the answer was erased since."""
        shown = replace(answer, message=message_id)
        if self._unwritten(answer.id) is not None:
            self.keep(shown, self._later[answer.id].receipt)
        else:
            act = partial(BotStore.set_message, answer_id=answer.id, message_id=message_id)
            self._write_later(answer.id, _Later(act, shown))

    async def answer(self, answer_id: str) -> KeptAnswer | None:
        """Return an answer by its id; None where it was never kept or is erased."""
        return self._unwritten(answer_id) or await self.read(lambda store: store.answer(answer_id))

    async def receipt(self, answer_id: str, days: int) -> Receipt | None:
        """Return the receipt of an answer that is at most so many days old; None where there is none."""
        later = self._later.get(answer_id)
        if later is not None and later.receipt is not None:
            return replace(later.receipt, at=now())
        return await self.read(lambda store: store.receipt(answer_id, days))

    async def keep_receipt(self, receipt: Receipt, days: int) -> None:
        """Keep the receipt of an answer that only a program was shown, for so many days.

        :raises BotStoreError: when it cannot be written.
        """
        await self.write(partial(BotStore.keep_receipt, receipt=receipt, days=days))

    async def answer_in(self, message_id: int) -> KeptAnswer | None:
        """Return the answer that a message shows."""
        shown = (each.answer for each in self._later.values() if each.answer and each.answer.message == message_id)
        return next(shown, None) or await self.read(lambda store: store.answer_in(message_id))

    async def say(self, answer_id: str, user_id: int, verdict: str, reason: str | None) -> bool:
        """Keep what a person thinks of an answer; return whether the answer is still kept.

        :raises BotStoreError: when it cannot be written.
        """

        def act(store: BotStore) -> bool:
            later = self._later.get(answer_id)
            if later is not None:
                later.act(store)
            return store.say(answer_id, user_id, verdict, reason)

        return await self.write(act)

    def forget_answer(self, answer_id: str) -> None:
        """Erase an answer, as soon as it can be written."""
        self._drop(lambda answer: answer.id == answer_id)
        self._write_later(("forget", answer_id), _Later(partial(BotStore.forget_answer, answer_id=answer_id)))

    def forget_guild(self, guild_id: int) -> None:
        """Erase all that is stored about a server, as soon as it can be written."""
        self._drop(lambda answer: answer.guild == guild_id)
        self._write_later(("guild", guild_id), _Later(partial(BotStore.forget_guild, guild_id=guild_id)))

    def end_channel(self, channel_id: int) -> None:
        """End what is told in a channel, as soon as it can be written."""
        self._write_later(("channel", channel_id), _Later(partial(BotStore.end_channel, channel_id=channel_id)))

    def forget_older_than(self, days: int) -> None:
        """Erase what is old, as soon as it can be written."""
        self._write_later("old", _Later(partial(BotStore.forget_older_than, days=days)))

    async def forget_asker(self, user_id: int) -> Forgotten:
        """Erase what is stored about a person.

        :raises BotStoreError: when it cannot be written: then nothing is erased.
        """
        unwritten = self._drop(lambda answer: answer.asker == user_id)
        try:
            forgotten = await self.write(lambda store: store.forget_asker(user_id))
        except BaseException:
            for later in unwritten:
                if later.answer is not None:
                    self.keep(later.answer, later.receipt)
            raise
        dropped = {later.answer.id for later in unwritten if later.answer is not None}
        return replace(forgotten, answers=forgotten.answers | dropped)

    async def close(self) -> None:
        """Write what is still to be written, if that can be done soon, and close the file."""
        if self._task is not None and not self._task.done():
            await asyncio.wait({self._task}, timeout=_STOP_S)
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._later:
            log.warning("what the bot keeps could not be written until the end: %d changes are lost", len(self._later))
        await self._reads.close()
        await self._writes.close()

    async def _write(self, act: Callable[[BotStore], T], patience_s: float) -> T:
        def and_tell(store: BotStore) -> tuple[T, bool]:
            return act(store), store.is_scrubbed

        done, is_scrubbed = await self._writes.run(and_tell, patience_s)
        if not is_scrubbed:
            self._write_later(_SCRUB, _Later(BotStore.scrub))
        return done

    def _unwritten(self, answer_id: str) -> KeptAnswer | None:
        later = self._later.get(answer_id)
        return later.answer if later is not None else None

    def _drop(self, which: Callable[[KeptAnswer], bool]) -> list[_Later]:
        """Cancel the waiting writes of answers, and return them."""
        waiting = {key: each for key, each in self._later.items() if each.answer is not None and which(each.answer)}
        for key in waiting:
            del self._later[key]
        return list(waiting.values())

    def _write_later(self, key: Hashable, later: _Later) -> None:
        self._later[key] = later
        if len(self._later) > _MOST_LATER:
            answers = (key for key, each in self._later.items() if each.answer is not None)
            del self._later[next(answers, key)]
            log.warning("what the bot keeps cannot be written for so long that a change is lost")
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._catch_up(), name="store: catching up")

    async def _catch_up(self) -> None:
        """Write what is to be written, in order, until nothing is; where that fails, try again after a pause."""
        failures = 0
        while self._later:
            key, later = next(iter(self._later.items()))
            try:
                await self._write(later.act, 0.0)
            except StorageError as error:
                if key == _SCRUB:
                    self._later[key] = self._later.pop(key)  # a reader of the file prevents the scrub, but no write
                elif failures == 0:
                    log.warning("what the bot keeps cannot be written just now, and is tried again: %s", error)
                await asyncio.sleep(_PAUSES_S[min(failures, len(_PAUSES_S) - 1)])
                failures += 1
            else:
                failures = 0
                self._written(key, later)

    def _written(self, key: Hashable, later: _Later) -> None:
        """Remove a write that is done; where the answer got its message meanwhile, only that is left to write."""
        waiting = self._later.get(key)
        if waiting is later:
            del self._later[key]
        elif waiting is not None and waiting.answer is not None and waiting.answer.message is not None:
            message = partial(BotStore.set_message, answer_id=waiting.answer.id, message_id=waiting.answer.message)
            self._later[key] = replace(waiting, act=message)
