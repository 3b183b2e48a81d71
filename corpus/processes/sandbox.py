"""Runs work on untrusted data in a child process with bounded time and memory, because it may never end or fill memory.

A child starts with the first task and does one task after the other. When a task exceeds its bounds, the child is
ended, and the next task gets a new one. A child belongs to the thread that started it, and ends with it.
"""

import logging
import pickle
import secrets
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple

from corpus.errors import MeasuresError, SourceError
from corpus.language_model import kept_in
from corpus.processes.child_process import ChildProcess, ExitReport

log = logging.getLogger(__name__)
TIMEOUT_S = 20.0  # Processor time of a task.
MEMORY_BYTES = 1 << 30
_PATIENCE = 3  # A task may take this many times its processor time by the clock, because other processes go first.
_MODULE = "corpus.processes.sandbox_child"
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_ADD_AS_TEXT = "save it as text and add that"

Arguments = TypeVarTuple("Arguments")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Work:
    """A task for the child: a function of a module with its arguments, the bounds, and where it may keep files."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    timeout_s: float
    memory_bytes: int
    cache_dir: Path


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
    try:
        outcome = _reader().do(Work(function, arguments, TIMEOUT_S, MEMORY_BYTES, kept_in()))
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


class _Reader:
    """A child process that starts when it is needed, and is replaced after it was ended."""

    def __init__(self) -> None:
        self._child: ChildProcess | None = None

    def do(self, work: Work) -> Outcome:
        """Run a task.

        :raises _OutOfBoundsError: when it needs more time or memory than allowed.
        """
        child, self._child = self._child or ChildProcess(_MODULE, _ONE_THREAD), None
        try:  # Only a child that answers is used again.
            outcome = _ask(child, work)
        except (EOFError, OSError, pickle.UnpicklingError):
            exit_report = child.exit_report()
            child.end()
            outcome = _without_answer(exit_report)
        except BaseException:
            child.end()
            raise
        if outcome.worn:
            child.end()
        else:
            self._child = child
        return outcome

    def end(self) -> None:
        """End the child where there is one."""
        child, self._child = self._child, None
        if child is not None:
            child.end()


def _ask(child: ChildProcess, work: Work) -> Outcome:
    child.pipe.send(work)
    if not child.pipe.poll(_PATIENCE * work.timeout_s):
        raise _OutOfBoundsError
    outcome: Outcome = child.pipe.recv()
    return outcome


def _without_answer(exit_report: ExitReport) -> Outcome:
    """Return the outcome of a task whose child ended without an answer.

    :raises _OutOfBoundsError: when it was killed or ran out of memory.
    """
    if exit_report.signal is not None or "MemoryError" in exit_report.stderr:
        by = signal.strsignal(exit_report.signal) if exit_report.signal is not None else "want of memory"
        log.info("a reader was ended by %s", by)
        raise _OutOfBoundsError
    return Outcome(traceback=f"the reader ended with status {exit_report.status}: {exit_report.stderr}", worn=True)


def end_child() -> None:
    """End the child of this thread, whose memory is as large as what it has read. The next task gets a new one."""
    _reader().end()


_of_thread = threading.local()


def _reader() -> _Reader:
    reader: _Reader | None = getattr(_of_thread, "reader", None)
    if reader is None:
        reader = _of_thread.reader = _Reader()
    return reader
