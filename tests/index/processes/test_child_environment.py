"""No process that the program starts is told the bot's token, its key for HTTP, or who logs in at the proxy."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from corpus.processes.environment import forget_secrets
from index.database.history import By
from index.engine import Engine
from index.maintenance import build_all
from index.processes.engine_process import EngineProcess
from index.processes.job_process import JobProcess
from index.processes.jobs import Tools
from index.settings import IndexSettings
from tests.corpus.cleaning.reading import clean
from tests.fakes import FakeEmbedder, quiet, run_one, silent
from tests.pages import paragraphs, press_page

pytestmark = pytest.mark.usefixtures("new_interpreters")
TOKEN = "very-secret"  # noqa: S105 - of nobody


SECRETS = {
    "DISCORD_TOKEN": TOKEN,
    "discord_token": TOKEN,
    "MEASURES_DATABASE_URL": f"postgresql://me:{TOKEN}@db.example.org/measures",
    "MEASURES_HTTP_KEY": TOKEN,
    "MEASURES_PROXY": f"http://me:{TOKEN}@proxy.example.org:3128",
}


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process have secrets, in all names that the settings read, and something that children are to have."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MEASURES_TEST", "passed on")


@pytest.fixture
def settings(settings: IndexSettings) -> IndexSettings:
    """Settings without the database, which is not there."""
    return settings.model_copy(update={"database_url": None})


@dataclass(frozen=True, slots=True)
class Environment:
    """Tell what a worker knows."""

    def run(self, tools: Tools) -> dict[str, str]:
        return dict(os.environ)


def environment_of(_engine: Engine) -> dict[str, str]:
    return dict(os.environ)


def assert_without_token(environment: str) -> None:
    assert "MEASURES_TEST" in environment
    assert TOKEN not in environment


def test_worker_has_no_token(settings: IndexSettings) -> None:
    assert_without_token(str(JobProcess(settings, "tests.fakes:fake_embedder").run(Environment(), By(), quiet)))


def test_engine_has_no_token(settings: IndexSettings) -> None:
    build_all(settings, FakeEmbedder(), silent)
    engine = EngineProcess(settings, "tests.fakes:fake_embedder")
    assert_without_token(str(run_one(engine, environment_of)))
    engine.close()


def test_cleaner_has_no_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = tmp_path / "seen"
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nenv > {seen}\nexec {sys.executable} "$@"\n', "utf-8")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    page = press_page("A title", "2024-05-06", paragraphs(1))
    with ThreadPoolExecutor(1) as thread:  # which has a child of its own
        assert thread.submit(clean, page, "page.html").result().title == "A title"
    assert_without_token(seen.read_text("utf-8"))


def test_program_that_a_library_starts_has_no_token_once_it_is_read() -> None:
    forget_secrets()
    assert_without_token(subprocess.run(["env"], capture_output=True, text=True, check=True).stdout)
