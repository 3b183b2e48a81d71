"""Starts a module of this program as a child process that is connected by a pipe.

The child gets the environment of this process without secrets, imports from the same places, and ends with it.
"""

import os
import signal
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any

from corpus.errors import WorkerError
from corpus.processes.environment import child_environment
from corpus.processes.parent_watch import end_with_parent

_ROOT = str(Path(__file__).resolve().parents[2])
_STDERR_CHARS = 4_000
_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class ExitReport:
    """How a child ended: its exit status, which is negative after a signal, and the last part of its stderr."""

    status: int
    stderr: str

    @property
    def signal(self) -> signal.Signals | None:
        """The signal that ended the child; None when it ended by itself."""
        return signal.Signals(-self.status) if self.status < 0 else None


class ChildProcess:
    """A child process and the pipe to it. `end` ends it, and so does the end of the last reference to this object.

    On Linux the child also ends with the thread that started it.
    """

    def __init__(self, module: str, environment: Mapping[str, str] = _NOTHING, *, own_stderr: bool = True) -> None:
        """Start a module, which must call `pipe_to_parent` first.

        :param environment: variables for the child in addition to those of this process.
        :param own_stderr: whether stderr goes to a temporary file for `exit_report`. Otherwise it is that of this
            process.
        :raises WorkerError: when the system starts none.
        """
        self.pipe: Connection[Any, Any]
        self._stderr: IO[bytes] | None = None
        with ExitStack() as opened:
            try:
                self.pipe, theirs = map(opened.enter_context, Pipe())
                if own_stderr:
                    self._stderr = opened.enter_context(tempfile.TemporaryFile())
                self._process = _started(module, theirs, self._stderr, environment)
            except OSError as error:
                raise WorkerError(
                    f"No process can be started ({error.strerror or error}): see what memory, disk and the number of "
                    "processes are bounded to, and do it again."
                ) from error
            theirs.close()
            opened.pop_all()
        self.end = weakref.finalize(self, _end, self._process, self.pipe, self._stderr)

    def exit_report(self) -> ExitReport:
        """Wait until the child ends, and return how it ended. Call this before `end`, which closes its stderr."""
        with suppress(AttributeError, ChildProcessError):  # Not every system has waitid.
            os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
            _kill(self._process)
        status = self._process.wait()
        if self._stderr is None:
            return ExitReport(status, "")
        self._stderr.seek(0)
        return ExitReport(status, self._stderr.read().decode("utf-8", "replace")[-_STDERR_CHARS:])


def _started(
    module: str, pipe: "Connection[Any, Any]", stderr: IO[bytes] | None, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    path = os.pathsep.join([_ROOT, *(path for path in sys.path if path)])
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, str(pipe.fileno()), str(os.getpid())],
        pass_fds=[pipe.fileno()],
        env=child_environment(PYTHONPATH=path, **environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        start_new_session=True,  # Ctrl-C reaches only this process, and the child ends with it.
    )


def pipe_to_parent() -> "Connection[Any, Any]":
    """Return the child's end of the pipe. From now on this process ends when its parent ends."""
    file_descriptor, parent = map(int, sys.argv[1:])
    end_with_parent(parent)
    return Connection(file_descriptor)


def _end(process: subprocess.Popen[bytes], pipe: "Connection[Any, Any]", stderr: IO[bytes] | None) -> None:
    pipe.close()
    _kill(process)
    process.wait()
    if stderr is not None:
        stderr.close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and what it started, which is of the group that has its number until its status is asked for."""
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
