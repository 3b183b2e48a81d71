"""A backup of files comes back into PostgreSQL, and the other way round, and the same question gets the same answer."""

import dataclasses
import datetime
import shutil
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

import index
from bot.database.home import open_store
from bot.database.transfer import read_bot_db, write_bot_db
from bot.user_data import KeptAnswer, QuotedSpan
from corpus.errors import ArchiveError, MeasuresError, StorageError
from corpus.models import Release
from index.backup import into_database
from index.backup.into_database import restore_into_database
from index.backup.restoring import restore
from index.backup.snapshot import BackedUp, back_up
from index.database.home import open_corpus_db
from index.engine import Engine
from index.filters import Filters
from index.maintenance import build_all
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, quiet, silent, upkeep

QUESTIONS = ("Which agency will train border control units?", "What will the joint liaison task force do?", "otters")
COUNCIL = "2018-12-06-council-migrant-smuggling"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with two generations, of which the first is served and pinned, and a version that is old."""
    settings = IndexSettings(data_dir=tmp_path_factory.mktemp("built") / "data", model="fake")
    build_all(settings, FakeEmbedder(), silent)
    with closing(open_corpus_db(settings)) as store:
        for text in ("Otters swim in the sea. " * 20, "Otters swim in rivers. " * 20):
            release = Release("otters", "On otters", "OLAF", datetime.date(2020, 1, 1), "en", text)
            store.accept(release, canonical_url=None, raw_sha256="", cleaner=1, action="added")
    upkeep(settings, FakeEmbedder()).rebuild(quiet)
    return settings.data_dir


@pytest.fixture
def files(built: Path, tmp_path: Path) -> IndexSettings:
    shutil.copytree(built, tmp_path / "files")
    settings = IndexSettings(data_dir=tmp_path / "files", model="fake")
    with closing(open_store(settings)) as store:
        for name in ("two", "one"):
            spans = (QuotedSpan(COUNCIL, 1, 9),)
            store.keep(KeptAnswer(name, 7, None, 3, None, True, f"What of „{name}“?", Filters(), spans))
        store.say("one", 8, "helpful", "Yes.")
    return settings


@pytest.fixture
def tables(database: str, tmp_path: Path) -> IndexSettings:
    return IndexSettings(data_dir=tmp_path / "machine", model="fake", database_url=SecretStr(database))


def made(settings: IndexSettings, target: Path) -> BackedUp:
    bot_db = partial(write_bot_db, settings) if settings.database_url is not None else None
    return back_up(settings, target, {"settings.env": ""}, bot_db)


def taken(archive: Path, settings: IndexSettings) -> None:
    restore_into_database(archive, settings, partial(read_bot_db, settings))


def answers(settings: IndexSettings) -> list[object]:
    """Return what questions are answered, but for how long that took."""
    with Engine(settings, FakeEmbedder()) as engine:
        return [dataclasses.replace(engine.answer(question, Filters()), took_ms=0.0) for question in QUESTIONS] + [
            engine.search(question, Filters(), 9).passages for question in QUESTIONS
        ]


def rows(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return sorted(line for line in connection.iterdump() if line.startswith("INSERT") and "_migrations" not in line)


def test_files_to_database_and_back(files: IndexSettings, tables: IndexSettings, tmp_path: Path) -> None:
    assert made(files, tmp_path / "files.tar").note is None
    taken(tmp_path / "files.tar", tables)
    assert answers(tables) == answers(files)
    assert [path.name for path in tables.data_dir.iterdir()] == [], "nothing is left on the machine"
    with closing(open_store(tables)) as store:
        assert [(each.verdict, each.reason) for each in store.feedback()] == [("helpful", "Yes.")]
        assert store.say("one", 8, "not helpful", None)
        assert len(store.feedback()) == 1, "the key came along"
        store.set_message("two", 5)  # PostgreSQL moves the row
    backed_up = made(tables, tmp_path / "tables.tar")
    assert (backed_up.note, backed_up.summary.generation) == (None, "000002")
    restored = IndexSettings(data_dir=tmp_path / "again", model="fake")
    restore(tmp_path / "tables.tar", restored.data_dir)
    index.verify(restored)
    assert answers(restored) == answers(files)
    assert rows(restored.data_dir / "corpus.db") == rows(files.data_dir / "corpus.db")
    with closing(sqlite3.connect(restored.data_dir / "bot.db")) as connection:
        ids = connection.execute("SELECT id FROM answers ORDER BY rowid").fetchall()
    assert ids == [("two",), ("one",)], "the older one first"
    for settings in (tables, restored):
        assert upkeep(settings, FakeEmbedder()).rebuild(quiet).embedded == 0, "the vectors came along"
        upkeep(settings, FakeEmbedder()).withdraw("otters", quiet)
        assert [each.release_id for each in index.releases(settings)] == [COUNCIL]


def test_what_is_rolled_back_stays_so(files: IndexSettings, tables: IndexSettings, tmp_path: Path) -> None:
    upkeep(files, FakeEmbedder()).rollback("000001")
    made(files, tmp_path / "files.tar")
    taken(tmp_path / "files.tar", tables)
    status = index.status(tables)
    assert (status.generation, status.pinned, status.releases) == ("000001", True, 1)
    assert answers(tables) == answers(files)


def test_only_an_empty_database_is_filled(files: IndexSettings, tables: IndexSettings, tmp_path: Path) -> None:
    archive = tmp_path / "files.tar"
    made(files, archive)
    with closing(open_corpus_db(tables)) as store:
        store.history.add("built")
    with pytest.raises(ArchiveError, match=r"The database is not empty, it has log: .* nothing was changed"):
        taken(archive, tables)
    with closing(open_corpus_db(tables)) as store:
        assert store.is_new()
    with psycopg.connect(str(tables.database_url and tables.database_url.get_secret_value()), autocommit=True) as link:
        link.execute("DELETE FROM measures_corpus.log")
    taken(archive, tables)
    with pytest.raises(ArchiveError, match="The database is not empty, it has an index"):
        taken(archive, tables)
    archive.write_bytes(archive.read_bytes()[:-4096])
    with pytest.raises(ArchiveError):
        taken(archive, tables)
    assert answers(tables) == answers(files)


@pytest.mark.parametrize("failing", ["bot_db", "write_again", "serve"])
def test_restore_that_is_broken_off_is_ended_by_the_next(
    failing: str, files: IndexSettings, tables: IndexSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(files, tmp_path / "files.tar")
    back_up(files, tmp_path / "other.tar", {"settings.env": "MEASURES_PACE=7\n"})

    def fail(*values: object) -> None:
        raise StorageError("the power went.")

    with monkeypatch.context() as broken:
        if failing == "serve":
            broken.setattr("index.generations.cluster.generations.DatabaseGenerations.serve", fail)
        elif failing == "write_again":
            broken.setattr(into_database, "write_again", fail)
        with pytest.raises(StorageError, match="Nothing was restored: the power went"):
            restore_into_database(
                tmp_path / "files.tar", tables, fail if failing == "bot_db" else partial(read_bot_db, tables)
            )
    with Engine(tables, FakeEmbedder()) as engine, pytest.raises(MeasuresError):
        engine.answer(QUESTIONS[0], Filters())
    with pytest.raises(ArchiveError, match="broken off restore of another backup"):
        taken(tmp_path / "other.tar", tables)
    taken(tmp_path / "files.tar", tables)
    assert answers(tables) == answers(files)


def test_index_whose_vectors_are_gone_is_left_out_and_built_anew(tables: IndexSettings, tmp_path: Path) -> None:
    build_all(tables, FakeEmbedder(), silent)
    with closing(open_corpus_db(tables)) as store:
        store.embeddings.keep_only([])
    backed_up = made(tables, tmp_path / "tables.tar")
    assert backed_up.note == (
        "The index is not in it and will be built anew: vectors of its texts are not kept any more."
    )
    files = IndexSettings(data_dir=tmp_path / "files", model="fake")
    restore(tmp_path / "tables.tar", files.data_dir)
    assert upkeep(files, FakeEmbedder()).rebuild(quiet).manifest.releases == 1
