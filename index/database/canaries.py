"""Canary questions in corpus.db: one for each release, which has to find it."""

import hashlib
from dataclasses import dataclass

from index.database.connection import CorpusConnection


@dataclass(frozen=True, slots=True)
class Canary:
    """A question that has to find its release."""

    release_id: str
    question: str


class CanaryTable:
    """The canaries in corpus.db. Used by the thread that opened the store."""

    def __init__(self, db: CorpusConnection) -> None:
        """Look into an open database."""
        self._db = db

    def set(self, canary: Canary) -> None:
        """Keep the question of a release. The digest of the release's id decides whether it is asked."""
        draw = hashlib.sha256(canary.release_id.encode()).hexdigest()
        with self._db.atomic():
            self._db.execute(
                "INSERT INTO canaries VALUES (?, ?, ?) ON CONFLICT (release_id) DO UPDATE SET draw = excluded.draw, "
                "question = excluded.question",
                [canary.release_id, draw, canary.question],
            )

    def drawn(self, limit: int) -> list[Canary]:
        """Return the questions of at most `limit` releases that are not withdrawn: the same while the releases stay."""
        rows = self._db.query(
            "SELECT c.release_id, c.question FROM canaries c JOIN releases r USING (release_id) "
            "WHERE r.removed_at IS NULL ORDER BY c.draw LIMIT ?",
            [limit],
        )
        return [Canary(row["release_id"], row["question"]) for row in rows]
