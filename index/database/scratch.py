"""A copy of corpus.db to try things on, without what only saves work."""

import sqlite3
from contextlib import closing
from pathlib import Path

from index.database.sqlite import storage_errors

_LEFT_OUT = ("embeddings", "derived", "spool", "sqlite_sequence")


def copy_rows(original: Path, copy: Path) -> None:
    """Copy the rows of a corpus.db into an empty one of the same version.

    :raises StorageError: when one of them cannot be read or written.
    """
    with storage_errors(copy), closing(sqlite3.connect(copy)) as db:
        db.execute("ATTACH DATABASE ? AS original", [str(original)])
        with db:
            tables = [row[0] for row in db.execute("SELECT name FROM original.sqlite_master WHERE type = 'table'")]
            for table in tables:
                if table not in _LEFT_OUT and not table.startswith("_"):
                    db.execute(f'DELETE FROM main."{table}"')
                    db.execute(f'INSERT INTO main."{table}" SELECT * FROM original."{table}"')
