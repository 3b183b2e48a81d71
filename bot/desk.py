"""Where questions wait their turn: one engine on one thread of its own, and people served in rotation."""

import asyncio
import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, cast

from corpus.errors import WorkerError
from index.engine import Engine
from index.engine_process import EngineRunner

log = logging.getLogger(__name__)
T = TypeVar("T")
_FIRST_GUESS_S = 0.1


class Stopping(Exception):
    """The bot stops before the turn of a question has come."""


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[Engine], Any]
    done: "asyncio.Future[Any]"


class Desk:
    """Runs work with the engine off the event loop; of those who wait, people take turns, however much each asks."""

    def __init__(self, open_engine: Callable[[], EngineRunner], bound: int) -> None:
        """Take what opens the engine, which is called on the thread, and how many may wait."""
        self._open_engine = open_engine
        self._bound = bound
        self._thread = ThreadPoolExecutor(1, "engine")
        self._waiting: OrderedDict[int, deque[_Job]] = OrderedDict()
        self._lock = threading.Lock()  # for what the thread and the event loop both change: `_waiting`, `_current`
        self._arrived = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._engine: EngineRunner | None = None
        self._usual_s = _FIRST_GUESS_S
        self._current: _Job | None = None
        self._opening = False
        self._closed = False

    @property
    def is_ready(self) -> bool:
        """Whether the engine is open."""
        return self._engine is not None

    @property
    def pending(self) -> int:
        """How many jobs wait or are under way."""
        with self._lock:
            return sum(map(len, self._waiting.values())) + (self._current is not None)

    def busy_s(self) -> int:
        """Return 0 where one more may wait, else the seconds after which to try again."""
        if self.pending < self._bound:
            return 0
        return max(1, round(self.pending * self._usual_s))

    def start(self) -> None:
        """Open the engine in the background and begin to serve."""
        self._running = asyncio.create_task(self._serve(), name="desk")

    def submit(self, user_id: int, work: Callable[[Engine], T]) -> "asyncio.Future[T]":
        """Let work with the engine wait for its turn; what it returns or raises comes with the future."""
        job = _Job(work, asyncio.get_running_loop().create_future())
        if self._closed:
            job.done.set_exception(Stopping())
        else:
            with self._lock:
                self._waiting.setdefault(user_id, deque()).append(job)
            self._arrived.set()
        return cast("asyncio.Future[T]", job.done)

    async def run(self, user_id: int, work: Callable[[Engine], T]) -> T:
        """Return what work with the engine returns, when its turn has come.

        :raises MeasuresError: what the work raises, or the opening of the engine.
        :raises Stopping: when the desk closes before.
        """
        return await self.submit(user_id, work)

    def close(self) -> bool:
        """Send away who still waits, and close the engine; return whether its thread is free to end."""
        first, self._closed = not self._closed, True
        if self._running is not None:
            self._running.cancel()
        busy = self._opening or self._current is not None
        self._fail_waiting(Stopping())
        if self._current is not None:
            _fail(self._current, Stopping())
        if first and self._engine is not None:
            self._thread.submit(self._engine.close)
        self._thread.shutdown(wait=False)
        return not busy

    async def _serve(self) -> None:
        while True:
            self._arrived.clear()
            if self._engine is None:
                await self._open()
            if self._waiting and self._engine is not None:
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(self._thread, self._work_off, self._engine, loop)
            if self._engine is not None or not self._waiting:
                await self._arrived.wait()

    async def _open(self) -> None:
        """Open the engine; where that fails, everybody who waits hears it, and the next question tries again."""
        self._opening = True
        try:
            self._engine = await asyncio.get_running_loop().run_in_executor(self._thread, self._open_engine)
        except Exception as error:
            log.warning("The index cannot be opened: %s", error)
            self._fail_waiting(error)
        self._opening = False

    def _work_off(self, engine: EngineRunner, loop: asyncio.AbstractEventLoop) -> None:
        """Do what waits, on the thread: between two jobs it need not wait for the event loop, which may be busy."""
        while (job := self._next()) is not None:
            began = time.monotonic()
            try:
                found = engine.run(job.work)
            except Exception as error:
                told = partial(_fail, job, error)
                if isinstance(error, WorkerError):
                    self._engine = None
            else:
                told = partial(_succeed, job, found)
            self._usual_s += 0.2 * (time.monotonic() - began - self._usual_s)
            with suppress(RuntimeError):  # the event loop has ended
                loop.call_soon_threadsafe(told)
            if self._engine is None:
                return

    def _fail_waiting(self, error: Exception) -> None:
        with self._lock:
            jobs = [job for jobs in self._waiting.values() for job in jobs]
            self._waiting.clear()
        for job in jobs:
            _fail(job, error)

    def _next(self) -> _Job | None:
        """Take the first job of the person whose turn it is, and put that person at the end of the row."""
        with self._lock:
            self._current = None
            while self._waiting:
                user_id, jobs = self._waiting.popitem(last=False)
                job = jobs.popleft()
                if jobs:
                    self._waiting[user_id] = jobs
                if not job.done.cancelled():
                    self._current = job
                    return job
        return None


def _succeed(job: _Job, found: object) -> None:
    if not job.done.done():
        job.done.set_result(found)


def _fail(job: _Job, error: Exception) -> None:
    if not job.done.done():
        job.done.set_exception(error)
