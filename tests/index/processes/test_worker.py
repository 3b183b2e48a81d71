"""Work in another process: what it says, how it ends, and that nothing is left of it."""

import logging
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from corpus.errors import BuildRunningError, SourceError, UnbuiltError, UnknownReleaseError, WorkerError
from corpus.processes.sandbox import in_child
from index.database.history import By
from index.encoders.embedder import Vectors
from index.engine import Engine
from index.filters import Filters
from index.generations.folder import Generations
from index.intake.sources import Taken
from index.maintenance import Maintenance, build_all
from index.processes.job_process import JobProcess
from index.processes.jobs import Rebuild, Tools, serve
from index.processes.meter import Meter
from index.results import Phase, Step
from index.settings import IndexSettings
from tests.corpus.processes.test_bombs import spin
from tests.fakes import FakeEmbedder, quiet, silent
from tests.forked import Forked
from tests.pages import paragraphs

ROOT = Path(__file__).parents[3]
BY = By("Ada", "a test")


@dataclass(frozen=True, slots=True)
class Fail:
    """Raise what is expected, or what is not."""

    expected: bool

    def run(self, tools: Tools) -> None:
        if self.expected:
            raise SourceError("The source is no release.")
        raise ZeroDivisionError


@dataclass(frozen=True, slots=True)
class Sleep:
    """Say which process this is, and sleep."""

    def run(self, tools: Tools) -> None:
        tools.progress(Step(Phase.FETCH, os.getpid(), 1 << 30))
        time.sleep(60)


@dataclass(frozen=True, slots=True)
class Priority:
    """Tell how nice this process is, how many threads it may use, and the code of how many shapes it keeps."""

    def run(self, tools: Tools) -> tuple[int, str, str]:
        return os.nice(0), os.environ["OMP_NUM_THREADS"], os.environ["ONEDNN_PRIMITIVE_CACHE_CAPACITY"]


@dataclass(frozen=True, slots=True)
class ReadAndBuild:
    """Read something in a child, build, and tell whether the child is gone then."""

    def run(self, tools: Tools) -> bool:
        reader = in_child(os.getpid, name="it")
        serve(tools, Taken((), ()), build=True, changed=True)
        return gone(reader)


@pytest.fixture
def child(settings: IndexSettings) -> JobProcess:
    return JobProcess(settings, "tests.fakes:fake_embedder")


def gone(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.usefixtures("new_interpreters")
def test_build_in_another_process_tells_of_its_steps_and_is_served(
    settings: IndexSettings, child: JobProcess, embedder: FakeEmbedder, write_release: Callable[..., Path]
) -> None:
    steps: list[Step] = []
    path = write_release("a.md", "\n\n".join(paragraphs(1)))
    added = Maintenance(settings, child).add([str(path)], steps.append, by=BY)
    assert added.generation == "000001"
    assert list(dict.fromkeys(step.phase for step in steps)) == ["fetch", "chunk", "embed", "write", "verify"]
    assert all(0 <= step.done <= step.total for step in steps)
    with Engine(settings, embedder) as engine:
        assert engine.answer(paragraphs(1)[0], Filters()).generation == "000001"


@pytest.mark.usefixtures("new_interpreters")
def test_what_read_the_sources_gives_its_memory_back_before_a_build(child: JobProcess) -> None:
    assert child.run(ReadAndBuild(), BY, quiet)


def test_errors_of_the_job_arrive_as_they_are(settings: IndexSettings, child: JobProcess) -> None:
    with pytest.raises(SourceError, match=r"^The source is no release\.$"):
        child.run(Fail(expected=True), BY, quiet)
    with pytest.raises(UnknownReleaseError):
        Maintenance(settings, child).withdraw("nothing", quiet)
    with (
        Generations(settings.data_dir).building("Ada", "a test"),
        pytest.raises(BuildRunningError, match=r"^Another build is running .*: wait for it to end") as running,
    ):
        child.run(Rebuild(), BY, quiet)
    assert (running.value.holder.who, running.value.holder.what) == ("Ada", "a test")
    reason = "There is no index yet"
    assert pickle.loads(pickle.dumps(UnbuiltError(reason))).reason == reason  # noqa: S301


@pytest.mark.usefixtures("new_interpreters")
def test_process_that_fails_or_is_killed_is_one_sentence(child: JobProcess) -> None:
    with pytest.raises(WorkerError, match="ended unexpectedly with status 1: what is served stays as it was"):
        child.run(Fail(expected=False), BY, quiet)

    def kill(step: Step) -> None:
        os.kill(step.done, signal.SIGKILL)

    with pytest.raises(WorkerError, match=r"was ended by signal 9 \(SIGKILL\)"):
        child.run(Sleep(), BY, kill)


@pytest.mark.usefixtures("new_interpreters")
def test_process_leaves_the_other_a_core(child: JobProcess) -> None:
    nice, threads, shapes = child.run(Priority(), BY, quiet)
    assert (nice, int(threads)) == (19, max(1, (os.cpu_count() or 2) - 1))
    assert int(shapes) < 64, "a build would keep what it needs for a length of which no text is left"


def test_caller_that_gives_up_ends_the_process(child: JobProcess) -> None:
    pids: list[int] = []

    def give_up(step: Step) -> None:
        pids.append(step.done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        child.run(Sleep(), BY, give_up)
    assert gone(pids[0])


def test_parent_that_dies_takes_the_process_along(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys\nfrom tests.forked import start_interpreters\n"
        "from index.processes.job_process import JobProcess\nfrom index.settings import IndexSettings\n"
        "from index.database.history import By\nfrom tests.index.processes.test_worker import Sleep\n"
        "start_interpreters()\n"
        "settings = IndexSettings(data_dir=pathlib.Path(sys.argv[1]), model='fake')\n"
        "JobProcess(settings, 'tests.fakes:fake_embedder').run("
        "Sleep(), By(), lambda step: print(step.done, flush=True))\n"
    )
    with Forked(code, tmp_path) as parent:
        pid = int(parent.stdout.readline())
        parent.kill()
    assert gone(pid)


def test_second_build_says_who_builds_what_for_since_when(settings: IndexSettings, embedder: FakeEmbedder) -> None:
    build_all(settings, embedder, silent)
    with (
        Generations(settings.data_dir).building("Ada", "index rebuild"),
        pytest.raises(BuildRunningError, match=r"Another build is running .*\(Ada, index rebuild, since 20\d\d-"),
    ):
        build_all(settings, embedder, silent)
    assert not (settings.data_dir / "build.json").exists()


def patient_embedder(model: str, cache_dir: Path | None) -> FakeEmbedder:
    """Make an embedder in another process that waits, before it embeds, for a file `go` where that process runs."""
    embedder = FakeEmbedder()
    encode = embedder.encode_document

    def encode_at_last(texts: Sequence[str], progress: Callable[[int], None]) -> Vectors:
        while not Path("go").exists():
            time.sleep(0.02)
        return encode(texts, progress)

    embedder.encode_document = encode_at_last  # type: ignore[method-assign]
    return embedder


def test_what_is_added_during_a_build_is_served_by_it(
    settings: IndexSettings, write_release: Callable[..., Path], embedder: FakeEmbedder
) -> None:
    build_all(settings, embedder, silent)
    child = JobProcess(settings, "tests.index.processes.test_worker:patient_embedder")
    first = write_release("a.md", "\n\n".join(paragraphs(1)), title="First")
    second = write_release("b.md", "\n\n".join(paragraphs(2)), title="Second")
    waits: list[str | None] = []

    def add_meanwhile(step: Step) -> None:
        if step.phase == "embed" and not waits:
            waits.append(Maintenance(settings, child).add([str(second)], quiet).waits)
            Path("go").touch()

    added = Maintenance(settings, child).add([str(first)], add_meanwhile, by=BY)
    assert waits[0] is not None
    assert "(Ada, a test, since" in waits[0]
    assert added.generation == "000003"
    with Engine(settings, embedder) as engine:
        assert engine.served().manifest.releases == 3


def test_meter_tells_of_rates_and_not_too_often() -> None:
    steps: list[Step] = []
    meter = Meter(steps.append)
    for done in range(10_001):
        meter(Step(Phase.EMBED, done, 10_000))
    assert steps[0].done == 0
    assert steps[-1].done == 10_000
    assert len(steps) < 1_000
    assert steps[-1].rate > 0
    assert steps[-1].seconds_left == 0


def test_threads_may_work_at_once(settings: IndexSettings, child: JobProcess) -> None:
    results: list[object] = []
    threads = [threading.Thread(target=lambda: results.append(child.run(Priority(), BY, quiet))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 3


@dataclass(frozen=True, slots=True)
class Stuck:
    """Keep the interpreter to oneself, in C, as long as anybody waits; say before which process that is."""

    in_child: bool

    def run(self, tools: Tools) -> None:
        if self.in_child:
            tools.progress(Step(Phase.FETCH, in_child(os.getpid, name="it"), 1 << 30))
            in_child(spin, name="it")
        tools.progress(Step(Phase.FETCH, os.getpid(), 1 << 30))
        spin()


@dataclass(frozen=True, slots=True)
class Log:
    """Write into the log."""

    def run(self, tools: Tools) -> None:
        try:
            raise ZeroDivisionError("nobody foresaw this")
        except ZeroDivisionError:
            logging.getLogger("index.intake.failures").exception("unexpected error %s", "1a2b3c4d")


@pytest.mark.parametrize("child_of_worker", [False, True])
def test_parent_that_dies_takes_along_what_never_lets_go_of_the_interpreter(
    child_of_worker: bool, tmp_path: Path
) -> None:
    code = (
        "import pathlib, sys\nfrom tests.forked import start_interpreters\n"
        "from index.processes.job_process import JobProcess\nfrom index.settings import IndexSettings\n"
        "from index.database.history import By\nfrom tests.index.processes.test_worker import Stuck\n"
        "start_interpreters()\n"
        "settings = IndexSettings(data_dir=pathlib.Path(sys.argv[1]), model='fake')\n"
        "JobProcess(settings, 'tests.fakes:fake_embedder').run("
        "Stuck(sys.argv[2] == 'True'), By(), lambda step: print(step.done, flush=True))\n"
    )
    with Forked(code, tmp_path, child_of_worker) as parent:
        pid = int(parent.stdout.readline())
        time.sleep(0.5)  # until it is stuck
        parent.kill()
    assert gone(pid)


def test_what_a_worker_logs_is_in_the_log_of_its_parent(child: JobProcess, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        child.run(Log(), BY, quiet)
    (record,) = [record for record in caplog.records if record.name == "index.intake.failures"]
    assert record.levelno == logging.ERROR
    assert record.getMessage().startswith("unexpected error 1a2b3c4d\nTraceback")
    assert record.getMessage().endswith("ZeroDivisionError: nobody foresaw this")
