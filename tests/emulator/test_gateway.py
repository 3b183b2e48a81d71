"""What the gateway does to a real discord.py client: dropping, resuming, invalidating, saying nothing."""

import asyncio
import time

import discord
import pytest

from tests.emulator import Emulator
from tests.emulator.fast import QUICK, asynchronous, fast_retries, running
from tests.emulator.scene import Scene, scene
from tests.emulator.small_bot import SmallBot


async def hears(on: Scene, text: str) -> None:
    await on.emulator.post(on.ada, on.channel, f"{on.emulator.bot.mention} {text}")
    await on.emulator.wait(lambda: on.bot.heard and on.bot.heard[-1].content.endswith(text))


@asynchronous
async def test_ready_within_a_second() -> None:
    start = time.monotonic()
    async with scene() as on:
        assert time.monotonic() - start < 1.0
        assert on.bot.happened == ["ready"]
        assert on.bot.guilds[0].text_channels[0].name == "general"
        assert on.emulator.commands.names() == ["ask", "silent", "late", "twice", "agency", "index"]


@asynchronous
@pytest.mark.parametrize("how", ["4000", "1001", "rst", "op 7", "op 9 resumable"])
async def test_resume_replays_what_was_missed(how: str) -> None:
    async with scene() as on:
        await hears(on, "before")
        gateway = on.emulator.gateway
        if how == "op 7":
            await gateway.reconnect()
        elif how == "op 9 resumable":
            await gateway.invalidate(resumable=True)
        else:
            await gateway.drop(code=4000 if how == "rst" else int(how), rst=how == "rst")
        assert not gateway.connected
        await on.emulator.post(on.ada, on.channel, f"{on.emulator.bot.mention} meanwhile")
        await on.emulator.wait(lambda: "resumed" in on.bot.happened)
        assert [message.content[-6:] for message in on.bot.heard] == ["before", "nwhile"]
        assert (gateway.identifies, gateway.resumes) == (1, 1)
        await hears(on, "after")


@asynchronous
@pytest.mark.parametrize("how", ["op 9", "refused"])
async def test_identify_anew(how: str) -> None:
    async with scene() as on:
        gateway = on.emulator.gateway
        if how == "op 9":
            await gateway.invalidate(resumable=False)
        else:
            gateway.refuse_resumes()
            await gateway.drop()
        await on.emulator.wait(lambda: on.bot.happened == ["ready", "ready"])
        assert gateway.identifies == 2
        await hears(on, "after")


@asynchronous
async def test_a_zombie_is_left_after_the_heartbeat_timeout() -> None:
    async with scene(heartbeat_timeout=0.4) as on:
        on.emulator.gateway.zombify()
        await on.emulator.post(on.ada, on.channel, f"{on.emulator.bot.mention} unheard")
        await on.emulator.wait(lambda: on.bot.heard)
        assert on.bot.happened[:2] == ["ready", "resumed"]


@asynchronous
async def test_an_event_twice() -> None:
    async with scene() as on:
        await hears(on, "once")
        on.emulator.gateway.duplicate()
        await on.emulator.wait(lambda: len(on.bot.heard) == 2)
        assert on.bot.heard[0].id == on.bot.heard[1].id


@asynchronous
@pytest.mark.parametrize("cut", [False, True])
async def test_a_refused_first_connect_ends_the_client(cut: bool) -> None:
    async with Emulator() as emulator:
        emulator.gateway.refuse_connects(2 if cut else 1, cut=cut)
        with fast_retries():
            async with running(SmallBot(emulator), emulator) as connected:
                assert isinstance(connected.exception(), AttributeError)  # Rapptz/discord.py#10520


@asynchronous
async def test_refused_reconnects_are_tried_again() -> None:
    async with scene() as on:
        on.emulator.gateway.refuse_connects(1)
        with fast_retries():
            await on.emulator.gateway.drop()
            await on.emulator.wait(lambda: "resumed" in on.bot.happened)
        assert on.emulator.gateway.connects == 3


@asynchronous
async def test_bad_tokens_and_disallowed_intents() -> None:
    async with Emulator() as emulator:
        with pytest.raises(discord.LoginFailure):
            async with SmallBot(emulator) as bot:
                await bot.start("wrong")
        intents = discord.Intents.default()
        intents.message_content = True
        with pytest.raises(discord.PrivilegedIntentsRequired):
            async with SmallBot(emulator, intents) as bot:
                await bot.start(emulator.token)
        emulator.application.allow_message_content()
        async with running(SmallBot(emulator, intents), emulator) as connected:
            assert not connected.done()


@asynchronous
async def test_several_shards() -> None:
    async with Emulator() as emulator:
        guild = emulator.add_guild()
        intents, connector = discord.Intents.default(), emulator.connector()
        async with discord.AutoShardedClient(intents=intents, connector=connector, **QUICK) as client:
            running_client = asyncio.create_task(client.start(emulator.token))
            await emulator.wait(lambda: client.is_ready() or running_client.done())
            assert [each.id for each in client.guilds] == [guild.id]
        await asyncio.gather(running_client, return_exceptions=True)


@asynchronous
async def test_no_other_host_is_reached() -> None:
    async with scene() as on:
        with pytest.raises(OSError, match=r"example\.org"):
            await on.bot.http.get_from_cdn("https://example.org/")
