"""Work on what others wrote, in a child process with bounded time and memory: it may never end, or want all there is.

A child is started when the first work comes, does one piece after the other, and is ended where one goes beyond its
bounds; the next piece then gets a new one. A child belongs to the thread that started it, and ends with it.
"""

import logging
import pickle
import secrets
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, TypeVarTuple

from corpus.errors import MeasuresError, SourceError
from corpus.processes.child_process import ChildProcess, Epitaph

log = logging.getLogger(__name__)
TIMEOUT_S = 20.0  # of the processor
MEMORY_BYTES = 1 << 30
_PATIENCE = 3  # times as long by the clock: whoever answers questions meanwhile comes first
_MODULE = "corpus.processes.sandbox_child"
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
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
    try:
        outcome = _reader().do(Work(act, given, TIMEOUT_S, MEMORY_BYTES))
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


class _Reader:
    """A child process that is started when it is needed, and anew where one was ended."""

    def __init__(self) -> None:
        self._child: ChildProcess | None = None

    def do(self, work: Work) -> Outcome:
        """Do a piece of work.

        :raises _OutOfBounds: when it needs more time or memory than it may.
        """
        child, self._child = self._child or ChildProcess(_MODULE, _ONE_THREAD), None
        try:  # whatever happens now, only a child that answered goes on
            outcome = _ask(child, work)
        except (EOFError, OSError, pickle.UnpicklingError):
            epitaph = child.epitaph()
            child.end()
            outcome = _without_answer(epitaph)
        except BaseException:
            child.end()
            raise
        if outcome.worn:
            child.end()
        else:
            self._child = child
        return outcome


def _ask(child: ChildProcess, work: Work) -> Outcome:
    child.pipe.send(work)
    if not child.pipe.poll(_PATIENCE * work.timeout_s):
        raise _OutOfBounds
    outcome: Outcome = child.pipe.recv()
    return outcome


def _without_answer(epitaph: Epitaph) -> Outcome:
    """Return what came of work whose child has ended.

    :raises _OutOfBounds: when it was ended from outside, or for want of memory.
    """
    if epitaph.signal is not None or "MemoryError" in epitaph.stderr:
        by = signal.strsignal(epitaph.signal) if epitaph.signal is not None else "want of memory"
        log.info("a reader was ended by %s", by)
        raise _OutOfBounds
    return Outcome(traceback=f"the reader ended with status {epitaph.status}: {epitaph.stderr}", worn=True)


_of_thread = threading.local()


def _reader() -> _Reader:
    reader: _Reader | None = getattr(_of_thread, "reader", None)
    if reader is None:
        reader = _of_thread.reader = _Reader()
    return reader
