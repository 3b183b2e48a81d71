"""The announcements in corpus.db: which addresses and files sources announced, and what became of each."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus import canonical_url, kept_address
from index.database.connection import CorpusConnection
from index.database.sqlite import now

BY_HAND = ""  # The source of an address that a person gave, and whose site refused it.
_KEPT = "('added', 'changed', 'unchanged', 'resolved')"


@dataclass(frozen=True, slots=True)
class Announcement:
    """An address, or the path of a file, that a source announces. ``version`` tells states of a file apart."""

    url: str
    title: str = ""
    date: datetime.date | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class Announced:
    """What was announced and may not be read by programs: who announced it, since when, how often it was tried.

    ``source`` is empty for an address that a person gave.
    """

    url: str
    title: str
    date: datetime.date | None
    source: str
    first_at: str
    attempts: int
    retry: float
    error: str

    @property
    def retry_at(self) -> str:
        """When it is tried again, as ISO 8601 in UTC."""
        return datetime.datetime.fromtimestamp(self.retry, datetime.UTC).isoformat(timespec="seconds")

    def to_dict(self) -> dict[str, object]:
        """Return it as `measures index announced --json` prints it."""
        date = self.date.isoformat() if self.date else None
        names = ("url", "title", "source", "first_at", "attempts", "retry_at", "error")
        return {name: getattr(self, name) for name in names} | {"date": date}


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of all that a source announced, in figures."""

    kept: int = 0
    quarantined: int = 0
    refused: int = 0
    failed: int = 0
    waiting: int = 0


class AnnouncementTable:
    """The announcements in corpus.db. Used by the thread that opened the store."""

    def __init__(self, db: CorpusConnection) -> None:
        """Look into an open database."""
        self._db = db

    def see(self, source: str, announcement: Announcement, outcome: str, error: str | None, retry: float) -> None:
        """Note what became of an announcement, why where it failed, and when it is tried again.

        :param retry: seconds since 1970.
        """
        with self._db.atomic():
            self._db.execute(
                "INSERT INTO announcements VALUES (:source, :url, :canonical, :title, :date, :version, :now, :now, 1, "
                ":outcome, :error, :retry) ON CONFLICT (source, url) DO UPDATE SET at = :now, outcome = :outcome, "
                "error = :error, version = :version, attempts = announcements.attempts + 1, retry = :retry, "
                "title = CASE WHEN :title = '' THEN announcements.title ELSE :title END, "
                "date = coalesce(:date, announcements.date)",
                _values(source, announcement) | {"outcome": outcome, "error": error, "retry": retry},
            )

    def wait(self, source: str, announcements: Iterable[Announcement]) -> None:
        """Note announcements that are to be read later. What became of one before stays."""
        with self._db.atomic():
            for announcement in announcements:
                self._db.execute(
                    "INSERT INTO announcements VALUES (:source, :url, :canonical, :title, :date, :version, :now, "
                    ":now, 0, 'waiting', NULL, 0) ON CONFLICT DO NOTHING",
                    _values(source, announcement),
                )

    def waiting(self, source: str, attempts: int, time: float) -> list[Announcement]:
        """Return what waits to be read, failed less often than `attempts`, or is to be tried again; newest first."""
        return self._read(
            "SELECT * FROM announcements WHERE source = ? AND (outcome = 'waiting' "
            "OR (outcome = 'failed' AND attempts < ?) OR (outcome = 'refused' AND retry <= ?)) "
            "ORDER BY date DESC NULLS LAST, url DESC",
            [source, attempts, time],
        )

    def refused(self, source: str, time: float, limit: int) -> list[Announcement]:
        """Return what was refused and is to be tried again at a time, what waits longest first."""
        return self._read(
            "SELECT * FROM announcements WHERE source = ? AND outcome = 'refused' AND retry <= ? "
            "ORDER BY retry LIMIT ?",
            [source, time, limit],
        )

    def attempts(self, source: str, url: str) -> int:
        """Return how often an announcement was tried in vain."""
        rows = self._db.query("SELECT attempts FROM announcements WHERE source = ? AND url = ?", [source, url])
        return next((row["attempts"] for row in rows), 0)

    def settled(self, source: str, announcements: Sequence[Announcement], attempts: int) -> frozenset[str]:
        """Return the addresses that a poll need not try: they were taken in, set aside, refused, or failed too often.

        What was refused is tried again by `refused`, when its time has come.
        """
        versions = {announcement.url: announcement.version for announcement in announcements}
        rows = self._db.query(
            "SELECT url, version FROM announcements WHERE source = ? AND (outcome NOT IN ('failed', 'waiting') "
            "OR (outcome = 'failed' AND attempts >= ?))",
            [source, attempts],
        )
        return frozenset(row["url"] for row in rows if versions.get(row["url"]) == row["version"])

    def failing(self, source: str, urls: Iterable[str]) -> list[str]:
        """Return why those of some addresses that gave nothing did so, the latest last."""
        wanted = frozenset(urls)
        rows = self._db.query(
            "SELECT url, error FROM announcements WHERE source = ? AND outcome IN ('failed', 'refused') "
            "ORDER BY at, url",
            [source],
        )
        return [row["error"] or "" for row in rows if row["url"] in wanted]

    def resolve(self, canonical_url: str | None) -> None:
        """Note that an address was read after all, or that a person brought what is there."""
        if canonical_url is not None:
            with self._db.atomic():
                self._db.execute(
                    "UPDATE announcements SET outcome = 'resolved', error = NULL WHERE canonical_url = ? "
                    f"AND outcome NOT IN {_KEPT}",
                    [canonical_url],
                )

    def is_kept(self, url: str) -> bool:
        """Tell whether an address holds a release of the corpus, so that it need not be read."""
        canonical = canonical_url(kept_address(url))
        rows = self._db.query(
            "SELECT 1 FROM releases WHERE canonical_url = :url UNION "
            "SELECT 1 FROM addresses WHERE canonical_url = :url",
            {"url": canonical},
        )
        return canonical is not None and next(iter(rows), None) is not None

    def announced(self) -> list[Announced]:
        """Return what was announced and may not be read by programs, newest first. Each address is told once."""
        rows = self._db.query(
            "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY coalesce(canonical_url, url) "
            "ORDER BY attempts DESC, source, url) AS place FROM announcements WHERE outcome = 'refused') AS ranked "
            "WHERE place = 1 ORDER BY coalesce(date, substr(first_at, 1, 10)) DESC, url"
        )
        return [
            Announced(
                row["url"],
                row["title"],
                datetime.date.fromisoformat(row["date"]) if row["date"] else None,
                row["source"],
                row["first_at"],
                row["attempts"],
                row["retry"],
                row["error"] or "",
            )
            for row in rows
        ]

    def counts(self) -> dict[str, Counts]:
        """Return what became of all that each source announced."""
        rows = self._db.query(
            f"SELECT source, count(*) FILTER (WHERE outcome IN {_KEPT}) AS kept, "
            "count(*) FILTER (WHERE outcome = 'refused') AS refused, "
            "count(*) FILTER (WHERE outcome = 'failed') AS failed, "
            "count(*) FILTER (WHERE outcome = 'waiting') AS waiting, "
            "count(*) FILTER (WHERE outcome = 'quarantined' AND EXISTS (SELECT 1 FROM quarantine q "
            "WHERE q.source = a.url AND q.state = 'held')) AS quarantined FROM announcements a GROUP BY source"
        )
        names = ("kept", "quarantined", "refused", "failed", "waiting")
        return {row["source"]: Counts(**{name: row[name] for name in names}) for row in rows}

    def _read(self, sql: str, values: Sequence[object]) -> list[Announcement]:
        return [_from_row(row) for row in self._db.query(sql, values)]


def _values(source: str, announcement: Announcement) -> dict[str, object]:
    return {
        "source": source,
        "url": announcement.url,
        "canonical": canonical_url(kept_address(announcement.url)),
        "title": announcement.title,
        "date": announcement.date.isoformat() if announcement.date else None,
        "version": announcement.version,
        "now": now(),
    }


def _from_row(row: Mapping[str, Any]) -> Announcement:
    date = datetime.date.fromisoformat(row["date"]) if row["date"] else None
    return Announcement(row["url"], row["title"], date, row["version"])
