"""The process: starting, restarting, being killed and being stopped; what it logs."""

import asyncio
import datetime
import json
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app.client import COGS
from bot.app.run import run_bot
from bot.app.settings import BotSettings
from corpus.errors import SettingsError
from index.engine import Engine
from index.maintenance import build_all
from index.settings import IndexSettings
from tests.bot.bot_process import START_S, BotProcess, command_with
from tests.bot.connected_bot import make_bot
from tests.emulator import ApplicationFlag, Emulator, Fault, Interaction, State
from tests.emulator.fast import asynchronous, running
from tests.emulator.flags import UNPRIVILEGED
from tests.emulator.gateway import Gateway
from tests.fakes import FakeEmbedder, silent
from tests.postgres import free_port
from tests.simulation import QUESTION

EDIT = "@original"
# The same command with an embedder that takes no time to load, where what is tested is not the answer; it does not wait
# for two seconds whether Discord tells of more servers.
LIGHT = """
import bot.app.client, bot.app.run
from index.engine import Engine
from tests.fakes import EngineHere, FakeEmbedder
bot.app.client._CLIENT_OPTIONS["guild_ready_timeout"] = 0.05
bot.app.run.engine_opener = lambda settings: lambda: EngineHere(Engine(settings, FakeEmbedder()))
from bot.cli.main import main; main()
"""


@pytest.fixture
def light(built_once: Path, tmp_path: Path) -> Iterator[BotProcess]:
    """A Discord, and a data folder for the light model."""
    shutil.copytree(built_once, tmp_path / "data")
    with BotProcess(tmp_path) as process:
        yield process


def text_of(asked: Interaction) -> str:
    assert asked.original is not None
    return asked.original.text()


def test_start_with_an_empty_folder_builds_and_answers_what_waited(tmp_path: Path) -> None:
    async def scenario() -> None:
        await process.up(code=command_with("tests.fakes:held_embedder"), MEASURES_MODEL="fake", MEASURES_THRESHOLD="0")
        waiting = await process.ask(wait=False)
        assert waiting.state is State.DEFERRED
        assert not (process.folder / "data" / "CURRENT").exists()
        (process.folder / "go").touch()
        await process.emulator.wait(lambda: waiting.state is State.ANSWERED, 60)
        assert "CEPOL" in text_of(waiting)

    with BotProcess(tmp_path) as process:
        process.run(scenario())


def test_buttons_outlive_a_new_generation_and_a_restart(light: BotProcess) -> None:
    settings = IndexSettings(data_dir=light.folder / "data", model="fake")

    async def scenario() -> None:
        await light.up(code=LIGHT)
        asked = await light.ask()
        assert asked.original is not None
        before = await context(light, asked)
        await asyncio.to_thread(build_all, settings, FakeEmbedder(), silent)
        assert (settings.data_dir / "CURRENT").read_text().strip() == "000002"
        assert await context(light, asked) == before
        assert await light.down() == 0
        requests = len(light.emulator.requests)
        await light.up("--sync", code=LIGHT)
        assert commands_told(light.emulator, requests) == ["PUT"], "they have not changed, but the command asked for it"
        assert await context(light, asked) == before
        nearest = await light.emulator.click(light.people[1], asked.original, "Nearest passage")
        await light.emulator.wait(lambda: nearest.state is State.ANSWERED)
        assert nearest.original is not None
        more = await light.emulator.click(light.people[1], nearest.original, "More")
        await light.emulator.wait(lambda: more.state is State.ANSWERED)
        assert "older" not in text_of(more)

    light.run(scenario())


async def context(process: BotProcess, asked: Interaction) -> str:
    """Press *Nearest passage*, as somebody who did not ask, and return what it shows."""
    assert asked.original is not None
    button = re.findall(r"b:nearest:[^']+", str(asked.original.components))[0]
    pressed = await process.emulator.click(process.people[1], asked.original, button)
    await process.emulator.wait(lambda: pressed.state is State.ANSWERED)
    assert pressed.ephemeral
    assert "served" not in text_of(pressed)
    return text_of(pressed)


def test_killed_between_defer_and_answer(light: BotProcess) -> None:
    async def scenario() -> None:
        await light.up(code=LIGHT)
        light.emulator.faults.append(Fault("PATCH", EDIT, delay_s=60))
        lost = await light.ask(wait=False)
        await light.emulator.wait(lambda: light.emulator.faults[0].hits == 1)
        assert await light.down(signal.SIGKILL) == -signal.SIGKILL
        assert lost.state is State.DEFERRED
        await light.up(code=LIGHT)
        assert "Asked" in text_of(await light.ask())

    light.run(scenario())


def test_sigterm_lets_the_question_under_way_be_answered(light: BotProcess) -> None:
    async def scenario() -> None:
        await light.up(code=LIGHT)
        light.emulator.faults.append(Fault("PATCH", EDIT, delay_s=0.3))
        asked = await light.ask(wait=False)
        assert await light.down() == 0
        assert "Asked" in text_of(asked)
        await light.emulator.wait(lambda: light.emulator.gateway.last_close_code == 1000)

    light.run(scenario())


def test_signal_while_the_engine_opens_does_not_wait_for_it(light: BotProcess) -> None:
    never = LIGHT.replace(
        "lambda: EngineHere(Engine(settings, FakeEmbedder()))", "lambda: __import__('time').sleep(3600)"
    )

    async def scenario() -> None:
        await light.up(code=never)
        await light.emulator.wait(lambda: light.emulator.gateway.connected)
        async with asyncio.timeout(5):
            assert await light.down() == 0

    light.run(scenario())


@asynchronous
async def test_commands_are_told_when_they_changed_or_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_engine() -> Engine:
        return Engine(IndexSettings(data_dir=tmp_path, model="fake"), FakeEmbedder())

    counted = []
    async with Emulator() as emulator:
        for cogs, force_sync in ((COGS, False), (COGS, False), (COGS, True), (COGS[1:], False)):
            monkeypatch.setattr("bot.app.client.COGS", cogs)
            before = len(emulator.requests)
            bot = make_bot(emulator, open_engine, tmp_path, force_sync=force_sync).bot
            async with running(bot, emulator):
                await bot.stop(2)
            counted.append(commands_told(emulator, before))
    assert counted == [["PUT"], ["GET"], ["PUT"], ["PUT"]]


def commands_told(emulator: Emulator, since: int) -> list[str]:
    """Return by which methods the bot asked for the commands or told them, after so many requests."""
    return [each.method for each in emulator.requests[since:] if each.path.endswith("/commands")]


def test_log_says_what_happened_and_nothing_of_whom_or_what(light: BotProcess) -> None:
    async def scenario() -> None:
        await light.up(
            "--log-format", "json", code=LIGHT, MEASURES_MESSAGE_CONTENT="1", MEASURES_PACE="6", MEASURES_PACE_BURST="4"
        )
        emulator, ada = light.emulator, light.people[0]
        asked = await light.ask()
        assert asked.original is not None
        await press(light, asked, "Helpful")
        follow = await emulator.click(ada, asked.original, "Follow up")
        sent = await emulator.submit(ada, follow, {"Your question": "And smuggled zebras?"})
        await emulator.wait(lambda: sent.state is State.ANSWERED)
        await emulator.post(ada, light.channel, f"{emulator.bot.mention} Where do smuggled zebras go?")
        await emulator.wait(lambda: light.channel.messages[-1].author is emulator.bot)
        refused = await emulator.slash(ada, light.channel, "ask", question="zebras", since="Yesterday-ish")
        assert refused.ephemeral
        await emulator.slash(ada, light.channel, "help")
        await light.ask(question="More zebras?")
        fast = await emulator.slash(ada, light.channel, "ask", question="Still more zebras?")
        assert "fast" in text_of(fast)
        assert await light.down(signal.SIGINT) == 0

    light.run(scenario())
    said = [json.loads(line) for line in light.lines()]
    messages = [str(each["message"]) for each in said]
    assert {"at", "level", "logger", "message"} == set(said[0])
    assert all(datetime.datetime.fromisoformat(each["at"]).tzinfo for each in said)
    answered = [each for each in said if each.get("event") == "served" and "outcome" in each]
    assert [each["what"] for each in answered] == ["ask", "window", "message", "ask"]
    assert all({"took_ms", "confidence", "engine_ms"} <= set(each) for each in answered)
    assert [each["what"] for each in said if each.get("event") == "refused"] == ["ask", "ask"]
    assert (
        messages.count(
            "MEASURES_MESSAGE_CONTENT is set, but the application does not have that intent: going on without it"
        )
        == 1
    )
    served = [message.partition(" in ")[0] for message in messages if re.search(r" in \d+ ms", message)]
    assert sorted(served) == sorted([
        "ask: served", "helpful: served", "follow: served", "window: served", "message: served",
        "ask: refused", "help: served", "ask: served", "ask: refused",
    ])  # fmt: skip
    whole = light.log.decode()
    for secret in ("zebra", "Yesterday", "visitor", QUESTION, light.emulator.token, str(light.people[0].id)):
        assert secret not in whole


async def press(process: BotProcess, asked: Interaction, button: str) -> None:
    assert asked.original is not None
    pressed = await process.emulator.click(process.people[0], asked.original, button)
    await process.emulator.wait(lambda: pressed.state is State.ANSWERED)


def test_database_that_is_away_at_the_start_is_waited_for(light: BotProcess) -> None:
    impatient = f"import bot.app.async_store as kept; kept.WRITE_S = 0.5\n{LIGHT}"

    async def scenario() -> None:
        address = f"postgresql://measures@127.0.0.1:{free_port()}/x"
        process = await light.start(code=impatient, MEASURES_DATABASE_URL=address)
        await light.emulator.wait(lambda: b"trying again in" in light.log or process.returncode is not None, START_S)
        assert process.returncode is None, light.log.decode()
        assert await light.down() == 0

    light.run(scenario())
    assert "The database does not answer" in light.log.decode()


def test_no_token_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^DISCORD_TOKEN is not set: put the bot's token into \.env"):
        run_bot(BotSettings(), IndexSettings(data_dir=tmp_path), lambda: pytest.fail("nothing is opened"))


def test_bad_token_is_one_sentence(light: BotProcess) -> None:
    async def scenario() -> None:
        await light.start(code=LIGHT, DISCORD_TOKEN="MTAw.wrong.token")  # noqa: S106
        assert await light.ended() == 1

    light.run(scenario())
    assert light.lines()[-1:] == [
        "Error: Discord does not take the token: copy it anew from the developer portal into DISCORD_TOKEN."
    ]
    assert {line.split()[3] for line in light.lines()[:-1]} == {"memory:", "disk:"}


def test_disallowed_intent_is_one_sentence(light: BotProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gateway, "allowed_intents", property(lambda self: UNPRIVILEGED))
    light.emulator.application.flags |= ApplicationFlag.GATEWAY_MESSAGE_CONTENT_LIMITED

    async def scenario() -> None:
        await light.start(
            code=LIGHT,
            MEASURES_MESSAGE_CONTENT="1",
        )
        assert await light.ended() == 1

    light.run(scenario())
    errors = [line for line in light.lines() if line.startswith("Error: ")]
    assert len(errors) == 1
    assert errors[0].startswith("Error: Discord does not grant the application an intent")
    assert "Traceback" not in light.log.decode()
