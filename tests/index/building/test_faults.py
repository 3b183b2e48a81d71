"""Real faults at real moments: what is served stays whole, and the next build works."""

import datetime
import random
import shutil
import signal
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from corpus.errors import BuildRunningError
from corpus.models import Release
from index.building.build import build
from index.database.home import open_corpus_db
from index.engine import Engine
from index.filters import Filters
from index.generations.folder import Generations
from index.maintenance import build_all
from index.processes.jobs import open_corpus
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, quiet, silent, upkeep
from tests.forked import Forked
from tests.pages import paragraphs

COUNCIL = "2018-12-06-council-migrant-smuggling"
ROOT = Path(__file__).parents[3]
BEGIN = """
import sys, pathlib
from corpus.errors import MeasuresError
from index.settings import IndexSettings
from index.maintenance import build_all
from tests.fakes import FakeEmbedder, silent
settings = IndexSettings(data_dir=pathlib.Path(sys.argv[1]), model="fake")
"""
BUILD = """
print("building", flush=True)
try:
    build_all(settings, FakeEmbedder(), silent)
except MeasuresError as error:
    print(type(error).__name__, error)
    raise SystemExit(1)
"""


def keep_releases(settings: IndexSettings, count: int) -> None:
    """Put made-up releases into the corpus, to be built."""
    with closing(open_corpus_db(settings)) as store:
        for number in range(count):
            lines = (f"Sentence {line} of release {number} is about quota {line * number}." for line in range(30))
            release = Release(
                f"made-up-{number}", f"Title {number}", "OLAF", datetime.date(2024, 1, 1), "en", "\n\n".join(lines)
            )
            store.accept(release, canonical_url=None, raw_sha256="", cleaner=1, action="added")


def start(code: str, data_dir: Path, *arguments: Path) -> Forked:
    """Start a process that does something with a data folder."""
    return Forked(BEGIN + code, data_dir, *arguments)


def assert_answers(settings: IndexSettings, embedder: FakeEmbedder, generation: str) -> None:
    with Engine(settings, embedder) as engine:
        answer = engine.answer("Which agency will train border control units?", Filters())
        shipped = engine.search("border control units", Filters(until=datetime.date(2018, 12, 31)), 100)
    assert answer.generation == generation
    assert any("CEPOL" in passage.text for passage in shipped.passages)


def test_killed_build_leaves_what_is_served(served: IndexSettings, embedder: FakeEmbedder) -> None:
    draw = random.Random(0)
    generations = Generations(served.data_dir)
    keep_releases(served, 40)
    for _ in range(6):
        process = start(BUILD, served.data_dir)
        assert process.stdout.readline() == "building\n"
        time.sleep(draw.uniform(0.0, 0.4))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        current = generations.current()
        assert current is not None
        generations.check(current, digests=True)
        assert_answers(served, embedder, current)
    built = build(served, embedder, silent)
    assert built.manifest.releases == 41
    assert_answers(served, embedder, built.manifest.generation)
    assert not (generations.root / ".building").exists()


def test_second_build_says_that_one_is_running(served: IndexSettings, embedder: FakeEmbedder) -> None:
    with Generations(served.data_dir).building(), pytest.raises(BuildRunningError, match="Another build is running"):
        build(served, embedder, silent)
    build(served, embedder, silent)


def test_lock_of_a_dead_process_holds_nobody_up(served: IndexSettings, embedder: FakeEmbedder) -> None:
    hold = """
from index.generations.folder import Generations
with Generations(settings.data_dir).building():
    print("held", flush=True)
    sys.stdin.read()
"""
    process = start(hold, served.data_dir)
    assert process.stdout.readline() == "held\n"
    with pytest.raises(BuildRunningError):
        build(served, embedder, silent)
    process.kill()
    process.communicate()
    build(served, embedder, silent)


@pytest.mark.parametrize("limit_kb", [8, 30, 60, 120, 250])
def test_full_disk_at_any_write_leaves_what_is_served(
    limit_kb: int, served: IndexSettings, embedder: FakeEmbedder
) -> None:
    keep_releases(served, 30)
    limit = f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({limit_kb} * 1024, {limit_kb} * 1024))\n"
    process = start(limit + BUILD, served.data_dir)
    out, err = process.communicate()
    assert process.returncode == 1, err
    assert err == ""
    kind, sentence = out.splitlines()[1].split(" ", 1)
    assert kind == "StorageError"
    assert sentence.endswith(".")
    assert_answers(served, embedder, "000001")
    assert build(served, embedder, silent).manifest.releases == 31


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    """A file system of 1 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True).returncode
    ):
        pytest.skip("no right to mount a tmpfs here")
    return folder


def test_really_full_disk_is_told_in_one_sentence(small_disk: Path, embedder: FakeEmbedder) -> None:
    try:
        settings = IndexSettings(data_dir=small_disk / "data", model="fake")
        build_all(settings, embedder, silent)
        keep_releases(settings, 10)
        free = shutil.disk_usage(small_disk).free
        (small_disk / "filler").write_bytes(b"x" * (free - (60 << 10)))
        process = start(BUILD, settings.data_dir)
        out, err = process.communicate()
        assert (process.returncode, err) == (1, "")
        assert out.splitlines()[1].startswith("StorageError ")
        assert_answers(settings, embedder, "000001")
        (small_disk / "filler").unlink()
        assert build(settings, embedder, silent).manifest.generation > "000001"
    finally:
        subprocess.run(["umount", "-l", small_disk], check=False)


ADD = """
from tests.fakes import quiet, upkeep
print("adding", flush=True)
try:
    upkeep(settings, FakeEmbedder()).add(sys.argv[2:], quiet)
except MeasuresError as error:
    print(type(error).__name__, error)
    raise SystemExit(1)
"""


def some_releases(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"{number}.md" for number in range(count)]
    for number, path in enumerate(paths):
        header = f"---\ntitle: Title {number}\nissuer: OLAF\ndate: 2024-01-01\nlanguage: en\n---\n\n"
        path.write_text(header + "\n\n".join(paragraphs(number, 20)), "utf-8")
    return paths


@pytest.mark.parametrize("limit_kb", [150, 200, 300, 450])
def test_full_disk_while_adding_leaves_what_is_served_and_kept(
    limit_kb: int, served: IndexSettings, embedder: FakeEmbedder, tmp_path: Path
) -> None:
    paths = some_releases(tmp_path, 20)
    limit = f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({limit_kb} * 1024, {limit_kb} * 1024))\n"
    process = start(limit + ADD, served.data_dir, *paths)
    out, err = process.communicate()
    assert (process.returncode, err) == (1, "")
    assert out.splitlines()[1].startswith("StorageError ")
    assert out.endswith(".\n")
    assert_answers(served, embedder, "000001")
    with closing(open_corpus(served)) as store:
        kept = {release.release_id for release in store.releases()}
    added = upkeep(served, embedder).add(list(map(str, paths)), quiet)
    assert added.complete
    assert {source.release_id for source in added.taken.ingested if source.status == "unchanged"} == kept - {COUNCIL}
    assert build(served, embedder, silent).manifest.releases == 21


def test_really_full_disk_while_adding_is_told_in_one_sentence(
    small_disk: Path, embedder: FakeEmbedder, tmp_path: Path
) -> None:
    try:
        settings = IndexSettings(data_dir=small_disk / "data", model="fake")
        build_all(settings, embedder, silent)
        paths = some_releases(tmp_path, 3)
        free = shutil.disk_usage(small_disk).free
        (small_disk / "filler").write_bytes(b"x" * (free - (8 << 10)))
        process = start(ADD, settings.data_dir, *paths)
        out, err = process.communicate()
        assert (process.returncode, err) == (1, "")
        assert out.splitlines()[1].startswith("StorageError ")
        assert_answers(settings, embedder, "000001")
        (small_disk / "filler").unlink()
        assert upkeep(settings, embedder).add(list(map(str, paths)), quiet).complete
    finally:
        subprocess.run(["umount", "-l", small_disk], check=False)
