"""bot.db, the file in which one bot keeps what Discord users leave behind."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from bot.database.connection import BotStoreError, StoreBusyError
from bot.database.sqlite_schema import bot_migrations
from corpus import Fault, StorageError
from index import apply_pending, private_folder, refuse_newer, storage_errors

# How long SQLite waits for a lock of another program. `app/async_store.py` tries again, and makes nobody wait for it.
_WAIT_S = 0.25


class SqliteConnection:
    """An open bot.db. `BotConnection` explains the methods.

    A write survives the end of the process at once, but a power cut may undo the last seconds. What is erased has left
    the disk when the call returns, SQLite's log too, unless another program reads the file: then `is_scrubbed` is false
    and `scrub` finishes it later. No call waits longer than `_WAIT_S` for another program.
    """

    def __init__(self, path: Path, *, reading: bool = False) -> None:
        """Open the file, or create it.

        :param reading: whether it is only read, as it is now. It must be there, and nothing in its folder is written.
        :raises BotStoreError: when the folder cannot be written or the file is no database.
        """
        self._path = path
        self.is_scrubbed = True
        with self._errors():
            self._db = _snapshot_of(path) if reading else _opened(path)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def execute(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run a statement, and return how many rows it changed."""
        with self._errors():
            return int(self._db.execute(sql, list(values)).rowcount)

    def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> int:
        """Run a statement for each row of values, and return how many rows they changed."""
        with self._errors():
            return max(0, self._db.conn.executemany(sql, rows).rowcount)

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self._errors():
            return list(self._db.execute(sql, list(values)).fetchall())

    def dicts(self, sql: str, values: Sequence[object] = ()) -> list[dict[str, Any]]:
        """Return the rows of a query by the names of their columns."""
        with self._errors():
            return list(self._db.query(sql, list(values)))

    @contextmanager
    def writing(self, *, surely: bool = False) -> Iterator[None]:
        """Take the lock for writing first: SQLite refuses at once a lock that is asked for after a read."""
        with self._errors():
            if surely:
                self._db.execute("PRAGMA synchronous = FULL")
            try:
                self._db.execute("BEGIN IMMEDIATE")
                with self._db.conn:
                    yield
            finally:
                if surely:
                    self._db.execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def erasing(self) -> Iterator[None]:
        """Write, and then scrub, unless somebody else reads just now."""
        with self.writing():
            self.is_scrubbed = False
            yield
        with suppress(StoreBusyError):
            self.scrub()

    def holds_release(self, column: str) -> str:
        """Return the condition that a list in a column names a release."""
        return f"EXISTS (SELECT 1 FROM json_each({column}) WHERE json_extract(value, '$.release_id') = ?)"

    def scrub(self) -> None:
        """Take what was erased out of SQLite's log."""
        [(busy, _, _)] = self.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        self.is_scrubbed = not busy
        if busy:
            raise StoreBusyError(f"{self._path} is in use by another program: try again in a minute.")

    def compact(self) -> None:
        """Write the file anew without its gaps."""
        with self._errors():
            self._db.execute("VACUUM")
        with suppress(StoreBusyError):
            self.scrub()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn errors of SQLite and the system into one sentence; `StoreBusyError` where trying again may help."""
        try:
            with storage_errors(self._path):
                yield
        except BotStoreError:
            raise
        except StorageError as error:
            kind = StoreBusyError if error.fault is Fault.BUSY else BotStoreError
            raise kind(str(error.args[0]), error.fault) from error


def _opened(path: Path) -> Database:
    """Open bot.db, or create it, with the tables of this program."""
    private_folder(path.parent)
    db = Database(sqlite3.connect(path, timeout=_WAIT_S, check_same_thread=False))
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA secure_delete = ON")
    refuse_newer(db, path, bot_migrations)
    apply_pending(db, bot_migrations)
    return db


def _snapshot_of(path: Path) -> Database:
    """Return what bot.db holds now, in memory, so that it can be read where nothing may be written.

    An older bot.db gets the tables of this program there, and keeps its own.
    """
    db = Database(sqlite3.connect(":memory:"))
    with closing(_connected_for_reading(path)) as source:
        source.backup(db.conn)
    bot_migrations.apply(db)
    return db


def _connected_for_reading(path: Path) -> sqlite3.Connection:
    """Connect to bot.db without writing. SQLite wants to make a file beside it, unless it is told that nobody writes.

    That is told only where the file cannot be read otherwise and no log stands beside it, which would be left out.
    """
    uri = f"{path.absolute().as_uri()}?mode=ro"
    source = sqlite3.connect(uri, uri=True, timeout=_WAIT_S)
    try:
        source.execute("SELECT 1 FROM sqlite_master")
    except sqlite3.OperationalError:
        source.close()
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            raise
        return sqlite3.connect(f"{uri}&immutable=1", uri=True)
    return source
