"""Erases texts from corpus.db. What stays of a release holds no words, and keeps the release from coming back."""

import json
from collections.abc import Sequence

from index.database.connection import CorpusConnection
from index.database.sqlite import now

WORDLESS = "title = '', issuer = '', date = '', language = '', kind = '', text = ''"
UNSAID = "url = NULL, retrieved_from = NULL, note = NULL, reference = NULL"
_OF_A_RELEASE = ("canaries", "derived", "signatures", "bands")


class ErasureTable:
    """The erasures in corpus.db. Used by the thread that opened the store."""

    def __init__(self, db: CorpusConnection) -> None:
        """Look into an open database."""
        self._db = db

    def erase(self, release_id: str, sources: Sequence[str]) -> None:
        """Withdraw a release, and delete everything of its versions but their digests.

        :param sources: the sources that it came from. The log loses their details, too.
        """
        with self._db.atomic():
            erased_at = now()
            self._db.execute(
                "UPDATE releases SET removed_at = coalesce(removed_at, ?), erased_at = ? WHERE release_id = ?",
                [erased_at, erased_at, release_id],
            )
            self._db.execute(f"UPDATE versions SET {WORDLESS}, {UNSAID} WHERE release_id = ?", [release_id])
            for table in _OF_A_RELEASE:
                self._db.execute(f"DELETE FROM {table} WHERE release_id = ?", [release_id])
            self._db.execute("DELETE FROM spool")
            self._db.execute(
                "UPDATE announcements SET title = '' WHERE canonical_url IN "
                "(SELECT canonical_url FROM releases WHERE release_id = ?)",
                [release_id],
            )
            self._db.execute("UPDATE log SET details = '{}' WHERE release_id = ?", [release_id])
            about = self._db.rows("SELECT id, details FROM log WHERE details LIKE ?", ['%"source"%'])
            entries = [number for number, details in about if json.loads(details).get("source") in sources]
            self._db.execute_many("UPDATE log SET details = '{}' WHERE id = ?", [[number] for number in entries])

    def kept_out(self, canonical_url: str | None, text_sha256: str) -> str | None:
        """Return the erased release that had an address or a text, None where there is none."""
        rows = self._db.query(
            "SELECT release_id FROM releases r WHERE erased_at IS NOT NULL AND (canonical_url = :url "
            "OR EXISTS (SELECT 1 FROM addresses a WHERE a.release_id = r.release_id AND a.canonical_url = :url) "
            "OR EXISTS (SELECT 1 FROM versions v WHERE v.release_id = r.release_id AND v.text_sha256 = :text))",
            {"url": canonical_url, "text": text_sha256},
        )
        return next((row["release_id"] for row in rows), None)

    def erased(self) -> list[str]:
        """Return the ids of all releases whose text was erased."""
        return [
            row["release_id"] for row in self._db.query("SELECT release_id FROM releases WHERE erased_at IS NOT NULL")
        ]

    def sweep(self) -> None:
        """Remove what was deleted from the disk, as far as this program can do that."""
        self._db.sweep()
