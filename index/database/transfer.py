"""Copies the rows of one database into another one, of the same or of the other kind, table by table.

A file of SQLite says which tables and columns there are. Both kinds keep the same values: numbers, text and bytes.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any, Protocol

from corpus import ArchiveError
from index.database.sqlite import marks, storage_errors

TAKE_EMPTY = "set MEASURES_DATABASE_URL to an empty one; nothing was changed."
_OF_SQLITE = "sqlite_%"
_OWN = "\\_%"  # of sqlite-utils: which migrations were applied


class Rows(Protocol):
    """A database that rows are read from or written into."""

    def atomic(self) -> AbstractContextManager[None]:
        """Do all that the block does, or nothing of it; what is read, is as it is at one moment."""

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""

    def stream(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query that may be larger than the memory."""

    def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement for each row of values."""


def write_rows(source: Rows, path: Path, *, by_rowid: Collection[str] = (), leave_out: Collection[str] = ()) -> None:
    """Copy all rows into a file of SQLite that has the tables, in place of what they hold there.

    :param by_rowid: tables whose `rowid` tells which rows are newer.
    :param leave_out: tables whose rows stay behind.
    :raises StorageError: when they cannot be read or written.
    """
    with storage_errors(path), closing(sqlite3.connect(path)) as file, source.atomic():
        with file:
            for table, columns in _tables(file).items():
                file.execute(f"DELETE FROM {table}")
                if table not in leave_out:
                    named = ", ".join(columns)
                    insert = f"INSERT INTO {table} ({named}) VALUES ({marks(columns)})"
                    file.executemany(
                        insert,
                        source.stream(f"SELECT {named} FROM {table}{_order(columns, by_rowid=table in by_rowid)}"),
                    )


def read_rows(
    path: Path,
    target: Rows,
    *,
    by_rowid: Collection[str] = (),
    replaced: Collection[str] = (),
    again: bool = False,
) -> None:
    """Copy all rows of a file of SQLite into empty tables of PostgreSQL. All of them come in, or none.

    :param by_rowid: tables whose `rowid` tells which rows are newer.
    :param replaced: tables that are made with rows, which give way.
    :param again: whether all rows give way, because these are what a restore that was broken off left.
    :raises ArchiveError: when a table is not empty.
    :raises StorageError: when they cannot be read or written.
    """
    with storage_errors(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
        with target.atomic():
            for table, columns in _tables(file).items():
                if again or table in replaced:
                    target.execute_many(f"DELETE FROM {table}", [()])
                elif target.rows(f"SELECT 1 FROM {table} LIMIT 1"):
                    raise ArchiveError(f"The database is not empty, it has {table}: {TAKE_EMPTY}")
                named = ", ".join(columns)
                rows = file.execute(f"SELECT {named} FROM {table}{_order(columns, by_rowid=table in by_rowid)}")
                target.execute_many(
                    f"INSERT INTO {table} ({named}) OVERRIDING SYSTEM VALUE VALUES ({marks(columns)})", rows
                )
                if "id" in columns:
                    _count_on(target, table)


def _tables(file: sqlite3.Connection) -> dict[str, list[str]]:
    """Return the columns of each table of ours."""
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE ? AND name NOT LIKE ? ESCAPE '\\'"
    names = [name for (name,) in file.execute(sql, [_OF_SQLITE, _OWN])]
    return {name: [row[1] for row in file.execute(f"PRAGMA table_info({name})")] for name in names}


def _order(columns: Sequence[str], *, by_rowid: bool) -> str:
    """Return the order in which rows come, where it tells which is newer."""
    if by_rowid:
        return " ORDER BY rowid"
    return " ORDER BY id" if "id" in columns else ""


def _count_on(target: Rows, table: str) -> None:
    """Let new rows of PostgreSQL get numbers after those that came in."""
    [(sequence,)] = target.rows("SELECT pg_get_serial_sequence(?, 'id')", [table])
    if sequence is not None:
        target.rows(f"SELECT setval(?, coalesce(max(id), 0) + 1, false) FROM {table}", [sequence])
