"""The sources in corpus.db: what announces releases and is followed."""

import dataclasses
import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from index.database.connection import CorpusConnection
from index.database.sqlite import now


class SourceKind(StrEnum):
    """What a source is."""

    FEED = "feed"
    """An RSS or Atom feed."""
    PRESS_CORNER = "presscorner"
    """A search in the Commission's press corner."""
    SITEMAP = "sitemap"
    """The sitemap of a site, or an index of sitemaps."""
    FOLDER = "folder"
    """A folder into which people put files."""


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What of a source is wanted. ``types``, ``policies`` and ``languages`` are for a press corner only.

    ``types`` are codes such as "IP", ``policies`` codes such as "TRANSP". All ``words`` must be in a title, or in the
    address where there is no title; a word may have alternatives, as "smuggl|traffick".
    """

    types: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def given(self) -> dict[str, list[str]]:
        """Return the options that are given, by name."""
        return {name: list(values) for name, values in dataclasses.asdict(self).items() if values}


@dataclass(frozen=True, slots=True)
class BackfillState:
    """How far the past of a source is walked: days as ISO 8601. Of ``reached`` and later all is announced."""

    since: str
    until: str
    reached: str | None = None

    @property
    def listed(self) -> bool:
        """Whether all that the past holds is announced."""
        return self.reached is not None and self.reached <= self.since


@dataclass(frozen=True, slots=True)
class FollowedSource:
    """A source: what saves fetching it again, when it is due (seconds since 1970), and how it fails.

    ``url`` is its address, or the path of a folder. It announced ``entries`` when it was last read. ``failed_entries``
    of them could not be had at the last try; ``entry_error`` is the reason of the last of these.
    """

    url: str
    kind: SourceKind
    options: SourceOptions
    title: str
    added_at: str
    etag: str | None
    last_modified: str | None
    polled_at: str | None
    succeeded_at: str | None
    due: float
    failures: int
    last_error: str | None
    entries: int = 0
    failed_entries: int = 0
    entry_error: str | None = None
    backfill: BackfillState | None = None

    @property
    def due_at(self) -> str:
        """When it is due, as ISO 8601 in UTC."""
        return datetime.datetime.fromtimestamp(self.due, datetime.UTC).isoformat(timespec="seconds")

    def to_dict(self) -> dict[str, object]:
        """Return it as `measures feeds list --json` prints it."""
        polls = ("url", "title", "added_at", "polled_at", "due_at", "failures", "last_error")
        shown = (*polls, "entries", "failed_entries", "entry_error")
        return {name: getattr(self, name) for name in shown}


class SourceTable:
    """The sources in corpus.db. Used by the thread that opened the store."""

    def __init__(self, db: CorpusConnection) -> None:
        """Look into an open database."""
        self._db = db

    def add(self, url: str, kind: SourceKind, options: SourceOptions, title: str) -> bool:
        """Keep a source, which is due at once. Tell whether it is new."""
        with self._db.atomic():
            added = self._db.execute(
                "INSERT INTO sources (url, kind, options, title, added_at, due, failures, entries, failed_entries) "
                "VALUES (?, ?, ?, ?, ?, 0, 0, 0, 0) ON CONFLICT DO NOTHING",
                [url, kind, json.dumps(options.given()), title, now()],
            )
            return bool(added)

    def remove(self, url: str) -> bool:
        """Forget a source and what it announced. Tell whether it was there."""
        with self._db.atomic():
            self._db.execute("DELETE FROM announcements WHERE source = ?", [url])
            return bool(self._db.execute("DELETE FROM sources WHERE url = ?", [url]))

    def all(self) -> list[FollowedSource]:
        """Return all sources, by address."""
        return [_from_row(row) for row in self._db.query("SELECT * FROM sources ORDER BY url")]

    def polled(self, url: str, due: float, *, title: str, etag: str | None, last_modified: str | None) -> None:
        """Note that a source was read, and when it is due again."""
        with self._db.atomic():
            self._db.execute(
                "UPDATE sources SET polled_at = :now, succeeded_at = :now, due = :due, failures = 0, "
                "last_error = NULL, title = :title, etag = :etag, last_modified = :last_modified WHERE url = :url",
                {"now": now(), "due": due, "title": title, "etag": etag, "last_modified": last_modified, "url": url},
            )

    def failed(self, url: str, due: float, error: str) -> None:
        """Note that a source could not be read, and when it is tried again."""
        with self._db.atomic():
            self._db.execute(
                "UPDATE sources SET polled_at = ?, due = ?, failures = failures + 1, last_error = ? WHERE url = ?",
                [now(), due, error, url],
            )

    def hurry(self, url: str, due: float) -> None:
        """Let a source be due at a time, unless it is due earlier."""
        with self._db.atomic():
            self._db.execute("UPDATE sources SET due = ? WHERE url = ? AND due > ?", [due, url, due])

    def count(self, url: str, entries: int, failed: int, error: str | None) -> None:
        """Note how many entries a source announces, how many of these failed, and why."""
        with self._db.atomic():
            self._db.execute(
                "UPDATE sources SET entries = ?, failed_entries = ?, entry_error = ? WHERE url = ?",
                [entries, failed, error, url],
            )

    def backfilling(self, url: str, state: BackfillState | None) -> None:
        """Note how far the past of a source is walked; None when that is done."""
        kept = json.dumps(dataclasses.asdict(state)) if state else None
        with self._db.atomic():
            self._db.execute("UPDATE sources SET backfill = ? WHERE url = ?", [kept, url])


def _from_row(row: Mapping[str, Any]) -> FollowedSource:
    options = {name: tuple(values) for name, values in json.loads(row["options"]).items()}
    backfill = BackfillState(**json.loads(row["backfill"])) if row["backfill"] else None
    names = {field.name for field in dataclasses.fields(FollowedSource)} - {"kind", "options", "backfill"}
    return FollowedSource(
        kind=SourceKind(row["kind"]),
        options=SourceOptions(**options),
        backfill=backfill,
        **{name: row[name] for name in names},
    )
