"""Starts programs as copies of a process that has imported this one's packages: so they begin in a fifth of the time.

To start Python, to import what the bot imports and to read its tables takes two seconds of a core. `tests.template`
does so once for all tests, and forks for each program, which then goes on as if it had just started: a process of its
own, with its own environment, folder, output and end. The processes that the program itself starts to answer and to
work are copies, too, except in tests that are about how they start (`new_interpreters`).
"""

import importlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any, Self

from corpus.processes import child_process, sandbox
from corpus.processes.environment import child_environment

ROOT = Path(__file__).parents[1]
ADDRESS = "TESTS_TEMPLATE"  # The variable that tells processes where the template listens.
_TEMPLATE = "import sys; from tests.template import serve_forks; exec(serve_forks(*map(int, sys.argv[1:])))"
_CHILD = "from tests.forked import run_child; run_child({0!r})"
_STDERR = 2
_BACKLOG = 100
_ENDS_S = 20.0
_START_INTERPRETER = child_process._started


@dataclass(frozen=True, slots=True)
class Fork:
    """A program that was started: its process id, and a pipe from which its exit status comes as a number."""

    pid: int
    ended: int


def fork(code: str, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], *ends: int) -> Fork:
    """Start a program. It is killed when this process ends.

    :param ends: file descriptors, which are 0, 1, 2 and so on in the program: of what it reads, of where it prints, of
        where it writes what goes wrong, and whatever it needs beside.
    """
    ours, theirs = os.pipe()
    with _turn:
        channel = _channel()
        os.umask(mask := os.umask(0o077))
        request = {
            "code": code,
            "argv": ["-c", *arguments],
            "folder": str(folder),
            "umask": mask,
            "environment": {**environment, ADDRESS: os.environ[ADDRESS]},
        }
        socket.send_fds(channel, [json.dumps(request).encode()], [*ends, theirs])
        os.close(theirs)
        return Fork(int(channel.recv(100)), ours)


class Forked:
    """A program in the folder of the sources, with the names that `subprocess.Popen` has for those of a process."""

    def __init__(self, code: str, *arguments: object, **environment: str) -> None:
        """Start one, with this process's environment and more variables."""
        reads, writes = zip(os.pipe(), os.pipe(), os.pipe(), strict=True)
        theirs = reads[0], writes[1], writes[2]
        self._process = _Process(fork(code, list(map(str, arguments)), ROOT, os.environ | environment, *theirs))
        for descriptor in theirs:
            os.close(descriptor)
        self.pid, self.poll, self.wait = self._process.pid, self._process.poll, self._process.wait
        self.send_signal, self.kill = self._process.send_signal, self._process.kill
        self.stdin = open(writes[0], "w", encoding="utf-8")
        self.stdout, self.stderr = open(reads[1], encoding="utf-8"), open(reads[2], encoding="utf-8")

    @property
    def returncode(self) -> int | None:
        """Its exit status if it is known to have ended."""
        return self._process.returncode

    def communicate(self) -> tuple[str, str]:
        """Wait until it has ended; return what it printed, and what it wrote of what went wrong."""
        with self.stdin, self.stdout, self.stderr, ThreadPoolExecutor(1) as beside:
            self.stdin.close()
            wrong = beside.submit(self.stderr.read)
            printed = self.stdout.read()
            self.wait()
            return printed, wrong.result()

    def __enter__(self) -> Self:
        """Use it for a while."""
        return self

    def __exit__(self, *_: object) -> None:
        """Wait until it has ended."""
        self.communicate()


class _Process:
    """A process that was forked, with some of the names that `subprocess.Popen` has."""

    def __init__(self, forked: Fork) -> None:
        self.pid, self._ended = forked.pid, open(forked.ended, encoding="ascii")
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return its exit status if it has ended."""
        return self.wait() if self.returncode is not None or select.select([self._ended], [], [], 0)[0] else None

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit status when it has ended.

        :raises subprocess.TimeoutExpired: when it has not after so many seconds.
        """
        if self.returncode is None:
            if not select.select([self._ended], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            with self._ended:
                self.returncode = int(self._ended.read())
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it."""
        self.send_signal(signal.SIGKILL)


def fork_children() -> None:
    """Let `ChildProcess` start copies, in this process."""
    child_process._started = _forked_child  # type: ignore[assignment]


def start_interpreters() -> None:
    """Let `ChildProcess` start Python anew, in this process."""
    child_process._started = _START_INTERPRETER


def _forked_child(
    module: str, pipe: "Connection[Any, Any]", stderr: IO[bytes] | None, environment: Mapping[str, str]
) -> "_Process | subprocess.Popen[bytes]":
    """Start a module as `ChildProcess` does. It ends with this process, because the template kills it then.

    What reads untrusted sources may have little memory, of which a copy would begin with a good part.
    """
    if module == sandbox._MODULE:
        return _START_INTERPRETER(module, pipe, stderr, environment)
    with open(os.devnull, "r+b", buffering=0) as nothing:
        ends = nothing.fileno(), nothing.fileno(), _STDERR if stderr is None else stderr.fileno(), pipe.fileno()
        arguments = [str(len(ends) - 1), str(os.getpid())]
        forked = fork(_CHILD.format(module), arguments, Path.cwd(), child_environment(**environment), *ends)
    return _Process(forked)


def run_child(module: str) -> None:
    """Do in a copy what Python does that `ChildProcess` starts anew."""
    os.setsid()
    child_process.end_with_parent = _left_to_the_template  # type: ignore[attr-defined, assignment]
    importlib.import_module(module).main()


def _left_to_the_template(parent: int | None = None) -> None:
    """Watch nothing: the template, which is the parent of all copies, kills this one with who asked for it."""


def _channel() -> socket.socket:
    """Return the channel of this process to the template."""
    start_template()
    process = os.getpid()
    if process not in _channels:
        _channels[process] = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        _channels[process].connect(os.environ[ADDRESS])
    return _channels[process]


@dataclass(frozen=True, slots=True)
class _Started:
    process: "subprocess.Popen[bytes]"
    life: socket.socket
    folder: str


_started: list[_Started] = []
_channels: dict[int, socket.socket] = {}  # by process, because a copy must not use that of whom it was copied of
_turn = threading.Lock()


def start_template() -> None:
    """Start the template unless there is one, for this process and all that it starts. It ends with this process."""
    if ADDRESS in os.environ:
        return
    folder = tempfile.mkdtemp(prefix="measures-template-")
    ours, theirs = socket.socketpair()
    with theirs, socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(f"{folder}/socket")
        listening.listen(_BACKLOG)
        ends = [listening.fileno(), theirs.fileno()]
        process = subprocess.Popen(
            [sys.executable, "-c", _TEMPLATE, *map(str, ends)], cwd=ROOT, pass_fds=ends, stdin=subprocess.DEVNULL
        )
    os.environ[ADDRESS] = f"{folder}/socket"
    _started.append(_Started(process, ours, folder))


def end_template() -> None:
    """End what was forked for this process, and the template if this process started it."""
    for channel in _channels.values():
        channel.close()
    _channels.clear()
    while _started:
        template = _started.pop()
        del os.environ[ADDRESS]
        template.life.close()
        try:
            template.process.wait(_ENDS_S)
        except subprocess.TimeoutExpired:  # Somebody else holds the other end, too.
            template.process.kill()
            template.process.wait()
        shutil.rmtree(template.folder)
