"""`measures bot` as a process of its own, on a loopback Discord with one server and a few people."""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Self, TypeVar

from tests.bot.connected_bot import NEEDED
from tests.emulator import Emulator, Interaction, State
from tests.forked import fork
from tests.simulation import QUESTION

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
COMMAND = "from bot.cli.main import main; main()"
START_S = 60.0


def command_with(embedder: str) -> str:
    """Return the command with a model that loads in a moment: its processes make it with a function of the tests."""
    return f"""
from index.processes.engine_process import EngineProcess
from index.processes.job_process import JobProcess
for kind in (EngineProcess, JobProcess):
    kind.__init__.__defaults__ = ("{embedder}", *kind.__init__.__defaults__[1:])
{COMMAND}
"""


class ForkedProgram:
    """A program that `tests.forked` started, with the names that asyncio has for those of a process."""

    def __init__(self, pid: int, stderr: asyncio.StreamReader, status: asyncio.StreamReader) -> None:
        """Take its process id, what it writes to stderr, and its exit status when it has ended."""
        self.pid, self.stderr = pid, stderr
        self.returncode: int | None = None
        self._ended = asyncio.create_task(self._note_end(status))

    @classmethod
    async def start(cls, code: str, arguments: list[str], folder: Path, environment: dict[str, str]) -> Self:
        """Start one."""
        read, written = os.pipe()
        nothing = os.open(os.devnull, os.O_RDWR)
        started = await asyncio.to_thread(fork, code, arguments, folder, environment, nothing, nothing, written)
        for descriptor in (nothing, written):
            os.close(descriptor)
        return cls(started.pid, await _reader(read), await _reader(started.ended))

    async def _note_end(self, status: asyncio.StreamReader) -> None:
        self.returncode = int(await status.read())

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it."""
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Return its exit status when it has ended."""
        await asyncio.shield(self._ended)
        assert self.returncode is not None
        return self.returncode


async def _reader(descriptor: int) -> asyncio.StreamReader:
    """Return what reads a pipe."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb")
    )
    return reader


class BotProcess:
    """A Discord that outlives the processes of the bot, which share a data folder. Its loop runs while a test acts."""

    def __init__(self, folder: Path) -> None:
        """Make the folder the current one of the processes; `data` in it is the data folder."""
        self.folder = folder
        self.log = b""
        self._runner = asyncio.Runner()
        self._process: asyncio.subprocess.Process | ForkedProgram | None = None
        self._reading: asyncio.Task[None] | None = None
        self.run(self._open())

    def run(self, act: Coroutine[Any, Any, T]) -> T:
        """Let something happen."""
        return self._runner.run(act)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Take everything down.

        :raises AssertionError: the emulator saw what must not be.
        """
        try:
            self.run(self._close())
        finally:
            self._runner.close()

    async def _open(self) -> None:
        self.emulator = await Emulator().__aenter__()
        self.guild = self.emulator.add_guild(locale="en-GB")
        self.guild.bot_permissions = int(NEEDED)
        self.channel = self.guild.add_channel("general")
        self.people = [self.emulator.add_user(f"visitor-{number}") for number in range(5)]
        for user in self.people:
            self.guild.add_member(user)

    async def _close(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        if self._reading is not None:
            await self._reading
        await self.emulator.__aexit__(None, None, None)

    async def start(
        self, *arguments: str, code: str = COMMAND, anew: bool = False, **settings: str
    ) -> asyncio.subprocess.Process | ForkedProgram:
        """Start a process; what it says on stderr is in `log`.

        :param anew: whether it is to begin with the start of Python, rather than as a copy of one that has imported.
        """
        assert self._process is None or self._process.returncode is not None
        given = self.emulator.environment()
        environment = (
            os.environ
            | given
            | {
                "PYTHONPATH": os.pathsep.join((given["PYTHONPATH"], str(ROOT))),
                "MEASURES_DATA_DIR": str(self.folder / "data"),
                "MEASURES_PACE": "600",
                "MEASURES_PACE_BURST": "100",
                **settings,
            }
        )
        self.log = b""
        if anew:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", code, "bot", *arguments,
                cwd=self.folder, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
        else:
            self._process = await ForkedProgram.start(code, ["bot", *arguments], self.folder, environment)
        self._reading = asyncio.create_task(self._read(self._process))
        return self._process

    async def up(self, *arguments: str, code: str = COMMAND, anew: bool = False, **settings: str) -> None:
        """Start a process unless one runs, and wait until it has connected."""
        if self._process is not None and self._process.returncode is None and not arguments and not settings:
            return
        process = await self.start(*arguments, code=code, anew=anew, **settings)
        await self.emulator.wait(lambda: self.emulator.gateway.connected or process.returncode is not None, START_S)
        assert process.returncode is None, self.log.decode()

    async def down(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, and return the exit status."""
        assert self._process is not None
        self._process.send_signal(number)
        return await self.ended()

    async def ended(self) -> int:
        """Return the exit status of the process when it has ended."""
        assert self._process is not None
        assert self._reading is not None
        status = await asyncio.wait_for(self._process.wait(), START_S)
        await self._reading
        return status

    def lines(self) -> list[str]:
        """Return the whole lines of the log of the process that was started last."""
        return self.log.rpartition(b"\n")[0].decode().splitlines()

    async def ask(self, person: int = 0, question: str = QUESTION, *, wait: bool = True) -> Interaction:
        """Let somebody ask; return the interaction when it is answered, or deferred."""
        asked = await self.emulator.slash(self.people[person], self.channel, "ask", question=question)
        assert asked.acked, self.log.decode()
        if wait:
            await self.emulator.wait(lambda: asked.state is State.ANSWERED, START_S)
        return asked

    async def _read(self, process: asyncio.subprocess.Process | ForkedProgram) -> None:
        assert process.stderr is not None
        while chunk := await process.stderr.read(65536):
            self.log += chunk
