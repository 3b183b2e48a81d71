"""What Discord refuses, the emulator refuses, and the test that sent it fails."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from tests.emulator import Channel, Emulator, Interaction
from tests.emulator.fast import asynchronous
from tests.emulator.rest.call import HANDLERS
from tests.emulator.schema import description

V2 = 1 << 15
TEXT: dict[str, Any] = {"type": 10, "content": "x"}


def button(**fields: object) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "x", "custom_id": "x"} | fields


def row(*inner: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(inner)}


def v2(*components: dict[str, Any], **fields: object) -> dict[str, Any]:
    return {"flags": V2, "components": list(components)} | fields


def menu(count: int = 1, **fields: object) -> dict[str, Any]:
    options = [{"label": f"{number}", "value": f"{number}"} for number in range(count)]
    return {"type": 3, "custom_id": "m", "options": options} | fields


def command(**fields: object) -> dict[str, Any]:
    return {"name": "ask", "description": "Ask.", "type": 1} | fields


def option(**fields: object) -> dict[str, Any]:
    return {"name": "question", "description": "What.", "type": 3} | fields


def modal(*components: dict[str, Any], **fields: object) -> dict[str, Any]:
    return {"type": 9, "data": {"custom_id": "m", "title": "t", "components": list(components)} | fields}


def label(component: dict[str, Any], **fields: object) -> dict[str, Any]:
    return {"type": 18, "label": "l", "component": component} | fields


def entry(**fields: object) -> dict[str, Any]:
    return {"type": 4, "custom_id": "t", "style": 1} | fields


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
    emulator.commands.put(command(options=[option(autocomplete=True)]), None)
    guild = emulator.add_guild()
    ada = emulator.add_user("ada")
    guild.add_member(ada)
    return await emulator.slash(ada, guild.add_channel(), "ask", wait=False, question="x")


FORTY_ONE = [{"type": 10, "content": f"{number}"} for number in range(41)]
WRONG_MESSAGES: dict[str, dict[str, Any]] = {
    "content over 2000": {"content": "x" * 2001},
    "unknown field": {"content": "x", "kontent": "y"},
    "wrong type": {"content": 5},
    "embeds over 6000 in sum": {"embeds": [{"description": "x" * 3001}] * 2},
    "embed title over 256": {"embeds": [{"title": "x" * 257}]},
    "eleven embeds": {"embeds": [{"title": "x"}] * 11},
    "six rows": {"content": "x", "components": [row(button(custom_id=f"{number}")) for number in range(6)]},
    "an empty row": {"content": "x", "components": [row()]},
    "six buttons in a row": {"content": "x", "components": [row(*[button(custom_id=f"{n}") for n in range(6)])]},
    "a menu beside a button": {"content": "x", "components": [row(button(), menu())]},
    "button without custom_id": {"content": "x", "components": [row(button(custom_id=None))]},
    "button without label": {"content": "x", "components": [row(button(label=None))]},
    "button with url and custom_id": {"content": "x", "components": [row(button(style=5, url="https://x.eu"))]},
    "link without url": {"content": "x", "components": [row(button(style=5, custom_id=None))]},
    "link to javascript": {"content": "x", "components": [row(button(style=5, custom_id=None, url="javascript:x"))]},
    "link over 512": {
        "content": "x",
        "components": [row(button(style=5, custom_id=None, url="https://x.eu/" + "x" * 500))],
    },
    "label over 80": {"content": "x", "components": [row(button(label="x" * 81))]},
    "custom_id over 100": {"content": "x", "components": [row(button(custom_id="x" * 101))]},
    "custom_id twice": {"content": "x", "components": [row(button(), button())]},
    "component id twice": v2(TEXT | {"id": 7}, TEXT | {"id": 7}),
    "unknown component": {"content": "x", "components": [{"type": 99}]},
    "26 options": {"content": "x", "components": [row(menu(26))]},
    "no options": {"content": "x", "components": [row(menu(0))]},
    "an option value twice": {
        "content": "x",
        "components": [row(menu(options=[{"label": "a", "value": "a"}, {"label": "b", "value": "a"}]))],
    },
    "more values than options": {"content": "x", "components": [row(menu(2, max_values=3))]},
    "V2 component without the flag": {"content": "x", "components": [TEXT]},
    "V2 with content": v2(TEXT, content="x"),
    "V2 with embeds": v2(TEXT, embeds=[{"title": "x"}]),
    "41 components": v2(*FORTY_ONE[:40], {"type": 17, "components": FORTY_ONE[40:]}),
    "41 components at the top": v2(*FORTY_ONE),
    "4001 characters": v2({"type": 10, "content": "x" * 4000}, TEXT),
    "an empty text": v2({"type": 10, "content": ""}),
    "an empty container": v2({"type": 17, "components": []}),
    "a container in a container": v2({"type": 17, "components": [{"type": 17, "components": [TEXT]}]}),
    "a section of four texts": v2({"type": 9, "components": [TEXT] * 4, "accessory": button()}),
    "a section without accessory": v2({"type": 9, "components": [TEXT]}),
    "a picture that is not attached": v2({"type": 12, "items": [{"media": {"url": "attachment://x.png"}}]}),
    "a nonce over 25": {"content": "x", "nonce": "x" * 26},
}
WRONG_COMMANDS: dict[str, list[dict[str, Any]]] = {
    "capitals": [command(name="Ask")],
    "a space": [command(name="ask me")],
    "33 letters": [command(name="x" * 33)],
    "a translated name with capitals": [command(name_localizations={"fr": "Demander"})],
    "no description": [{"name": "ask", "type": 1}],
    "description over 100": [command(description="x" * 101)],
    "a message command with a description": [command(type=3)],
    "101 commands": [command(name=f"c{number}") for number in range(101)],
    "a name twice": [command(), command()],
    "26 options": [command(options=[option(name=f"o{number}") for number in range(26)])],
    "an option twice": [command(options=[option(), option()])],
    "an option with capitals": [command(options=[option(name="Question")])],
    "required after optional": [command(options=[option(), option(name="b", required=True)])],
    "26 choices": [command(options=[option(choices=[{"name": f"{n}", "value": f"{n}"} for n in range(26)])])],
    "choice value over 100": [command(options=[option(choices=[{"name": "x", "value": "x" * 101}])])],
    "choices and autocomplete": [command(options=[option(choices=[{"name": "x", "value": "x"}], autocomplete=True)])],
    "unknown option type": [command(options=[option(type=99)])],
    "unknown locale": [command(name_localizations={"xx": 5})],
    "over 8000 characters": [
        command(
            options=[option(name=f"o{n}", choices=[{"name": "x" * 100, "value": "x" * 100}] * 25) for n in range(2)]
        )
    ],
}
WRONG_RESPONSES: dict[str, dict[str, Any]] = {
    "4 without data": {"type": 4},
    "unknown type": {"type": 99},
    "an update of nothing": {"type": 7, "data": {"content": "x"}},
    "choices for a command": {"type": 8, "data": {"choices": []}},
    "content over 2000": {"type": 4, "data": {"content": "x" * 2001}},
    "a modal without fields": modal(),
    "a modal with six fields": modal(*[label(entry(custom_id=f"{number}")) for number in range(6)]),
    "a modal's title over 45": modal(label(entry()), title="x" * 46),
    "a modal's label over 45": modal(label(entry(), label="x" * 46)),
    "a field twice": modal(label(entry()), label(entry())),
    "a labelled field's own label": modal(label(entry(label="x"))),
    "a bare field without label": modal(row(entry())),
    "a button in a modal": modal(row(button())),
    "lengths crossed": modal(label(entry(min_length=5, max_length=4))),
    "a value too short": modal(label(entry(min_length=5, value="x"))),
}


@asynchronous
@pytest.mark.parametrize("name", WRONG_MESSAGES)
async def test_wrong_messages(name: str) -> None:
    async with spoiled("invalid request POST") as emulator:
        channel = a_channel(emulator)
        await refused(emulator, "POST", f"channels/{channel.id}/messages", WRONG_MESSAGES[name])
        assert not channel.messages


@asynchronous
@pytest.mark.parametrize("name", WRONG_COMMANDS)
async def test_wrong_commands(name: str) -> None:
    async with spoiled("invalid request PUT") as emulator:
        path = f"applications/{emulator.application.id}/commands"
        await refused(emulator, "PUT", path, WRONG_COMMANDS[name])
        assert not emulator.commands.names()


@asynchronous
@pytest.mark.parametrize("name", WRONG_RESPONSES)
async def test_wrong_responses(name: str) -> None:
    async with spoiled("invalid request POST") as emulator:
        interaction = await an_interaction(emulator)
        path = f"interactions/{interaction.id}/{interaction.token}/callback"
        await refused(emulator, "POST", path, WRONG_RESPONSES[name])
        assert not interaction.acked


@asynchronous
async def test_wrong_edits() -> None:
    async with Emulator() as emulator:
        channel = a_channel(emulator)
        async with raw(emulator) as session:
            forms: list[dict[str, Any]] = [v2(TEXT), {"content": "x"}]
            ids = []
            for form in forms:
                async with session.post(f"channels/{channel.id}/messages", json=form) as response:
                    ids.append((await response.json())["id"])
        wrong: list[tuple[int, dict[str, Any]]] = [
            (0, {"content": "x"}), (0, {"flags": 0}), (1, v2(TEXT)), (1, {"components": [TEXT]})
        ]  # fmt: skip
        for number, form in wrong:
            await refused(emulator, "PATCH", f"channels/{channel.id}/messages/{ids[number]}", form)
            emulator.problems.clear()
        assert [message.text() for message in channel.messages] == ["x", "x"]


@asynchronous
async def test_26_choices_of_an_autocompletion() -> None:
    async with Emulator() as emulator:
        interaction = await an_interaction(emulator)
        interaction.kind = 4
        path = f"interactions/{interaction.id}/{interaction.token}/callback"
        many = [{"name": f"{number}", "value": f"{number}"} for number in range(26)]
        for choices in (many, [{"name": "x" * 101, "value": "x"}]):
            await refused(emulator, "POST", path, {"type": 8, "data": {"choices": choices}})
            emulator.problems.clear()


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
async def test_201_creates_a_day() -> None:
    async with Emulator() as emulator:
        path = f"applications/{emulator.application.id}/commands"
        async with raw(emulator) as session:
            for start, status in ((0, 200), (100, 200), (200, 400)):
                forms = [command(name=f"c{number}") for number in range(start, start + 100)]
                async with session.put(path, json=forms) as response:
                    assert response.status == status
        assert emulator.commands.created == 200


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
    described = {one.operation_id for one in description()._operations}
    assert set(HANDLERS) <= described
