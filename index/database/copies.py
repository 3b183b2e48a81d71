"""Copies of databases that others may write to meanwhile, and the check that a database is whole."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from corpus import Fault, StorageError
from index.database.sqlite import storage_errors

_PATIENCE_S = 30.0
_STEP_S = 0.5


def copy_database(original: Path, copy: Path) -> None:
    """Copy a database as it is at one moment, and check the copy. Whoever writes meanwhile waits at most for the copy.

    :raises StorageError: when it cannot be read or is damaged, or when another process holds it for too long.
    """
    until = time.monotonic() + _PATIENCE_S

    def give_up_in_time(status: int, remaining: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > until:
            raise sqlite3.OperationalError("database is locked")

    with storage_errors(original), closing(_opened(original)) as source, closing(sqlite3.connect(copy)) as target:
        try:
            source.backup(target, progress=give_up_in_time)
        except sqlite3.OperationalError as error:
            if str(error) == "database is locked":
                why = f"another process holds {original}; do it again when that one is done."
                raise StorageError(why, Fault.BUSY) from error
            raise
        target.execute("PRAGMA journal_mode = DELETE")
    check_database(copy, original)


def check_database(path: Path, shown: Path | None = None) -> None:
    """Read all of a database.

    :param shown: the path that an error names, where `path` is a copy of it.
    :raises StorageError: when it is damaged.
    """
    with storage_errors(shown or path), closing(_opened(path)) as db:
        [(verdict,), *_] = db.execute("PRAGMA quick_check(1)").fetchall()
        if verdict != "ok":
            why = f"{shown or path} is damaged ({verdict}); put a copy in its place, or move it away to begin anew."
            raise StorageError(why, Fault.DAMAGED)


def _opened(path: Path) -> sqlite3.Connection:
    """Open a database that is there: none is created."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=_STEP_S)
