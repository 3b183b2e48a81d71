"""What all databases of this program have in common."""

import datetime
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlite_utils import Database, Migrations

from corpus import Fault, Release, StorageError
from index.database.faults import newer_program_error, storage_error


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn errors of SQLite and of the system about a file into one sentence.

    :raises StorageError: naming the file, what happened and what to do.
    """
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise storage_error(path, error) from error


def refuse_newer(db: Database, path: Path, migrations: Migrations) -> None:
    """Refuse to write a file whose tables a newer version of this program has changed: they may need what it writes.

    :raises StorageError: when one has.
    """
    if not _known(migrations).issuperset(each.name for each in migrations.applied(db)):
        raise newer_program_error(str(path))


def apply_pending(db: Database, migrations: Migrations) -> None:
    """Give a file the tables of this program. Of several programs that open an older or a new file, one does so.

    :raises sqlite3.Error: when another one writes for longer than SQLite waits, or the file cannot be written.
    """
    if migrations.pending(db):
        db.execute("BEGIN IMMEDIATE")
        with db.conn:
            migrations.apply(db)


@cache
def _known(migrations: Migrations) -> frozenset[str]:
    return frozenset(each.name for each in migrations.pending(Database(memory=True)))


def is_refused_value(error: BaseException) -> bool:
    """Tell whether an error means that a database refuses a value, so that nothing is wrong with the database."""
    if isinstance(error, StorageError) and error.fault is Fault.REFUSED:
        return True
    refusals = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError)
    return isinstance(error.__cause__, refusals)


def release_from_row(row: Mapping[str, Any]) -> Release:
    """Read a release from a row that has its fields as columns."""
    return Release(
        release_id=row["release_id"],
        title=row["title"],
        issuer=row["issuer"],
        date=datetime.date.fromisoformat(row["date"]),
        language=row["language"],
        text=row["text"],
        kind=row["kind"],
        url=row["url"],
        retrieved_from=row["retrieved_from"],
        note=row["note"],
        reference=row["reference"],
        origin=row["origin"],
        edition_of=row["edition_of"],
    )


def marks(values: Sequence[object]) -> str:
    """Return as many question marks as there are values."""
    return ",".join("?" * len(values))


def now() -> str:
    """Return the time in UTC, to the second, as ISO 8601."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def days_ago(days: int) -> str:
    """Return the time so many days ago, as `now` gives it."""
    return (datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)).isoformat(timespec="seconds")
