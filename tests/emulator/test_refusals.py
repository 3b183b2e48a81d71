"""What Discord refuses, the emulator refuses, and the test that sent it fails."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from tests.emulator import Channel, Emulator, Interaction
from tests.emulator.fast import asynchronous
from tests.emulator.rest.call import HANDLERS
from tests.emulator.schema import description
from tests.simulation.wrong import WRONG_COMMANDS, WRONG_MESSAGES, WRONG_RESPONSES, command, option


@asynccontextmanager
async def raw(emulator: Emulator) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bot {emulator.token}"}
    base = "https://discord.com/api/v10/"
    async with aiohttp.ClientSession(base, connector=emulator.connector(), headers=headers) as session:
        yield session


@asynccontextmanager
async def spoiled(match: str) -> AsyncIterator[Emulator]:
    """An emulator that must raise when it is left, and only then."""
    emulator = Emulator()
    await emulator.__aenter__()
    try:
        yield emulator
    except BaseException as error:
        await emulator.__aexit__(type(error), error, None)
        raise
    with pytest.raises(AssertionError, match=match):
        await emulator.__aexit__(None, None, None)


async def refused(emulator: Emulator, method: str, path: str, body: object) -> None:
    """Send it, and make sure that it is refused and noted."""
    async with raw(emulator) as session, session.request(method, path, json=body) as response:
        answer = await response.json()
        assert (response.status, answer["code"]) == (400, 50035), answer
        assert answer["errors"]
    assert len(emulator.problems) == 1
    assert "invalid request" in emulator.problems[0]


def a_channel(emulator: Emulator) -> Channel:
    return emulator.add_guild().add_channel()


async def an_interaction(emulator: Emulator, kind: str = "slash") -> Interaction:
    emulator.commands.replace([command(options=[option(autocomplete=True)])], None)
    guild = emulator.add_guild()
    ada = emulator.add_user("ada")
    guild.add_member(ada)
    return await emulator.slash(ada, guild.add_channel(), "ask", wait=False, question="x")


@asynchronous
async def test_wrong_messages() -> None:
    async with spoiled("invalid request POST") as emulator:
        channel = a_channel(emulator)
        await refused(emulator, "POST", f"channels/{channel.id}/messages", WRONG_MESSAGES["41 components at the top"])
        assert not channel.messages


@asynchronous
async def test_wrong_commands() -> None:
    async with spoiled("invalid request PUT") as emulator:
        path = f"applications/{emulator.application.id}/commands"
        await refused(emulator, "PUT", path, WRONG_COMMANDS["a name twice"])
        assert not emulator.commands.names()


@asynchronous
@pytest.mark.parametrize("name", ["an update of nothing", "choices for a command", "a field twice"])
async def test_wrong_responses(name: str) -> None:
    async with spoiled("invalid request POST") as emulator:
        interaction = await an_interaction(emulator)
        path = f"interactions/{interaction.id}/{interaction.token}/callback"
        await refused(emulator, "POST", path, WRONG_RESPONSES[name])
        assert not interaction.acked


@asynchronous
async def test_benches_leave_the_description_out() -> None:
    async with Emulator(validate=False) as emulator:
        channel = a_channel(emulator)
        async with raw(emulator) as session:
            form = {"content": "x", "kontent": "y"}
            assert (await session.post(f"channels/{channel.id}/messages", json=form)).status == 200
            form = {"content": "x" * 2001}
            assert (await session.post(f"channels/{channel.id}/messages", json=form)).status == 400
        emulator.problems.clear()


@asynchronous
async def test_an_empty_message() -> None:
    async with spoiled("an empty message") as emulator:
        path = f"channels/{a_channel(emulator).id}/messages"
        async with raw(emulator) as session, session.post(path, json={"content": ""}) as response:
            assert (await response.json())["code"] == 50006


@asynchronous
async def test_a_webhook_before_the_acknowledgement() -> None:
    async with Emulator() as emulator:
        interaction = await an_interaction(emulator)
        path = f"webhooks/{emulator.application.id}/{interaction.token}"
        async with raw(emulator) as session, session.post(path, json={"content": "x"}) as response:
            assert (response.status, (await response.json())["code"]) == (404, 10015)


@asynchronous
async def test_without_a_token() -> None:
    async with Emulator() as emulator:
        async with raw(emulator) as session, session.get("users/@me", headers={"Authorization": "Bot x"}) as response:
            assert response.status == 401


@asynchronous
async def test_an_unknown_route() -> None:
    async with (
        spoiled("unknown route GET /nowhere") as emulator,
        raw(emulator) as session,
        session.get("nowhere") as response,
    ):
        assert response.status == 404


@asynchronous
async def test_an_exception_in_a_route(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HANDLERS, "get_my_user", lambda call: call.params["nothing"])
    async with (
        spoiled("KeyError: 'nothing'") as emulator,
        raw(emulator) as session,
        session.get("users/@me") as response,
    ):
        assert response.status == 503


@asynchronous
async def test_an_invalid_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HANDLERS, "get_my_user", lambda call: {"id": "1"})
    async with (
        spoiled("the emulator's own answer to GET /users/@me") as emulator,
        raw(emulator) as session,
        session.get("users/@me"),
    ):
        pass


@asynchronous
async def test_a_failing_test_keeps_its_own_error() -> None:
    emulator, error = await Emulator().__aenter__(), ZeroDivisionError()
    emulator.platform.problem("something else")
    await emulator.__aexit__(type(error), error, None)
    assert "something else" in error.__notes__[0]


def test_every_route_is_described() -> None:
    described = {each.operation_id for each in description()._operations}
    assert set(HANDLERS) <= described
