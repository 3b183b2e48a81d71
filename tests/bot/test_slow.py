"""One question that takes for ever: whoever asked it is told, and nobody else waits for it."""

import asyncio
import shutil
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bot.app.queue import EngineQueue
from corpus.errors import TooSlowError
from index.engine import Engine
from index.filters import Filters
from index.processes.engine_process import EngineProcess
from index.settings import IndexSettings
from tests.bot.bot_process import BotProcess
from tests.emulator import State
from tests.simulation import QUESTION

EMBEDDER = "tests.fakes:hanging_embedder"
HANGS = "Will this question be thought about for ever?"
LIMIT_S = 2.0
# The same command, with an engine in a process that hangs.
HANGING = f"""
import bot.app.run
from index.processes.engine_process import EngineProcess
bot.app.run.engine_opener = lambda settings: lambda: EngineProcess(settings, "{EMBEDDER}", question_s={LIMIT_S})
from bot.cli.main import main; main()
"""


@pytest.fixture
def settings(built_once: Path, tmp_path: Path) -> IndexSettings:
    settings = IndexSettings(data_dir=tmp_path / "data", model="fake", threshold=0.0)
    shutil.copytree(built_once, settings.data_dir)
    return settings


@pytest.fixture
def process(settings: IndexSettings) -> Iterator[BotProcess]:
    with BotProcess(settings.data_dir.parent) as process:
        yield process


def test_desk_opens_the_next_engine_for_those_who_wait(settings: IndexSettings) -> None:
    opened: list[EngineProcess] = []

    def open_engine() -> EngineProcess:
        opened.append(EngineProcess(settings, EMBEDDER, question_s=LIMIT_S))
        return opened[-1]

    async def scenario() -> tuple[list[str | BaseException], float]:
        queue = EngineQueue(open_engine, 50)
        queue.start()
        await queue.run(1, Engine.corpus)
        began = time.monotonic()
        ask = partial(Engine.answer, filters=Filters())
        questions = [queue.run(1, partial(ask, text=text)) for text in (HANGS, QUESTION, HANGS)]
        questions += [queue.run(person, partial(ask, text=QUESTION)) for person in (2, 3, 2)]
        results = await asyncio.gather(*questions, return_exceptions=True)
        queue.close()
        return [
            each if isinstance(each, BaseException) else each.question for each in results
        ], time.monotonic() - began

    (first, second, third, *others), took_s = asyncio.run(scenario())
    assert isinstance(first, TooSlowError)
    assert isinstance(third, TooSlowError)
    assert [second, *others] == [QUESTION] * 4
    assert len(opened) >= 2
    assert took_s < 2 * LIMIT_S + 20


def test_person_is_told_in_a_sentence_and_the_others_are_answered(process: BotProcess) -> None:
    process.people[0].locale = "de"

    async def scenario() -> tuple[str, list[str]]:
        await process.up(code=HANGING)
        await process.ask(1)
        hangs = await process.ask(0, HANGS, wait=False)
        others = [await process.ask(person, wait=False) for person in (1, 2, 3)]
        await process.emulator.wait(lambda: all(each.state is State.ANSWERED for each in (hangs, *others)), 60)
        assert await process.down() == 0
        texts = [each.original.text() for each in (hangs, *others) if each.original is not None]
        return texts[0], texts[1:]

    told, answers = process.run(scenario())
    assert told == ("Das hat länger als 2 Sekunden gedauert und wurde abgebrochen: Fragen Sie nach etwas Engerem.")
    assert all("I know 1 release" in answer for answer in answers)
    assert len(answers) == 3
    lines = [line for line in process.lines() if "a question took longer than 2 s" in line]
    assert len(lines) == 1
    assert "for ever" not in process.log.decode()
    assert "Traceback" not in process.log.decode()
