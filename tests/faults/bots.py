"""Kill what two bots stand on while people ask them, and say what those people saw.

    python -m tests.faults.bots [--questions 1000]

Two bots with one token, as processes, a primary with fsync on and a replica, on loopback. In turn, a primary is killed
with signal 9 and started again two seconds later, a bot is, and a builder is, while four people ask. What they saw is
counted by what was away when they asked.
"""

import argparse
import asyncio
import itertools
import os
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from pydantic import SecretStr

from index.maintenance import build_all
from index.settings import IndexSettings
from tests.bot.connected_bot import NEEDED
from tests.bot.test_process import LIGHT
from tests.emulator import Emulator, State
from tests.emulator.interactions import Interaction
from tests.emulator.world import Guild
from tests.fakes import FakeEmbedder, silent
from tests.postgres import Server, programs
from tests.simulation import QUESTION

ROOT = Path(__file__).parents[2]
PEOPLE, WARM = 4, 10
BACK_S, START_S, ANSWER_S = 2.0, 120.0, 30.0
_BUILD = """
import pathlib, sys
from index.building.build import build
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, silent
while True:
    settings = IndexSettings(data_dir=pathlib.Path(sys.argv[1]), model="fake", database_url=sys.argv[2])
    build(settings, FakeEmbedder(), silent)
"""


class Trial:
    """All that runs, and what became of the questions."""

    def __init__(self, folder: Path, url: str, server: Server, emulator: Emulator) -> None:
        self.folder, self.url, self.server, self.emulator = folder, url, server, emulator
        self.seen: Counter[str] = Counter()
        self.slowest_s = 0.0
        self.away = "nothing"
        self.bots: list[asyncio.subprocess.Process] = []
        guild: Guild = emulator.add_guild(locale="en-GB")
        guild.bot_permissions = int(NEEDED)
        self.channel = guild.add_channel("general")
        self.people = [emulator.add_user(f"person-{number}") for number in range(PEOPLE)]
        for person in self.people:
            guild.add_member(person)

    async def python(self, code: str, name: str, *arguments: str) -> asyncio.subprocess.Process:
        """Start a process with a data folder of its own."""
        given = self.emulator.environment(quick=True)
        environment = (
            os.environ
            | given
            | {
                "PYTHONPATH": os.pathsep.join((given["PYTHONPATH"], str(ROOT))),
                "MEASURES_DATA_DIR": str(self.folder / name),
                "MEASURES_DATABASE_URL": self.url,
                "MEASURES_MODEL": "fake",
                "MEASURES_THRESHOLD": "0",
                "MEASURES_PACE": "600",
                "MEASURES_PACE_BURST": "100",
            }
        )
        with (self.folder / f"{name}.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-c", code, *arguments, cwd=self.folder, env=environment, stdout=log, stderr=log
            )

    async def start_bot(self, number: int) -> None:
        """Start a bot, and wait until it has identified."""
        before = self.emulator.gateway.identifies
        process = await self.python(LIGHT, f"bot-{number}", "bot")
        self.bots[number : number + 1] = [process]
        await self.emulator.wait(
            lambda: self.emulator.gateway.identifies > before or process.returncode is not None, START_S
        )
        assert process.returncode is None, (self.folder / f"bot-{number}.log").read_text()

    async def ask(self, numbers: "itertools.count[int]", person: int, most: int) -> None:
        """Let one person ask until all have asked so often."""
        while next(numbers) < most:
            began, away = time.monotonic(), self.away
            asked = await self.emulator.slash(self.people[person], self.channel, "ask", question=QUESTION)
            until = time.monotonic() + ANSWER_S
            while asked.acked and asked.state is not State.ANSWERED and time.monotonic() < until:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            self.seen[f"{self._what_was_seen(asked)} ({away} away)"] += 1
            if asked.state is State.ANSWERED:
                self.slowest_s = max(self.slowest_s, time.monotonic() - began)

    def _what_was_seen(self, asked: Interaction) -> str:
        if not asked.acked:
            return "the application did not respond"
        if asked.state is not State.ANSWERED or asked.original is None:
            return "thinking, without end"
        text = asked.original.text()
        return "answered" if "[1]" in text else re.sub(r"\d+", "N", text.splitlines()[0])

    async def kill_in_turn(self, numbers: "itertools.count[int]", most: int) -> None:
        """Kill the primary, a bot and a builder as the questions go on, twice each."""
        for turn in range(6):
            while self._asked < most * (turn + 0.5) / 6:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            self.away = ("the primary", "a bot", "a builder")[turn % 3]
            if turn % 3 == 0:
                await asyncio.to_thread(self.server.kill)
                await asyncio.sleep(BACK_S)
                await asyncio.to_thread(self.server.start)
            elif turn % 3 == 1:
                self.bots[turn % 2].send_signal(signal.SIGKILL)
                await self.bots[turn % 2].wait()
                await asyncio.sleep(BACK_S)
                await self.start_bot(turn % 2)
            else:
                builder = await self.python(_BUILD, "keeper", str(self.folder / "keeper"), self.url)
                await asyncio.sleep(BACK_S)
                builder.send_signal(signal.SIGKILL)
                await builder.wait()
            self.away = "nothing"

    @property
    def _asked(self) -> int:
        return self.seen.total()


async def run(folder: Path, url: str, server: Server, questions: int) -> Trial:
    """Ask so many questions while everything is killed in turn."""
    async with Emulator(validate=False) as emulator:
        trial = Trial(folder, url, server, emulator)
        try:
            await trial.start_bot(0)
            await trial.start_bot(1)
            await trial.ask(itertools.count(), 0, WARM)  # the first questions open the index
            trial.seen.clear()
            numbers = itertools.count()
            killing = asyncio.create_task(trial.kill_in_turn(numbers, questions))
            await asyncio.gather(*(trial.ask(numbers, person, questions) for person in range(PEOPLE)))
            await killing
        finally:
            for bot in trial.bots:
                if bot.returncode is None:
                    bot.kill()
                    await bot.wait()
        emulator.problems.clear()
        return trial


def trial_of(questions: int) -> Trial:
    """Make a primary, a replica and a served generation, and run a trial."""
    server = Server(programs(), sync=True)
    try:
        url = server.new_database()
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            keeper = IndexSettings(data_dir=folder / "keeper", model="fake", database_url=SecretStr(url))
            build_all(keeper, FakeEmbedder(), silent)
            replica = server.replica()
            try:
                both = server.address_of_both(url, replica)
                return asyncio.run(run(folder, both, server, questions))
            finally:
                replica.remove()
    finally:
        server.remove()


def main() -> None:
    """Run a trial, and print what people saw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=1000)
    began = time.monotonic()
    trial = trial_of(parser.parse_args().questions)
    for what, count in trial.seen.most_common():
        print(f"{count:>5}  {what}")
    print(f"slowest {trial.slowest_s:.1f} s, all in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
