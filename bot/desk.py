"""Where questions wait their turn: one engine on one thread of its own, and people served in rotation."""

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from index.engine import Engine

log = logging.getLogger(__name__)
T = TypeVar("T")
_FIRST_GUESS_S = 0.1
_CLOSE_S = 0.5


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[Engine], Any]
    done: "asyncio.Future[Any]"


class Desk:
    """Runs work with the engine off the event loop; of those who wait, people take turns, however much each asks."""

    def __init__(self, open_engine: Callable[[], Engine], bound: int) -> None:
        """Take what opens the engine, which is called on the thread, and how many may wait."""
        self._open_engine = open_engine
        self._bound = bound
        self._thread = ThreadPoolExecutor(1, "engine")
        self._waiting: OrderedDict[int, deque[_Job]] = OrderedDict()
        self._arrived = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._running: asyncio.Task[None] | None = None
        self._engine: Engine | None = None
        self._usual_s = _FIRST_GUESS_S
        self._under_way = 0

    @property
    def is_ready(self) -> bool:
        """Whether the engine is open."""
        return self._engine is not None

    @property
    def pending(self) -> int:
        """How many jobs wait or are under way."""
        return sum(map(len, self._waiting.values())) + self._under_way

    def busy_s(self) -> int:
        """Return 0 where one more may wait, else the seconds after which to try again."""
        if self.pending < self._bound:
            return 0
        return max(1, round(self.pending * self._usual_s))

    def start(self) -> None:
        """Open the engine in the background and begin to serve."""
        self._running = asyncio.create_task(self._serve(), name="desk")

    async def run(self, user_id: int, work: Callable[[Engine], T]) -> T:
        """Return what work with the engine returns, when its turn has come.

        :raises MeasuresError: what the work raises, or the opening of the engine.
        """
        job = _Job(work, asyncio.get_running_loop().create_future())
        self._waiting.setdefault(user_id, deque()).append(job)
        self._arrived.set()
        self._idle.clear()
        return cast(T, await job.done)

    async def close(self, timeout_s: float = 10.0) -> None:
        """Finish what is under way and waiting, within the time given, and close the engine."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), timeout_s)
        if self._running is not None:
            self._running.cancel()
        if self._engine is not None:
            closing = asyncio.wrap_future(self._thread.submit(self._engine.close))
            with suppress(TimeoutError):
                await asyncio.wait_for(closing, _CLOSE_S)
        self._thread.shutdown(wait=False)

    async def _serve(self) -> None:
        while True:
            self._arrived.clear()
            if self._engine is None:
                await self._open()
            while self._waiting and self._engine is not None:
                await self._do(self._next(), self._engine)
            self._idle.set()
            await self._arrived.wait()

    async def _open(self) -> None:
        """Open the engine; where that fails, everybody who waits hears it, and the next question tries again."""
        try:
            self._engine = await asyncio.get_running_loop().run_in_executor(self._thread, self._open_engine)
        except Exception as error:
            log.warning("The index cannot be opened: %s", error)
            for job in [job for jobs in self._waiting.values() for job in jobs]:
                _fail(job, error)
            self._waiting.clear()

    async def _do(self, job: _Job, engine: Engine) -> None:
        if job.done.cancelled():
            return
        self._under_way = 1
        began = time.monotonic()
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._thread, job.work, engine)
        except Exception as error:
            _fail(job, error)
        else:
            if not job.done.done():
                job.done.set_result(found)
        finally:
            self._under_way = 0
            self._usual_s += 0.2 * (time.monotonic() - began - self._usual_s)

    def _next(self) -> _Job:
        """Take the first job of the person whose turn it is, and put that person at the end of the row."""
        user_id, jobs = self._waiting.popitem(last=False)
        job = jobs.popleft()
        if jobs:
            self._waiting[user_id] = jobs
        return job


def _fail(job: _Job, error: Exception) -> None:
    if not job.done.done():
        job.done.set_exception(error)
