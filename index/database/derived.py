"""What the last build derived from each release, so that the next build need not derive it again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.database.connection import CorpusConnection
from index.database.sqlite import marks


@dataclass(frozen=True, slots=True)
class Kept:
    """What was derived from a release (JSON), and the digest of all that it depends on."""

    release_id: str
    key: bytes
    value: bytes


class DerivedTable:
    """One row a release in corpus.db. Used by the thread that opened the store."""

    def __init__(self, db: CorpusConnection) -> None:
        """Look into an open database."""
        self._db = db

    def of(self, release_ids: Sequence[str]) -> dict[str, Kept]:
        """Return the rows of some releases, as far as there are any, by release."""
        sql = f"SELECT release_id, key, value FROM derived WHERE release_id IN ({marks(release_ids)})"
        rows = self._db.rows(sql, release_ids) if release_ids else []
        return {release_id: Kept(release_id, key, value) for release_id, key, value in rows}

    def keep(self, rows: Iterable[Kept]) -> None:
        """Keep rows. Each replaces the one that its release had."""
        with self._db.atomic():
            self._db.execute_many(
                "INSERT INTO derived VALUES (?, ?, ?) ON CONFLICT (release_id) DO UPDATE SET key = excluded.key, "
                "value = excluded.value",
                [(row.release_id, row.key, row.value) for row in rows],
            )
