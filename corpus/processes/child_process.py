"""How this program starts a process that works for it: a module at the other end of a pipe.

The child gets this process's environment without the secrets, imports what this process does, and ends with it.
"""

import os
import signal
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any

from corpus.processes.environment import child_environment
from corpus.processes.parent_watch import end_with_parent

_ROOT = str(Path(__file__).resolve().parents[2])
_STDERR_CHARS = 4_000
_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Epitaph:
    """How a child ended: its exit status, which is negative after a signal, and the end of what it wrote to stderr."""

    status: int
    stderr: str

    @property
    def signal(self) -> signal.Signals | None:
        """The signal that ended it, None where it ended by itself."""
        return signal.Signals(-self.status) if self.status < 0 else None


class ChildProcess:
    """A child process and the pipe to it. It is ended by `end`, and also when nobody holds this object any more.

    On Linux it ends with the thread that started it.
    """

    def __init__(self, module: str, environment: Mapping[str, str] = _NOTHING, *, own_stderr: bool = True) -> None:
        """Start a module, which calls `pipe_to_parent` first.

        :param environment: variables that the child gets beside those of this process.
        :param own_stderr: whether stderr goes to a temporary file for the epitaph; otherwise it is this process's.
        """
        self.pipe: Connection[Any, Any]
        self.pipe, theirs = Pipe()
        self._stderr = tempfile.TemporaryFile() if own_stderr else None
        path = os.pathsep.join([_ROOT, *(path for path in sys.path if path)])
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", module, str(theirs.fileno()), str(os.getpid())],
                pass_fds=[theirs.fileno()],
                env=child_environment(PYTHONPATH=path, **environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._stderr,
                start_new_session=True,  # Ctrl-C is for this process: the child ends with it
            )
        self.end = weakref.finalize(self, _end, self._process, self.pipe, self._stderr)

    def epitaph(self) -> Epitaph:
        """Wait for the child to end, and return how it did. To be asked before `end`, which closes its stderr."""
        status = self._process.wait()
        if self._stderr is None:
            return Epitaph(status, "")
        self._stderr.seek(0)
        return Epitaph(status, self._stderr.read().decode("utf-8", "replace")[-_STDERR_CHARS:])


def pipe_to_parent() -> "Connection[Any, Any]":
    """Return a child's end of the pipe; from now on this process ends when its parent does."""
    file_descriptor, parent = map(int, sys.argv[1:])
    end_with_parent(parent)
    return Connection(file_descriptor)


def _end(process: subprocess.Popen[bytes], pipe: "Connection[Any, Any]", stderr: IO[bytes] | None) -> None:
    pipe.close()
    process.kill()
    process.wait()
    if stderr is not None:
        stderr.close()
