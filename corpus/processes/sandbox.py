"""Work on what others wrote, in a child process with bounded time and memory: it may never end, or want all there is.

A child is started when the first work comes, does one piece after the other, and is ended where one goes beyond its
bounds; the next piece then gets a new one. A child belongs to the thread that started it, and ends with it.
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
TIMEOUT_S = 20.0  # of the processor
MEMORY_BYTES = 1 << 30
_PATIENCE = 3  # times as long by the clock: whoever answers questions meanwhile comes first
_FOLDER = str(Path(__file__).resolve().parents[2])
_CHILD = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from corpus.processes.sandbox_child import main; main(int(sys.argv[2]))"
)
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_STDERR_CHARS = 4_000
_BY_TEXT = "save it as text and add that"

Given = TypeVarTuple("Given")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Work:
    """What a child is to do: a function of a module with what it takes, and the bounds."""

    act: Callable[..., Any]
    given: tuple[Any, ...]
    timeout_s: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: a value, an error that says what is wrong with the source, or the traceback of any other.

    ``worn`` tells that the child has grown so much that the next piece of work is better off in a new one.
    """

    value: Any = None
    error: MeasuresError | None = None
    traceback: str = ""
    worn: bool = False


def in_child(
    act: Callable[[*Given], T],
    *given: *Given,
    name: str,
    advice: str = _BY_TEXT,
    error: type[MeasuresError] = SourceError,
) -> T:
    """Return what a function of a module gives, which works in the child of this thread.

    :param name: how messages call what is worked on.
    :param advice: what a person can do about it where it cannot be read.
    :param error: what is raised where the work goes beyond its bounds, or fails in a way that nobody foresaw.
    :raises MeasuresError: whatever the function raises of it.
    """
    child = _child()
    try:
        outcome = child.do(Work(act, given, TIMEOUT_S, MEMORY_BYTES))
    except _OutOfBounds as breach:
        raise error(f"{name} takes more than {TIMEOUT_S:g} s or {MEMORY_BYTES >> 20} MB to read: {advice}.") from breach
    if outcome.traceback:
        reference = secrets.token_hex(4)
        log.error("unexpected error %s in reading %s: %s", reference, name, outcome.traceback)
        raise error(f"{name} cannot be read (the log tells why under {reference}): {advice}.")
    if outcome.error is not None:
        raise outcome.error
    value: T = outcome.value
    return value


class _OutOfBounds(Exception):
    """A child was ended because of what it was working on."""


class _Child:
    """A child process, which is started when it is needed."""

    def __init__(self) -> None:
        self._running: _Running | None = None

    def do(self, work: Work) -> Outcome:
        """Do a piece of work.

        :raises _OutOfBounds: when it needs more time or memory than it may.
        """
        if self._running is None:
            self._running = _Running(self)
        running, self._running = self._running, None  # whatever happens now, only a child that answered goes on
        try:
            outcome = running.ask(work)
        except (EOFError, OSError, pickle.UnpicklingError):
            outcome = running.epitaph()
        except BaseException:
            running.end()
            raise
        if outcome.worn:
            running.end()
        else:
            self._running = running
        return outcome


class _Running:
    """A child process that runs, and the way to it."""

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
            raise _OutOfBounds
        outcome: Outcome = self._pipe.recv()
        return outcome

    def epitaph(self) -> Outcome:
        """Say how the child ended.

        :raises _OutOfBounds: when it was ended from outside, or for want of memory.
        """
        status = self._process.wait()
        self._stderr.seek(0)
        said = self._stderr.read().decode("utf-8", "replace")[-_STDERR_CHARS:]
        self.end()
        if status < 0 or "MemoryError" in said:
            log.info("a reader was ended by %s", signal.strsignal(-status) if status < 0 else "want of memory")
            raise _OutOfBounds
        return Outcome(traceback=f"the reader ended with status {status}: {said}", worn=True)


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
