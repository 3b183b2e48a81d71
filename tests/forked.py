"""Starts programs as copies of a process that has imported this one's packages: so they begin in a fifth of the time.

To start Python, to import what the bot imports and to read its tables takes two seconds of a core. A template does so
once, and forks for each program, which then goes on as if it had just started: a process of its own, with its own
environment, folder, output and end. Only what is imported and read already is not imported and read again.
"""

import importlib.util
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Self

ROOT = Path(__file__).parents[1]
_TEMPLATE = "import sys; from tests.forked import serve_forks; exec(serve_forks(int(sys.argv[1])))"
_SHIM = ROOT / "tests" / "emulator" / "shim" / "sitecustomize.py"
_IMPORTED = ("bot.cli.doctor_machine", "bot.cli.main", "bot.programs.http_api", "index.building.build", "tests.fakes")
_MOST_BYTES = 1 << 17


@dataclass(frozen=True, slots=True)
class Fork:
    """A program that was started: its process id, and a pipe from which its exit status comes as a number."""

    pid: int
    ended: int


def fork(code: str, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], *ends: int) -> Fork:
    """Start a program.

    :param ends: file descriptors of what it reads, of where it prints and of where it writes what goes wrong.
    """
    request = {"code": code, "argv": ["-c", *arguments], "folder": str(folder), "environment": dict(environment)}
    ours, theirs = os.pipe()
    channel, _ = _template()
    socket.send_fds(channel, [json.dumps(request).encode()], [*ends, theirs])
    os.close(theirs)
    return Fork(int(channel.recv(100)), ours)


class Forked:
    """A program in the folder of the sources, with the names that `subprocess.Popen` has for those of a process."""

    def __init__(self, code: str, *arguments: object, **environment: str) -> None:
        """Start one, with this process's environment and more variables."""
        reads, writes = zip(os.pipe(), os.pipe(), os.pipe(), strict=True)
        theirs = reads[0], writes[1], writes[2]
        fork_ = fork(code, list(map(str, arguments)), ROOT, os.environ | environment, *theirs)
        for descriptor in theirs:
            os.close(descriptor)
        self.pid, self._ended = fork_.pid, open(fork_.ended, encoding="ascii")
        self.stdin = open(writes[0], "w", encoding="utf-8")
        self.stdout, self.stderr = open(reads[1], encoding="utf-8"), open(reads[2], encoding="utf-8")
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return its exit status if it has ended."""
        return self.wait() if self.returncode is not None or select.select([self._ended], [], [], 0)[0] else None

    def wait(self) -> int:
        """Return its exit status when it has ended."""
        if self.returncode is None:
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


@cache
def _template() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """Return the channel to the template of this process, and the template."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-c", _TEMPLATE, str(theirs.fileno())],
            cwd=ROOT,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
    return ours, process


def end_template() -> None:
    """End the template where there is one, and what was forked of it."""
    if _template.cache_info().currsize:
        channel, process = _template()
        _template.cache_clear()
        channel.close()
        process.wait()


def serve_forks(descriptor: int) -> str:
    """Fork for each request. This returns in the copies, with the code to run; the template ends with its client."""
    _warm_up()
    channel = socket.socket(fileno=descriptor)
    ended, wakes = socket.socketpair()
    for end in (ended, wakes):
        end.setblocking(False)
    signal.set_wakeup_fd(wakes.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    statuses: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([channel, ended], [], [])
        if ended in ready:
            ended.recv(4096)
            _report_ends(statuses)
        if channel not in ready:
            continue
        message, descriptors, _, _ = socket.recv_fds(channel, _MOST_BYTES, 4)
        if not message:
            for process in statuses:
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
            os._exit(0)
        process = os.fork()
        if process == 0:
            return _become(json.loads(message), descriptors[:3])
        *ends, statuses[process] = descriptors
        for descriptor in ends:
            os.close(descriptor)
        channel.send(str(process).encode())


def _report_ends(statuses: dict[int, int]) -> None:
    while statuses:
        process, status = os.waitpid(-1, os.WNOHANG)
        if not process:
            return
        os.write(statuses[process], str(os.waitstatus_to_exitcode(status)).encode())
        os.close(statuses.pop(process))


def _become(request: Mapping[str, Any], ends: Sequence[int]) -> str:
    """Turn the copy into the process that was asked for."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, descriptor in enumerate(ends):
        os.dup2(descriptor, number)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.argv = request["argv"]
    if "EMULATOR_URL" in os.environ:
        _send_to_emulator()
    sys.modules["__main__"].__dict__.clear()
    sys.modules["__main__"].__dict__.update(vars(ModuleType("__main__")), __builtins__=__builtins__)
    return str(request["code"])


def _send_to_emulator() -> None:
    """Do what the shim does at the start of Python, and to the modules that are imported already."""
    spec = importlib.util.spec_from_file_location("sitecustomize", _SHIM)
    assert spec is not None
    assert spec.loader is not None
    shim = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(shim)
    for name, change in shim._CHANGES.items():
        if name in sys.modules:
            change(sys.modules[name])


def _warm_up() -> None:
    """Import what the bot imports but its cogs, whose clocks tests set, and read the tables that each bot reads."""
    packages = map(importlib.import_module, ("bot.app", "bot.views"))
    modules = (f"{each.__name__}.{info.name}" for each in packages for info in pkgutil.iter_modules(each.__path__))
    for name in (*modules, *_IMPORTED):
        importlib.import_module(name)
    from bot.i18n.words import LANGUAGES, words_for
    from index import follow_up, language_of, message_kind

    for language in LANGUAGES:
        words_for(language)
    follow_up("What will Europol do in 2019?", "and Poland?")
    message_kind("hello")
    language_of("What will Europol do?")
