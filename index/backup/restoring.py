"""Puts a backup into an empty data folder.

All of it is read and checked in a folder `.restoring` inside first. When it is whole, a note is left there, and the
files are moved to their places. A process that is killed before the note leaves nothing that matters; one that is
killed after it is finished by the next `measures restore` of the same archive.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from corpus import ArchiveError, undone
from index.backup.archive import BackupSummary, Sink, archive_size, read_archive
from index.backup.snapshot import check_space
from index.database.copies import check_database
from index.database.private_files import private_folder, private_opener
from index.database.sqlite import storage_errors
from index.durable import sync_folder, sync_tree, write_durably

_STAGE, _WHOLE = ".restoring", "whole"
_IGNORED = {_STAGE, "lost+found"}
# CURRENT comes last: until then nothing is served, and a bot that is started too early builds an index of corpus.db.
_ORDER = ("corpus.db", "bot.db", "settings.env", "generations", "PINNED", "CURRENT")


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that was restored, and the folder that holds it now; None where a database does."""

    folder: Path | None
    summary: BackupSummary


def check_backup(archive: Path) -> BackupSummary:
    """Check that a backup is whole, and return what it says it holds.

    :raises ArchiveError: saying what is wrong with it.
    :raises StorageError: when it cannot be read.
    """
    return read_archive(archive)


def restore(archive: Path, folder: Path) -> Restored:
    """Restore a backup into a folder that is empty or not there.

    :raises ArchiveError: when the folder is not empty, or the archive is no backup or damaged.
    :raises StorageError: when something cannot be read or written.
    """
    stage = folder / _STAGE
    with undone("Nothing was restored"), storage_errors(folder):
        if (stage / _WHOLE).exists():
            summary = read_archive(archive)
            if (stage / _WHOLE).read_text("utf-8").strip() != summary.digest:
                raise ArchiveError(f"{folder} holds a broken off restore of another backup: give an empty folder.")
        else:
            _check_empty(folder)
            size = archive_size(archive)
            private_folder(folder)
            check_space(folder, size)
            summary = unpack(archive, stage)
        _move(folder, stage)
    return Restored(folder, summary)


def _check_empty(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ArchiveError(
            f"{folder} is no folder: set MEASURES_DATA_DIR to an empty one, or to one that is not there."
        )
    others = sorted({path.name for path in folder.iterdir()} - _IGNORED) if folder.exists() else []
    if others:
        raise ArchiveError(
            f"{folder} is not empty, it holds {others[0]!r}: set MEASURES_DATA_DIR to an empty folder, or to one that "
            "is not there; nothing was changed."
        )


def unpack(archive: Path, stage: Path) -> BackupSummary:
    """Unpack and check an archive into a folder `data` of a new folder, and note that it is whole.

    :raises ArchiveError: when it is not.
    """
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(mode=0o700)
    try:
        with _files(stage / "data", archive) as sink:
            summary = read_archive(archive, sink)
        if "corpus.db" not in summary.members:
            raise ArchiveError(f"{archive} holds no corpus.db: it is no backup of this program.")
        for name in ("corpus.db", "bot.db"):
            if name in summary.members:
                check_database(stage / "data" / name)
        sync_tree(stage)
        write_durably(stage / _WHOLE, summary.digest + "\n")
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        raise
    return summary


@contextmanager
def _files(folder: Path, archive: Path) -> Iterator[Callable[[str], Sink]]:
    """Give what opens a new file in a folder, by its name in the archive, and returns what takes its bytes."""
    opened: list[BinaryIO] = []

    def sink(name: str) -> Sink:
        close()
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            opened.append(open(path, "xb", opener=private_opener))
        except (FileExistsError, NotADirectoryError) as error:
            raise ArchiveError(f"{archive} holds {name} beside a file of that name: it is no backup.") from error
        return opened[-1].write

    def close() -> None:
        while opened:
            opened.pop().close()

    try:
        yield sink
    finally:
        close()


def _move(folder: Path, stage: Path) -> None:
    """Move what was unpacked to its place.

    :raises ArchiveError: when the folder was used since a restore was broken off.
    """
    for name in _ORDER:
        unpacked = stage / "data" / name
        if not unpacked.exists():
            continue
        if (folder / name).exists():
            raise ArchiveError(
                f"{folder} was used after a restore was broken off, it has a new {name}: restore into an empty folder."
            )
        unpacked.rename(folder / name)
    sync_folder(folder)
    shutil.rmtree(stage / "data", ignore_errors=True)
    (stage / _WHOLE).unlink()  # The last: until then the next `measures restore` ends the work.
    stage.rmdir()
