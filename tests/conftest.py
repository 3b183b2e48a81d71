"""What every test may ask for: a data folder of its own, releases, a built index, the shared evaluation data."""

import datetime
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import hypothesis
import psutil
import pytest
from filelock import FileLock
from pydantic import SecretStr

from corpus.front_matter import shipped_releases
from corpus.models import Release
from index.encoders.embedder import Embedder, SentenceTransformerEmbedder
from index.encoders.reader import Reader, reader_beside
from index.engine import Engine
from index.maintenance import build_all
from index.settings import IndexSettings
from tests.cached_embedder import CachedEmbedder
from tests.cached_reader import CachedReader
from tests.fakes import FakeEmbedder, silent
from tests.forked import end_template, fork_children, start_interpreters, start_template
from tests.pages import release_file
from tests.postgres import Server, programs
from tests.shallow import make_shallow_encoder

FIXTURES = Path(__file__).parent / "fixtures"
SHARED = Path(__file__).parents[2] / "shared"
_MOST_PROCESSES = 4  # each holds the default model, which takes 1.5 GB
_MEMORY_FOR_FILES = 6 << 30  # of this, the copies of models that tests make take 2 GB


def pytest_configure(config: pytest.Config) -> None:
    """Prepare for tests that run side by side: torch computes on one thread, also in processes that tests start.

    Two threads wait for each other by spinning: with three other processes on 2 cores, 40 questions took 54 s of
    processor time instead of 15 s.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # By the clock on the wall, an example takes the longer, the more tests run beside it.
    beside_others = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
    hypothesis.settings.register_profile("quick", beside_others, max_examples=40)
    hypothesis.settings.register_profile("nightly", beside_others, max_examples=1_000)
    hypothesis.settings.load_profile(config.getoption("hypothesis_profile", None) or "quick")
    if folder := _memory_folder():
        os.environ["TMPDIR"] = tempfile.tempdir = folder
    fork_children()
    if config.getoption("numprocesses", 0):
        start_template()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect tests, which import most of what there is."""
    with staying():
        return (yield)


@contextmanager
def staying() -> Iterator[None]:
    """Make what stays to the end: no garbage is looked for meanwhile, and later none in it.

    After all tests are collected, it takes .3 s to look through all objects, and .6 s with a model.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the process of which programs are copies, and look for garbage once: pytest would do so twice more.

    To look through all that a process of tests holds takes most of a second.
    """
    end_template()
    gc.collect()
    gc.freeze()


def _memory_folder() -> str | None:
    """Return a folder in memory for the files of tests; None where there is none, or it has little room.

    What the program writes must survive a power cut, so it waits for the disk; a test does not read it after one. A
    wait took 47 ms on a busy disk, and none in memory.
    """
    folder = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own in it
    if "TMPDIR" in os.environ or not os.access(folder, os.W_OK) or os.statvfs(folder).f_flag & os.ST_NOEXEC:
        return None
    free = min(shutil.disk_usage(folder).free, psutil.virtual_memory().available)
    return str(folder) if free >= _MEMORY_FOR_FILES else None


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Run folders of tests in a process a core and one more, because many tests wait for other processes.

    A file or a single test begins sooner in this process.
    """
    whole = all(Path(argument).is_dir() for argument in config.args)
    return min(_MOST_PROCESSES, len(os.sched_getaffinity(0)) + 1) if whole else 0


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test read or write what belongs to the person who runs it."""
    monkeypatch.setenv("MEASURES_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    monkeypatch.delenv("MEASURES_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def new_interpreters() -> Iterator[None]:
    """Let the processes that answer and work begin with the start of Python, as they do for people."""
    start_interpreters()
    yield
    fork_children()


@pytest.fixture
def settings(tmp_path: Path) -> IndexSettings:
    """Settings with an empty data folder."""
    return IndexSettings(data_dir=tmp_path / "data", model="fake")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server of PostgreSQL with pgvector."""
    server = Server(programs())
    yield server
    server.remove()


@pytest.fixture
def database(postgres: Server) -> str:
    """The address of an empty database."""
    return postgres.new_database()


@pytest.fixture(params=["files", "database"])
def settings_of_both_kinds(request: pytest.FixtureRequest, tmp_path: Path) -> IndexSettings:
    """Settings with an empty data folder, and in turn without and with an empty database."""
    url = SecretStr(request.getfixturevalue("database")) if request.param == "database" else None
    return IndexSettings(data_dir=tmp_path / "data", model="fake", database_url=url)


@pytest.fixture
def embedder() -> FakeEmbedder:
    """An embedder that knows words only."""
    return FakeEmbedder()


@pytest.fixture
def shipped() -> Release:
    """The Council's release of 6 December 2018."""
    return next(release for release in shipped_releases() if release.date == datetime.date(2018, 12, 6))


@pytest.fixture
def write_release(tmp_path: Path) -> Callable[..., Path]:
    """Return what writes the file of a release, as `release_file` does, and returns its path."""
    return partial(release_file, tmp_path)


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the shipped release, built by an embedder that knows words only, to be copied."""
    folder = tmp_path_factory.mktemp("built") / "data"
    build_all(IndexSettings(data_dir=folder, model="fake"), FakeEmbedder(), silent)
    return folder


@pytest.fixture
def served(settings: IndexSettings, built_once: Path) -> IndexSettings:
    """Settings of a data folder that serves the shipped release."""
    shutil.copytree(built_once, settings.data_dir)
    return settings


@pytest.fixture(scope="session")
def unloaded_model() -> CachedEmbedder:
    """The model that comes with the installation, which whoever asks it first has to load."""
    return CachedEmbedder()


@pytest.fixture(scope="session")
def default_model(unloaded_model: CachedEmbedder) -> SentenceTransformerEmbedder:
    """The model that comes with the installation, loaded once."""
    gc.collect()
    with staying():
        unloaded_model.word_vectors(["measure"])
    return unloaded_model


@pytest.fixture(scope="session", autouse=True)
def one_reader(unloaded_model: CachedEmbedder) -> Iterator[None]:
    """Let all engines and evaluations share a reader, whatever their model: it reads no pair twice.

    To make one takes a second, and five with its model.
    """
    shared = CachedReader(unloaded_model)

    def beside(embedder: Embedder, cache_dir: Path | None = None) -> Reader | None:
        return shared if isinstance(embedder, SentenceTransformerEmbedder) else reader_beside(embedder, cache_dir)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.engine.reader_beside", beside)
        patch.setattr("index.evaluation.evaluate.reader_beside", beside)
        yield


@pytest.fixture(scope="session")
def shallow_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small encoder that has learned."""
    return make_shallow_encoder(tmp_path_factory.mktemp("shallow") / "model")


@pytest.fixture(scope="module")
def models_end() -> Iterator[None]:
    """Free the models that a module loads, each a third of a gigabyte: their parts refer to each other."""
    yield
    gc.collect()


@pytest.fixture
def no_collection() -> Iterator[None]:
    """Keep the garbage collector from running: beside a thousand tests it takes a second of whoever is measured."""
    gc.disable()
    yield
    gc.enable()


def built_for_all(name: str, temporary: pytest.TempPathFactory, build: Callable[[Path], None]) -> Path:
    """Return a data folder of this process's own: a copy of what one of the processes of this run has built."""
    common = temporary.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else temporary.getbasetemp()
    first, own = common / f"{name}-first", temporary.mktemp(name) / "data"
    with FileLock(common / f"{name}.lock"):
        if not first.exists():
            build(own)
            shutil.copytree(own, first)
        else:
            shutil.copytree(first, own)
    return own


@pytest.fixture(scope="session")
def shipped_folder(tmp_path_factory: pytest.TempPathFactory, default_model: SentenceTransformerEmbedder) -> Path:
    """A data folder with the shipped release, built by the model that comes with the installation."""

    def build(folder: Path) -> None:
        build_all(IndexSettings(data_dir=folder, model=""), default_model, silent)

    return built_for_all("shipped", tmp_path_factory, build)


@pytest.fixture(scope="session")
def served_by_default_model(shipped_folder: Path, default_model: SentenceTransformerEmbedder) -> Iterator[Engine]:
    """An engine over the shipped release, with the model that comes with the installation."""
    with Engine(IndexSettings(data_dir=shipped_folder, model=""), default_model) as engine:
        yield engine
