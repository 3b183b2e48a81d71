"""Kill what two bots stand on while people ask them, and say what those people saw.

    python -m tests.faults.bots [--questions 1000] [--away 2] [--split]

Two bots with one token, as processes that both serve both shards, or with `--split` one each, a primary with fsync on
and its replica, on loopback. In turn, a primary is killed with signal 9, a bot is, and a builder is, while people ask
by command and by mention in a server of each shard. A primary is started again two seconds later; the last time the
replica is promoted instead, and gets a replica of its own. At the end both databases are away at once, for as many
seconds as `--away` says. What people saw is counted by what was away when they asked; then it is counted of how many
answers the database knows what their buttons need.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from index.maintenance import build_all
from index.settings import IndexSettings
from tests.bot.connected_bot import NEEDED
from tests.bot.test_process import LIGHT
from tests.emulator import Emulator
from tests.emulator.channels import Channel
from tests.fakes import FakeEmbedder, silent
from tests.faults.databases import Databases
from tests.faults.seen import Asked, seen_of
from tests.simulation import QUESTION

ROOT = Path(__file__).parents[2]
PEOPLE, WARM, SHARDS = 4, 12, 2
BACK_S, START_S, ANSWER_S, SETTLED_S = 2.0, 120.0, 30.0, 5.0
PAUSE_S = 0.25
TURNS = ("the primary", "a bot", "a builder") * 2
BOTH = "the database"
_BUILD = """
import pathlib, sys
from index.building.build import build
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, silent
while True:
    settings = IndexSettings(data_dir=pathlib.Path(sys.argv[1]), model="fake", database_url=sys.argv[2])
    build(settings, FakeEmbedder(), silent)
    print("built", flush=True)
"""


class Trial:
    """All that runs, and what became of the questions."""

    def __init__(
        self, folder: Path, databases: Databases, emulator: Emulator, away_s: float, *, is_split: bool
    ) -> None:
        """Make a server of each shard, and people in both."""
        self.is_split = is_split
        self.folder, self.databases, self.emulator, self.away_s = folder, databases, emulator, away_s
        self.kept: set[str] = set()
        self.asked: list[Asked] = []
        self.away = "nothing"
        self.may_ask = 0
        self.bots: list[asyncio.subprocess.Process] = []
        self.killed_at: list[tuple[float, str]] = []
        self.people = [emulator.add_user(f"person-{number}") for number in range(PEOPLE)]
        self.channels: list[Channel] = []
        while len(self.channels) < SHARDS:
            time.sleep(0.002)  # the time in its id decides of which shard a server is
            guild = emulator.add_guild(locale="en-GB")
            if (guild.id >> 22) % SHARDS != len(self.channels):
                guild.installed = False
                continue
            guild.bot_permissions = int(NEEDED)
            self.channels.append(guild.add_channel("general"))
            for person in self.people:
                guild.add_member(person)

    async def python(self, code: str, name: str, *arguments: str, **settings: str) -> asyncio.subprocess.Process:
        """Start a process with a data folder of its own."""
        given = self.emulator.environment(quick=True)
        environment = (
            os.environ
            | given
            | {
                "PYTHONPATH": os.pathsep.join((given["PYTHONPATH"], str(ROOT))),
                "MEASURES_DATA_DIR": str(self.folder / name),
                "MEASURES_DATABASE_URL": self.databases.address,
                "MEASURES_MODEL": "fake",
                "MEASURES_THRESHOLD": "0",
                "MEASURES_PACE": "600",
                "MEASURES_PACE_BURST": "100",
            }
            | settings
        )
        with (self.folder / f"{name}.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-c", code, *arguments, cwd=self.folder, env=environment, stdout=log, stderr=log
            )

    async def start_bot(self, number: int) -> None:
        """Start a bot, and wait until its shards have identified."""
        wanted = self.emulator.gateway.identifies + (1 if self.is_split else SHARDS)
        shards = f"{number}/{SHARDS}" if self.is_split else f"0-{SHARDS - 1}/{SHARDS}"
        process = await self.python(LIGHT, f"bot-{number}", "bot", MEASURES_SHARDS=shards)
        self.bots[number : number + 1] = [process]
        await self.emulator.wait(
            lambda: self.emulator.gateway.identifies >= wanted or process.returncode is not None, START_S
        )
        assert process.returncode is None, (self.folder / f"bot-{number}.log").read_text()

    async def ask(self, person: int) -> None:
        """Let one person ask whenever somebody may, by command and by mention, in one server and the other."""
        while True:
            while not self.may_ask:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            self.may_ask -= 1
            number = len(self.asked)
            channel, by_mention = self.channels[number % SHARDS], number // SHARDS % 2 == 1
            asked = Asked(self.away, time.monotonic(), channel)
            self.asked.append(asked)
            if by_mention:
                text = f"{self.emulator.bot.mention} {QUESTION}"
                asked.message = await self.emulator.post(self.people[person], channel, text)
            else:
                asked.interaction = await self.emulator.slash(self.people[person], channel, "ask", question=QUESTION)
            while not asked.is_told() and time.monotonic() < asked.began_s + ANSWER_S:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            asked.ended(self.away)
            await asyncio.sleep(PAUSE_S)

    async def kill_in_turn(self, questions: int) -> None:
        """Kill each of them in turn, and both databases at the end; as many ask while something is away as before."""
        await self._all_asked(WARM)  # the first questions open the index
        self.asked.clear()
        turns = (*TURNS, BOTH)
        for turn, what in enumerate(turns):
            before, during = (questions * (2 * turn + each) // (2 * len(turns) + 1) for each in (1, 2))
            await self._all_asked(before)
            self.may_ask = (during - before) // 4
            while not any(each.is_under_way() for each in self.asked):  # noqa: ASYNC110
                await asyncio.sleep(0.001)
            await self._kill(what, during, is_last=turn >= len(TURNS) // 2)
            await self._all_asked(during)
            self.away = "nothing"
        await self._all_asked(questions)

    def unknown(self) -> list[Asked]:
        """Return the questions whose answers have buttons that the database does not know."""
        return [each for each in self.asked if each.answers() and not each.answers() & self.kept]

    async def _all_asked(self, questions: int) -> None:
        """Let people ask until there are so many questions, all of which they got to know something of."""
        self.may_ask = questions - len(self.asked)
        while len(self.asked) < questions or not all(each.took_s for each in self.asked):  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    async def _kill(self, what: str, questions: int, *, is_last: bool) -> None:
        """Kill one, let people ask without it until there are so many questions, and let it come back."""
        databases = self.databases
        back: Callable[[], Awaitable[None]]
        self.away = what
        self.killed_at.append((time.monotonic(), what))
        if what == "the primary":
            await asyncio.to_thread(databases.primary.kill)
            back = partial(asyncio.to_thread, databases.change_places if is_last else databases.come_back)
        elif what == "a bot":
            number = int(is_last)
            self.bots[number].send_signal(signal.SIGKILL)
            await self.bots[number].wait()
            back = partial(self.start_bot, number)
        elif what == "a builder":
            await self._kill_builder()
            back = partial(asyncio.sleep, 0)
        else:
            await asyncio.to_thread(databases.leave)
            back = partial(asyncio.to_thread, databases.return_)
        self.may_ask = questions - len(self.asked)
        await asyncio.sleep(self.away_s if what == BOTH else BACK_S)
        await back()

    async def _kill_builder(self) -> None:
        """Let a builder build again and again, and kill it in the middle."""
        builder = await self.python(_BUILD, "keeper", str(self.folder / "keeper"), self.databases.address)
        log = self.folder / "keeper.log"
        before = log.read_text().count("built")
        while log.read_text().count("built") == before:
            assert builder.returncode is None, log.read_text()
            await asyncio.sleep(0.02)
        await asyncio.sleep(random.uniform(0, BACK_S / 10))
        builder.send_signal(signal.SIGKILL)
        await builder.wait()


async def run(folder: Path, databases: Databases, questions: int, away_s: float, *, is_split: bool) -> Trial:
    """Ask so many questions while everything is killed in turn."""
    async with Emulator(validate=False) as emulator:
        trial = Trial(folder, databases, emulator, away_s, is_split=is_split)
        try:
            await trial.start_bot(0)
            await trial.start_bot(1)
            asking = [asyncio.create_task(trial.ask(person)) for person in range(PEOPLE)]
            await trial.kill_in_turn(questions)
            await asyncio.sleep(SETTLED_S)  # a second answer would come now
            until = time.monotonic() + ANSWER_S  # what waits to be written may wait its turn
            while trial.unknown() and time.monotonic() < until:
                await asyncio.sleep(1)
                trial.kept = await asyncio.to_thread(databases.answers)
            for person in asking:
                person.cancel()
        finally:
            for bot in trial.bots:
                if bot.returncode is None:
                    bot.kill()
                    await bot.wait()
        emulator.problems.clear()
        return trial


def trial_of(questions: int, folder: Path, away_s: float = BACK_S, *, is_split: bool = False) -> Trial:
    """Make a primary, a replica and a served generation, and run a trial."""
    databases = Databases()
    try:
        keeper = IndexSettings(data_dir=folder / "keeper", model="fake", database_url=SecretStr(databases.url))
        build_all(keeper, FakeEmbedder(), silent)
        return asyncio.run(run(folder, databases, questions, away_s, is_split=is_split))
    finally:
        databases.remove()


def main() -> None:
    """Run a trial, and print what people saw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--away", type=float, default=BACK_S)
    parser.add_argument("--split", action="store_true", help="give each bot one shard")
    parser.add_argument("--logs", type=Path, help="keep the logs of the processes in a new folder")
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = given.logs or Path(name)
        folder.mkdir(exist_ok=True)
        trial = trial_of(given.questions, folder, given.away, is_split=given.split)
    print(*seen_of(trial.asked), sep="\n")
    killed = Counter(what for _, what in trial.killed_at)
    print(f"killed: {', '.join(f'{what} {count} times' for what, count in killed.items())}")
    for each in filter(Asked.is_lost, trial.asked):
        print(f"{each.seen()}: {each.after(trial.killed_at)}")
    answers, unknown = sum(bool(each.answers()) for each in trial.asked), trial.unknown()
    print(f"of {answers} answers {answers - len(unknown)} are known to the database")
    for each in unknown:
        print(f"unknown: {each.after(trial.killed_at)}")
    print(f"all in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
