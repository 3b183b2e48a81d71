"""Faults of the network and of Discord: whoever asked gets one answer, and the log one line of each fault."""

import asyncio
import os
import re
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.app import run
from bot.app import sending as delivery
from bot.app.client import MeasuresBot
from bot.app.errors import DiscordError
from bot.app.settings import BotSettings
from index.engine import Engine
from index.maintenance import build_all
from index.settings import IndexSettings
from tests.bot.lines import Lines, logging_as_measures_bot
from tests.bot.stage import NEEDED, QUESTION, Stage
from tests.emulator import Emulator, Fault, Interaction, State
from tests.emulator.fast import QUICK, QuickIdentify, asynchronous, fast_retries, running
from tests.emulator.recorder import ratelimit
from tests.fakes import EngineHere, FakeEmbedder, silent

CALLBACK, EDIT, SEND = r"/callback", r"/webhooks/.*@original", r"/channels/\d+/messages$"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    settings = IndexSettings(data_dir=tmp_path_factory.mktemp("data"), model="fake", threshold=0.0)
    build_all(settings, FakeEmbedder(), silent)
    with Engine(settings, FakeEmbedder()) as engine:
        yield engine


@pytest.fixture
def lines() -> Iterator[Lines]:
    with logging_as_measures_bot() as lines:
        yield lines


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no more than what is tested."""
    monkeypatch.setattr(discord.Client, "before_identify_hook", QuickIdentify.before_identify_hook)
    monkeypatch.setattr(delivery, "_PAUSES_S", (0.01, 0.01, 0.01))


@asynccontextmanager
async def staged(open_engine: Callable[[], Engine], folder: Path, **options: Any) -> AsyncIterator[Stage]:  # noqa: ANN401
    """Set the scene with a bot that has connected; nothing in its loop may go unnoticed."""
    unnoticed: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unnoticed.append(str(context)))
    async with Emulator() as emulator:
        stage = set_scene(emulator, open_engine, folder, **options)
        async with running(stage.bot, emulator):
            yield stage
            await stage.bot.stop(2)
    assert not unnoticed


def set_scene(emulator: Emulator, open_engine: Callable[[], Engine], folder: Path, **options: Any) -> Stage:  # noqa: ANN401
    guild = emulator.add_guild(locale="en-GB")
    guild.bot_permissions = int(NEEDED)
    channel = guild.add_channel("general")
    ada, bob = emulator.add_user("ada"), emulator.add_user("bob")
    guild.add_member(ada)
    guild.add_member(bob)
    queue = options.pop("queue", 50)
    settings = BotSettings.model_validate({"pace": 600, "pace_burst": 100, "queue": queue})
    index = IndexSettings(data_dir=folder)
    bot = MeasuresBot(
        settings, index, lambda: EngineHere(open_engine()), connector=emulator.connector(), **(QUICK | options)
    )
    return Stage(emulator, bot, guild, channel, ada, bob)


async def ask(stage: Stage) -> Interaction:
    """Let Ada ask; return the interaction when it is answered, once."""
    interaction = await stage.emulator.slash(stage.ada, stage.channel, "ask", question=QUESTION)
    await answered_once(stage, interaction)
    return interaction


async def answered_once(stage: Stage, interaction: Interaction) -> None:
    await stage.emulator.wait(lambda: interaction.state is State.ANSWERED)
    await settled(stage)
    assert interaction.original is not None
    assert interaction.original in stage.channel.messages
    assert not interaction.followups


async def settled(stage: Stage) -> None:
    """Wait until the bot does nothing more."""
    names = ("discord.py: ", "CommandTree-invoker", "discord-ui-")
    await stage.emulator.wait(lambda: not [task for task in asyncio.all_tasks() if task.get_name().startswith(names)])


async def mention(stage: Stage) -> None:
    """Let Ada ask by a mention, and wait for the one reply."""
    before = len(stage.channel.messages)
    await stage.emulator.post(stage.ada, stage.channel, f"{stage.emulator.bot.mention} {QUESTION}")
    await stage.emulator.wait(lambda: len(stage.channel.messages) >= before + 2)
    await settled(stage)
    assert len(stage.channel.messages) == before + 2


@asynchronous
@pytest.mark.parametrize("how", ["4000", "rst", "op 7", "op 9 resumable", "zombie"])
async def test_lost_connection_is_resumed_and_what_was_missed_answered(
    how: str, engine: Engine, lines: Lines, tmp_path: Path
) -> None:
    async with staged(lambda: engine, tmp_path, heartbeat_timeout=0.4 if how == "zombie" else 60.0) as stage:
        await ask(stage)
        gateway = stage.emulator.gateway
        lines()
        if how == "op 7":
            await gateway.reconnect()
        elif how == "op 9 resumable":
            await gateway.invalidate(resumable=True)
        elif how == "zombie":
            gateway.zombify()
        else:
            await gateway.drop(rst=how == "rst")
        missed = await stage.emulator.slash(stage.ada, stage.channel, "ask", question=QUESTION)
        await answered_once(stage, missed)
        assert (gateway.identifies, gateway.resumes) == (1, 1)
        assert len(stage.emulator.requested("POST", CALLBACK)) == 2
        logged = lines()
        assert sorted(map(kind, logged)) == ["ask: served", "the connection to Discord was lost and is there again"]


def kind(line: str) -> str:
    """Shorten a line to what it says in any run."""
    return re.split(r" in \d|, shard", line)[0]


@asynchronous
@pytest.mark.parametrize("how", ["op 9", "resume refused"])
async def test_lost_session_is_begun_anew(how: str, engine: Engine, lines: Lines, tmp_path: Path) -> None:
    async with staged(lambda: engine, tmp_path) as stage:
        gateway = stage.emulator.gateway
        lines()
        if how == "op 9":
            await gateway.invalidate(resumable=False)
        else:
            gateway.refuse_resumes()
            await gateway.drop()
        await stage.emulator.wait(lambda: gateway.identifies == 2 and gateway.connected)
        await ask(stage)
        logged: list[str] = []
        await stage.emulator.wait(lambda: logged.extend(lines()) or len(logged) > 1)  # type: ignore[func-returns-value]
        assert sorted(map(kind, logged)) == ["a new session with Discord", "ask: served"]


FAULTS = {
    "502": Fault("*", "", status=502, body="<html>bad gateway</html>"),
    "503": Fault("*", "", status=503),
    "500 after effect": Fault("*", "", status=500, apply_first=True),
    "reset": Fault("*", "", reset=True),
    "reset after effect": Fault("*", "", reset=True, apply_first=True),
    "429": ratelimit("", 0.1),
    "429 everywhere": ratelimit("", 0.1, global_=True),
    "429 without Via": ratelimit("", 0.1, via=False),
}


@asynchronous
@pytest.mark.parametrize("name", FAULTS)
async def test_request_that_fails_is_made_again_and_answers_once(
    name: str, engine: Engine, lines: Lines, tmp_path: Path
) -> None:
    fault = FAULTS[name]
    async with staged(lambda: engine, tmp_path) as stage:
        for method, path in (("POST", CALLBACK), ("PATCH", EDIT), ("POST", SEND)):
            lines()
            stage.emulator.faults.append(copied(fault, method, path))
            with fast_retries(0.1):
                await (mention if path is SEND else ask)(stage)
            assert stage.emulator.faults[-1].hits == 1
            logged = lines()
            assert len(logged) == 2, logged
            assert re.match(r"Discord answered 50|no answer from Discord|Discord wants 0.1 s", logged[0])
            assert re.match(r"(ask|message): served in", logged[1])


def copied(fault: Fault, method: str, path: str, times: int = 1) -> Fault:
    return Fault(
        method, path, times, fault.status, fault.body, fault.headers, reset=fault.reset, apply_first=fault.apply_first
    )


@asynchronous
async def test_failing_twice_is_survived_within_the_three_seconds(engine: Engine, lines: Lines, tmp_path: Path) -> None:
    async with staged(lambda: engine, tmp_path) as stage:
        lines()
        stage.emulator.faults.append(Fault("POST", CALLBACK, times=2, status=502))
        interaction = await ask(stage)
        assert (interaction.acked_after_s or 9) < 2.5
        assert [kind(line) for line in lines()] == [
            "Discord answered 502 to POST interactions/…/callback",
            "Discord answered 502 to POST interactions/…/callback",
            "ask: served",
        ]
        stage.emulator.faults.append(Fault("PATCH", EDIT, times=2, status=500))
        with fast_retries():
            await ask(stage)


@asynchronous
async def test_acknowledgement_that_hangs_is_tried_again(engine: Engine, tmp_path: Path) -> None:
    async with staged(lambda: engine, tmp_path) as stage:
        stage.emulator.faults.append(Fault("POST", CALLBACK, delay_s=2.0))
        interaction = await ask(stage)
        assert (interaction.acked_after_s or 9) < 1.5
        await stage.emulator.wait(lambda: len(stage.emulator.requested("POST", CALLBACK)) == 2)


@asynchronous
async def test_too_late_an_acknowledgement_is_one_line(engine: Engine, lines: Lines, tmp_path: Path) -> None:
    async with staged(lambda: engine, tmp_path) as stage:
        lines()
        stage.emulator.faults.append(Fault("POST", CALLBACK, delay_s=0.1))
        late = await stage.emulator.slash(stage.ada, stage.channel, "ask", wait=False, question=QUESTION)
        stage.emulator.clock.advance(3.1)
        await stage.emulator.wait(lambda: late.state is State.EXPIRED)
        await settled(stage)
        logged = lines()
        assert len(logged) == 1
        assert re.match(r"ask: failed after \d+ ms: too late \(10062\)", logged[0])
        await ask(stage)


@asynchronous
async def test_server_that_stays_away_is_given_up_in_one_line(engine: Engine, lines: Lines, tmp_path: Path) -> None:
    async with staged(lambda: engine, tmp_path) as stage:
        lines()
        fault = Fault("PATCH", EDIT, times=99, reset=True)
        stage.emulator.faults.append(fault)
        lost = await stage.emulator.slash(stage.ada, stage.channel, "ask", question=QUESTION)
        await settled(stage)
        assert lost.state is State.DEFERRED
        logged = lines()
        assert [kind(line) for line in logged[:-1]] == [
            "no answer from Discord to PATCH webhooks/…/messages/@original (ClientOSError)"
        ] * 4
        assert re.match(r"ask: failed after \d+ ms: no way to Discord \(ClientOSError\)", logged[-1])
        fault.times = 0
        await ask(stage)


@asynchronous
async def test_event_that_comes_twice_is_answered_once(engine: Engine, tmp_path: Path) -> None:
    async with staged(lambda: engine, tmp_path) as stage:
        emulator = stage.emulator
        interaction = await emulator.slash(stage.ada, stage.channel, "ask", wait=False, question=QUESTION)
        emulator.gateway.duplicate()
        await answered_once(stage, interaction)
        assert len(emulator.requested("POST", CALLBACK)) == 1
        assert len(emulator.requested("PATCH", EDIT)) == 1
        answer = interaction.original
        assert answer is not None
        context = next(name for name in re.findall(r"b:context:[^']+", str(answer.components)))
        clicked = await emulator.click(stage.ada, answer, context, wait=False)
        emulator.gateway.duplicate()
        await answered_once_privately(stage, clicked)
        follow = await emulator.click(stage.ada, answer, "Follow up")
        submitted = await emulator.submit(stage.ada, follow, {"Your question": QUESTION}, wait=False)
        emulator.gateway.duplicate()
        await answered_once(stage, submitted)
        assert len(emulator.requested("POST", CALLBACK)) == 4
        before = len(stage.channel.messages)
        await emulator.post(stage.ada, stage.channel, f"{emulator.bot.mention} {QUESTION}")
        emulator.gateway.duplicate()
        await emulator.wait(lambda: len(stage.channel.messages) >= before + 2)
        await settled(stage)
        await mention(stage)
        assert len(stage.channel.messages) == before + 4


async def answered_once_privately(stage: Stage, interaction: Interaction) -> None:
    await stage.emulator.wait(lambda: interaction.state is State.ANSWERED)
    await settled(stage)
    assert interaction.ephemeral
    assert not interaction.followups


@asynchronous
async def test_refused_first_connect_is_one_line(
    engine: Engine, lines: Lines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fast_retries() as slept:
        monkeypatch.setattr("discord.shard.asyncio", vars(discord.http)["asyncio"])
        async with Emulator() as emulator:
            emulator.gateway.refuse_connects(2)  # aiohttp itself tries a GET twice
            stage = set_scene(emulator, lambda: engine, tmp_path)
            async with running(stage.bot, emulator):
                await ask(stage)
                await stage.bot.stop(2)
    logged = lines()
    refused = [line for line in logged if line.startswith("no connection to Discord: trying again in some seconds (")]
    assert len(refused) == slept.count(5.0) > 0
    rest = [kind(line) for line in logged if line not in refused]
    assert rest == ["synced 8 commands (everywhere)", "connected to Discord", "ask: served"]


@asynchronous
@pytest.mark.parametrize("where", ["/users/@me", "/gateway/bot", "/applications/.*/commands"])
async def test_supervisor_starts_again_where_a_start_fails(
    where: str, engine: Engine, lines: Lines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_PAUSES_S", (0, 0.01))
    async with Emulator() as emulator:
        emulator.faults.append(Fault("*", where, times=2, reset=True))  # aiohttp itself tries a GET twice
        stage = set_scene(emulator, lambda: engine, tmp_path)
        made: list[MeasuresBot] = []

        def make(*, message_content: bool) -> MeasuresBot:
            index = IndexSettings(data_dir=tmp_path)
            made.append(
                MeasuresBot(BotSettings(), index, lambda: EngineHere(engine), connector=emulator.connector(), **QUICK)
            )
            return made[-1]

        async def no() -> bool:
            return False

        supervised = asyncio.create_task(run._supervise(make, emulator.token, no))
        await emulator.wait(lambda: emulator.gateway.connected and made and made[-1].is_ready())
        await ask(stage)
        os.kill(os.getpid(), signal.SIGTERM)
        assert await supervised
        assert len(made) == 2
        await emulator.wait(lambda: emulator.gateway.last_close_code == 1000)
    logged = lines()
    assert len([line for line in logged if line.startswith("no connection to Discord")]) == 1, logged
    assert len([line for line in logged if line.startswith("no answer from Discord to ")]) == 1, logged


@asynchronous
async def test_token_that_is_withdrawn_ends_the_bot_with_a_sentence(engine: Engine, tmp_path: Path) -> None:
    async with Emulator() as emulator:
        index = IndexSettings(data_dir=tmp_path)

        def make(*, message_content: bool) -> MeasuresBot:
            return MeasuresBot(
                BotSettings(), index, lambda: EngineHere(engine), connector=emulator.connector(), **QUICK
            )

        async def no() -> bool:
            return False

        supervised = asyncio.create_task(run._supervise(make, emulator.token, no))
        await emulator.wait(lambda: emulator.gateway.connected)
        await emulator.gateway.drop(code=4004)
        with pytest.raises(DiscordError, match="does not take the token"):
            await supervised


@asynchronous
async def test_stopping_finishes_what_is_under_way_and_takes_no_more(engine: Engine, tmp_path: Path) -> None:
    async with staged(lambda: engine, tmp_path) as stage:
        emulator = stage.emulator
        emulator.faults.append(Fault("PATCH", EDIT, delay_s=0.3))
        under_way = await emulator.slash(stage.ada, stage.channel, "ask", question=QUESTION)
        stopping = asyncio.create_task(stage.bot.stop(10))
        await asyncio.sleep(0)
        refused = await emulator.slash(stage.bob, stage.channel, "ask", question=QUESTION)
        assert refused.original is not None
        assert refused.ephemeral
        assert "restarting" in refused.original.text()
        await stopping
        assert under_way.state is State.ANSWERED
        assert under_way.original is not None
        assert "Follow up" in under_way.original.text()
        await emulator.wait(lambda: emulator.gateway.last_close_code == 1000)


@asynchronous
async def test_who_waits_when_the_bot_stops_is_told(engine: Engine, tmp_path: Path) -> None:
    opening = threading.Event()

    def open_slowly() -> Engine:
        opening.wait()
        return engine

    async with staged(open_slowly, tmp_path) as stage:
        waiting = await stage.emulator.slash(stage.ada, stage.channel, "ask", question=QUESTION)
        assert waiting.state is State.DEFERRED
        assert not await stage.bot.stop(2.2)
        opening.set()
        assert waiting.original is not None
        assert "restarting" in waiting.original.text()


@asynchronous
async def test_row_is_bounded_before_the_defer_and_never_after_it(engine: Engine, tmp_path: Path) -> None:
    opening = threading.Event()

    def open_slowly() -> Engine:
        opening.wait()
        return engine

    async with staged(open_slowly, tmp_path, queue=5) as stage:
        emulator, room = stage.emulator, 5 - stage.bot.queue.pending
        asked = [
            await emulator.slash(stage.ada, stage.channel, "ask", wait=False, question=QUESTION)
            for _ in range(room + 3)
        ]
        await emulator.wait(lambda: all(one.acked for one in asked))
        busy = [one for one in asked if not one.deferred]
        assert len(busy) == 3
        for one in busy:
            assert one.ephemeral
            assert one.original is not None
            assert re.match(r"Busy: try again in \d+ seconds?\.", one.original.text())
        opening.set()
        await emulator.wait(lambda: all(one.state is State.ANSWERED for one in asked), 30)
        await settled(stage)
