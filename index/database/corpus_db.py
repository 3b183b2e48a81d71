"""The corpus, the source of truth: releases in every version, and tables that modules beside this one know.

It is in corpus.db, or in PostgreSQL: `home.py` opens it.
"""

import datetime
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from corpus import Release
from index.database.announcements import AnnouncementTable
from index.database.canaries import CanaryTable
from index.database.connection import CorpusConnection
from index.database.derived import DerivedTable
from index.database.embeddings import EmbeddingTable
from index.database.erasures import ErasureTable
from index.database.fetches import FetchTable
from index.database.history import NOBODY, By, HistoryTable
from index.database.outlines import OUTLINED, Outline, outline
from index.database.pruning import PruningTable
from index.database.quarantine import QuarantineTable
from index.database.signatures import SignatureTable
from index.database.sources import SourceTable
from index.database.spool import SpoolTable
from index.database.sqlite import marks, now, release_from_row
from index.database.textless import TextlessTable
from index.database.transfer import read_rows, write_rows
from index.database.versions import VersionTable

BY_ROWID = ("versions",)
"""The tables whose `rowid` tells which rows are newer."""
_RELEASE_FIELDS = tuple("title issuer date language kind url retrieved_from note reference origin text".split())


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
    """The releases of the corpus, and its other tables. Used by one thread."""

    def __init__(self, db: CorpusConnection, by: By = NOBODY) -> None:
        """Take an open database.

        :param by: who changes it, and why.
        """
        self._db = db
        self.by = by
        self.announcements = AnnouncementTable(self._db)
        self.quarantine = QuarantineTable(self._db)
        self.canaries = CanaryTable(self._db)
        self.derived = DerivedTable(self._db)
        self.embeddings = EmbeddingTable(self._db)
        self.erasures = ErasureTable(self._db)
        self.fetches = FetchTable(self._db)
        self.history = HistoryTable(self._db, by)
        self.pruning = PruningTable(self._db)
        self.signatures = SignatureTable(self._db)
        self.sources = SourceTable(self._db)
        self.spool = SpoolTable(self._db)
        self.textless = TextlessTable(self._db)
        self.shown_versions = VersionTable(self._db)

    def writing(self) -> AbstractContextManager[None]:
        """Let nobody else write during the block. All that is done in it is kept, or none of it."""
        return self._db.writing()

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def copy_to(self, path: Path, *, leave_out: Collection[str] = ()) -> None:
        """Copy all rows, as they are at one moment, into a corpus.db that has the tables.

        :param leave_out: tables whose rows stay behind.
        """
        write_rows(self._db, path, by_rowid=BY_ROWID, leave_out=leave_out)

    def take(self, path: Path, *, again: bool = False) -> None:
        """Take in all rows of a corpus.db, where this corpus is empty.

        :param again: whether it holds what a restore that was broken off left, which gives way.
        :raises ArchiveError: when it is not empty.
        """
        read_rows(path, self._db, by_rowid=BY_ROWID, again=again)

    def is_new(self) -> bool:
        """Tell whether nothing was ever accepted."""
        return not list(self._db.query("SELECT 1 FROM releases LIMIT 1"))

    def releases(self) -> Iterator[Release]:
        """Yield the current version of every release that is not withdrawn, by id."""
        rows = self._db.query(
            "SELECT v.*, r.edition_of FROM releases r JOIN versions v USING (release_id, text_sha256) "
            "WHERE r.removed_at IS NULL ORDER BY r.release_id"
        )
        yield from (release_from_row(row) for row in rows)

    def outlines(self) -> dict[str, Outline]:
        """Return the outline of every release that is not withdrawn, by id."""
        columns = ", ".join(f"v.{column}" for column in OUTLINED if column != "edition_of")
        rows = self._db.query(
            f"SELECT {columns}, r.edition_of FROM releases r JOIN versions v USING (release_id, text_sha256) "
            "WHERE r.removed_at IS NULL ORDER BY r.release_id"
        )
        return {row["release_id"]: outline(row) for row in rows}

    def some(self, release_ids: Sequence[str]) -> list[Release]:
        """Return the current versions of some releases, in the order of the ids."""
        rows = self._db.query(
            "SELECT v.*, r.edition_of FROM releases r JOIN versions v USING (release_id, text_sha256) "
            f"WHERE r.release_id IN ({marks(release_ids)})",
            release_ids,
        )
        releases = {row["release_id"]: release_from_row(row) for row in rows} if release_ids else {}
        return [releases[release_id] for release_id in release_ids]

    def withdrawn(self) -> frozenset[str]:
        """Return the ids of withdrawn releases."""
        return frozenset(
            row["release_id"] for row in self._db.query("SELECT release_id FROM releases WHERE removed_at IS NOT NULL")
        )

    def find(self, canonical_url: str | None, text_sha256: str) -> str | None:
        """Return the id of the release with an address, or else with a text. None where there is neither."""
        queries = (
            ("SELECT release_id FROM releases WHERE canonical_url = ?", canonical_url),
            ("SELECT release_id FROM versions WHERE text_sha256 = ? ORDER BY release_id", text_sha256),
        )
        ids = (row["release_id"] for sql, value in queries if value for row in self._db.query(sql, [value]))
        return next(ids, None)

    def known(self, release_id: str, text_sha256: str) -> Known:
        """Return what is known of a release that was accepted before."""
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
        return bool(list(self._db.query("SELECT 1 FROM releases WHERE release_id = ?", [release_id])))

    def current(self, release_id: str) -> Release | None:
        """Return the current version of a release, None where it is withdrawn or was never there."""
        rows = self._db.query(
            "SELECT v.*, r.edition_of FROM releases r JOIN versions v USING (release_id, text_sha256) "
            "WHERE r.release_id = ? AND r.removed_at IS NULL",
            [release_id],
        )
        return next((release_from_row(row) for row in rows), None)

    def versions(self, release_id: str) -> list[Release]:
        """Return every version of a release, even when it is withdrawn. Without any where it was erased."""
        rows = self._db.query(
            "SELECT v.*, r.edition_of FROM releases r JOIN versions v USING (release_id) "
            "WHERE r.release_id = ? AND v.text <> '' ORDER BY v.text_sha256 = r.text_sha256, v.added_at, "
            "v.text_sha256",
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
        with self._db.atomic():
            for release_id in (work, *release_ids):
                self._db.execute("UPDATE releases SET edition_of = ? WHERE release_id = ?", [work, release_id])

    def _editions(self, condition: str, values: Sequence[object]) -> list[Edition]:
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
        rows = self._db.query("SELECT canonical_url FROM releases WHERE release_id = ?", [release_id])
        return next((row["canonical_url"] for row in rows), None)

    def accept(
        self, release: Release, *, canonical_url: str | None, raw_sha256: str, cleaner: int, action: str
    ) -> None:
        """Keep a version of a release and make it the current one."""
        with self._db.atomic():
            self._db.execute(
                "INSERT INTO releases (release_id, text_sha256, canonical_url) VALUES (?, ?, ?) "
                "ON CONFLICT (release_id) "
                "DO UPDATE SET text_sha256 = excluded.text_sha256, removed_at = NULL, erased_at = NULL, "
                "canonical_url = coalesce(excluded.canonical_url, releases.canonical_url)",
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
            key = [release.release_id, release.text_sha256]
            self._db.execute("DELETE FROM versions WHERE release_id = ? AND text_sha256 = ?", key)
            columns = ", ".join(row)
            self._db.execute(f"INSERT INTO versions ({columns}) VALUES ({marks(list(row))})", list(row.values()))
            self.history.add(action, release_id=release.release_id)

    def erase(self, release_id: str, sources: Sequence[str]) -> None:
        """Withdraw a release, and delete its text and all that was made of it."""
        with self._db.atomic():
            self.erasures.erase(release_id, sources)
            self.history.add("erased", release_id=release_id)

    def withdraw(self, release_id: str) -> None:
        """Withdraw a release: it stays in corpus.db, and is neither served nor built any more."""
        with self._db.atomic():
            self._db.execute("UPDATE releases SET removed_at = ? WHERE release_id = ?", [now(), release_id])
            self.history.add("removed", release_id=release_id)
