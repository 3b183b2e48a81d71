"""The emulator as tests use it."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import aiohttp

from tests.emulator import tls
from tests.emulator.channels import Channel
from tests.emulator.clock import Clock
from tests.emulator.commands import Commands
from tests.emulator.gateway import Gateway
from tests.emulator.people import People
from tests.emulator.platform import Platform
from tests.emulator.recorder import Fault, Recorded, ratelimit
from tests.emulator.server import Server
from tests.emulator.world import Application, Guild, User

T = TypeVar("T")


class Emulator(People):
    """A Discord on loopback. Leaving it raises AssertionError if anything was unknown, invalid or broken.

    `validate=False` leaves Discord's description out, which costs 2 ms for a large message each way: for benches only.
    """

    def __init__(self, *, validate: bool = True) -> None:
        self.platform = Platform(validate=validate)
        super().__init__(self.platform)
        self.world = self.platform.world
        self.gateway = Gateway(self.platform)
        self._server = Server(self.platform, self.gateway)

    async def __aenter__(self) -> Self:
        await self._server.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._server.stop()
        report = "\n".join(dict.fromkeys(self.problems))
        if report and error is None:
            raise AssertionError(f"the emulator saw what must not be:\n{report}")
        if report and error is not None:
            error.add_note(f"the emulator also saw:\n{report}")

    def connector(self) -> aiohttp.TCPConnector:
        """Make a connector for one client: Discord's names lead here, every other host raises OSError."""
        return tls.connector(self._server.tls_port)

    def environment(self, *, quick: bool = False) -> dict[str, str]:
        """Give the environment variables that send a subprocess's discord.py here, and nowhere else.

        `quick`: it does not wait 5 s before it identifies again.
        """
        shim = str(Path(__file__).with_name("shim"))
        return {
            "PYTHONPATH": os.pathsep.join(filter(None, [shim, os.environ.get("PYTHONPATH")])),
            "EMULATOR_URL": f"http://127.0.0.1:{self._server.plain_port}",
            "EMULATOR_QUICK": str(int(quick)),
            "DISCORD_TOKEN": self.token,
        }

    @property
    def token(self) -> str:
        """The bot's token."""
        return self.platform.token

    @property
    def bot(self) -> User:
        """The bot's user."""
        return self.world.bot

    @property
    def application(self) -> Application:
        """The application in the developer portal: its flags decide which intents it has."""
        return self.world.application

    @property
    def allowed_intents(self) -> int:
        """The intents that a client may identify with: what the application's flags give."""
        return self.gateway.allowed_intents

    @property
    def commands(self) -> Commands:
        """The commands registered."""
        return self.platform.commands

    @property
    def clock(self) -> Clock:
        """The clock, which may be moved forward."""
        return self.platform.clock

    @property
    def requests(self) -> list[Recorded]:
        """Every REST request so far."""
        return self.platform.requests

    @property
    def faults(self) -> list[Fault]:
        """What is to go wrong, in order."""
        return self.platform.faults

    @property
    def problems(self) -> list[str]:
        """What will fail the test. Clear it where a test means to cause it."""
        return self.platform.problems

    def add_user(self, name: str, *, locale: str = "en-US", bot: bool = False, installed: bool = False) -> User:
        """Make a user; `installed` means that they installed the application for themselves."""
        return self.world.add_user(name, locale=locale, bot=bot, installed=installed)

    def add_guild(self, name: str = "A server", *, locale: str = "en-US", installed: bool = True) -> Guild:
        """Make a server; where the application is not `installed`, the bot is no member."""
        return self.world.add_guild(name, locale=locale, installed=installed)

    def private_channel(self, *people: User) -> Channel:
        """Open the private channel of one person with the bot, or of several without it."""
        return self.world.private_channel(*people)

    def ratelimit(
        self,
        path_regex: str,
        retry_after_s: float,
        *,
        method: str = "*",
        times: int = 1,
        global_: bool = False,
        via: bool = True,
    ) -> Fault:
        """Answer 429 to the next requests that match."""
        fault = ratelimit(path_regex, retry_after_s, method=method, times=times, global_=global_, via=via)
        self.faults.append(fault)
        return fault

    def requested(self, method: str, path_regex: str) -> list[Recorded]:
        """List the requests so far that match."""
        return [each for each in self.requests if each.method == method and re.search(path_regex, each.path)]

    async def wait(self, condition: Callable[[], T], timeout_s: float = 5.0) -> T:
        """Wait until a condition gives something true, and return that. :raises AssertionError: it did not."""
        return await self.platform.wait(condition, timeout_s)
