"""A disk that is full, a folder that is read-only, a database that is damaged or held: what was not done is said."""

import datetime
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import index
from corpus.errors import Fault, GenerationError, StorageError
from index.database import corpus_sqlite
from index.database.home import open_corpus_db
from index.engine import Engine
from index.filters import Filters
from index.generations.folder import Generations
from index.intake.overrides import Overrides
from index.maintenance import Maintenance, build_all
from index.settings import IndexSettings
from tests.disks import disk, full, read_only
from tests.fakes import FakeEmbedder, quiet, silent, upkeep
from tests.pages import paragraphs

COUNCIL = "2018-12-06-council-migrant-smuggling"
QUESTION = "Which agency will train border control units?"
SAID = Overrides(issuer="OLAF", date=datetime.date(2024, 1, 2))
HEADER = "---\ntitle: Title\nissuer: OLAF\ndate: 2024-01-01\nlanguage: en\n---\n\n"
Act = Callable[[Maintenance, Path], object]


def add(keeper: Maintenance, release: Path) -> object:
    return keeper.add([str(release)], quiet)


ACTS: dict[str, Act] = {
    "Nothing was added": add,
    "Nothing was built": lambda keeper, _: keeper.rebuild(quiet),
    "Nothing was withdrawn": lambda keeper, _: keeper.withdraw(COUNCIL, quiet),
    "Nothing was erased": lambda keeper, _: keeper.erase(COUNCIL, quiet),
    "Nothing was rolled back": lambda keeper, _: keeper.rollback("000001"),
    "Nothing was accepted": lambda keeper, _: keeper.accept(1, quiet, SAID),
    "Nothing was discarded": lambda keeper, _: keeper.discard(1),
    "The feed is not followed": lambda keeper, _: keeper.add_feed("https://ec.europa.eu/new"),
    "The feed is still followed": lambda keeper, _: keeper.remove_feed("https://ec.europa.eu/feed"),
}
OF_CORPUS_DB = {name: act for name, act in ACTS.items() if name != "Nothing was rolled back"}


@pytest.fixture
def release(tmp_path: Path) -> Path:
    path = tmp_path / "new.md"
    path.write_text(HEADER + "\n\n".join(paragraphs(7)), "utf-8")
    return path


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with two generations, something set aside and a feed."""
    folder = tmp_path_factory.mktemp("lived")
    settings = IndexSettings(data_dir=folder / "data", model="fake")
    keeper = upkeep(settings, FakeEmbedder())
    build_all(settings, FakeEmbedder(), silent)
    keeper.rebuild(quiet)
    aside = folder / "undated.md"
    aside.write_text("# A title\n\n" + "\n\n".join(paragraphs(8)), "utf-8")
    assert keeper.add([str(aside)], quiet).taken.ingested[0].number == 1
    keeper.add_feed("https://ec.europa.eu/feed")
    return settings.data_dir


LivedIn = Callable[[Path], tuple[IndexSettings, Maintenance]]


@pytest.fixture
def lived_in(lived: Path) -> LivedIn:
    """Return what makes such a data folder of a path, and gives what changes it."""

    def copied(folder: Path) -> tuple[IndexSettings, Maintenance]:
        shutil.copytree(lived, folder)
        settings = IndexSettings(data_dir=folder, model="fake")
        for generation in Generations(folder).ids():
            Generations(folder).check(generation)  # The copy looks different from what was built.
        return settings, upkeep(settings, FakeEmbedder())

    return copied


def state(settings: IndexSettings) -> tuple[object, ...]:
    history = index.history(settings)
    keeper = upkeep(settings, FakeEmbedder())
    return history, index.status(settings), keeper.feeds(), [each.number for each in keeper.quarantined()]


def refused(act: Act, keeper: Maintenance, release: Path) -> StorageError:
    with pytest.raises(StorageError) as raised:
        act(keeper, release)
    assert str(raised.value).count(". ") == 0, "it is one sentence"
    assert str(raised.value).endswith(".")
    return raised.value


def test_full_disk_says_what_was_not_done(tmp_path: Path, lived_in: LivedIn, release: Path) -> None:
    with disk(tmp_path / "disk") as folder:
        settings, keeper = lived_in(folder / "data")
        before = state(settings)
        with full(folder):
            for undone, act in ACTS.items():
                error = refused(act, keeper, release)
                assert str(error).startswith(f"{undone}: the disk of "), error
                assert str(error).endswith(" is full; free some space and do it again.")
        assert state(settings) == before
        add(keeper, release)
        assert index.status(settings).generation == "000003"


def test_change_that_is_kept_when_the_disk_is_full_for_the_build_is_said_to_be_kept(
    tmp_path: Path, lived_in: LivedIn, release: Path
) -> None:
    with disk(tmp_path / "disk") as folder:
        settings, keeper = lived_in(folder / "data")
        for free in range(20, 400, 20):
            with full(folder, free << 10):
                error = refused(add, keeper, release)
            if error.undone != "Nothing was added":
                break
        assert str(error).startswith("The change is kept, but not built into the index yet: the disk of ")
        assert index.status(settings).generation == "000002"
        keeper.rebuild(quiet)
        assert index.status(settings).releases == 2


def test_read_only_folder_is_called_that_and_answers(tmp_path: Path, lived_in: LivedIn, release: Path) -> None:
    settings, keeper = lived_in(tmp_path / "data")
    before = state(settings)
    with read_only(settings.data_dir):
        for undone, act in ACTS.items():
            error = refused(act, keeper, release)
            assert str(error).startswith(f"{undone}: {settings.data_dir}")
            assert " is read-only for this user" in str(error)
        assert state(settings) == before
        assert index.verify(settings).generation == "000002"
        assert_answers(settings)
    add(keeper, release)
    assert index.status(settings).generation == "000003"


def test_file_of_a_newer_program_answers_and_is_left_as_it_is(lived_in: LivedIn, tmp_path: Path, release: Path) -> None:
    settings, keeper = lived_in(tmp_path / "data")
    before = state(settings)
    with closing(sqlite3.connect(settings.data_dir / "corpus.db")) as db, db:
        db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('corpus', 'm999', '')")
    for undone, act in OF_CORPUS_DB.items():
        assert str(refused(act, keeper, release)).startswith(
            f"{undone}: a newer version of this program has used {settings.data_dir / 'corpus.db'}; install that"
        )
    assert_answers(settings)
    with closing(sqlite3.connect(settings.data_dir / "corpus.db")) as db, db:
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm999'")
    assert state(settings) == before


def assert_answers(settings: IndexSettings) -> None:
    with Engine(settings, FakeEmbedder()) as engine:
        answer = engine.answer(QUESTION, Filters())
        assert any("CEPOL" in quote.text for quote in (*answer.quotes, *answer.related))
        assert engine.search(QUESTION, Filters(), 3).passages


def test_read_only_folder_of_an_older_version_answers(tmp_path: Path, lived_in: LivedIn) -> None:
    settings, keeper = lived_in(tmp_path / "data")
    with closing(sqlite3.connect(settings.data_dir / "corpus.db")) as db, db:
        db.execute("ALTER TABLE releases DROP COLUMN erased_at")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm013_erased'")
    with read_only(settings.data_dir):
        assert_answers(settings)
        assert index.history(settings).served == "000002"
        with pytest.raises(StorageError, match=r"Nothing was discarded: .* is read-only"):
            keeper.discard(1)


@pytest.mark.parametrize("name", ["CURRENT", "generations/000001/manifest.json", "generations/000001/passages.db"])
def test_file_that_is_lost_is_still_a_damage(name: str, served: IndexSettings) -> None:
    path = served.data_dir / name
    path.unlink()
    path.mkdir()
    with pytest.raises(GenerationError):
        Generations(served.data_dir).check(Generations(served.data_dir).current() or "", digests=True)


def test_damaged_corpus_db_is_called_that_and_a_rollback_is_done_all_the_same(
    tmp_path: Path, lived_in: LivedIn, release: Path
) -> None:
    settings, keeper = lived_in(tmp_path / "data")
    (settings.data_dir / "corpus.db").write_bytes(b"no database " * 1_000)
    for undone, act in OF_CORPUS_DB.items():
        error = refused(act, keeper, release)
        assert error.fault is Fault.DAMAGED
        assert str(error).startswith(f"{undone}: {settings.data_dir / 'corpus.db'} is damaged (")
    error = refused(ACTS["Nothing was rolled back"], keeper, release)
    assert str(error).startswith("Generation 000001 is served again, but the history does not say so: ")
    assert Generations(settings.data_dir).current() == "000001"


def test_database_that_another_holds_is_called_that(
    tmp_path: Path, lived_in: LivedIn, release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, keeper = lived_in(tmp_path / "data")
    before = state(settings)
    monkeypatch.setattr(corpus_sqlite, "_WAIT_S", 0.05)
    with closing(sqlite3.connect(settings.data_dir / "corpus.db")) as holder:
        holder.execute("BEGIN IMMEDIATE")
        for undone, act in OF_CORPUS_DB.items():
            if undone != "Nothing was built":  # for what is embedded already there is nothing to keep
                error = refused(act, keeper, release)
                assert error.fault is Fault.BUSY
                assert str(error).startswith(f"{undone}: another process holds "), error
        assert state(settings) == before
        told = str(refused(ACTS["Nothing was built"], keeper, release))
        assert told.startswith("Generation 000003 is served, but the history does not say so: another process holds ")
    assert index.status(settings).generation == "000003"


def test_rollback_to_what_is_served_changes_nothing(tmp_path: Path, lived_in: LivedIn) -> None:
    settings, keeper = lived_in(tmp_path / "data")
    before, stamp = state(settings), Generations(settings.data_dir).stamp()
    done = keeper.rollback("000002")
    assert (done.manifest.generation, done.changed) == ("000002", False)
    assert (state(settings), Generations(settings.data_dir).stamp()) == (before, stamp)
    assert not index.status(settings).pinned
    assert keeper.rollback().changed
    assert not keeper.rollback("000001").changed
    assert index.status(settings).pinned
    (settings.data_dir / "CURRENT").write_text("nonsense")
    assert keeper.rollback().manifest.generation == "000002", "it mends what is damaged"


def test_withdrawing_never_serves_what_another_has_just_replaced(tmp_path: Path, lived_in: LivedIn) -> None:
    settings, keeper = lived_in(tmp_path / "data")
    generations = Generations(settings.data_dir)
    stamp = generations.stamp()
    keeper.withdraw(COUNCIL, quiet, build=False)
    assert (generations.current(), generations.stamp() != stamp) == ("000002", True)
    with closing(open_corpus_db(settings)) as store:
        assert store.withdrawn() == {COUNCIL}


def test_reading_makes_no_data_folder(tmp_path: Path) -> None:
    settings = IndexSettings(data_dir=tmp_path / "data", model="fake")
    assert index.history(settings).entries == ()
    assert upkeep(settings, FakeEmbedder()).quarantined() == []
    assert list(tmp_path.iterdir()) == []


def test_programs_that_open_a_new_corpus_at_the_same_time_all_get_it(settings: IndexSettings) -> None:
    start, count = threading.Barrier(6), []

    def begin() -> None:
        start.wait()
        with closing(open_corpus_db(settings)) as store:
            count.append(store.is_new())

    threads = [threading.Thread(target=begin) for _ in range(start.parties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count == [True] * start.parties
