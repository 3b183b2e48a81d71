"""The process of which `tests.forked` starts copies: it imports what the program imports, and forks at a request."""

import gc
import importlib
import importlib.util
import json
import os
import pkgutil
import select
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.forked import fork_children

_ROOT = Path(__file__).parents[1]
_SHIM = _ROOT / "tests" / "emulator" / "shim" / "sitecustomize.py"
_IMPORTED = (
    "bot.cli.doctor_machine",
    "bot.cli.main",
    "bot.programs.http_api",
    "corpus.cleaning.clean",
    "index.building.build",
    "index.processes.engine_process",
    "index.processes.worker",
    "tests.fakes",
)
_MOST_BYTES = 1 << 17
_MOST_ENDS = 8


@dataclass(slots=True)
class _Copies:
    """The copies that run: of each, the client that asked for it and the descriptor that its exit status goes to."""

    running: dict[int, tuple[socket.socket, int]] = field(default_factory=dict)

    def fork(self, client: socket.socket, ends: Sequence[int], told: int) -> bool:
        """Start one, tell the client its process id, and return whether this is the copy.

        :param ends: the descriptors that the copy gets.
        :param told: the descriptor that its exit status goes to.
        """
        process = os.fork()
        if process == 0:
            return True
        self.running[process] = client, told
        for descriptor in ends:
            os.close(descriptor)
        with suppress(BrokenPipeError):
            client.send(str(process).encode())
        return False

    def report_ends(self) -> None:
        """Tell the exit statuses of those that have ended."""
        while self.running:
            process, status = os.waitpid(-1, os.WNOHANG)
            if not process:
                return
            _, told = self.running.pop(process)
            with suppress(BrokenPipeError):  # who asked for it has ended
                os.write(told, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(told)

    def kill(self, client: socket.socket | None = None) -> None:
        """Kill those that a client asked for, or all."""
        for process, (asked_by, _) in self.running.items():
            if client in (None, asked_by):
                os.kill(process, signal.SIGKILL)


def serve_forks(listening: int, life: int) -> str:
    """Fork for each request. This returns in the copies, with the code to run.

    :param listening: the descriptor at which clients connect. When a client ends, so does what was forked for it.
    :param life: a descriptor that can be read when the tests have ended, and with them the template.
    """
    sys.path[0] = str(_ROOT)
    _warm_up()
    gc.collect()
    gc.freeze()  # No copy looks through it for garbage, which took each half a second of a core at its end alone.
    server, life_of_tests = socket.socket(fileno=listening), socket.socket(fileno=life)
    ended, wakes = socket.socketpair()
    for end in (ended, wakes):
        end.setblocking(False)
    signal.set_wakeup_fd(wakes.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    clients: list[socket.socket] = []
    copies = _Copies()
    while True:
        ready, _, _ = select.select([server, life_of_tests, ended, *clients], [], [])
        if life_of_tests in ready:
            copies.kill()
            os._exit(0)
        if ended in ready:
            ended.recv(4096)
            copies.report_ends()
        if server in ready:
            clients.append(server.accept()[0])
        for client in set(ready).intersection(clients):
            message, descriptors = _heard(client)
            if not message:
                copies.kill(client)
                clients.remove(client)
                client.close()
                continue
            *ends, told = descriptors
            if copies.fork(client, ends, told):
                for each in (server, life_of_tests, ended, wakes, *clients):
                    each.detach()  # Their descriptors get other meanings.
                return _become(json.loads(message), ends)


def _heard(client: socket.socket) -> tuple[bytes, list[int]]:
    """Return a request, and the descriptors that came with it; an empty one of a client that has ended."""
    try:
        message, descriptors, _, _ = socket.recv_fds(client, _MOST_BYTES, _MOST_ENDS)
    except ConnectionResetError:  # It was killed before it read the answer.
        return b"", []
    return message, descriptors


def _become(request: Mapping[str, Any], ends: Sequence[int]) -> str:
    """Turn the copy into the process that was asked for."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, descriptor in enumerate(ends):
        os.dup2(descriptor, number)
    os.closerange(len(ends), os.sysconf("SC_OPEN_MAX"))
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    os.umask(request["umask"])
    sys.argv = request["argv"]
    if "EMULATOR_URL" in os.environ:
        _send_to_emulator()
    fork_children()
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
