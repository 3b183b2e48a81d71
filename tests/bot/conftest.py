"""The command, run in this process on a data folder with the shipped release."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.cli.main import main
from index.encoders.embedder import SentenceTransformerEmbedder
from index.engine import Engine
from index.processes.job_process import JobProcess
from index.settings import IndexSettings
from tests.conftest import built_for_all
from tests.fakes import Here, quiet, upkeep

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def measures(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process. It returns status, stdout and stderr."""

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


@pytest.fixture
def run_with_processes(measures: Run, built_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command as people do: what changes the corpus is another process, with a model that loads in a moment."""
    monkeypatch.setenv("MEASURES_MODEL", "fake")
    monkeypatch.setattr(JobProcess.__init__, "__defaults__", ("tests.fakes:fake_embedder",))
    shutil.copytree(built_once, tmp_path / "data")
    return measures


@pytest.fixture
def run(measures: Run, shipped_folder: Path, one_model: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command on a copy of the shipped folder, all of it in this process: another takes seconds for a model."""
    shutil.copytree(shipped_folder, tmp_path / "data")
    monkeypatch.setattr(
        "index.processes.job_process.JobProcess",
        lambda settings: Here(settings, SentenceTransformerEmbedder(settings.model, settings.cache_dir)),
    )
    return measures


@pytest.fixture
def one_model(default_model: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whoever asks for the default model have the one that is loaded already."""
    load = SentenceTransformerEmbedder.__init__

    def share(embedder: SentenceTransformerEmbedder, model: str = "", cache_dir: Path | None = None) -> None:
        load(embedder, model, cache_dir)
        if embedder.model == default_model.model:
            vars(embedder).update(vars(default_model))
            embedder.__class__ = type(default_model)

    monkeypatch.setattr(SentenceTransformerEmbedder, "__init__", share)


@pytest.fixture(scope="session")
def library_folder(tmp_path_factory: pytest.TempPathFactory, default_model: SentenceTransformerEmbedder) -> Path:
    """A data folder with the shipped release and twelve made-up ones on Europol, one a month of 2023."""

    def build(folder: Path) -> None:
        releases = tmp_path_factory.mktemp("releases")
        paths = [releases / f"{month}.md" for month in range(1, 13)]
        for month, path in enumerate(paths, 1):
            path.write_text(made_up_release(month), "utf-8")
        settings = IndexSettings(data_dir=folder, model="")
        upkeep(settings, default_model).add([str(path) for path in paths], quiet, force=True)

    return built_for_all("library", tmp_path_factory, build)


@pytest.fixture(scope="session")
def library(library_folder: Path, default_model: SentenceTransformerEmbedder) -> Iterator[Engine]:
    """An engine over the library."""
    with Engine(IndexSettings(data_dir=library_folder, model=""), default_model) as engine:
        yield engine


@pytest.fixture
def own_library(library_folder: Path, tmp_path: Path, default_model: SentenceTransformerEmbedder) -> Iterator[Engine]:
    """An engine over a copy of the library, in `tmp_path / "own"`, which a test may change."""
    shutil.copytree(library_folder, tmp_path / "own")
    with Engine(IndexSettings(data_dir=tmp_path / "own", model=""), default_model) as engine:
        yield engine


PLACES = (
    "Antwerp", "Bremen", "Constanța", "Dublin", "Esbjerg", "Fiume", "Gdańsk", "Helsinki", "Izola", "Jurmala", "Kotka",
    "Lisbon",
)  # fmt: skip


def made_up_release(month: int, *, officers: int = 100) -> str:
    """Return a release of 2023, as a file with a header."""
    place = PLACES[month - 1]
    return f"""---
title: "Cocaine in the port of {place}"
issuer: European Commission
date: 2023-{month:02}-15
language: en
url: https://example.europa.eu/{place.lower()}
---

Today, the Commission presented its plan for the port of {place}.

## Checks

Europol will send {officers * month} officers to the port of {place} to search containers for cocaine.

- Containers from overseas are scanned in {place},
- lorries are weighed.

## Money

The port of {place} receives {month} million euros for new scanners.
"""


def sentence_of(result: subprocess.CompletedProcess[str]) -> str:
    """Return the one sentence on stderr of a command that failed."""
    assert result.returncode == 1, result
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("Error: ")
    assert lines[0].endswith(".")
    return lines[0]
