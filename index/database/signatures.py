"""The signatures in corpus.db, and the bands by which similar texts are found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.database.connection import CorpusConnection


@dataclass(frozen=True, slots=True)
class Signed:
    """A release that is not withdrawn, with the language and the signature of its text."""

    release_id: str
    language: str
    signature: bytes


class SignatureTable:
    """The signatures in corpus.db. Used by the thread that opened the store."""

    def __init__(self, db: CorpusConnection) -> None:
        """Look into an open database."""
        self._db = db

    def unsigned(self, algorithm: int) -> Iterator[str]:
        """Yield the ids of releases whose current text has no signature by an algorithm."""
        rows = self._db.query(
            "SELECT r.release_id FROM releases r LEFT JOIN signatures s USING (release_id) "
            "WHERE r.removed_at IS NULL AND (s.text_sha256 IS NULL OR s.text_sha256 <> r.text_sha256 "
            "OR s.algorithm <> ?)",
            [algorithm],
        )
        yield from [row["release_id"] for row in rows]

    def sign(self, release_id: str, text_sha256: str, algorithm: int, signature: bytes, bands: Sequence[int]) -> None:
        """Keep the signature of a release's current text."""
        with self._db.atomic():
            self._db.execute("DELETE FROM bands WHERE release_id = ?", [release_id])
            self._db.execute(
                "INSERT INTO signatures (release_id, text_sha256, algorithm, signature) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (release_id) DO UPDATE SET text_sha256 = excluded.text_sha256, "
                "algorithm = excluded.algorithm, signature = excluded.signature",
                [release_id, text_sha256, algorithm, signature],
            )
            self._db.execute_many(
                "INSERT INTO bands VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                [(band, digest, release_id) for band, digest in enumerate(bands)],
            )

    def sharing(self, bands: Sequence[int]) -> list[Signed]:
        """Return the releases that share a band, by id."""
        signed: dict[str, Signed] = {}
        for band, digest in enumerate(bands):
            rows = self._db.query(
                "SELECT s.release_id, s.signature, v.language FROM bands b JOIN signatures s USING (release_id) "
                "JOIN releases r USING (release_id) "
                "JOIN versions v ON v.release_id = r.release_id AND v.text_sha256 = r.text_sha256 "
                "WHERE b.band = ? AND b.digest = ? AND r.removed_at IS NULL",
                [band, digest],
            )
            signed |= {row["release_id"]: Signed(row["release_id"], row["language"], row["signature"]) for row in rows}
        return [signed[release_id] for release_id in sorted(signed)]
