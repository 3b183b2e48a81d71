"""corpus.db, the file in which one machine keeps the corpus."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from index.database.connection import Values, as_given
from index.database.faults import is_read_only
from index.database.private_files import private_folder
from index.database.schema import corpus_migrations
from index.database.sqlite import apply_pending, refuse_newer, storage_errors

_WAIT_S = 30.0


class SqliteCorpus:
    """An open corpus.db. `CorpusConnection` explains the methods."""

    def __init__(self, path: Path, *, reading: bool = False) -> None:
        """Open the database, or create it.

        :param reading: whether it is only read. None is then created, and one of an older program that cannot be
            written, or one of a newer program, is read as it is.
        :raises StorageError: when the folder cannot be written or the file is no database.
        """
        with storage_errors(path):
            if not reading:
                private_folder(path.parent)
            self._db = Database(sqlite3.connect(path if not reading or path.exists() else ":memory:", timeout=_WAIT_S))
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA secure_delete = ON")
            if reading:
                self._make_readable()
            else:
                refuse_newer(self._db, path, corpus_migrations)
                apply_pending(self._db, corpus_migrations)
        self._path = path

    def _make_readable(self) -> None:
        try:
            apply_pending(self._db, corpus_migrations)
        except sqlite3.Error as error:
            if not is_read_only(error):
                raise

    def execute(self, sql: str, values: Values = ()) -> int:
        """Run a statement, and return how many rows it changed."""
        with storage_errors(self._path):
            return int(self._db.execute(sql, as_given(values)).rowcount)

    def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement for each row of values."""
        with storage_errors(self._path):
            self._db.conn.executemany(sql, rows)

    def rows(self, sql: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with storage_errors(self._path):
            return list(self._db.execute(sql, as_given(values)).fetchall())

    def query(self, sql: str, values: Values = ()) -> Iterator[dict[str, Any]]:
        """Yield the rows of a query by the names of their columns."""
        with storage_errors(self._path):
            yield from self._db.query(sql, as_given(values))

    def stream(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query."""
        with storage_errors(self._path):
            yield from self._db.execute(sql)

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Do all that the block does, or nothing of it."""
        with storage_errors(self._path), self._db.atomic():
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Take the lock for writing first: SQLite refuses at once a lock that is asked for after a read."""
        with storage_errors(self._path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.conn.rollback()
                raise
            self._db.conn.commit()

    def sweep(self) -> None:
        """Write the file anew, so that its free space holds nothing of what was deleted."""
        with storage_errors(self._path):
            self._db.execute("VACUUM")

    def close(self) -> None:
        """Close the database."""
        self._db.close()
