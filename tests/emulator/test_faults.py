"""Faults told to the emulator, and what discord.py 2.7 makes of them."""

import time

import aiohttp
import discord
import pytest

from tests.emulator import Fault
from tests.emulator.fast import asynchronous, fast_retries
from tests.emulator.scene import Scene, scene

SEND = r"/channels/\d+/messages$"


async def send(on: Scene) -> discord.Message:
    return await on.bot.get_partial_messageable(on.channel.id).send("hello")


@asynchronous
@pytest.mark.parametrize("global_", [False, True])
async def test_a_rate_limit_is_waited_for(global_: bool) -> None:
    async with scene() as on:
        on.emulator.ratelimit(SEND, 0.2, global_=global_)
        start = time.monotonic()
        await send(on)
        assert time.monotonic() - start >= 0.2
        assert [each.status for each in on.emulator.requested("POST", SEND)] == [429, 200]


@asynchronous
async def test_a_rate_limit_without_via_is_a_ban() -> None:
    async with scene() as on:
        on.emulator.ratelimit(SEND, 0.2, via=False)
        with pytest.raises(discord.HTTPException):
            await send(on)


@asynchronous
async def test_server_errors_are_retried() -> None:
    async with scene() as on:
        on.emulator.faults.append(Fault("POST", SEND, times=5, status=502, body="<html>bad gateway</html>"))
        with fast_retries() as slept, pytest.raises(discord.DiscordServerError):
            await send(on)
        assert slept == [1, 3, 5, 7, 9]
        on.emulator.faults.append(Fault("POST", SEND, status=503))
        with pytest.raises(discord.DiscordServerError):
            await send(on)
        await send(on)
        assert len(on.channel.messages) == 1


@asynchronous
async def test_a_message_that_took_effect_before_the_error_is_kept_once() -> None:
    async with scene() as on:
        on.emulator.faults.append(Fault("POST", SEND, status=500, apply_first=True))
        with fast_retries():
            sent = await send(on)
        assert [each.id for each in on.channel.messages] == [sent.id]
        assert len(on.emulator.requested("POST", SEND)) == 2


@asynchronous
async def test_a_connection_that_is_cut() -> None:
    async with scene() as on:
        on.emulator.faults.append(Fault("POST", SEND, reset=True))
        with pytest.raises(aiohttp.ClientOSError) as caught:
            await send(on)
        assert caught.value.errno == 104
        assert on.emulator.requested("POST", SEND)[0].status == 0


@asynchronous
async def test_an_answer_that_comes_late() -> None:
    async with scene() as on:
        on.emulator.faults.append(Fault("POST", "/callback", delay_s=0.3))
        interaction = await on.emulator.slash(on.ada, on.channel, "agency", name="x")
        assert 0.3 <= (interaction.acked_after_s or 0) < 1


@asynchronous
@pytest.mark.parametrize("path", ["/callback", "/messages/@original"])
@pytest.mark.parametrize("what", [{"status": 429}, {"status": 502}, {"status": 503}], ids=["429", "502", "503"])
async def test_an_answer_survives_what_passes(path: str, what: dict[str, int]) -> None:
    async with scene() as on:
        if what["status"] == 429:
            on.emulator.ratelimit(path, 0.05)
        else:
            on.emulator.faults.append(Fault("*", path, status=what["status"]))
        with fast_retries():
            message = await on.emulator.answer(await on.emulator.slash(on.ada, on.channel, "ask", question="x"))
        assert on.channel.messages == [message]
        assert not on.bot.errors


@asynchronous
async def test_an_edit_that_took_effect_before_the_error_is_repeated_in_vain() -> None:
    async with scene() as on:
        on.emulator.faults.append(Fault("PATCH", "@original", status=500, apply_first=True))
        with fast_retries():
            message = await on.emulator.answer(await on.emulator.slash(on.ada, on.channel, "ask", question="x"))
            await on.emulator.wait(lambda: message.edits == 2)
        assert on.channel.messages == [message]


@asynchronous
async def test_an_acknowledgement_that_took_effect_before_the_error_is_refused_the_second_time() -> None:
    async with scene() as on:
        on.emulator.faults.append(Fault("POST", "/callback", status=500, apply_first=True))
        with fast_retries():
            interaction = await on.emulator.slash(on.ada, on.channel, "ask", question="x")
            await on.emulator.wait(lambda: on.bot.errors)
        assert getattr(on.bot.errors[0], "code", None) == 40060
        assert interaction.deferred


@asynchronous
async def test_a_follow_up_that_took_effect_before_the_error_is_doubled() -> None:
    async with scene() as on:
        on.emulator.faults.append(Fault("POST", r"/webhooks/\d+/[^/]+$", status=500, apply_first=True))
        with fast_retries():
            interaction = await on.emulator.slash(on.ada, on.channel, "ask", question="x", follow_ups=1)
            await on.emulator.wait(lambda: len(interaction.followups) == 2)


@asynchronous
async def test_requests_are_recorded() -> None:
    async with scene() as on:
        await send(on)
        recorded = on.emulator.requested("POST", SEND)[0]
        assert isinstance(recorded.json, dict)
        assert recorded.json["content"] == "hello"
        assert recorded.headers["Authorization"] == f"Bot {on.emulator.token}"
        await on.emulator.slash(on.ada, on.channel, "agency", name="x")
        callback = on.emulator.requested("POST", "/callback")[0]
        assert "Authorization" not in callback.headers
        assert callback.query == {"with_response": "1"}
