"""Making discord.py quick: without this, READY takes 2 s, a second IDENTIFY 5 s and five tries 25 s."""

import asyncio
import types
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import wraps
from typing import Any, ParamSpec

import discord
import discord.client
import discord.http
import discord.webhook.async_

from tests.emulator.emulator import Emulator

P = ParamSpec("P")
QUICK: dict[str, Any] = {"guild_ready_timeout": 0.05}


@contextmanager
def fast_retries(longest_s: float = 0.01) -> Iterator[list[float]]:
    """Let discord.py sleep at most this long between tries, and list how long it meant to sleep."""
    wanted: list[float] = []

    async def sleep(delay_s: float, result: object = None) -> object:
        if delay_s > 0:
            wanted.append(delay_s)
        return await asyncio.sleep(min(delay_s, longest_s), result)

    clock = types.SimpleNamespace(**vars(asyncio))
    clock.sleep = sleep
    modules = (discord.client, discord.http, discord.webhook.async_)
    for module in modules:
        vars(module)["asyncio"] = clock
    try:
        yield wanted
    finally:
        for module in modules:
            vars(module)["asyncio"] = asyncio


class QuickIdentify(discord.Client):
    """A client, to be mixed in, that does not wait 5 s before it identifies again."""

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait for nothing."""


def asynchronous(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run a test that is a coroutine in a loop of its own."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


@asynccontextmanager
async def running(client: discord.Client, emulator: Emulator) -> AsyncIterator[asyncio.Task[None]]:
    """Log a client in, connect it, wait until it is ready, and close it at the end."""
    await client.login(emulator.token)
    connected = asyncio.create_task(client.connect())
    try:
        await emulator.wait(lambda: client.is_ready() or connected.done())
        yield connected
    finally:
        await client.close()
        await asyncio.gather(connected, return_exceptions=True)
