"""An engine in a process of its own, so that whoever asks it has the interpreter to itself.

In one process an event loop waits for the engine at every packet, and the engine at every operation for the loop.
``python -m index.engine_process FD``, started by `EngineProcess` and nobody else: what comes over the pipe is trusted.
"""

import importlib
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, Protocol, TypeVar

from corpus.errors import MeasuresError, WorkerError
from index.child import DEFAULT_EMBEDDER, start_module
from index.engine import Engine
from index.garbage import collect_rarely
from index.messages import Done, Raised
from index.settings import IndexSettings

T = TypeVar("T")
Work = Callable[[Engine], Any]


class EngineRunner(Protocol):
    """An engine, here or in another process. Used by one thread at a time."""

    def run(self, work: Callable[[Engine], T]) -> T:
        """Return what work with the engine returns."""

    def close(self) -> None:
        """Close the engine."""


@dataclass(frozen=True, slots=True)
class _Opening:
    settings: IndexSettings
    embedder: str


class EngineProcess:
    """An `Engine` in another process. Used by one thread at a time."""

    def __init__(self, settings: IndexSettings, embedder: str = DEFAULT_EMBEDDER) -> None:
        """Start it, and wait until it has opened what is served and loaded its model.

        :param embedder: what makes the embedder of the model's name, as ``module:name``.
        :raises MeasuresError: why it cannot be opened.
        """
        self._pipe, theirs = Pipe()
        with theirs:
            self._process = start_module("index.engine_process", theirs)
        try:
            self._exchange(_Opening(settings, embedder))
        except MeasuresError:
            self.close()
            raise

    def run(self, work: Callable[[Engine], T]) -> T:
        """Return what work with the engine returns; it is sent there, and what it holds with it.

        :raises Exception: whatever the work raises.
        :raises WorkerError: when the process has ended.
        """
        result: T = self._exchange(work)
        return result

    def close(self) -> None:
        """End the process: it writes nothing."""
        self._pipe.close()
        self._process.kill()
        self._process.wait()

    def _exchange(self, sent: _Opening | Work) -> Any:  # noqa: ANN401
        try:
            self._pipe.send(sent)
            answer: Done | Raised = self._pipe.recv()
        except (EOFError, OSError) as error:
            self.close()
            raise WorkerError("The process that answers has ended: ask again.") from error
        if isinstance(answer, Raised):
            raise answer.error
        return answer.result


def main() -> None:
    """Open the engine, and do what comes over the pipe until its other end is closed."""
    collect_rarely()
    pipe: Connection[Done | Raised, Any] = Connection(int(sys.argv[1]))
    try:
        opening: _Opening = pipe.recv()
        module, _, name = opening.embedder.partition(":")
        embedder = getattr(importlib.import_module(module), name)(opening.settings.model)
        with Engine(opening.settings, embedder) as engine:
            pipe.send(_outcome(engine.warm))
            while True:
                pipe.send(_outcome(partial(pipe.recv(), engine)))
    except (EOFError, OSError):
        return


def _outcome(act: Callable[[], object]) -> Done | Raised:
    try:
        return Done(act())
    except Exception as error:
        if not isinstance(error, MeasuresError):
            error.add_note(traceback.format_exc())
        return Raised(error)


if __name__ == "__main__":
    main()
