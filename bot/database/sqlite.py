"""bot.db, the file in which one bot keeps what Discord users leave behind."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from bot.database.connection import BotStoreError, StoreBusyError
from bot.database.sqlite_schema import bot_migrations
from corpus import Fault, StorageError
from index import private_folder, storage_errors

# How long SQLite waits for a lock of another program. `app/async_store.py` tries again, and makes nobody wait for it.
_WAIT_S = 0.25


class SqliteConnection:
    """An open bot.db. `BotConnection` explains the methods.

    A write survives the end of the process at once, but a power cut may undo the last seconds. What is erased has left
    the disk when the call returns, SQLite's log too, unless another program reads the file: then `is_scrubbed` is false
    and `scrub` finishes it later. No call waits longer than `_WAIT_S` for another program.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or create it.

        :raises BotStoreError: when the folder cannot be written or the file is no database.
        """
        self._path = path
        self.is_scrubbed = True
        with self._errors():
            private_folder(path.parent)
            self._db = Database(sqlite3.connect(path, timeout=_WAIT_S, check_same_thread=False))
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute("PRAGMA secure_delete = ON")
            if bot_migrations.pending(self._db):
                self._db.execute("BEGIN IMMEDIATE")
                with self._db.conn:
                    bot_migrations.apply(self._db)

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
