"""Faults of the network and of Discord: whoever asked gets one answer, and the log one line of each fault."""

import asyncio
import os
import re
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

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
from tests.bot.connected_bot import ConnectedBot, connected_bot, make_bot
from tests.bot.lines import Lines, logging_as_measures_bot
from tests.emulator import Emulator, Fault, Interaction, State
from tests.emulator.fast import QUICK, QuickIdentify, asynchronous, fast_retries, running
from tests.emulator.recorder import ratelimit
from tests.fakes import EngineHere, FakeEmbedder, silent
from tests.simulation import QUESTION

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


async def ask(connected: ConnectedBot) -> Interaction:
    """Let Ada ask; return the interaction when it is answered, once."""
    interaction = await connected.emulator.slash(connected.ada, connected.channel, "ask", question=QUESTION)
    await answered_once(connected, interaction)
    return interaction


async def answered_once(connected: ConnectedBot, interaction: Interaction) -> None:
    await connected.emulator.wait(lambda: interaction.state is State.ANSWERED)
    await settled(connected)
    assert interaction.original is not None
    assert interaction.original in connected.channel.messages
    assert not interaction.followups


async def settled(connected: ConnectedBot) -> None:
    """Wait until the bot does nothing more."""
    names = ("discord.py: ", "CommandTree-invoker", "discord-ui-")
    await connected.emulator.wait(
        lambda: not [task for task in asyncio.all_tasks() if task.get_name().startswith(names)]
    )


async def mention(connected: ConnectedBot) -> None:
    """Let Ada ask by a mention, and wait for the one reply."""
    before = len(connected.channel.messages)
    await connected.emulator.post(connected.ada, connected.channel, f"{connected.emulator.bot.mention} {QUESTION}")
    await connected.emulator.wait(lambda: len(connected.channel.messages) >= before + 2)
    await settled(connected)
    assert len(connected.channel.messages) == before + 2


@asynchronous
@pytest.mark.parametrize("how", ["4000", "rst", "op 7", "op 9 resumable", "zombie"])
async def test_lost_connection_is_resumed_and_what_was_missed_answered(
    how: str, engine: Engine, lines: Lines, tmp_path: Path
) -> None:
    async with connected_bot(lambda: engine, tmp_path, heartbeat_timeout=0.4 if how == "zombie" else 60.0) as connected:
        await ask(connected)
        gateway = connected.emulator.gateway
        lines()
        if how == "op 7":
            await gateway.reconnect()
        elif how == "op 9 resumable":
            await gateway.invalidate(resumable=True)
        elif how == "zombie":
            gateway.zombify()
        else:
            await gateway.drop(rst=how == "rst")
        missed = await connected.emulator.slash(connected.ada, connected.channel, "ask", question=QUESTION)
        await answered_once(connected, missed)
        assert (gateway.identifies, gateway.resumes) == (1, 1)
        assert len(connected.emulator.requested("POST", CALLBACK)) == 2
        logged = lines()
        assert sorted(map(kind, logged)) == ["ask: served", "the connection to Discord was lost and is there again"]


def kind(line: str) -> str:
    """Shorten a line to what it says in any run."""
    return re.split(r" in \d|, shard", line)[0]


@asynchronous
@pytest.mark.parametrize("how", ["op 9", "resume refused"])
async def test_lost_session_is_begun_anew(how: str, engine: Engine, lines: Lines, tmp_path: Path) -> None:
    async with connected_bot(lambda: engine, tmp_path) as connected:
        gateway = connected.emulator.gateway
        lines()
        if how == "op 9":
            await gateway.invalidate(resumable=False)
        else:
            gateway.refuse_resumes()
            await gateway.drop()
        await connected.emulator.wait(lambda: gateway.identifies == 2 and gateway.connected)
        await ask(connected)
        logged: list[str] = []
        await connected.emulator.wait(lambda: logged.extend(lines()) or len(logged) > 1)  # type: ignore[func-returns-value]
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
    async with connected_bot(lambda: engine, tmp_path) as connected:
        for method, path in (("POST", CALLBACK), ("PATCH", EDIT), ("POST", SEND)):
            lines()
            connected.emulator.faults.append(copied(fault, method, path))
            with fast_retries(0.1):
                await (mention if path is SEND else ask)(connected)
            assert connected.emulator.faults[-1].hits == 1
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
    async with connected_bot(lambda: engine, tmp_path) as connected:
        lines()
        connected.emulator.faults.append(Fault("POST", CALLBACK, times=2, status=502))
        interaction = await ask(connected)
        assert (interaction.acked_after_s or 9) < 2.5
        assert [kind(line) for line in lines()] == [
            "Discord answered 502 to POST interactions/…/callback",
            "Discord answered 502 to POST interactions/…/callback",
            "ask: served",
        ]
        connected.emulator.faults.append(Fault("PATCH", EDIT, times=2, status=500))
        with fast_retries():
            await ask(connected)


@asynchronous
async def test_acknowledgement_that_hangs_is_tried_again(engine: Engine, tmp_path: Path) -> None:
    async with connected_bot(lambda: engine, tmp_path) as connected:
        connected.emulator.faults.append(Fault("POST", CALLBACK, delay_s=2.0))
        interaction = await ask(connected)
        assert (interaction.acked_after_s or 9) < 1.5
        await connected.emulator.wait(lambda: len(connected.emulator.requested("POST", CALLBACK)) == 2)


@asynchronous
async def test_too_late_an_acknowledgement_is_one_line(engine: Engine, lines: Lines, tmp_path: Path) -> None:
    async with connected_bot(lambda: engine, tmp_path) as connected:
        lines()
        connected.emulator.faults.append(Fault("POST", CALLBACK, delay_s=0.1))
        late = await connected.emulator.slash(connected.ada, connected.channel, "ask", wait=False, question=QUESTION)
        connected.emulator.clock.advance(3.1)
        await connected.emulator.wait(lambda: late.state is State.EXPIRED)
        await settled(connected)
        logged = lines()
        assert len(logged) == 1
        assert re.match(r"ask: failed after \d+ ms: Discord refused: the interaction came too late", logged[0])
        await ask(connected)


@asynchronous
async def test_server_that_stays_away_is_given_up_in_one_line(engine: Engine, lines: Lines, tmp_path: Path) -> None:
    async with connected_bot(lambda: engine, tmp_path) as connected:
        lines()
        fault = Fault("PATCH", EDIT, times=99, reset=True)
        connected.emulator.faults.append(fault)
        lost = await connected.emulator.slash(connected.ada, connected.channel, "ask", question=QUESTION)
        await settled(connected)
        assert lost.state is State.DEFERRED
        logged = lines()
        assert [kind(line) for line in logged[:-1]] == [
            "no answer from Discord to PATCH webhooks/…/messages/@original (ClientOSError)"
        ] * 4
        assert re.match(r"ask: failed after \d+ ms: no way to Discord \(ClientOSError\)", logged[-1])
        fault.times = 0
        await ask(connected)


@asynchronous
async def test_event_that_comes_twice_is_answered_once(engine: Engine, tmp_path: Path) -> None:
    async with connected_bot(lambda: engine, tmp_path) as connected:
        emulator = connected.emulator
        interaction = await emulator.slash(connected.ada, connected.channel, "ask", wait=False, question=QUESTION)
        emulator.gateway.duplicate()
        await answered_once(connected, interaction)
        assert len(emulator.requested("POST", CALLBACK)) == 1
        assert len(emulator.requested("PATCH", EDIT)) == 1
        answer = interaction.original
        assert answer is not None
        context = next(name for name in re.findall(r"b:context:[^']+", str(answer.components)))
        clicked = await emulator.click(connected.ada, answer, context, wait=False)
        emulator.gateway.duplicate()
        await answered_once_privately(connected, clicked)
        follow = await emulator.click(connected.ada, answer, "Follow up")
        submitted = await emulator.submit(connected.ada, follow, {"Your question": QUESTION}, wait=False)
        emulator.gateway.duplicate()
        await answered_once(connected, submitted)
        assert len(emulator.requested("POST", CALLBACK)) == 4
        before = len(connected.channel.messages)
        await emulator.post(connected.ada, connected.channel, f"{emulator.bot.mention} {QUESTION}")
        emulator.gateway.duplicate()
        await emulator.wait(lambda: len(connected.channel.messages) >= before + 2)
        await settled(connected)
        await mention(connected)
        assert len(connected.channel.messages) == before + 4


async def answered_once_privately(connected: ConnectedBot, interaction: Interaction) -> None:
    await connected.emulator.wait(lambda: interaction.state is State.ANSWERED)
    await settled(connected)
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
            connected = make_bot(emulator, lambda: engine, tmp_path)
            async with running(connected.bot, emulator):
                await ask(connected)
                await connected.bot.stop(2)
    logged = lines()
    refused = [line for line in logged if line.startswith("no connection to Discord: trying again in some seconds (")]
    assert len(refused) == slept.count(5.0) > 0
    rest = [kind(line) for line in logged if line not in refused]
    assert rest == ["synced 12 commands (everywhere)", "connected to Discord", "ask: served"]


@asynchronous
@pytest.mark.parametrize("where", ["/users/@me", "/gateway/bot", "/applications/.*/commands"])
async def test_supervisor_starts_again_where_a_start_fails(
    where: str, engine: Engine, lines: Lines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_PAUSES_S", (0, 0.01))
    async with Emulator() as emulator:
        emulator.faults.append(Fault("*", where, times=2, reset=True))  # aiohttp itself tries a GET twice
        connected = make_bot(emulator, lambda: engine, tmp_path)
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
        await ask(connected)
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
    async with connected_bot(lambda: engine, tmp_path) as connected:
        emulator = connected.emulator
        emulator.faults.append(Fault("PATCH", EDIT, delay_s=0.3))
        under_way = await emulator.slash(connected.ada, connected.channel, "ask", question=QUESTION)
        stopping = asyncio.create_task(connected.bot.stop(10))
        await asyncio.sleep(0)
        refused = await emulator.slash(connected.bob, connected.channel, "ask", question=QUESTION)
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

    async with connected_bot(open_slowly, tmp_path) as connected:
        waiting = await connected.emulator.slash(connected.ada, connected.channel, "ask", question=QUESTION)
        assert waiting.state is State.DEFERRED
        assert not await connected.bot.stop(2.2)
        opening.set()
        assert waiting.original is not None
        assert "restarting" in waiting.original.text()


@asynchronous
async def test_row_is_bounded_before_the_defer_and_never_after_it(engine: Engine, tmp_path: Path) -> None:
    opening = threading.Event()

    def open_slowly() -> Engine:
        opening.wait()
        return engine

    async with connected_bot(open_slowly, tmp_path, queue=5) as connected:
        emulator, room = connected.emulator, 5 - connected.bot.queue.pending
        asked = [
            await emulator.slash(connected.ada, connected.channel, "ask", wait=False, question=QUESTION)
            for _ in range(room + 3)
        ]
        await emulator.wait(lambda: all(each.acked for each in asked))
        busy = [each for each in asked if not each.deferred]
        assert len(busy) == 3
        for each in busy:
            assert each.ephemeral
            assert each.original is not None
            assert re.match(r"Busy: try again in \d+ seconds?\.", each.original.text())
        opening.set()
        await emulator.wait(lambda: all(each.state is State.ANSWERED for each in asked), 30)
        await settled(connected)
