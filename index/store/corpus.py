"""corpus.db: the source of truth. Releases in every version, cached embeddings, the log."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database, Migrations

from corpus.models import Release
from index.store.sqlite import marks, now, release_from_row, storage_errors

_RELEASE_FIELDS = ("title", "issuer", "date", "language", "kind", "url", "retrieved_from", "note", "text")
_corpus = Migrations("corpus")
_SQL_VALUES = 500


@_corpus()
def m001_releases(db: Database) -> None:
    """Every release that was ever accepted, and every version of its text."""
    db.execute(
        "CREATE TABLE releases (release_id TEXT PRIMARY KEY, text_sha256 TEXT NOT NULL, canonical_url TEXT UNIQUE, "
        "removed_at TEXT) STRICT"
    )
    db.execute(
        "CREATE TABLE versions (release_id TEXT NOT NULL REFERENCES releases, text_sha256 TEXT NOT NULL, "
        "raw_sha256 TEXT NOT NULL, cleaner INTEGER NOT NULL, added_at TEXT NOT NULL, title TEXT NOT NULL, "
        "issuer TEXT NOT NULL, "
        "date TEXT NOT NULL, language TEXT NOT NULL, kind TEXT NOT NULL, url TEXT, retrieved_from TEXT, note TEXT, "
        "text TEXT NOT NULL, PRIMARY KEY (release_id, text_sha256)) STRICT"
    )
    db.execute("CREATE INDEX versions_text ON versions (text_sha256)")


@_corpus()
def m002_embeddings(db: Database) -> None:
    """Vectors that need not be computed again, as float16."""
    db.execute(
        "CREATE TABLE embeddings (model TEXT NOT NULL, dtype TEXT NOT NULL, prompt TEXT NOT NULL, "
        "text_sha256 BLOB NOT NULL, "
        "vector BLOB NOT NULL, PRIMARY KEY (model, dtype, prompt, text_sha256)) STRICT, WITHOUT ROWID"
    )


@_corpus()
def m003_log(db: Database) -> None:
    """What was done to the corpus and its generations, when."""
    db.execute(
        "CREATE TABLE log (id INTEGER PRIMARY KEY, at TEXT NOT NULL, action TEXT NOT NULL, release_id TEXT, "
        "generation TEXT, "
        "details TEXT NOT NULL) STRICT"
    )


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the history: `action` is added, changed, removed, built or rolled back."""

    at: str
    action: str
    release_id: str | None
    generation: str | None
    details: dict[str, object]


@dataclass(frozen=True, slots=True)
class EmbeddingKey:
    """What a cached vector depends on, beside the text."""

    model: str
    dtype: str
    prompt: str


class CorpusStore:
    """corpus.db: releases in every version, cached embeddings, the log. Used by one thread."""

    def __init__(self, path: Path) -> None:
        """Open the database, or create it.

        :raises StorageError: when the folder cannot be written or the file is no database.
        """
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = Database(sqlite3.connect(path, timeout=30))
            self._db.execute("PRAGMA synchronous = FULL")
            _corpus.apply(self._db)
        self._path = path

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def is_new(self) -> bool:
        """Tell whether nothing was ever accepted."""
        with storage_errors(self._path):
            return not list(self._db.query("SELECT 1 FROM releases LIMIT 1"))

    def releases(self) -> Iterator[Release]:
        """Yield the current version of every release that is not removed, by id."""
        with storage_errors(self._path):
            rows = self._db.query(
                "SELECT v.* FROM releases r JOIN versions v USING (release_id, text_sha256) "
                "WHERE r.removed_at IS NULL ORDER BY r.release_id"
            )
            yield from (release_from_row(row) for row in rows)

    def removed(self) -> frozenset[str]:
        """Return the ids of withdrawn releases: the tombstones."""
        with storage_errors(self._path):
            return frozenset(
                row["release_id"]
                for row in self._db.query("SELECT release_id FROM releases WHERE removed_at IS NOT NULL")
            )

    def find(self, canonical_url: str | None, text_sha256: str) -> str | None:
        """Return the id under which a release was accepted before: by its address, else by its text."""
        with storage_errors(self._path):
            queries = (
                ("SELECT release_id FROM releases WHERE canonical_url = ?", canonical_url),
                ("SELECT release_id FROM versions WHERE text_sha256 = ? ORDER BY release_id", text_sha256),
            )
            found = (row["release_id"] for sql, value in queries if value for row in self._db.query(sql, [value]))
            return next(found, None)

    def taken(self, release_id: str) -> bool:
        """Tell whether an id was ever given."""
        with storage_errors(self._path):
            return bool(list(self._db.query("SELECT 1 FROM releases WHERE release_id = ?", [release_id])))

    def current(self, release_id: str) -> Release | None:
        """Return the current version of a release that is not removed."""
        with storage_errors(self._path):
            rows = self._db.query(
                "SELECT v.* FROM releases r JOIN versions v USING (release_id, text_sha256) "
                "WHERE r.release_id = ? AND r.removed_at IS NULL",
                [release_id],
            )
            return next((release_from_row(row) for row in rows), None)

    def accept(
        self, release: Release, *, canonical_url: str | None, raw_sha256: str, cleaner: int, action: str
    ) -> None:
        """Keep a version of a release and make it the current one."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute(
                "INSERT INTO releases (release_id, text_sha256, canonical_url) VALUES (?, ?, ?) "
                "ON CONFLICT (release_id) "
                "DO UPDATE SET text_sha256 = excluded.text_sha256, removed_at = NULL, "
                "canonical_url = coalesce(excluded.canonical_url, canonical_url)",
                [release.release_id, release.text_sha256, canonical_url],
            )
            row = {field: getattr(release, field) for field in _RELEASE_FIELDS} | {
                "release_id": release.release_id,
                "text_sha256": release.text_sha256,
                "date": release.date.isoformat(),
                "raw_sha256": raw_sha256,
                "cleaner": cleaner,
                "added_at": now(),
            }
            self._db.table("versions").insert(row, pk=("release_id", "text_sha256"), replace=True)
            self._log(action, release_id=release.release_id)

    def remove(self, release_id: str) -> None:
        """Put a tombstone on a release."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute("UPDATE releases SET removed_at = ? WHERE release_id = ?", [now(), release_id])
            self._log("removed", release_id=release_id)

    def log(self, action: str, *, generation: str, **details: object) -> None:
        """Write down what happened to a generation."""
        with storage_errors(self._path), self._db.atomic():
            self._log(action, details, generation=generation)

    def history(self) -> Iterator[LogEntry]:
        """Yield what was done, newest first."""
        with storage_errors(self._path):
            for row in self._db.query("SELECT * FROM log ORDER BY id DESC"):
                yield LogEntry(
                    row["at"], row["action"], row["release_id"], row["generation"], json.loads(row["details"])
                )

    def cached_embeddings(self, key: EmbeddingKey, digests: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the vectors at hand, as the bytes that were kept, by the SHA-256 of the embedded text."""
        found: dict[bytes, bytes] = {}
        with storage_errors(self._path):
            for start in range(0, len(digests), _SQL_VALUES):
                batch = digests[start : start + _SQL_VALUES]
                rows = self._db.execute(
                    "SELECT text_sha256, vector FROM embeddings WHERE model = ? AND dtype = ? AND prompt = ? "
                    f"AND text_sha256 IN ({marks(batch)})",
                    [key.model, key.dtype, key.prompt, *batch],
                )
                found |= dict(rows)
        return found

    def cache_embeddings(self, key: EmbeddingKey, vectors: Mapping[bytes, bytes]) -> None:
        """Keep vectors by the SHA-256 of the embedded text."""
        with storage_errors(self._path), self._db.atomic():
            self._db.conn.executemany(
                "INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?, ?, ?)",
                [(key.model, key.dtype, key.prompt, digest, vector) for digest, vector in vectors.items()],
            )

    def _log(
        self,
        action: str,
        details: Mapping[str, object] | None = None,
        *,
        release_id: str | None = None,
        generation: str | None = None,
    ) -> None:
        self._db.execute(
            "INSERT INTO log (at, action, release_id, generation, details) VALUES (?, ?, ?, ?, ?)",
            [now(), action, release_id, generation, json.dumps(details or {})],
        )
