"""A backup is made while others write, is whole or not there, and comes back only into an empty folder."""

import io
import os
import random
import signal
import sqlite3
import tarfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

import index
from corpus.errors import ArchiveError, StorageError
from index.backup import snapshot
from index.backup.archive import ArchiveWriter, BackupSummary, read_archive
from index.backup.restoring import restore
from index.backup.snapshot import BackedUp, back_up
from index.database.home import open_corpus_db
from index.engine import Engine
from index.filters import Filters
from index.generations.folder import Generations
from index.settings import IndexSettings
from tests.disks import disk, full
from tests.fakes import FakeEmbedder, quiet, upkeep

QUESTION = "Which agency will train border control units?"


@pytest.fixture
def served(served: IndexSettings) -> IndexSettings:
    with closing(sqlite3.connect(served.data_dir / "bot.db")) as db, db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE servers (guild INTEGER PRIMARY KEY, settings TEXT)")
        db.execute("INSERT INTO servers VALUES (1, '{}')")
    return served


def backed_up(settings: IndexSettings, target: Path) -> BackedUp:
    return back_up(settings, target, {"settings.env": "MEASURES_PACE='9'\n"})


def test_restored_folder_answers_as_the_one_backed_up(served: IndexSettings, tmp_path: Path) -> None:
    target = tmp_path / "measures.tar"
    made = backed_up(served, target)
    assert (made.note, made.summary.generation) == (None, "000001")
    assert target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if ".part" in path.name] == []
    with tarfile.open(target) as archive:
        assert {"corpus.db", "bot.db", "settings.env", "CURRENT", "backup.json"} < set(archive.getnames())
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "lost+found").mkdir()
    restore(target, folder)
    assert (folder / "corpus.db").stat().st_mode & 0o077 == 0
    assert not (folder / ".restoring").exists()
    new = IndexSettings(data_dir=folder, model="fake")
    Generations(folder).check("000001", digests=True)
    with Engine(served, FakeEmbedder()) as before, Engine(new, FakeEmbedder()) as after:
        asked = [engine.answer(QUESTION, Filters()) for engine in (before, after)]
    assert asked[0].quotes + asked[0].related == asked[1].quotes + asked[1].related
    assert upkeep(new, FakeEmbedder()).rebuild(quiet).embedded == 0, "the vectors came along"
    with closing(sqlite3.connect(folder / "bot.db")) as db:
        assert db.execute("SELECT * FROM servers").fetchall() == [(1, "{}")]


def test_only_a_backup_is_replaced_and_only_an_empty_folder_is_filled(served: IndexSettings, tmp_path: Path) -> None:
    for mistaken in (served.data_dir / "corpus.db", tmp_path):
        with pytest.raises(ArchiveError, match="is no whole backup: give another name"):
            backed_up(served, mistaken)
    target = tmp_path / "measures.tar"
    backed_up(served, target)
    first = target.stat().st_ino
    backed_up(served, target)
    assert target.stat().st_ino != first
    with pytest.raises(ArchiveError, match=r"is not empty, it holds 'CURRENT'.*nothing was changed"):
        restore(target, served.data_dir)
    with pytest.raises(ArchiveError, match="is no folder"):
        restore(target, target)
    with pytest.raises(ArchiveError, match="is no file"):
        restore(tmp_path / "nothing", tmp_path / "new")
    with pytest.raises(ArchiveError, match=r"nothing to back up: .* holds no corpus\.db"):
        backed_up(IndexSettings(data_dir=tmp_path / "new", model="fake"), target)
    with pytest.raises(StorageError, match="Nothing was backed up"):
        backed_up(served, tmp_path / "no" / "such" / "folder")
    assert not (tmp_path / "new").exists()


def test_what_is_committed_but_only_in_sqlites_log_is_in_it_and_writers_go_on(
    served: IndexSettings, tmp_path: Path
) -> None:
    with (
        closing(sqlite3.connect(served.data_dir / "bot.db", timeout=0.25)) as bot,
        closing(open_corpus_db(served)) as corpus,
    ):
        bot.execute("INSERT INTO servers VALUES (2, 'in the log')")
        bot.commit()
        bot.execute("INSERT INTO servers VALUES (3, 'not committed')")
        assert (served.data_dir / "bot.db-wal").stat().st_size
        backed_up(served, tmp_path / "measures.tar")
        bot.commit()
        corpus.history.add("built")
    restore(tmp_path / "measures.tar", tmp_path / "new")
    with closing(sqlite3.connect(tmp_path / "new" / "bot.db")) as db:
        assert db.execute("SELECT guild FROM servers ORDER BY guild").fetchall() == [(1,), (2,)]


def test_damaged_database_replaces_no_backup(served: IndexSettings, tmp_path: Path) -> None:
    target = tmp_path / "measures.tar"
    backed_up(served, target)
    before = target.read_bytes()
    with (served.data_dir / "corpus.db").open("r+b") as file:
        file.seek(4096 * 3)
        file.write(random.Random(0).randbytes(4096 * 20))
    with pytest.raises(StorageError, match=r"Nothing was backed up: .*corpus\.db is damaged"):
        backed_up(served, target)
    assert target.read_bytes() == before


@pytest.mark.parametrize("how", ["gone", "cut", "a folder"])
def test_index_with_a_file_that_cannot_be_used_is_left_out(served: IndexSettings, tmp_path: Path, how: str) -> None:
    path = served.data_dir / "generations" / "000001" / "vectors.faiss"
    whole = path.read_bytes()
    path.unlink()
    if how == "cut":
        path.write_bytes(whole[:9])
    elif how == "a folder":
        path.mkdir()
    made = backed_up(served, tmp_path / "measures.tar")
    assert made.summary.generation is None
    assert made.note is not None
    assert "will be built anew: Generation 000001 " in made.note
    assert " vectors.faiss" in made.note
    assert "corpus.db" in made.summary.members


def test_database_that_another_process_holds_is_told(
    served: IndexSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.database.copies._PATIENCE_S", 0.1)
    monkeypatch.setattr("index.database.copies._STEP_S", 0.1)
    with closing(sqlite3.connect(served.data_dir / "corpus.db")) as db:
        db.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageError, match=r"Nothing was backed up: another process holds .*corpus\.db"):
            backed_up(served, tmp_path / "measures.tar")
    assert not (tmp_path / "measures.tar").exists()


@pytest.mark.parametrize("is_finished", [True, False])
def test_what_is_erased_while_it_is_copied_is_not_in_it(
    is_finished: bool, served: IndexSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [release] = index.releases(served)
    sentence = release.text.split("\n\n")[2].split(". ")[0].encode()
    add = snapshot._add_generation
    erased: list[str] = []

    def erase_meanwhile(generations: Generations, generation: str, writer: ArchiveWriter) -> None:
        add(generations, generation, writer)
        if not erased:
            erased.append(release.release_id)
            if is_finished:
                upkeep(served, FakeEmbedder()).erase(release.release_id, quiet)
            else:
                with closing(open_corpus_db(served)) as store:
                    store.erase(release.release_id, [])

    monkeypatch.setattr(snapshot, "_add_generation", erase_meanwhile)
    monkeypatch.setattr(snapshot, "_PAUSE_S", 0.0)
    made = backed_up(served, tmp_path / "measures.tar")
    assert made.summary.generation == ("000002" if is_finished else None)
    assert ("built anew" in str(made.note)) is not is_finished
    assert sentence not in (tmp_path / "measures.tar").read_bytes()


@pytest.mark.parametrize("free", [0, 100 << 10])
def test_full_disk_is_told_and_leaves_nothing_behind(free: int, served: IndexSettings, tmp_path: Path) -> None:
    target = tmp_path / "measures.tar"
    backed_up(served, target)
    with disk(tmp_path / "disk") as folder:
        acts: dict[str, Callable[[], object]] = {
            "Nothing was backed up": lambda: backed_up(served, folder / "measures.tar"),
            "Nothing was restored": lambda: restore(target, folder / "data"),
        }
        for undone, act in acts.items():
            on_it = f"{undone}: the disk of {folder}/"  # that of the corpus has room
            with full(folder, free), pytest.raises(StorageError, match=on_it) as refused:
                act()
            assert str(refused.value).endswith("free some space and do it again.")
            assert [path.name for path in folder.rglob("*") if path.is_file()] == []
        restore(target, folder / "data")


def tar(path: Path, *members: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(bytes(max(0, member.size))))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0, link: str = "", **pax: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname, info.pax_headers = kind, size, link, pax
    return info


@pytest.mark.parametrize(
    "hostile",
    [
        [member("../outside")],
        [member("/srv/outside")],
        [member("generations/000001/../../../outside")],
        [member("generations/000001/a/..")],
        [member("corpus.db", tarfile.SYMTYPE, link="/etc/passwd")],
        [member("corpus.db", tarfile.LNKTYPE, link="bot.db")],
        [member("generations/000001", tarfile.SYMTYPE, link="/srv"), member("generations/000001/x", size=3)],
        [member("corpus.db", tarfile.FIFOTYPE)],
        [member("corpus.db", tarfile.GNUTYPE_SPARSE)],
        [member("corpus.db", size=3, path="../outside")],
        [member("n" * 200)],
        [member("corpus.db", size=3), member("corpus.db", size=3)],
        [member("generations/000001/a", size=3), member("generations/000001/a/b", size=3)],
        [member("backup.json", size=5 << 20)],
        [member("backup.json", size=3)],
        [member("CURRENT", size=7)],
        [],
    ],
)
def test_hostile_archive_writes_nothing(hostile: list[tarfile.TarInfo], tmp_path: Path) -> None:
    archive = tar(tmp_path / "hostile.tar", *hostile)
    folder = tmp_path / "a" / "data"
    with pytest.raises(ArchiveError) as refused:
        restore(archive, folder)
    assert str(refused.value).endswith(".")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "data", "hostile.tar"]


def test_archive_with_more_files_than_any_backup_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.backup.archive._MOST_MEMBERS", 20)
    many = tar(tmp_path / "many.tar", *(member(f"generations/000001/{number}") for number in range(21)))
    with pytest.raises(ArchiveError, match="more files than"):
        read_archive(many)


def _sized(data: bytearray) -> None:
    header = tarfile.TarInfo.frombuf(bytes(data[:512]), "utf-8", "strict")
    header.size = 1 << 60
    data[:512] = header.tobuf(tarfile.GNU_FORMAT)


def _negative(data: bytearray) -> None:
    data[124:136] = b"\xff" * 12
    header = bytes(data[:148]) + b" " * 8 + bytes(data[156:512])
    data[148:156] = b"%06o\0 " % sum(header)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.__delitem__(slice(len(data) // 2, None)),
        lambda data: data.__setitem__(slice(4096, 4099), b"???"),
        lambda data: data.__setitem__(slice(0, 3), b"???"),
        lambda data: data.__delitem__(slice(0, None)),
        _sized,
        _negative,
    ],
)
def test_damaged_archive_is_told_and_nothing_is_restored(
    spoil: Callable[[bytearray], None], served: IndexSettings, tmp_path: Path
) -> None:
    target = tmp_path / "measures.tar"
    backed_up(served, target)
    data = bytearray(target.read_bytes())
    spoil(data)
    target.write_bytes(data)
    with pytest.raises(ArchiveError, match=r"measures\.tar"):
        index.check_backup(target)
    with pytest.raises(ArchiveError):
        restore(target, tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []


def test_backup_by_a_newer_program_is_refused(served: IndexSettings, tmp_path: Path) -> None:
    data = BackupSummary("2030-01-01", "9", None, {}, format=99).to_json()
    info = tarfile.TarInfo("backup.json")
    info.size = len(data)
    with tarfile.open(tmp_path / "new.tar", "w") as archive:
        archive.addfile(info, io.BytesIO(data))
    with pytest.raises(ArchiveError, match="made by a newer version"):
        read_archive(tmp_path / "new.tar")


@contextmanager
def killed_after(seconds: float, act: Callable[[], object]) -> Iterator[None]:
    """Do something in a process of its own, and kill that with signal 9."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Newer Pythons warn of threads. The child does nothing but write files.
        child = os.fork()
    if child == 0:
        try:
            act()
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    yield


def took(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


def test_kill_while_backing_up_loses_nothing(served: IndexSettings, tmp_path: Path) -> None:
    target, draw = tmp_path / "measures.tar", random.Random(1)
    longest_s = took(lambda: backed_up(served, target))
    for _ in range(8):
        with killed_after(draw.uniform(0.0, longest_s), lambda: backed_up(served, target)):
            read_archive(target)
            Generations(served.data_dir).check("000001", digests=True)
    backed_up(served, target)
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".part")]


def test_kill_while_restoring_loses_nothing_and_the_next_restore_ends_it(served: IndexSettings, tmp_path: Path) -> None:
    target, draw = tmp_path / "measures.tar", random.Random(1)
    backed_up(served, target)
    longest_s = took(lambda: restore(target, tmp_path / "new"))
    for number in range(8):
        new = tmp_path / f"new-{number}"
        with killed_after(draw.uniform(0.0, longest_s), lambda folder=new: restore(target, folder)):  # type: ignore[misc]
            read_archive(target)
        if not (new / "CURRENT").exists() or (new / ".restoring" / "whole").exists():
            restore(target, new)
        names = set(os.listdir(new)) - {".restoring"}  # An empty folder may stay.
        assert sorted(names) == ["CURRENT", "bot.db", "corpus.db", "generations", "settings.env"]
        Generations(new).check("000001", digests=True)


def test_restore_that_was_killed_between_two_moves_is_finished(
    served: IndexSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, other, new = tmp_path / "measures.tar", tmp_path / "other.tar", tmp_path / "new"
    backed_up(served, target)
    back_up(served, other, {})
    rename = Path.rename

    def killed_at(path: Path, to: Path) -> Path:
        if path.name == "generations":
            raise KeyboardInterrupt
        return rename(path, to)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", killed_at)
        with pytest.raises(KeyboardInterrupt):
            restore(target, new)
    assert (new / "corpus.db").exists()
    assert not (new / "CURRENT").exists()
    with pytest.raises(ArchiveError, match="broken off restore of another backup"):
        restore(other, new)
    restore(target, new)
    assert sorted(os.listdir(new)) == ["CURRENT", "bot.db", "corpus.db", "generations", "settings.env"]
    Generations(new).check("000001", digests=True)
