"""An engine in a process of its own, so that whoever asks it has the interpreter to itself.

In one process, an event loop waits for the engine at every packet, and the engine for the loop at every operation.
Only `EngineProcess` starts it: what comes over the pipe is trusted.
"""

import logging
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, Protocol

from corpus import (
    TEXT_FORMAT,
    ChildProcess,
    JsonFormatter,
    LogFormatter,
    TooSlowError,
    WorkerError,
    is_logging_json,
    log_to_stderr,
    pipe_to_parent,
)
from index.engine import Engine
from index.processes.gc_tuning import collect_rarely
from index.processes.pipe import DEFAULT_EMBEDDER, Done, Raised, make_embedder, outcome
from index.settings import IndexSettings

log = logging.getLogger(__name__)
Work = Callable[[Engine], Any]
# A question takes less than a second with a million passages. This leaves room for a slow disk, for loading a
# cross-encoder at the first question, and for a message with many claims.
QUESTION_S = 30.0
_AHEAD = 2  # The next piece of work is sent while the first is under way.
_ENDED = "The process that answers has ended: ask again."


class EngineRunner(Protocol):
    """Runs work with an engine. Used by one thread at a time."""

    def run_each(self, take: Callable[[], Work | None]) -> Iterator[Done | Raised]:
        """Do the work that `take` gives until it gives None, and yield the outcome of each, in order."""

    def close(self) -> None:
        """Close the engine."""


@dataclass(frozen=True, slots=True)
class _Opening:
    settings: IndexSettings
    embedder: str
    logs_json: bool


class EngineProcess:
    """An `Engine` in another process. Used by one thread at a time."""

    def __init__(
        self, settings: IndexSettings, embedder: str = DEFAULT_EMBEDDER, question_s: float = QUESTION_S
    ) -> None:
        """Start the process, and wait until it has opened what is served and loaded its model.

        :param embedder: what makes the embedder, as `make_embedder` takes it.
        :param question_s: how long a question may take.
        :raises MeasuresError: saying why it cannot be opened.
        """
        self._question_s = question_s
        self._child = ChildProcess("index.processes.engine_process", own_stderr=False)
        try:
            self._send(_Opening(settings, embedder, is_logging_json()))
            warmed = self._receive()
            if isinstance(warmed, Raised):
                raise warmed.error
        except Exception:
            self.close()
            raise

    def run_each(self, take: Callable[[], Work | None]) -> Iterator[Done | Raised]:
        """Do the work that `take` gives until it gives None, and yield the outcome of each, in order.

        Work is sent with all that it holds. The next piece is sent while the first is under way, so that the engine
        need not wait for whoever takes the outcome.

        :raises TooSlowError: when a piece takes too long. The process is then ended.
        :raises WorkerError: when the process has ended.
        """
        sent = 0
        while True:
            while sent < _AHEAD and (work := take()) is not None:
                self._send(work)
                sent += 1
            if not sent:
                return
            self._await_outcome()
            yield self._receive()
            sent -= 1

    def close(self) -> None:
        """End the process at once, which is safe because it writes nothing."""
        self._child.end()

    def _send(self, message: _Opening | Work) -> None:
        try:
            self._child.pipe.send(message)
        except OSError as error:
            raise WorkerError(_ENDED) from error

    def _await_outcome(self) -> None:
        """Wait for the outcome of the work that is under way, as long as it may take."""
        try:
            if self._child.pipe.poll(self._question_s):
                return
        except OSError as error:
            raise WorkerError(_ENDED) from error
        log.warning("a question took longer than %g s: the engine is ended and started anew", self._question_s)
        self.close()
        raise TooSlowError(
            "This took longer than {seconds} seconds and was stopped: ask for something narrower.",
            seconds=math.ceil(self._question_s),
        )

    def _receive(self) -> Done | Raised:
        try:
            received: Done | Raised = self._child.pipe.recv()
        except (EOFError, OSError) as error:
            raise WorkerError(_ENDED) from error
        return received


def main() -> None:
    """Open the engine, and do the work that comes over the pipe until its other end is closed."""
    pipe: Connection[Done | Raised, Any] = pipe_to_parent()
    collect_rarely()
    try:
        opening: _Opening = pipe.recv()
        log_to_stderr(logging.WARNING, JsonFormatter() if opening.logs_json else LogFormatter(TEXT_FORMAT))
        embedder = make_embedder(opening.embedder, opening.settings)
        with Engine(opening.settings, embedder) as engine:
            pipe.send(outcome(engine.warm))
            while True:
                work = pipe.recv()
                pipe.send(outcome(partial(work, engine)))
    except (EOFError, OSError):
        return


if __name__ == "__main__":
    main()
