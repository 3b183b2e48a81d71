"""The queue to the engine: one engine on one thread of its own, and people served in rotation."""

import asyncio
import logging
import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from corpus import UnbuiltError
from index import Done, Engine, EngineRunner, Raised

log = logging.getLogger(__name__)
T = TypeVar("T")
_FIRST_GUESS_S = 0.1
_AGAIN_S = 60.0


class Stopping(Exception):
    """The bot stops before the turn of a question has come."""


@dataclass(frozen=True, slots=True)
class _Job:
    user_id: int
    work: Callable[[Engine], Any]
    done: "asyncio.Future[Any]"
    since_s: float
    again: bool = False


class EngineQueue:
    """Runs work with the engine off the event loop; of those who wait, people take turns, however much each asks."""

    def __init__(
        self,
        open_engine: Callable[[], EngineRunner],
        bound: int,
        renew: Callable[[UnbuiltError], None] | None = None,
        took: Callable[[str, float], None] = lambda part, seconds: None,
    ) -> None:
        """Take what opens the engine, which is called on the thread, and how many may wait.

        :param took: is told how many seconds a job was in the "queue", and in the "engine".
        :param renew: what builds where nothing can be served; without it, those who wait hear why.
        """
        self._open_engine = open_engine
        self._renew = renew
        self._took = took
        self._bound = bound
        self._thread = ThreadPoolExecutor(1, "engine")
        self._waiting: OrderedDict[int, deque[_Job]] = OrderedDict()
        self._under_way: deque[_Job] = deque()
        self._at_work = False
        self._served: set[asyncio.Task[Any]] = set()
        self._lock = threading.Lock()  # for the queue's state, which the thread and the event loop both use
        self._loop: asyncio.AbstractEventLoop | None = None
        self._engine: EngineRunner | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._usual_s = _FIRST_GUESS_S
        self._opening = False
        self._closed = False
        self._began_s: float | None = None
        self._answered_s = -math.inf

    @property
    def under_way_s(self) -> float:
        """For how many seconds the engine has been at its present job; 0 where it has none."""
        began_s = self._began_s
        return 0.0 if began_s is None else time.monotonic() - began_s

    @property
    def unproven_s(self) -> float:
        """How many seconds ago a job was last done without an error; infinite before the first."""
        return time.monotonic() - self._answered_s

    @property
    def is_ready(self) -> bool:
        """Whether the engine is open."""
        return self._engine is not None

    @property
    def pending(self) -> int:
        """How many jobs wait or are under way."""
        with self._lock:
            return sum(map(len, self._waiting.values())) + len(self._under_way)

    def enter(self) -> bool:
        """Count the current task as being served until it ends: it may wait for other things than its turn, too.

        Return whether it was not counted before.
        """
        task = asyncio.current_task()
        if task is None or task in self._served:
            return False
        self._served.add(task)
        task.add_done_callback(self._served.discard)
        return True

    def leave(self) -> None:
        """Count the current task no more."""
        task = asyncio.current_task()
        if task is not None:
            self._served.discard(task)

    def busy_s(self) -> int:
        """Return 0 where one more may come in, else the seconds after which to try again."""
        served = max(self.pending, len(self._served))
        return 0 if served < self._bound else max(1, round(served * self._usual_s))

    def start(self) -> None:
        """Open the engine in the background and begin to serve."""
        self._loop = asyncio.get_running_loop()
        self._wake()

    def submit(self, user_id: int, work: Callable[[Engine], T]) -> "asyncio.Future[T]":
        """Put work with the engine into the queue; the future gets what it returns or raises."""
        job = _Job(user_id, work, asyncio.get_running_loop().create_future(), time.monotonic())
        if self._closed:
            job.done.set_exception(Stopping())
        else:
            with self._lock:
                self._waiting.setdefault(user_id, deque()).append(job)
            self._wake()
        return cast("asyncio.Future[T]", job.done)

    async def run(self, user_id: int, work: Callable[[Engine], T]) -> T:
        """Return what work with the engine returns, when its turn has come.

        :raises MeasuresError: what the work raises, or the opening of the engine.
        :raises Stopping: when the queue closes before.
        """
        return await self.submit(user_id, work)

    def close(self) -> bool:
        """End all waiting jobs with `Stopping`, and close the engine; return whether its thread is free to end."""
        first, self._closed = not self._closed, True
        with self._lock:
            under_way = list(self._under_way)
        self._fail_waiting(Stopping())
        for job in under_way:
            _settle(job, Raised(Stopping()))
        if first:
            self._thread.submit(self._close_engine)
        self._thread.shutdown(wait=False)
        return not (self._opening or under_way)

    def _wake(self) -> None:
        """Let the thread serve, once the queue has started, unless it does already."""
        with self._lock:
            if self._loop is None or self._at_work or self._closed:
                return
            self._at_work = True
        self._thread.submit(self._serve, self._loop)

    def _close_engine(self) -> None:
        if self._engine is not None:
            self._engine.close()

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run the jobs that wait until none does; on the thread, so that a busy event loop holds no job up.

        Where the engine fails, the job that it was at fails with it, and those behind it wait for the next engine.
        Where the engine does not fit what is served any more, that job waits with them, once.
        """
        while not self._closed and (engine := self._engine or self._open(loop)) is not None:
            self._began_s = began = time.monotonic()
            try:
                for outcome in engine.run_each(self._take):
                    if isinstance(outcome, Raised) and isinstance(outcome.error, UnbuiltError):
                        raise outcome.error
                    now = time.monotonic()
                    self._usual_s += 0.2 * (now - began - self._usual_s)
                    self._took("engine", now - began)
                    if isinstance(outcome, Done):
                        self._answered_s = now
                    self._began_s = began = now
                    self._tell(loop, outcome)
                self._began_s = None
            except Exception as error:
                self._engine = self._began_s = None
                if not (isinstance(error, UnbuiltError) and self._may_try_again()):
                    self._tell(loop, Raised(error))
                self._put_back()
                engine.close()
            else:
                return

    def _open(self, loop: asyncio.AbstractEventLoop) -> EngineRunner | None:
        """Open the engine, after a build where there is nothing to open.

        Where that fails, everybody who waits hears it; the next question tries again, and without one `_AGAIN_S` later.
        """
        self._opening = True
        try:
            self._engine = self._opened()
        except Exception as error:
            log.warning("The index cannot be opened: %s", error)
            with suppress(RuntimeError):  # the event loop has ended
                loop.call_soon_threadsafe(self._give_up, error)
        self._opening = False
        return self._engine

    def _opened(self) -> EngineRunner:
        try:
            return self._open_engine()
        except UnbuiltError as error:
            if self._renew is None:
                raise
            self._renew(error)
        return self._open_engine()

    def _give_up(self, error: Exception) -> None:
        self._at_work = False
        self._fail_waiting(error)
        if self._retry is not None:
            self._retry.cancel()
        self._retry = asyncio.get_running_loop().call_later(_AGAIN_S, self._wake)

    def _tell(self, loop: asyncio.AbstractEventLoop, outcome: Done | Raised) -> None:
        """Hand a result to the job that has been under way longest, as the engine answers in order."""
        with self._lock:
            job = self._under_way.popleft()
        with suppress(RuntimeError):  # the event loop has ended
            loop.call_soon_threadsafe(_settle, job, outcome)

    def _fail_waiting(self, error: Exception) -> None:
        with self._lock:
            jobs = [job for jobs in self._waiting.values() for job in jobs]
            self._waiting.clear()
        for job in jobs:
            _settle(job, Raised(error))

    def _take(self) -> Callable[[Engine], Any] | None:
        """Take the first job of the person whose turn it is, and put that person at the end of the queue."""
        with self._lock:
            while self._waiting:
                user_id, jobs = self._waiting.popitem(last=False)
                job = jobs.popleft()
                if jobs:
                    self._waiting[user_id] = jobs
                if not job.done.cancelled():
                    self._under_way.append(job)
                    self._took("queue", time.monotonic() - job.since_s)
                    return job.work
            self._at_work = bool(self._under_way)
        return None

    def _may_try_again(self) -> bool:
        """Let the job that the engine was at be tried once more, with the next engine."""
        with self._lock:
            job = self._under_way[0]
            self._under_way[0] = replace(job, again=True)
        return not job.again

    def _put_back(self) -> None:
        """Put the jobs that were taken at the head of the queue again."""
        with self._lock:
            while self._under_way:
                job = self._under_way.pop()
                self._waiting.setdefault(job.user_id, deque()).appendleft(job)
                self._waiting.move_to_end(job.user_id, last=False)


def _settle(job: _Job, outcome: Done | Raised) -> None:
    if job.done.done():
        return
    if isinstance(outcome, Raised):
        job.done.set_exception(outcome.error)
    else:
        job.done.set_result(outcome.result)
