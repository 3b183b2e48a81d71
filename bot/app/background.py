"""Work on the corpus beside the engine, in threads of its own: for administrators, for feeds, and after an upgrade."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

from corpus import MeasuresError, OutdatedError, UnbuiltError
from index import By, IndexSettings, Maintenance, Step, check_fit, open_generations, refresh, renew

log = logging.getLogger(__name__)
T = TypeVar("T")
_THREADS = 4
_LOOK_S = 1.0


class Background:
    """Runs work on the corpus off the event loop, and builds an index that this program or its model needs anew."""

    def __init__(self, settings: IndexSettings, maintenance: Maintenance) -> None:
        """Take what changes the corpus in the data folder of the settings."""
        self.updating = False  # whether people wait for a build
        self._settings = settings
        self._maintenance = maintenance
        self._threads = ThreadPoolExecutor(_THREADS, "background")
        self._running: set[Future[Any]] = set()
        self._refreshing: asyncio.Task[None] | None = None

    @property
    def is_full(self) -> bool:
        """Whether all threads are at work."""
        return len(self._running) >= _THREADS

    @property
    def is_idle(self) -> bool:
        """Whether no thread is at work."""
        return not self._running

    async def run(self, act: Callable[[], T]) -> T:
        """Return what a function returns that may take long.

        :raises MeasuresError: what it raises.
        """
        running = self._threads.submit(act)
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return await asyncio.wrap_future(running)

    def renew(self, why: UnbuiltError) -> None:
        """Build what cannot be served as it is, in the caller's thread; `updating` where people wait for that.

        :raises MeasuresError: why it cannot be built.
        """
        generations = open_generations(self._settings)
        self.updating = generations.current() is not None
        try:
            renew(generations, why, lambda: self._rebuild(why), log.info)
        finally:
            self.updating = False

    def start_refreshing(self) -> None:
        """Begin to rebuild an index that an older program made, which is served until the build is done."""
        self._refreshing = asyncio.create_task(self._refresh())

    def stop_refreshing(self) -> None:
        """Wait no longer for such a build."""
        if self._refreshing is not None:
            self._refreshing.cancel()

    async def close(self) -> bool:
        """Start nothing more, and wait a second for a look at the feeds; return whether all threads are free to end."""
        if self._running:
            await asyncio.to_thread(wait, set(self._running), _LOOK_S)
        self._threads.shutdown(wait=False)
        return self.is_idle

    async def _refresh(self) -> None:
        try:
            await self.run(lambda: check_fit(open_generations(self._settings, reading=True)))
        except OutdatedError as error:
            why = error
            await self.run(lambda: refresh(why, lambda: self._rebuild(why), log.warning))
        except MeasuresError:  # the queue logs the same, because it opens the same index
            return

    def _rebuild(self, why: UnbuiltError) -> None:
        log.info("%s: building it", why.reason)
        built = self._maintenance.rebuild(_ignore, By("the bot", why.reason))
        log.info("generation %s is built", built.manifest.generation)


def _ignore(step: Step) -> None:
    """Show nobody how far a build is."""
