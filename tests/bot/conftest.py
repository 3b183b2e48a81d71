"""The command, run in this process on a data folder with the shipped release."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli import main
from index.settings import IndexSettings
from index.upkeep import build_all

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the shipped release, built by the default model."""
    from index.embed import SentenceTransformerEmbedder
    from tests.fakes import silent

    folder = tmp_path_factory.mktemp("ready") / "data"
    build_all(IndexSettings(data_dir=folder, model=""), SentenceTransformerEmbedder(), silent)
    return folder


@pytest.fixture
def run(ready: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process on a copy of the ready folder; return status, stdout and stderr."""
    shutil.copytree(ready, tmp_path / "data")

    def run_one(*arguments: str) -> subprocess.CompletedProcess[str]:
        before = sys.argv
        sys.argv = ["measures", *arguments]
        try:
            main()
            status: int | str | None = 0
        except SystemExit as stop:
            status = stop.code
        finally:
            sys.argv = before
        out, err = capfd.readouterr()
        return subprocess.CompletedProcess(arguments, int(status or 0), out, err)

    return run_one


def sentence_of(result: subprocess.CompletedProcess[str]) -> str:
    """Return the one sentence on stderr of a command that failed."""
    assert result.returncode == 1, result
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("Error: ")
    assert lines[0].endswith(".")
    return lines[0]
