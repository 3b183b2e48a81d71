"""Events of Discord that several bots get, from the claim of one of them to their end.

A bot that did not get an event waits until it is over. Where the bot that got it is gone before that, because it was
killed or its machine died, another one ends what it began. To Discord that is one answer all the same: a first response
is given once, an answer in its place may be edited, and a message with the nonce of an earlier one is that one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from enum import IntEnum
from functools import partial
from typing import Protocol, TypeVar

from bot.app.sending import INTERACTION_S
from bot.database.agreement import Agreement

T = TypeVar("T")
_LOOK_S = 0.25  # of the three seconds that Discord waits for a first response
_UNKNOWN_LOOKS = 12  # after which nobody claims an event again that a crash of the database erased
_paid: ContextVar[bool] = ContextVar("paid", default=False)


class Claim(IntEnum):
    """Whether an event is for a bot to answer."""

    NOT = 0
    FIRST = 1
    LEFT = 2
    """It is, and another bot that is gone may have begun to."""

    @property
    def is_left(self) -> bool:
        """Whether another bot may have begun to answer."""
        return self is Claim.LEFT


class Ask(Protocol):
    """Asks the database; gives something else where it does not answer."""

    def __call__(self, question: Callable[[Agreement], T], otherwise: T) -> Awaitable[T]:
        """Ask it."""


class Events:
    """What this bot claimed and has yet to end, and what it waits for others to end."""

    def __init__(self, ask: Ask) -> None:
        """Take what asks the database."""
        self._ask = ask
        self._own: dict[int, str | None] = {}
        self._over: set[int] = set()
        self._waiting: dict[int, asyncio.Future[bool]] = {}
        self._unknown: dict[int, int] = {}
        self._is_stopping = False
        self._looking: asyncio.Task[None] | None = None

    async def claimed(self, event_id: int, event: str | None, *, is_first: bool) -> Claim:
        """Return whose an event is: now, where it is this bot's, else when it is over or its bot is gone.

        It is over for this bot when the current task ends.

        :param event: what another bot needs to end it.
        """
        claim = Claim.FIRST
        if not is_first:
            if not await self._is_left(event_id):
                return Claim.NOT
            claim = Claim.LEFT
            _paid.set(True)
        self._own[event_id] = event
        task = asyncio.current_task()
        assert task is not None
        task.add_done_callback(partial(self._end, event_id))
        self._look()
        return claim

    def is_paid(self) -> bool:
        """Tell whether the current task ends what another bot began, which took the turn of whoever asked."""
        return _paid.get()

    def stop_waiting(self) -> None:
        """Leave what others claimed to them."""
        self._is_stopping = True
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result(False)

    async def close(self) -> None:
        """Tell what is over."""
        self.stop_waiting()
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        await self._tell_over()

    async def _is_left(self, event_id: int) -> bool:
        """Wait until an event of another bot is over, or is this bot's because that one is gone."""
        if self._is_stopping:
            return False
        waiting: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting[event_id] = waiting
        self._look()
        try:
            async with asyncio.timeout(INTERACTION_S):
                return await waiting
        except TimeoutError:
            return False
        finally:
            del self._waiting[event_id]
            self._unknown.pop(event_id, None)

    def _end(self, event_id: int, _: "asyncio.Task[object]") -> None:
        self._own.pop(event_id, None)
        self._over.add(event_id)
        if not self._is_stopping:
            self._look()

    def _look(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._keep_looking(), name="events")

    async def _keep_looking(self) -> None:
        while self._own or self._over or self._waiting:
            await asyncio.sleep(_LOOK_S)
            if self._over:
                await self._tell_over()
            if self._own:
                await self._claim_again(self._own)
            if self._waiting:
                await self._ask_of_others(list(self._waiting))

    async def _tell_over(self) -> None:
        over = frozenset(self._over)
        told: frozenset[int] = await self._ask(lambda agreement: agreement.end(over), frozenset())
        self._over.difference_update(told)

    async def _claim_again(self, events: Mapping[int, str | None]) -> frozenset[int]:
        claimed = dict(events)
        return await self._ask(lambda agreement: agreement.claim_again(claimed), frozenset())

    async def _ask_of_others(self, events: list[int]) -> None:
        taken: frozenset[int] = await self._ask(lambda agreement: agreement.take_over(events), frozenset())
        known: dict[int, bool] | None = await self._ask(lambda agreement: agreement.known(events), None)
        if known is None:
            return
        unknown = {event: self._unknown.get(event, 0) + 1 for event in events if event not in known}
        self._unknown = unknown
        lost = [event for event, looks in unknown.items() if looks >= _UNKNOWN_LOOKS]
        if lost:
            taken |= await self._claim_again(dict.fromkeys(lost))
        for event in events:
            waiting = self._waiting.get(event)
            if waiting is not None and not waiting.done() and (event in taken or known.get(event)):
                waiting.set_result(event in taken)
