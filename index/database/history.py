"""The history in corpus.db: what was done to the corpus and its generations, by whom, why and when."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from index.database.connection import CorpusConnection
from index.database.sqlite import now


@dataclass(frozen=True, slots=True)
class By:
    """Who does something to the corpus, and why; it is written into the history."""

    who: str = ""
    why: str = ""


NOBODY = By()


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the history.

    ``action`` is added, changed, removed (withdrawn), erased, quarantined, discarded, built, refused, rolled back,
    compacted, feed added, feed removed, source added or source removed.
    """

    at: str
    action: str
    release_id: str | None
    generation: str | None
    details: dict[str, object]
    who: str
    why: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class BuildCount:
    """How many builds had an outcome, served or refused (by a gate), and how long they took together."""

    outcome: str
    number: int
    seconds: float


class HistoryTable:
    """The log in corpus.db. Used by the thread that opened the store."""

    def __init__(self, db: CorpusConnection, by: By) -> None:
        """Look into an open corpus.db; `by` stands in all entries that are added."""
        self._db = db
        self._by = by

    def add(
        self,
        action: str,
        *,
        release_id: str | None = None,
        generation: str | None = None,
        seconds: float | None = None,
        **details: object,
    ) -> None:
        """Write down what was done."""
        taken = None if seconds is None else round(seconds, 1)
        by = (self._by.who, self._by.why)
        with self._db.atomic():
            self._db.execute(
                "INSERT INTO log (at, action, release_id, generation, details, who, why, seconds) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [now(), action, release_id, generation, json.dumps(details), *by, taken],
            )

    def entries(self) -> Iterator[LogEntry]:
        """Yield what was done, newest first."""
        for row in self._db.query("SELECT * FROM log ORDER BY id DESC"):
            yield LogEntry(
                row["at"],
                row["action"],
                row["release_id"],
                row["generation"],
                json.loads(row["details"]),
                row["who"],
                row["why"],
                row["seconds"],
            )

    def build_counts(self) -> list[BuildCount]:
        """Count the builds by their outcome."""
        outcomes = {"built": "served", "refused": "refused"}
        rows = self._db.query(
            "SELECT action, count(*) AS number, sum(seconds) AS seconds FROM log "
            "WHERE action IN ('built', 'refused') GROUP BY action"
        )
        by_action = {row["action"]: row for row in rows}
        return [
            BuildCount(outcome, by_action[action]["number"], by_action[action]["seconds"] or 0.0)
            if action in by_action
            else BuildCount(outcome, 0, 0.0)
            for action, outcome in outcomes.items()
        ]

    def is_built(self) -> bool:
        """Tell whether a build ended after the last release was added, changed or withdrawn."""
        rows = self._db.query("SELECT max(id) AS last FROM log WHERE action = 'built'")
        return (next(iter(rows))["last"] or 0) > self.revision()

    def revision(self) -> int:
        """Return a number that grows with every release that is added, changed or withdrawn."""
        rows = self._db.query("SELECT max(id) AS last FROM log WHERE release_id IS NOT NULL")
        return next(iter(rows))["last"] or 0
