"""Deletes from corpus.db what is kept only to save work, or longer than the policy of the settings says.

What a release says now, its address and the digests of all its texts stay: nothing that was known comes in as new.
"""

from collections.abc import Collection, Sequence

from index.database.connection import CorpusConnection
from index.database.erasures import UNSAID, WORDLESS
from index.database.sqlite import days_ago, marks

# For how long it is told that an entry of the quarantine was accepted or discarded. Its text is deleted at once.
SETTLED_DAYS = 365


class PruningTable:
    """What can be deleted from corpus.db. Used by the thread that opened the store."""

    def __init__(self, db: CorpusConnection) -> None:
        """Look into an open database."""
        self._db = db

    def versions(self, keep: int) -> int:
        """Delete the words of all but the newest `keep` versions of each release, and return how many had any.

        The current version counts as the newest, whenever it came.
        """
        return self._changed(
            f"UPDATE versions SET {WORDLESS}, {UNSAID} WHERE rowid IN (SELECT number FROM (SELECT v.rowid AS number, "
            "row_number() OVER (PARTITION BY v.release_id ORDER BY v.text_sha256 = r.text_sha256 DESC, "
            "v.added_at DESC, v.rowid DESC) AS place FROM versions v JOIN releases r USING (release_id) "
            "WHERE v.text <> '') AS ranked WHERE place > ?)",
            [keep],
        )

    def history(self, days: int) -> int:
        """Delete old entries of the history. What was erased stays there, and what tells whether a build is due."""
        return self._changed(
            "DELETE FROM log WHERE at < ? AND action <> 'erased' "
            "AND id NOT IN (SELECT max(id) FROM log WHERE release_id IS NOT NULL UNION ALL "
            "SELECT coalesce(max(id), 0) FROM log WHERE action = 'built')",
            [days_ago(days)],
        )

    def quarantine(self) -> int:
        """Delete the entries of the quarantine that were settled long ago."""
        return self._changed("DELETE FROM quarantine WHERE state <> 'held' AND at < ?", [days_ago(SETTLED_DAYS)])

    def derived(self) -> int:
        """Delete what was derived from releases that are withdrawn now."""
        return self._changed(
            "DELETE FROM derived WHERE release_id IN (SELECT release_id FROM releases WHERE removed_at IS NOT NULL)"
        )

    def embeddings_of_other_models(self, digests: Collection[str]) -> int:
        """Delete the vectors of all models but those with these digests."""
        models = sorted(digests)
        return self._changed(f"DELETE FROM embeddings WHERE model NOT IN ({marks(models)})", models)

    def _changed(self, sql: str, values: Sequence[object] = ()) -> int:
        with self._db.atomic():
            return self._db.execute(sql, values)
