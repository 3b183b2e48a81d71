"""Vectors in corpus.db that need not be computed again."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.database.connection import CorpusConnection
from index.database.sqlite import marks

_SQL_VALUES = 500


@dataclass(frozen=True, slots=True)
class EmbeddingKey:
    """What a cached vector depends on, beside the text."""

    model: str
    dtype: str
    prompt: str


class EmbeddingTable:
    """The vectors in corpus.db, by the SHA-256 of the embedded text. Used by the thread that opened the store."""

    def __init__(self, db: CorpusConnection) -> None:
        """Look into an open database."""
        self._db = db

    def cached(self, key: EmbeddingKey, digests: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the vectors that were kept of some texts, as bytes."""
        return dict(self.each_cached(key, digests))

    def each_cached(self, key: EmbeddingKey, digests: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """Yield the vectors that were kept of some texts, as bytes, each after the digest of its text."""
        in_order = sorted(set(digests))  # the order of the table: 27,000 take .2 s instead of .5
        for start in range(0, len(in_order), _SQL_VALUES):
            batch = in_order[start : start + _SQL_VALUES]
            yield from self._db.rows(
                "SELECT text_sha256, vector FROM embeddings WHERE model = ? AND dtype = ? AND prompt = ? "
                f"AND text_sha256 IN ({marks(batch)})",
                [key.model, key.dtype, key.prompt, *batch],
            )

    def of_model(self, model: str, digests: Sequence[bytes]) -> dict[bytes, bytes] | None:
        """Return the vectors that a model gave some texts as documents, as bytes; None where some are missing."""
        kinds = self._db.rows("SELECT DISTINCT dtype, prompt FROM embeddings WHERE model = ?", [model])
        for dtype, prompt in sorted(kinds):
            vectors = self.cached(EmbeddingKey(model, dtype, prompt), digests)
            if len(vectors) == len(set(digests)):
                return vectors
        return None

    def keep(self, key: EmbeddingKey, vectors: Mapping[bytes, bytes]) -> None:
        """Keep vectors."""
        with self._db.atomic():
            self._db.execute_many(
                "INSERT INTO embeddings VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (model, dtype, prompt, text_sha256) DO UPDATE SET vector = excluded.vector",
                [(key.model, key.dtype, key.prompt, digest, vector) for digest, vector in vectors.items()],
            )

    def keep_only(self, digests: Collection[bytes]) -> int:
        """Drop all vectors but those of texts with these SHA-256, and return how many these were."""
        living = frozenset(digests)
        with self._db.atomic():
            keys = self._db.rows("SELECT model, dtype, prompt, text_sha256 FROM embeddings")
            dropped = [key for key in keys if key[3] not in living]
            self._db.execute_many(
                "DELETE FROM embeddings WHERE model = ? AND dtype = ? AND prompt = ? AND text_sha256 = ?", dropped
            )
            return len(dropped)
