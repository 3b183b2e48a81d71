"""The versions of releases in corpus.db, each with when it was kept."""

from dataclasses import dataclass

from corpus import Release
from index.database.connection import CorpusConnection
from index.database.sqlite import release_from_row


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A version of a release, when it was kept, and whether it is the current one."""

    release: Release
    kept_at: str
    is_current: bool


class VersionTable:
    """The versions in corpus.db. Used by the thread that opened the store."""

    def __init__(self, db: CorpusConnection) -> None:
        """Look into an open database."""
        self._db = db

    def of(self, release_id: str) -> list[KeptVersion]:
        """Return every version of a release, the current one last; none where it is withdrawn or erased."""
        rows = self._db.query(
            "SELECT v.*, r.edition_of, v.text_sha256 = r.text_sha256 AS is_current "
            "FROM releases r JOIN versions v USING (release_id) "
            "WHERE r.release_id = ? AND r.removed_at IS NULL AND v.text <> '' "
            "ORDER BY is_current, v.added_at, v.text_sha256",
            [release_id],
        )
        return [KeptVersion(release_from_row(row), row["added_at"], bool(row["is_current"])) for row in rows]
