"""Under load: fair turns, a bound on the row, and an event loop that never blocks, on the real engine in a process."""

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from bot.app.queue import EngineQueue
from corpus.errors import WorkerError
from index.engine import Engine
from index.maintenance import build_all
from index.processes.engine_process import EngineProcess
from index.settings import IndexSettings
from tests.bot.bot_process import COMMAND, BotProcess
from tests.emulator import Interaction, State
from tests.fakes import EngineHere, FakeEmbedder, silent
from tests.simulation import QUESTION, QUOTE

BEAT_S = 0.1
LATE_S = 0.25
BLOCKED_S = 0.1
# The same command. It tells of what kept the thread of its event loop busy for longer than that, of its own time; and
# of when each heartbeat left: the emulator, which checks all it sees, is too busy itself to say when one came.
WATCHED = f"""
import asyncio.events, sys, time
import bot.app.client, discord.gateway
run, send, connected = asyncio.events.Handle._run, discord.gateway.DiscordWebSocket.send_heartbeat, []
def timed(handle):
    began = time.thread_time()
    run(handle)
    took = time.thread_time() - began
    if took > {BLOCKED_S} and connected:
        print("BLOCKED", round(took, 3), handle, file=sys.stderr)
async def noted(self, data):
    connected.append(await send(self, data))
    print("BEAT", time.monotonic(), file=sys.stderr)
asyncio.events.Handle._run = timed
discord.gateway.DiscordWebSocket.send_heartbeat = noted
{COMMAND}
"""


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotProcess]:
    """A Discord that wants a heartbeat often, a bot with an empty data folder and the real model, and its debugging."""
    with BotProcess(tmp_path_factory.mktemp("process")) as process:
        process.emulator.gateway.heartbeat_interval_s = BEAT_S
        yield process


def worst_lateness_s(process: BotProcess, since: int = 0) -> float:
    """Return by how much the latest heartbeat left later than it should have, after the one before."""
    times = [float(line.split()[1]) for line in process.lines() if line.startswith("BEAT")][since:]
    assert len(times) > 3
    return max(later - earlier for earlier, later in pairwise(times)) - BEAT_S


@pytest.mark.timeout(300)
def test_heart_beats_and_questions_wait_while_an_index_builds(process: BotProcess) -> None:
    async def scenario() -> None:
        await process.up(code=WATCHED, anew=True, MEASURES_READER="false")
        waiting = await process.ask(wait=False)
        assert waiting.state is State.DEFERRED
        assert not (process.folder / "data" / "CURRENT").exists()
        # A build takes only what processors have left, which beside other tests may be little.
        await process.emulator.wait(lambda: waiting.state is State.ANSWERED, 240)
        assert waiting.original is not None
        assert QUOTE in waiting.original.text()

    process.run(scenario())
    assert worst_lateness_s(process) < LATE_S


def test_twenty_at_once_are_deferred_at_once_and_answered_in_turn(process: BotProcess) -> None:
    async def scenario() -> list[Interaction]:
        await process.up(code=WATCHED)
        # One person asks sixteen times, then four others once each: they need not wait for the sixteen.
        people = [0] * 16 + [1, 2, 3, 4]
        asked = [
            await process.emulator.slash(
                process.people[person],
                process.channel,
                "ask",
                wait=False,
                question=f"{QUESTION[:-1]}, part {number}?",
            )
            for number, person in enumerate(people)
        ]
        await process.emulator.wait(lambda: all(each.state is State.ANSWERED for each in asked), 30)
        return asked

    asked = process.run(scenario())
    places = [each.answered_after_s or 99 for each in asked]
    earlier = [sum(other < own for other in places[:16]) for own in places[16:]]
    assert max(earlier) <= 8
    assert sorted(each.acked_after_s or 9 for each in asked)[-1] < 0.5
    assert worst_lateness_s(process) < LATE_S


def test_deferring_takes_no_time(process: BotProcess) -> None:
    async def scenario() -> list[float]:
        await process.up(code=WATCHED)
        asked = [await process.ask(number % 5) for number in range(10)]
        return sorted(each.acked_after_s or 9 for each in asked)

    assert process.run(scenario())[5] < 0.1


def test_nothing_blocked_the_loop_or_went_unnoticed(process: BotProcess) -> None:
    async def scenario() -> None:
        await process.up(code=WATCHED)
        await process.emulator.autocomplete(process.people[0], process.channel, "agency", name="euro")
        card = await process.emulator.slash(process.people[0], process.channel, "agency", name="CEPOL")
        await process.emulator.wait(lambda: card.state is State.ANSWERED, 30)
        process.people[1].locale = "pl"
        answer = await process.emulator.slash(
            process.people[1], process.channel, "ask", question=QUESTION, private=True
        )
        await process.emulator.wait(lambda: answer.state is State.ANSWERED, 30)
        assert await process.down() == 0

    process.run(scenario())
    lines = process.lines()
    assert not [line for line in lines if line.startswith("BLOCKED")]
    assert "never retrieved" not in process.log.decode()
    assert "Traceback" not in process.log.decode()


@pytest.mark.parametrize("asked", [(1, 1, 1, 2, 3), (1, 2, 3, 1, 1)])
def test_people_take_turns(asked: tuple[int, ...], tmp_path: Path) -> None:
    async def scenario() -> list[int]:
        queue = EngineQueue(lambda: EngineHere(Engine(IndexSettings(data_dir=tmp_path))), 10)
        served: list[int] = []
        work = [queue.run(person, lambda _, person=person: served.append(person)) for person in asked]  # type: ignore[misc]
        waiting = asyncio.gather(*work)
        await asyncio.sleep(0)
        queue.start()
        await waiting
        queue.close()
        return served

    assert asyncio.run(scenario()) == [1, 2, 3, 1, 1]


def test_engine_whose_process_ended_is_opened_again_for_who_waits(tmp_path: Path) -> None:
    settings = IndexSettings(data_dir=tmp_path, model="fake")
    build_all(settings, FakeEmbedder(), silent)

    async def scenario() -> tuple[BaseException | str, ...]:
        queue = EngineQueue(lambda: EngineProcess(settings, "tests.fakes:fake_embedder"), 10)
        queue.start()
        work = queue.run(1, die), queue.run(2, generation), queue.run(1, generation)
        results = await asyncio.gather(*work, return_exceptions=True)
        queue.close()
        return tuple(results)

    died, *served = asyncio.run(scenario())
    assert isinstance(died, WorkerError)
    assert served == ["000001", "000001"]


def test_engine_that_opens_while_the_desk_closes_is_closed(tmp_path: Path) -> None:
    opening, go_on, closed = threading.Event(), threading.Event(), threading.Event()

    class Watched(EngineHere):
        def close(self) -> None:
            super().close()
            closed.set()

    def open_slowly() -> EngineHere:
        opening.set()
        go_on.wait(10)
        return Watched(Engine(IndexSettings(data_dir=tmp_path)))

    async def scenario() -> bool:
        queue = EngineQueue(open_slowly, 10)
        queue.start()
        await asyncio.to_thread(opening.wait, 10)
        return queue.close()

    assert not asyncio.run(scenario())
    go_on.set()
    assert closed.wait(10)


def die(_engine: Engine) -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return ""


def generation(engine: Engine) -> str:
    return engine.corpus().generation
