"""What all databases of this program have in common."""

import datetime
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from corpus import Fault, Release, StorageError
from index.database.faults import storage_error


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn errors of SQLite and of the system about a file into one sentence.

    :raises StorageError: naming the file, what happened and what to do.
    """
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise storage_error(path, error) from error


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
