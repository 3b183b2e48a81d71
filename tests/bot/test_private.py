"""What the program writes is for its user alone, whatever the umask; seen in real processes."""

import os
import stat
import subprocess
import sys
from pathlib import Path

from index.maintenance import build_all
from index.settings import IndexSettings
from tests.bot.bot_process import ROOT, BotProcess
from tests.bot.conftest import Run, made_up_release
from tests.bot.test_process import LIGHT
from tests.fakes import FakeEmbedder, silent

# The same command with an embedder that takes no time to load.
QUICKLY = """
from index.processes.job_process import JobProcess
JobProcess.__init__.__defaults__ = ("tests.fakes:fake_embedder",)
from bot.cli.main import main; main()
"""


def modes(folder: Path) -> dict[str, int]:
    """Return the modes of a folder and of all that is in it."""
    return {
        path.relative_to(folder.parent).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in (folder, *folder.rglob("*"))
    }


def open_to_others(folder: Path) -> set[str]:
    """Return what others may read, write or list."""
    return {name for name, mode in modes(folder).items() if mode & 0o077}


def measures(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, with the umask of most systems."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "MEASURES_DATA_DIR": str(folder), "MEASURES_MODEL": "fake"}
    return subprocess.run(
        [sys.executable, "-c", QUICKLY, *arguments], env=environment, umask=0o022, capture_output=True, text=True
    )


def test_data_folder_that_a_command_makes_is_for_its_user_alone(tmp_path: Path) -> None:
    release = tmp_path / "release.md"
    release.write_text(made_up_release(3), "utf-8")
    folder = tmp_path / "parent" / "data"
    done = measures(folder, "index", "add", str(release))
    assert done.returncode == 0, done.stderr
    names = set(modes(folder))
    assert {"data/corpus.db", "data/CURRENT", "data/build.lock", "data/generations/000001/passages.db"} <= names
    assert measures(folder, "index", "build").returncode == 0
    assert measures(folder, "index", "rollback").returncode == 0
    assert "data/PINNED" in modes(folder)
    assert open_to_others(tmp_path / "parent") == set()


def test_files_of_the_bot_are_for_its_user_alone_and_so_are_those_of_an_older_version(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    build_all(IndexSettings(data_dir=folder, model="fake"), FakeEmbedder(), silent)
    for path in (folder / "corpus.db", folder / "CURRENT"):
        path.chmod(0o644)
    (folder / "generations").chmod(0o755)
    mine = folder / "mine.txt"
    mine.touch()
    mine.chmod(0o644)
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
