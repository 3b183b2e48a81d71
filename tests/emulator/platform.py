"""What all rooms of the emulator share: the world, the commands, the interactions, and what went wrong."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from tests.emulator.clock import Clock
from tests.emulator.commands import Commands
from tests.emulator.errors import unknown
from tests.emulator.recorder import Fault, Recorded
from tests.emulator.world import World

if TYPE_CHECKING:
    from tests.emulator.interactions import Interaction

T = TypeVar("T")
_LOOK_AGAIN_S = 0.02
TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAwMA.GEmuLa.aLoopbackTokenThatOpensNothingAnywhere"  # noqa: S105 (opens only the emulator)


class Platform:
    """The state of one emulator. Handlers are synchronous: each takes effect at once, or not at all."""

    def __init__(self, *, validate: bool) -> None:
        self.validate = validate
        self.clock = Clock()
        self.world = World(self.clock)
        self.commands = Commands(self.world)
        self.token = TOKEN
        self.interactions: dict[str, Interaction] = {}
        self.requests: list[Recorded] = []
        self.faults: list[Fault] = []
        self.problems: list[str] = []
        self._changed = asyncio.Event()

    def problem(self, sentence: str) -> None:
        """Note what makes the test fail when it leaves the emulator."""
        self.problems.append(sentence)

    def changed(self) -> None:
        """Wake those who wait for a change."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait(self, condition: Callable[[], T], timeout_s: float = 5.0) -> T:
        """Wait until a condition gives something true, and return that.

        It is looked at on every change here, and every 20 ms, because it may be about the client.

        :raises AssertionError: it did not come true in time.
        """
        deadline = asyncio.get_running_loop().time() + timeout_s
        while not (value := condition()):
            if asyncio.get_running_loop().time() > deadline:
                recent = "\n".join(map(str, self.requests[-10:]))
                raise AssertionError(f"not true within {timeout_s} s; problems: {self.problems}; requests:\n{recent}")
            try:
                await asyncio.wait_for(self._changed.wait(), _LOOK_AGAIN_S)
            except TimeoutError:
                continue
        return value

    def interaction(self, token: str) -> "Interaction":
        """Find an interaction by its token. :raises ApiError: there is none."""
        if (interaction := self.interactions.get(token)) is None:
            raise unknown("Webhook")
        return interaction
