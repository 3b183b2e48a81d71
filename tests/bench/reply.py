"""Speed of the bot, from INTERACTION_CREATE to the final edit, as ratios against the engine alone in its process.

    python -m tests.bench.reply [--passages 5000]

The bot is a process, its engine another; the loopback Discord is this one. What the loopback Discord spends on
checking requests against Discord's description is not the bot's: it is switched off while times are taken, and printed
apart.
"""

import argparse
import asyncio
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from index.encoders.embedder import SentenceTransformerEmbedder
from index.engine import Engine
from index.filters import Filters
from index.maintenance import build_all
from index.settings import IndexSettings
from tests.bench.run import QUESTIONS, MadeUpVectors, fill, made_up_releases
from tests.bench.timing import line, seconds
from tests.bot.bot_process import BotProcess
from tests.emulator import Emulator, Interaction, State
from tests.emulator import gateway as gateway_module
from tests.emulator.schema import Description
from tests.fakes import silent

_ROUNDS = 12
_AT_ONCE = 20
_STARTS = 5
# The command, which times the engine alone, in the engine's own process, before the first question.
_TIMED = """
import json, sys, time
import bot.app.run
from tests.bench.reply import alone
from tests.fakes import run_one
opener = bot.app.run.engine_opener
def timed(settings):
    def open_timed():
        began = time.perf_counter()
        engine = opener(settings)()
        print("OPEN", time.perf_counter() - began, file=sys.stderr, flush=True)
        print("ALONE", json.dumps(run_one(engine, alone)), file=sys.stderr, flush=True)
        return engine
    return open_timed
bot.app.run.engine_opener = timed
from bot.cli.main import main; main()
"""


def alone(engine: Engine) -> list[float]:
    """Return how long the engine's answers take where nobody else asks, in seconds."""
    for question in QUESTIONS * 2:
        engine.answer(question, Filters())
    return [seconds(partial(engine.answer, question, Filters())) for question in QUESTIONS * _ROUNDS]


@contextmanager
def unchecked() -> Iterator[None]:
    """Let the loopback Discord believe all it sees."""
    names = ("request_flaws", "answer_flaws", "component_flaws")
    before = {name: getattr(Description, name) for name in names}
    for name in names:
        setattr(Description, name, lambda *_: ())
    flaws = vars(gateway_module)["event_flaws"]
    vars(gateway_module)["event_flaws"] = lambda *_: iter(())
    try:
        yield
    finally:
        vars(gateway_module)["event_flaws"] = flaws
        for name, method in before.items():
            setattr(Description, name, method)


async def one_at_a_time(bot: BotProcess, emulator: Emulator) -> list[float]:
    """Return the times from the event to the final edit."""
    times = []
    for number in range(len(QUESTIONS) * (_ROUNDS + 2)):
        asked = await ask(bot, number)
        await emulator.wait(lambda question=asked: question.state is State.ANSWERED, 60)  # type: ignore[misc]
        times.append(asked.answered_after_s or 0.0)
        await asyncio.sleep(0.03)  # the bot keeps where its answer stands
    return times[len(QUESTIONS) * 2 :]


async def at_once(bot: BotProcess, emulator: Emulator) -> float:
    """Return the time for that many questions at once."""
    asked = [await ask(bot, number) for number in range(_AT_ONCE)]
    await emulator.wait(lambda: all(each.state is State.ANSWERED for each in asked), 60)
    return max(each.began_s + (each.answered_after_s or 0.0) for each in asked) - asked[0].began_s


async def ask(bot: BotProcess, number: int) -> Interaction:
    question = QUESTIONS[number % len(QUESTIONS)]
    return await bot.emulator.slash(bot.people[number % 5], bot.channel, "ask", wait=False, question=question)


def told(bot: BotProcess, what: str) -> list[str]:
    return [text.partition(" ")[2] for text in bot.lines() if text.startswith(what)]


async def started(bot: BotProcess) -> float:
    """Start the bot, and return how long it took until it was connected with its commands in place, in seconds."""
    began = time.perf_counter()
    process = await bot.start(code=_TIMED)
    await bot.emulator.wait(lambda: bot.emulator.gateway.connected or process.returncode is not None, 120)
    taken = time.perf_counter() - began
    await bot.emulator.wait(lambda: told(bot, "ALONE"), 120)
    return taken


async def ratios(bot: BotProcess) -> dict[str, float]:
    """Return the times of a bot that has just started, over its engine's alone."""
    by_itself = json.loads(told(bot, "ALONE")[0])
    alone_s = statistics.median(by_itself)
    with unchecked():
        times = await one_at_a_time(bot, bot.emulator)
        together = statistics.median([await at_once(bot, bot.emulator) for _ in range(4)][1:])
    checked = await one_at_a_time(bot, bot.emulator)
    return {
        "alone_ms": alone_s * 1e3,
        "p50": statistics.median(times) / alone_s,
        "p95": statistics.quantiles(times, n=20)[-1] / alone_s,
        "checks_ms": (statistics.median(checked) - statistics.median(times)) * 1e3,
        "throughput": _AT_ONCE * statistics.fmean(by_itself) / together,
    }


async def bench(bot: BotProcess) -> None:
    """Start the bot several times, take all times, and print the medians of the ratios."""
    first_s = await started(bot)
    load_s = float(told(bot, "OPEN")[0])
    runs = [await ratios(bot)]
    while len(runs) < _STARTS:
        await bot.down()
        await started(bot)
        runs.append(await ratios(bot))
    await bot.down()
    median = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    line("engine's ask alone, median, ms", median["alone_ms"], "")
    line("event to final edit, p50, over the engine's p50", median["p50"], "<= 1.5", "x")
    line("event to final edit, p95, over the engine's p50", median["p95"], "<= 3", "x")
    line("of it the loopback Discord's checks, had they been on, ms", median["checks_ms"], "")
    line(f"{_AT_ONCE} at once: throughput over the engine's alone", median["throughput"], ">= 0.9", "x")
    line(
        f"start to connected with commands in place, s (libraries and model: {load_s:.1f} s)",
        first_s,
        f"<= {load_s + 1:.1f}",
    )


def main() -> None:
    """Run all and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=5000)
    arguments = parser.parse_args()
    about = {"machine": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()}
    print(json.dumps(about), file=sys.stdout)
    with tempfile.TemporaryDirectory() as folder:
        settings = IndexSettings(data_dir=Path(folder) / "data", model="")
        settings.data_dir.mkdir()
        if arguments.passages:
            fill(settings, made_up_releases(arguments.passages))
        build_all(settings, MadeUpVectors() if arguments.passages else SentenceTransformerEmbedder(), silent)
        with BotProcess(Path(folder)) as bot:
            bot.run(bench(bot))


if __name__ == "__main__":
    main()
