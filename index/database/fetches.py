"""The addresses in corpus.db: what saves fetching them again, and which hold a release that has another address."""

from dataclasses import dataclass

from index.database.connection import CorpusConnection
from index.database.sqlite import now


@dataclass(frozen=True, slots=True)
class Fetch:
    """What was kept of an address: what saves fetching it again, and the release that it gave."""

    etag: str | None
    last_modified: str | None
    release_id: str


class FetchTable:
    """The addresses in corpus.db. Used by the thread that opened the store."""

    def __init__(self, db: CorpusConnection) -> None:
        """Look into an open database."""
        self._db = db

    def link(self, canonical_url: str, release_id: str) -> None:
        """Note that another address holds a release."""
        with self._db.atomic():
            self._db.execute(
                "INSERT INTO addresses VALUES (?, ?, ?) ON CONFLICT (canonical_url) DO UPDATE SET "
                "release_id = excluded.release_id, at = excluded.at",
                [canonical_url, release_id, now()],
            )

    def fetched(self, url: str) -> Fetch | None:
        """Return what was kept of an address, None where the release that it gave is withdrawn."""
        rows = self._db.query(
            "SELECT f.* FROM fetches f JOIN releases r USING (release_id) WHERE f.url = ? AND r.removed_at IS NULL",
            [url],
        )
        return next((Fetch(row["etag"], row["last_modified"], row["release_id"]) for row in rows), None)

    def remember(self, url: str, fetch: Fetch) -> None:
        """Keep what saves fetching an address again."""
        with self._db.atomic():
            self._db.execute(
                "INSERT INTO fetches VALUES (?, ?, ?, ?, ?) ON CONFLICT (url) DO UPDATE SET etag = excluded.etag, "
                "last_modified = excluded.last_modified, release_id = excluded.release_id, at = excluded.at",
                [url, fetch.etag, fetch.last_modified, fetch.release_id, now()],
            )
