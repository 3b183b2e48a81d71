"""What the program writes is for its user alone, whatever the umask; seen on the files of a command and of a bot."""

import os
import stat
from pathlib import Path

import pytest

from index.maintenance import build_all
from index.settings import IndexSettings
from tests.bot.bot_process import BotProcess
from tests.bot.conftest import Run, made_up_release
from tests.bot.test_process import LIGHT
from tests.fakes import FakeEmbedder, silent


def modes(folder: Path) -> dict[str, int]:
    """Return the modes of a folder and of all that is in it."""
    return {
        path.relative_to(folder.parent).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in (folder, *folder.rglob("*"))
    }


def open_to_others(folder: Path) -> set[str]:
    """Return what others may read, write or list."""
    return {name for name, mode in modes(folder).items() if mode & 0o077}


def test_data_folder_that_a_command_makes_is_for_its_user_alone(
    run_with_processes: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_with_processes
    release = tmp_path / "release.md"
    release.write_text(made_up_release(3), "utf-8")
    folder = tmp_path / "parent" / "data"
    monkeypatch.setenv("MEASURES_DATA_DIR", str(folder))
    before = os.umask(0o022)  # that of most systems
    try:
        done = run("index", "add", str(release))
        assert done.returncode == 0, done.stderr
        names = set(modes(folder))
        assert {"data/corpus.db", "data/CURRENT", "data/build.lock", "data/generations/000001/passages.db"} <= names
        assert run("index", "build").returncode == 0
        assert run("index", "rollback").returncode == 0
        assert "data/PINNED" in modes(folder)
        assert open_to_others(tmp_path / "parent") == set()
    finally:
        os.umask(before)


def test_files_of_the_bot_are_for_its_user_alone_and_so_are_those_of_an_older_version(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    build_all(IndexSettings(data_dir=folder, model="fake"), FakeEmbedder(), silent)
    for path in (folder / "corpus.db", folder / "CURRENT"):
        path.chmod(0o644)
    (folder / "generations").chmod(0o755)
    own = folder / "mine.txt"
    own.touch()
    own.chmod(0o644)
    before = os.umask(0o022)
    try:
        with BotProcess(tmp_path) as process:
            process.run(process.up(code=LIGHT))
            process.run(process.ask())
            names = set(modes(folder))
            inside = {name for name in open_to_others(folder) if not name.startswith("data/generations/")}
    finally:
        os.umask(before)
    assert {"data/bot.db", "data/bot.db-wal", "data/bot.db-shm"} <= names
    assert inside == {"data", "data/mine.txt"}, "a folder and files of others are left as they are"


def test_doctor_says_that_others_may_list_the_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").chmod(0o755)
    assert "Others may list it: chmod 700 keeps them out" in run("doctor").stdout
