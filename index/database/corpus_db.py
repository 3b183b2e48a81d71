"""corpus.db: the source of truth. It holds releases in every version, and tables that modules beside this one know."""

import datetime
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from corpus import Release
from index.database.announcements import AnnouncementTable
from index.database.canaries import CanaryTable
from index.database.derived import DerivedTable
from index.database.embeddings import EmbeddingTable
from index.database.erasures import ErasureTable
from index.database.faults import is_read_only
from index.database.fetches import FetchTable
from index.database.history import NOBODY, By, HistoryTable
from index.database.private_files import private_folder
from index.database.pruning import PruningTable
from index.database.quarantine import QuarantineTable
from index.database.schema import corpus_migrations
from index.database.signatures import SignatureTable
from index.database.sources import SourceTable
from index.database.spool import SpoolTable
from index.database.sqlite import now, release_from_row, storage_errors
from index.database.textless import TextlessTable
from index.database.versions import VersionTable

_RELEASE_FIELDS = tuple("title issuer date language kind url retrieved_from note reference origin text".split())
_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a release that a source may be a version of.

    ``canonical_url`` is its address without the parts that do not change the page, ``url`` the address of its last
    version. ``has_text`` tells whether the text that was asked about is that of one of its versions.
    """

    release_id: str
    canonical_url: str | None
    url: str | None
    withdrawn: bool
    has_text: bool


@dataclass(frozen=True, slots=True)
class Edition:
    """A release that may be a language edition of another, and the work that it is an edition of."""

    release_id: str
    work: str
    language: str
    date: datetime.date


class CorpusStore:
    """The releases in corpus.db, and its other tables. Used by one thread."""

    def __init__(self, path: Path, by: By = NOBODY, *, reading: bool = False) -> None:
        """Open the database, or create it.

        :param reading: whether it is only read. None is then created, and one of an older program that cannot be
            written is read as it is.
        :raises StorageError: when the folder cannot be written or the file is no database.
        """
        with storage_errors(path):
            if not reading:
                private_folder(path.parent)
            self._db = Database(sqlite3.connect(path if not reading or path.exists() else ":memory:", timeout=_WAIT_S))
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA secure_delete = ON")
            try:
                corpus_migrations.apply(self._db)
            except sqlite3.Error as error:
                if not (reading and is_read_only(error)):
                    raise
        self._path = path
        self.by = by
        self.announcements = AnnouncementTable(self._db, path)
        self.quarantine = QuarantineTable(self._db, path)
        self.canaries = CanaryTable(self._db, path)
        self.derived = DerivedTable(self._db, path)
        self.embeddings = EmbeddingTable(self._db, path)
        self.erasures = ErasureTable(self._db, path)
        self.fetches = FetchTable(self._db, path)
        self.history = HistoryTable(self._db, path, by)
        self.pruning = PruningTable(self._db, path)
        self.signatures = SignatureTable(self._db, path)
        self.sources = SourceTable(self._db, path)
        self.spool = SpoolTable(self._db, path)
        self.textless = TextlessTable(self._db, path)
        self.shown_versions = VersionTable(self._db, path)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Let nobody else write during the block. All that is done in it is kept, or none of it."""
        with storage_errors(self._path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.conn.rollback()
                raise
            self._db.conn.commit()

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def is_new(self) -> bool:
        """Tell whether nothing was ever accepted."""
        with storage_errors(self._path):
            return not list(self._db.query("SELECT 1 FROM releases LIMIT 1"))

    def releases(self) -> Iterator[Release]:
        """Yield the current version of every release that is not withdrawn, by id."""
        with storage_errors(self._path):
            rows = self._db.query(
                "SELECT v.*, r.edition_of FROM releases r JOIN versions v USING (release_id, text_sha256) "
                "WHERE r.removed_at IS NULL ORDER BY r.release_id"
            )
            yield from (release_from_row(row) for row in rows)

    def withdrawn(self) -> frozenset[str]:
        """Return the ids of withdrawn releases."""
        with storage_errors(self._path):
            return frozenset(
                row["release_id"]
                for row in self._db.query("SELECT release_id FROM releases WHERE removed_at IS NOT NULL")
            )

    def find(self, canonical_url: str | None, text_sha256: str) -> str | None:
        """Return the id of the release with an address, or else with a text. None where there is neither."""
        with storage_errors(self._path):
            queries = (
                ("SELECT release_id FROM releases WHERE canonical_url = ?", canonical_url),
                ("SELECT release_id FROM versions WHERE text_sha256 = ? ORDER BY release_id", text_sha256),
            )
            ids = (row["release_id"] for sql, value in queries if value for row in self._db.query(sql, [value]))
            return next(ids, None)

    def known(self, release_id: str, text_sha256: str) -> Known:
        """Return what is known of a release that was accepted before."""
        with storage_errors(self._path):
            rows = self._db.query(
                "SELECT r.canonical_url, r.removed_at, v.url, EXISTS (SELECT 1 FROM versions t WHERE "
                "t.release_id = r.release_id AND t.text_sha256 = ?) AS has_text "
                "FROM releases r JOIN versions v USING (release_id, text_sha256) WHERE r.release_id = ?",
                [text_sha256, release_id],
            )
            row = next(iter(rows))
            withdrawn = row["removed_at"] is not None
            return Known(release_id, row["canonical_url"], row["url"], withdrawn, bool(row["has_text"]))

    def taken(self, release_id: str) -> bool:
        """Tell whether an id was ever given."""
        with storage_errors(self._path):
            return bool(list(self._db.query("SELECT 1 FROM releases WHERE release_id = ?", [release_id])))

    def current(self, release_id: str) -> Release | None:
        """Return the current version of a release, None where it is withdrawn or was never there."""
        with storage_errors(self._path):
            rows = self._db.query(
                "SELECT v.*, r.edition_of FROM releases r JOIN versions v USING (release_id, text_sha256) "
                "WHERE r.release_id = ? AND r.removed_at IS NULL",
                [release_id],
            )
            return next((release_from_row(row) for row in rows), None)

    def versions(self, release_id: str) -> list[Release]:
        """Return every version of a release, even when it is withdrawn. Without any where it was erased."""
        with storage_errors(self._path):
            rows = self._db.query(
                "SELECT v.*, r.edition_of FROM releases r JOIN versions v USING (release_id) "
                "WHERE r.release_id = ? AND v.text <> '' ORDER BY v.text_sha256 = r.text_sha256, v.added_at",
                [release_id],
            )
            return [release_from_row(row) for row in rows]

    def with_reference(self, reference: str, issuer: str) -> list[Edition]:
        """Return the releases of an issuer that have a reference number."""
        return self._editions("v.reference = ? AND v.issuer = ?", [reference, issuer])

    def edition_at(self, canonical_url: str | None) -> Edition | None:
        """Return the release with an address, as an edition; None where there is none."""
        return next(iter(self._editions("r.canonical_url = ?", [canonical_url])), None)

    def editions(self, work: str) -> list[Edition]:
        """Return all editions of a work."""
        return self._editions("(r.edition_of = ? OR r.release_id = ?)", [work, work])

    def join(self, work: str, release_ids: Sequence[str]) -> None:
        """Note that releases are editions of a work."""
        with storage_errors(self._path), self._db.atomic():
            for release_id in (work, *release_ids):
                self._db.execute("UPDATE releases SET edition_of = ? WHERE release_id = ?", [work, release_id])

    def _editions(self, condition: str, values: Sequence[object]) -> list[Edition]:
        with storage_errors(self._path):
            rows = self._db.query(
                "SELECT r.release_id, coalesce(r.edition_of, r.release_id) AS work, v.language, v.date "
                "FROM releases r JOIN versions v USING (release_id, text_sha256) "
                f"WHERE r.removed_at IS NULL AND {condition} ORDER BY r.release_id",
                values,
            )
            return [
                Edition(row["release_id"], row["work"], row["language"], datetime.date.fromisoformat(row["date"]))
                for row in rows
            ]

    def canonical_url(self, release_id: str) -> str | None:
        """Return the canonical address of a release."""
        with storage_errors(self._path):
            rows = self._db.query("SELECT canonical_url FROM releases WHERE release_id = ?", [release_id])
            return next((row["canonical_url"] for row in rows), None)

    def accept(
        self, release: Release, *, canonical_url: str | None, raw_sha256: str, cleaner: int, action: str
    ) -> None:
        """Keep a version of a release and make it the current one."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute(
                "INSERT INTO releases (release_id, text_sha256, canonical_url) VALUES (?, ?, ?) "
                "ON CONFLICT (release_id) "
                "DO UPDATE SET text_sha256 = excluded.text_sha256, removed_at = NULL, erased_at = NULL, "
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
            self.history.add(action, release_id=release.release_id)

    def erase(self, release_id: str, sources: Sequence[str]) -> None:
        """Withdraw a release, and delete its text and all that was made of it."""
        with storage_errors(self._path), self._db.atomic():
            self.erasures.erase(release_id, sources)
            self.history.add("erased", release_id=release_id)

    def withdraw(self, release_id: str) -> None:
        """Withdraw a release: it stays in corpus.db, and is neither served nor built any more."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute("UPDATE releases SET removed_at = ? WHERE release_id = ?", [now(), release_id])
            self.history.add("removed", release_id=release_id)
