"""The spool in corpus.db: the answer that is being taken in, so that it need not be fetched again after a crash."""

from corpus import Fetched
from index.database.connection import CorpusConnection


class SpoolTable:
    """The spool in corpus.db. Used by the thread that opened the store."""

    def __init__(self, db: CorpusConnection) -> None:
        """Look into an open database."""
        self._db = db

    def get(self, url: str) -> Fetched | None:
        """Return the answer that is kept of an address, None where there is none."""
        rows = self._db.query("SELECT * FROM spool WHERE url = ?", [url])
        return next((Fetched(row["answer_url"], row["data"], row["etag"], row["last_modified"]) for row in rows), None)

    def put(self, url: str, answer: Fetched) -> None:
        """Keep the answer of an address."""
        with self._db.atomic():
            self._db.execute(
                "INSERT INTO spool VALUES (?, ?, ?, ?, ?) ON CONFLICT (url) DO UPDATE SET "
                "answer_url = excluded.answer_url, data = excluded.data, etag = excluded.etag, "
                "last_modified = excluded.last_modified",
                [url, answer.url, answer.data, answer.etag, answer.last_modified],
            )

    def clear(self) -> None:
        """Drop all answers: what was fetched is taken in."""
        with self._db.atomic():
            self._db.execute("DELETE FROM spool")
