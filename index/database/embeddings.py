"""Vectors in corpus.db that need not be computed again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from index.database.sqlite import marks, storage_errors

_SQL_VALUES = 500


@dataclass(frozen=True, slots=True)
class EmbeddingKey:
    """What a cached vector depends on, beside the text."""

    model: str
    dtype: str
    prompt: str


class EmbeddingTable:
    """The vectors in corpus.db, by the SHA-256 of the embedded text. Used by the thread that opened the store."""

    def __init__(self, db: Database, path: Path) -> None:
        """Look into an open corpus.db."""
        self._db = db
        self._path = path

    def cached(self, key: EmbeddingKey, digests: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the vectors that were kept of some texts, as bytes."""
        vectors: dict[bytes, bytes] = {}
        in_order = sorted(set(digests))  # the order of the table: 27,000 take .2 s instead of .5
        with storage_errors(self._path):
            for start in range(0, len(in_order), _SQL_VALUES):
                batch = in_order[start : start + _SQL_VALUES]
                rows = self._db.execute(
                    "SELECT text_sha256, vector FROM embeddings WHERE model = ? AND dtype = ? AND prompt = ? "
                    f"AND text_sha256 IN ({marks(batch)})",
                    [key.model, key.dtype, key.prompt, *batch],
                )
                vectors |= dict(rows)
        return vectors

    def keep(self, key: EmbeddingKey, vectors: Mapping[bytes, bytes]) -> None:
        """Keep vectors."""
        with storage_errors(self._path), self._db.atomic():
            self._db.conn.executemany(
                "INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?, ?, ?)",
                [(key.model, key.dtype, key.prompt, digest, vector) for digest, vector in vectors.items()],
            )

    def keep_only(self, digests: Collection[bytes]) -> int:
        """Drop all vectors but those of texts with these SHA-256, and return how many these were."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute("CREATE TEMP TABLE IF NOT EXISTS living (digest BLOB PRIMARY KEY) WITHOUT ROWID")
            self._db.execute("DELETE FROM living")
            self._db.conn.executemany("INSERT OR IGNORE INTO living VALUES (?)", [(digest,) for digest in digests])
            dropped = self._db.execute("DELETE FROM embeddings WHERE text_sha256 NOT IN (SELECT digest FROM living)")
            self._db.execute("DROP TABLE living")
            return int(dropped.rowcount)
