"""The feeds in corpus.db, and which of their entries were seen."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from index.database.sqlite import now, storage_errors


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: what saves fetching it again, when it is due (seconds since 1970), and how it fails.

    It announced ``entries`` when it was last read. ``failed_entries`` of them could not be fetched or read at the last
    try; ``entry_error`` is the reason of the last of these.
    """

    url: str
    title: str
    added_at: str
    etag: str | None
    last_modified: str | None
    polled_at: str | None
    due: float
    failures: int
    last_error: str | None
    entries: int = 0
    failed_entries: int = 0
    entry_error: str | None = None

    @property
    def due_at(self) -> str:
        """When it is due, as ISO 8601 in UTC."""
        return datetime.datetime.fromtimestamp(self.due, datetime.UTC).isoformat(timespec="seconds")

    def to_dict(self) -> dict[str, object]:
        """Return it as `measures feeds list --json` prints it."""
        polls = ("url", "title", "added_at", "polled_at", "due_at", "failures", "last_error")
        shown = (*polls, "entries", "failed_entries", "entry_error")
        return {name: getattr(self, name) for name in shown}


class FeedTable:
    """The feeds in corpus.db. Used by the thread that opened the store."""

    def __init__(self, db: Database, path: Path) -> None:
        """Look into an open corpus.db."""
        self._db = db
        self._path = path

    def add(self, url: str, title: str) -> bool:
        """Keep a feed, which is due at once. Tell whether it is new."""
        with storage_errors(self._path), self._db.atomic():
            cursor = self._db.execute(
                "INSERT INTO feeds (url, title, added_at, due, failures) VALUES (?, ?, ?, 0, 0) ON CONFLICT DO NOTHING",
                [url, title, now()],
            )
            return bool(cursor.rowcount)

    def remove(self, url: str) -> bool:
        """Forget a feed and its entries. Tell whether it was there."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute("DELETE FROM seen_entries WHERE feed = ?", [url])
            return bool(self._db.execute("DELETE FROM feeds WHERE url = ?", [url]).rowcount)

    def all(self) -> list[Feed]:
        """Return all feeds, by address."""
        with storage_errors(self._path):
            return [_from_row(row) for row in self._db.query("SELECT * FROM feeds ORDER BY url")]

    def polled(self, url: str, due: float, *, title: str, etag: str | None, last_modified: str | None) -> None:
        """Note that a feed was read, and when it is due again."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute(
                "UPDATE feeds SET polled_at = ?, due = ?, failures = 0, last_error = NULL, title = ?, etag = ?, "
                "last_modified = ? WHERE url = ?",
                [now(), due, title, etag, last_modified, url],
            )

    def failed(self, url: str, due: float, error: str) -> None:
        """Note that a feed could not be read, and when it is tried again."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute(
                "UPDATE feeds SET polled_at = ?, due = ?, failures = failures + 1, last_error = ? WHERE url = ?",
                [now(), due, error, url],
            )

    def hurry(self, url: str, due: float) -> None:
        """Let a feed be due at a time, unless it is due earlier."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute("UPDATE feeds SET due = min(due, ?) WHERE url = ?", [due, url])

    def count(self, feed: str, announced: Sequence[str]) -> None:
        """Note how many entries a feed announces, how many of these failed, and why."""
        with storage_errors(self._path), self._db.atomic():
            rows = self._db.query(
                "SELECT url, error FROM seen_entries WHERE feed = ? AND outcome IN ('failed', 'refused') ORDER BY at, url",
                [feed],
            )
            still = frozenset(announced)
            errors = [row["error"] for row in rows if row["url"] in still]
            self._db.execute(
                "UPDATE feeds SET entries = ?, failed_entries = ?, entry_error = ? WHERE url = ?",
                [len(announced), len(errors), errors[-1] if errors else None, feed],
            )

    def settled(self, feed: str, urls: Sequence[str], attempts: int) -> frozenset[str]:
        """Return which entries are done with: they were taken in, quarantined, or failed often enough."""
        with storage_errors(self._path):
            rows = self._db.query(
                "SELECT url FROM seen_entries WHERE feed = ? AND (outcome NOT IN ('failed', 'refused') "
                "OR (outcome = 'failed' AND attempts >= ?))",
                [feed, attempts],
            )
            return frozenset(row["url"] for row in rows) & frozenset(urls)

    def see(self, feed: str, url: str, outcome: str, error: str | None = None) -> None:
        """Note what became of an entry, and why where it failed."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute(
                "INSERT INTO seen_entries (feed, url, at, attempts, outcome, error) VALUES (?, ?, ?, 1, ?, ?) "
                "ON CONFLICT DO UPDATE SET at = excluded.at, attempts = attempts + 1, outcome = excluded.outcome, "
                "error = excluded.error",
                [feed, url, now(), outcome, error],
            )


def _from_row(row: Mapping[str, Any]) -> Feed:
    return Feed(
        row["url"],
        row["title"],
        row["added_at"],
        row["etag"],
        row["last_modified"],
        row["polled_at"],
        row["due"],
        row["failures"],
        row["last_error"],
        row["entries"],
        row["failed_entries"],
        row["entry_error"],
    )
