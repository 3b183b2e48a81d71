"""One bot a data folder: the second is told who the first is; one that was killed holds nobody up."""

import json
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.bot_process import BotProcess
from tests.bot.test_process import LIGHT


@pytest.fixture
def process(built_once: Path, tmp_path: Path) -> Iterator[BotProcess]:
    shutil.copytree(built_once, tmp_path / "data")
    with BotProcess(tmp_path) as process:
        yield process


@pytest.fixture
def second(tmp_path: Path) -> Iterator[BotProcess]:
    """Another Discord, and the same data folder."""
    with BotProcess(tmp_path) as process:
        yield process


def test_second_bot_on_a_data_folder_is_told_who_the_first_is_and_one_on_a_folder_of_its_own_is_let_be(
    process: BotProcess, second: BotProcess, built_once: Path, tmp_path: Path
) -> None:
    async def start() -> int:
        await process.up(code=LIGHT)
        assert process._process is not None
        return process._process.pid

    pid = process.run(start())

    async def start_second() -> int:
        await second.start(code=LIGHT)
        return await second.ended()

    assert second.run(start_second()) == 1
    assert re.fullmatch(
        rf"Error: A bot runs on this data folder already \(process {pid}, since [-\d]+T[:\d]+\+00:00\): stop it first, "
        r"or give this one a folder of its own with MEASURES_DATA_DIR\.",
        second.lines()[-1],
    )
    assert not second.emulator.requests, "nothing was asked of Discord"

    other = tmp_path / "other"
    shutil.copytree(built_once, other)

    async def run_beside() -> None:
        await second.up(code=LIGHT, MEASURES_DATA_DIR=str(other))
        assert await second.down() == 0

    second.run(run_beside())

    async def go_on_and_stop() -> None:
        assert (await process.ask()).original is not None
        assert await process.down() == 0

    process.run(go_on_and_stop())
    assert not (process.folder / "data" / "bot.json").exists()

    async def take_over() -> None:
        await second.up(code=LIGHT)
        assert (await second.ask()).original is not None
        assert await second.down() == 0

    second.run(take_over())


def test_bot_that_was_killed_holds_nobody_up(process: BotProcess) -> None:
    note = process.folder / "data" / "bot.json"

    async def scenario() -> None:
        await process.up(code=LIGHT)
        assert await process.down(signal.SIGKILL) == -signal.SIGKILL
        killed = json.loads(note.read_text())["who"]
        await process.up(code=LIGHT)
        assert json.loads(note.read_text())["who"] != killed
        assert (await process.ask()).original is not None
        assert await process.down() == 0

    process.run(scenario())
