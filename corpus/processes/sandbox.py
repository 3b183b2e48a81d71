"""Runs work on untrusted data in a child process with bounded time and memory, because it may never end or fill memory.

A child starts with the first task and does one task after the other. When a task exceeds its bounds, the child is
ended, and the next task gets a new one. A child belongs to the thread that started it, and ends with it.
"""

import logging
import pickle
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any, TypeVar, TypeVarTuple

from corpus.errors import MeasuresError, SourceError
from corpus.processes.environment import child_environment

log = logging.getLogger(__name__)
TIMEOUT_S = 20.0  # Processor time of a task.
MEMORY_BYTES = 1 << 30
_PATIENCE = 3  # A task may take this many times its processor time by the clock, because other processes go first.
_FOLDER = str(Path(__file__).resolve().parents[2])
_CHILD = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from corpus.processes.sandbox_child import main; main(int(sys.argv[2]))"
)
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_STDERR_CHARS = 4_000
_ADD_AS_TEXT = "save it as text and add that"

Arguments = TypeVarTuple("Arguments")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Work:
    """A task for the child: a function of a module with its arguments, and the bounds."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    timeout_s: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a task: a value, an error about the source, or the traceback of an unexpected error.

    ``worn`` tells that the child has grown so much that the next task should get a new one.
    """

    value: Any = None
    error: MeasuresError | None = None
    traceback: str = ""
    worn: bool = False


def in_child(
    function: Callable[[*Arguments], T],
    *arguments: *Arguments,
    name: str,
    advice: str = _ADD_AS_TEXT,
    error: type[MeasuresError] = SourceError,
) -> T:
    """Call a function of a module in the child of this thread, and return its result.

    :param name: how messages call the source that the function works on.
    :param advice: what a person can do when the source cannot be read.
    :param error: the class of the error when the task exceeds its bounds or fails unexpectedly.
    :raises MeasuresError: any that the function raises.
    """
    child = _child()
    try:
        outcome = child.do(Work(function, arguments, TIMEOUT_S, MEMORY_BYTES))
    except _OutOfBoundsError as breach:
        raise error(f"{name} takes more than {TIMEOUT_S:g} s or {MEMORY_BYTES >> 20} MB to read: {advice}.") from breach
    if outcome.traceback:
        reference = secrets.token_hex(4)
        log.error("unexpected error %s in reading %s: %s", reference, name, outcome.traceback)
        raise error(f"{name} cannot be read (the log tells why under {reference}): {advice}.")
    if outcome.error is not None:
        raise outcome.error
    value: T = outcome.value
    return value


class _OutOfBoundsError(Exception):
    """A child was ended because its task needed too much time or memory."""


class _Child:
    """A child process that starts when it is needed."""

    def __init__(self) -> None:
        self._running: _Running | None = None

    def do(self, work: Work) -> Outcome:
        """Run a task.

        :raises _OutOfBoundsError: when it needs more time or memory than allowed.
        """
        if self._running is None:
            self._running = _Running(self)
        running, self._running = self._running, None  # Only a child that answers is used again.
        try:
            outcome = running.ask(work)
        except (EOFError, OSError, pickle.UnpicklingError):
            outcome = running.exit_outcome()
        except BaseException:
            running.end()
            raise
        if outcome.worn:
            running.end()
        else:
            self._running = running
        return outcome


class _Running:
    """A running child process, and the pipe to it."""

    def __init__(self, owner: _Child) -> None:
        self._pipe, theirs = Pipe()
        self._stderr: IO[bytes] = tempfile.TemporaryFile()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _CHILD, _FOLDER, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=child_environment(**_ONE_THREAD),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._stderr,
            )
        self.end = weakref.finalize(owner, _end, self._process, self._pipe, self._stderr)

    def ask(self, work: Work) -> Outcome:
        self._pipe.send(work)
        if not self._pipe.poll(_PATIENCE * work.timeout_s):
            raise _OutOfBoundsError
        outcome: Outcome = self._pipe.recv()
        return outcome

    def exit_outcome(self) -> Outcome:
        """Return how the child ended.

        :raises _OutOfBoundsError: when it was killed or ran out of memory.
        """
        status = self._process.wait()
        self._stderr.seek(0)
        stderr = self._stderr.read().decode("utf-8", "replace")[-_STDERR_CHARS:]
        self.end()
        if status < 0 or "MemoryError" in stderr:
            log.info("a reader was ended by %s", signal.strsignal(-status) if status < 0 else "want of memory")
            raise _OutOfBoundsError
        return Outcome(traceback=f"the reader ended with status {status}: {stderr}", worn=True)


def _end(process: subprocess.Popen[bytes], pipe: "Connection[Work, Outcome]", stderr: IO[bytes]) -> None:
    pipe.close()
    stderr.close()
    process.kill()
    process.wait()


_of_thread = threading.local()


def _child() -> _Child:
    child: _Child | None = getattr(_of_thread, "child", None)
    if child is None:
        child = _of_thread.child = _Child()
    return child
