"""`measures index compact`: what the policy does not keep goes, what is said now stays, and the file gets smaller."""

import os
import random
import shutil
import signal
import sqlite3
import time
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import index
from corpus.errors import BuildRunningError
from index.database.history import By
from index.database.home import open_corpus_db
from index.generations.folder import Generations
from index.maintenance import Maintenance
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, quiet, upkeep
from tests.pages import paragraphs

OLD = "2001-01-01T00:00:00+00:00"
ADDRESS = "https://ec.europa.eu/release"
ADA = By("Ada", "compaction")


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a release in four versions, a withdrawn one, settled quarantine and vectors of two models."""
    folder = tmp_path_factory.mktemp("lived")
    settings = IndexSettings(data_dir=folder / "data", model="fake")
    keeper = upkeep(settings, FakeEmbedder())
    header = "---\ntitle: Title\nissuer: OLAF\ndate: 2024-01-01\nlanguage: en\n"
    for number in range(4):
        (folder / "a.md").write_text(f"{header}url: {ADDRESS}\n---\n\n{version(number)}", "utf-8")
        added = keeper.add([str(folder / "a.md")], quiet, force=True, build=False)
        assert added.complete
    (folder / "b.md").write_text(header + "---\n\n" + "\n\n".join(paragraphs(9)), "utf-8")
    gone = keeper.add([str(folder / "b.md")], quiet, force=True).taken.ingested[0]
    keeper.withdraw(gone.release_id, quiet, build=False)
    (folder / "c.md").write_text("# A title\n\n" + "\n\n".join(paragraphs(10)), "utf-8")
    keeper.discard(keeper.add([str(folder / "c.md")], quiet).taken.ingested[0].number)
    sql(settings, "UPDATE quarantine SET at = ?", OLD)
    sql(settings, "UPDATE log SET at = ?", OLD)
    sql(settings, "INSERT INTO embeddings SELECT 'another', dtype, prompt, text_sha256, vector FROM embeddings")
    return folder / "data"


def version(number: int) -> str:
    return "\n\n".join([*paragraphs(1)[:5], *paragraphs(2 + number, 3)])


@pytest.fixture
def settings(tmp_path: Path, lived_in: Path) -> IndexSettings:
    shutil.copytree(lived_in, tmp_path / "data")
    return IndexSettings(data_dir=tmp_path / "data", model="fake", keep_versions=2, keep_generations=2)


@pytest.fixture
def keeper(settings: IndexSettings) -> Maintenance:
    return upkeep(settings, FakeEmbedder())


def sql(settings: IndexSettings, statement: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(settings.data_dir / "corpus.db")) as db, db:
        return db.execute(statement, values).fetchall()


def release_id(settings: IndexSettings) -> str:
    return next(release.release_id for release in index.releases(settings) if release.url == ADDRESS)


def test_what_the_policy_does_not_keep_goes_and_what_is_said_stays(
    settings: IndexSettings, keeper: Maintenance, write_release: Callable[..., Path]
) -> None:
    before = {release.release_id: release.text for release in index.releases(settings)}
    vectors = sql(settings, "SELECT count(*) FROM embeddings WHERE model <> 'another'")[0][0]
    compacted = keeper.compact(quiet, ADA)
    assert (compacted.versions, compacted.quarantine, compacted.derived, compacted.history) == (2, 1, 1, 0)
    assert compacted.bytes_after == Generations(settings.data_dir).bytes_on_disk() < compacted.bytes_before
    left = sql(settings, "SELECT count(*) FROM embeddings")[0][0]
    assert compacted.embeddings == 2 * int(str(vectors)) - int(str(left))
    assert {release.release_id: release.text for release in index.releases(settings)} == before
    with closing(open_corpus_db(settings)) as store:
        assert len(store.versions(release_id(settings))) == 2
        assert store.current(release_id(settings)) is not None
    assert keeper.rebuild(quiet).embedded == 0, "all that a build needs is still known"
    entry = next(entry for entry in index.history(settings).entries if entry.action == "compacted")
    assert (entry.who, entry.why, entry.details["versions"]) == ("Ada", "compaction", 2)
    again = keeper.compact(quiet)
    assert (again.versions, again.embeddings, again.quarantine, again.derived) == (0, 0, 0, 0)
    returned = keeper.add([str(write_release("a.md", version(0), url=ADDRESS))], quiet).taken.ingested[0]
    assert (returned.status, returned.release_id) == ("changed", release_id(settings)), "a text that comes back is kept"
    assert index.release(settings, release_id(settings)).text.startswith(paragraphs(1)[0])


def test_history_goes_only_where_the_settings_say_so_and_tells_what_was_erased(
    settings: IndexSettings, keeper: Maintenance
) -> None:
    keeper.erase(release_id(settings), quiet)
    sql(settings, "UPDATE log SET at = ?", OLD)
    with closing(open_corpus_db(settings)) as store:
        revision, built = store.history.revision(), store.history.is_built()
    aged = settings.model_copy(update={"history_days": 30})
    assert upkeep(aged, FakeEmbedder()).compact(quiet).history > 5
    with closing(open_corpus_db(settings)) as store:
        assert (store.history.revision(), store.history.is_built()) == (revision, built)
    assert "erased" in [entry.action for entry in index.history(settings).entries]


def test_leftovers_of_killed_processes_go(settings: IndexSettings, keeper: Maintenance) -> None:
    root = settings.data_dir / "generations"
    for path in (root / "000000.checked", root / "000000.checked.123", settings.data_dir / ".CURRENT.abcd"):
        path.write_text("{}")
        os.utime(path, (0, 0))
    (settings.data_dir / ".CURRENT.new").write_text("being written now")
    keeper.compact(quiet)
    names = {path.name for path in (*root.iterdir(), *settings.data_dir.iterdir())}
    assert not names & {"000000.checked", "000000.checked.123", ".CURRENT.abcd"}
    assert ".CURRENT.new" in names


def test_while_a_build_runs_nothing_is_compacted(settings: IndexSettings, keeper: Maintenance) -> None:
    with (
        Generations(settings.data_dir).building("Grace", "index build"),
        pytest.raises(BuildRunningError, match="Grace"),
    ):
        keeper.compact(quiet)
    with closing(open_corpus_db(settings)) as store:
        assert len(store.versions(release_id(settings))) == 4


def test_kill_at_any_moment_loses_nothing(settings: IndexSettings, keeper: Maintenance) -> None:
    served = {release.release_id: release.text for release in index.releases(settings)}
    draw = random.Random(3)
    for _ in range(6):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Newer Pythons warn of threads. The child only works on files.
            child = os.fork()
        if child == 0:
            try:
                keeper.compact(quiet)
            finally:
                os._exit(0)
        time.sleep(draw.uniform(0.0, 0.25))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert {release.release_id: release.text for release in index.releases(settings)} == served
        current = Generations(settings.data_dir).current()
        assert current is not None
        Generations(settings.data_dir).check(current, digests=True)
        assert sql(settings, "PRAGMA quick_check") == [("ok",)]
    keeper.compact(quiet)
    assert keeper.rebuild(quiet).embedded == 0
