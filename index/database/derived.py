"""What the last build derived from each release, so that the next build need not derive it again."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from index.database.sqlite import storage_errors


@dataclass(frozen=True, slots=True)
class Kept:
    """What was derived from a release (JSON), and the digest of all that it depends on."""

    release_id: str
    key: bytes
    value: bytes


class DerivedTable:
    """One row a release in corpus.db. Used by the thread that opened the store."""

    def __init__(self, db: Database, path: Path) -> None:
        """Look into an open corpus.db."""
        self._db = db
        self._path = path

    def all(self) -> dict[str, Kept]:
        """Return all rows by release."""
        with storage_errors(self._path):
            rows = self._db.execute("SELECT release_id, key, value FROM derived").fetchall()
            return {release_id: Kept(release_id, key, value) for release_id, key, value in rows}

    def keep(self, rows: Iterable[Kept]) -> None:
        """Keep rows. Each replaces the one that its release had."""
        with storage_errors(self._path), self._db.atomic():
            self._db.conn.executemany(
                "INSERT OR REPLACE INTO derived VALUES (?, ?, ?)",
                [(row.release_id, row.key, row.value) for row in rows],
            )
