"""The spool in corpus.db: the answer that is being taken in, so that it need not be fetched again after a crash."""

from pathlib import Path

from sqlite_utils import Database

from corpus import Fetched
from index.database.sqlite import storage_errors


class SpoolTable:
    """The spool in corpus.db. Used by the thread that opened the store."""

    def __init__(self, db: Database, path: Path) -> None:
        """Look into an open corpus.db."""
        self._db = db
        self._path = path

    def get(self, url: str) -> Fetched | None:
        """Return the answer that is kept of an address, None where there is none."""
        with storage_errors(self._path):
            rows = self._db.query("SELECT * FROM spool WHERE url = ?", [url])
            return next(
                (Fetched(row["answer_url"], row["data"], row["etag"], row["last_modified"]) for row in rows), None
            )

    def put(self, url: str, answer: Fetched) -> None:
        """Keep the answer of an address."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute(
                "INSERT OR REPLACE INTO spool VALUES (?, ?, ?, ?, ?)",
                [url, answer.url, answer.data, answer.etag, answer.last_modified],
            )

    def clear(self) -> None:
        """Drop all answers: what was fetched is taken in."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute("DELETE FROM spool")
