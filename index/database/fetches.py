"""The addresses in corpus.db: what saves fetching them again, and which hold a release that has another address."""

from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from index.database.sqlite import now, storage_errors


@dataclass(frozen=True, slots=True)
class Fetch:
    """What was kept of an address: what saves fetching it again, and the release that it gave."""

    etag: str | None
    last_modified: str | None
    release_id: str


class FetchTable:
    """The addresses in corpus.db. Used by the thread that opened the store."""

    def __init__(self, db: Database, path: Path) -> None:
        """Look into an open corpus.db."""
        self._db = db
        self._path = path

    def link(self, canonical_url: str, release_id: str) -> None:
        """Note that another address holds a release."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute("INSERT OR REPLACE INTO addresses VALUES (?, ?, ?)", [canonical_url, release_id, now()])

    def fetched(self, url: str) -> Fetch | None:
        """Return what was kept of an address, None where the release that it gave is withdrawn."""
        with storage_errors(self._path):
            rows = self._db.query(
                "SELECT f.* FROM fetches f JOIN releases r USING (release_id) WHERE f.url = ? AND r.removed_at IS NULL",
                [url],
            )
            return next((Fetch(row["etag"], row["last_modified"], row["release_id"]) for row in rows), None)

    def remember(self, url: str, fetch: Fetch) -> None:
        """Keep what saves fetching an address again."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute(
                "INSERT OR REPLACE INTO fetches VALUES (?, ?, ?, ?, ?)",
                [url, fetch.etag, fetch.last_modified, fetch.release_id, now()],
            )
