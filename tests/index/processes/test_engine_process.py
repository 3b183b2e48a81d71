"""An engine in another process answers as one in this process does, and says when it has ended."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from corpus.errors import GenerationError, QuestionError, TooSlowError, WorkerError
from index.engine import Engine
from index.filters import Filters
from index.maintenance import build_all
from index.processes.engine_process import EngineProcess
from index.processes.pipe import Done, Raised
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, run_one, silent
from tests.forked import Forked
from tests.index.processes.test_worker import gone

EMBEDDER = "tests.fakes:fake_embedder"
QUESTION = "What will the joint liaison task force do?"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> IndexSettings:
    settings = IndexSettings(data_dir=tmp_path_factory.mktemp("data"), model="fake", threshold=0.0)
    build_all(settings, FakeEmbedder(), silent)
    return settings


@pytest.fixture(scope="module")
def engine(settings: IndexSettings) -> Iterator[EngineProcess]:
    """An engine that no test ends: each takes a second to start."""
    engine = EngineProcess(settings, EMBEDDER)
    yield engine
    engine.close()


def without_times(result: object) -> str:
    return re.sub(r"took_ms=[\d.]+", "", repr(result))


def divide(_engine: Engine, by: int) -> float:
    return 1 / by


def die(_engine: Engine) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def sleep(_engine: Engine) -> None:
    time.sleep(600)


def spin(_engine: Engine) -> None:
    while True:
        pass


def search_for_ever(_engine: Engine) -> None:
    """Hold the interpreter, too: no other thread of the process runs."""
    re.match(r"(a+)+b", "a" * 60)


def stop(_engine: Engine) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def test_answers_are_those_of_an_engine_here(settings: IndexSettings, engine: EngineProcess) -> None:
    ask = partial(Engine.answer, text=QUESTION, filters=Filters())
    there = run_one(engine, ask)
    with Engine(settings, FakeEmbedder()) as here:
        assert there.quotes
        assert (there.quotes, there.sources) == (ask(here).quotes, ask(here).sources)
        assert run_one(engine, Engine.corpus) == here.corpus()
        (source,) = run_one(engine, partial(Engine.sources, release_ids=[there.quotes[0].release_id, "unknown"]))
        assert source == there.sources[0]


@pytest.mark.parametrize(
    "work",
    [
        partial(Engine.search, query=QUESTION, filters=Filters(), limit=5),
        partial(Engine.check, text=QUESTION),
        partial(Engine.card, agency_id="cepol"),
        partial(Engine.timeline, agency_ids=["cepol"]),
        partial(Engine.releases, query=""),
        partial(Engine.release, release_id="unknown"),
        partial(Engine.neighbours, release_id="unknown", start=0, end=1, digest=""),
    ],
)
def test_whatever_the_bot_asks_for_can_be_sent(
    work: Callable[[Engine], object], settings: IndexSettings, engine: EngineProcess
) -> None:
    with Engine(settings, FakeEmbedder()) as here:
        assert without_times(run_one(engine, work)) == without_times(work(here))


def test_new_generation_is_answered_from(tmp_path: Path) -> None:
    settings = IndexSettings(data_dir=tmp_path, model="fake")
    build_all(settings, FakeEmbedder(), silent)
    engine = EngineProcess(settings, EMBEDDER)
    assert run_one(engine, Engine.corpus).generation == "000001"
    build_all(settings, FakeEmbedder(), silent)
    assert run_one(engine, Engine.corpus).generation == "000002"
    engine.close()


def test_errors_come_back_as_they_were(engine: EngineProcess) -> None:
    with pytest.raises(QuestionError, match="empty") as caught:
        run_one(engine, partial(Engine.answer, text=" ", filters=Filters()))
    assert caught.value.template
    with pytest.raises(ZeroDivisionError) as bug:
        run_one(engine, partial(divide, by=0))
    assert "in divide" in bug.value.__notes__[0]
    assert run_one(engine, partial(divide, by=2)) == 0.5


def test_next_is_under_way_while_the_first_is_heard(engine: EngineProcess) -> None:
    works = [partial(divide, by=by) for by in (0, 1, 2, 4)]
    outcomes = engine.run_each(lambda: works.pop() if works else None)
    left = [(outcome, len(works)) for outcome in outcomes]
    assert left[:3] == [(Done(0.25), 2), (Done(0.5), 1), (Done(1.0), 0)]
    assert isinstance(left[3][0], Raised)


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match="There is no index yet"):
        EngineProcess(IndexSettings(data_dir=tmp_path, model="fake"), EMBEDDER)


@pytest.mark.usefixtures("new_interpreters")
def test_process_that_ended_is_told(settings: IndexSettings) -> None:
    engine = EngineProcess(settings, EMBEDDER)
    with pytest.raises(WorkerError, match="has ended"):
        run_one(engine, die)
    with pytest.raises(WorkerError, match="has ended"):
        run_one(engine, Engine.corpus)
    engine.close()


@pytest.mark.usefixtures("new_interpreters")
def test_process_ends_with_the_one_that_started_it(settings: IndexSettings) -> None:
    engine = EngineProcess(settings, EMBEDDER)
    process = engine._child._process
    engine._child.pipe.close()
    assert process.wait(10) == 0


@pytest.mark.parametrize("hang", [sleep, spin, search_for_ever, stop])
def test_question_that_takes_too_long_ends_the_process(hang: Callable[[Engine], None], settings: IndexSettings) -> None:
    engine = EngineProcess(settings, EMBEDDER, question_s=0.5)
    began = time.monotonic()
    with pytest.raises(TooSlowError, match="longer than 1 seconds and was stopped"):
        run_one(engine, hang)
    assert time.monotonic() - began < 5
    assert engine._child._process.wait(5) == -signal.SIGKILL
    with pytest.raises(WorkerError, match="has ended"):
        run_one(engine, Engine.corpus)


def test_time_for_one_question_is_not_counted_for_the_next(settings: IndexSettings) -> None:
    engine = EngineProcess(settings, EMBEDDER, question_s=1.0)
    works = [partial(nap, seconds=0.4)] * 3
    assert list(engine.run_each(lambda: works.pop() if works else None)) == [Done(0.4)] * 3
    time.sleep(1.1)
    assert run_one(engine, partial(nap, seconds=0.1)) == 0.1
    engine.close()


def nap(_engine: Engine, seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def test_process_that_hangs_does_not_outlive_the_one_that_started_it(settings: IndexSettings) -> None:
    code = (
        "import pathlib, sys\nfrom tests.forked import start_interpreters\n"
        "from index.processes.engine_process import EngineProcess\nfrom index.settings import IndexSettings\n"
        "from tests.fakes import run_one\nfrom tests.index.processes.test_engine_process import search_for_ever\n"
        "start_interpreters()\n"
        "settings = IndexSettings(data_dir=pathlib.Path(sys.argv[1]), model='fake')\n"
        f"engine = EngineProcess(settings, {EMBEDDER!r}, question_s=2.0)\n"
        "print(engine._child._process.pid, flush=True)\n"
        "run_one(engine, search_for_ever)\n"
    )
    with Forked(code, settings.data_dir) as parent:
        pid = int(parent.stdout.readline())
        time.sleep(0.5)  # until it hangs
        parent.kill()
    assert gone(pid)
