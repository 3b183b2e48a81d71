"""What was set aside: drafts that no release was made of, and why."""

import dataclasses
import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlite_utils import Database

from corpus import Draft
from index.database.sqlite import now, storage_errors

State = Literal["held", "accepted", "discarded"]
_SETTLED = '{"text": ""}'  # what is left of a draft: what was discarded is gone, what was accepted is in the release


@dataclass(frozen=True, slots=True)
class QuarantinedDraft:
    """A draft as it was read, with what the person who added it said of it, and why it is no release yet.

    ``change_of`` is the release that it would change, which it may not by itself.
    """

    source: str
    canonical_url: str | None
    raw_sha256: str
    cleaner: int
    draft: Draft
    reasons: tuple[str, ...]
    duplicate_of: str | None
    change_of: str | None = None


@dataclass(frozen=True, slots=True)
class QuarantineEntry:
    """Something set aside, by its number: when, by whom, and what became of it.

    ``diff`` is what it would change in the release that it is a change of; whoever looks it up works it out.
    """

    number: int
    at: str
    who: str
    state: State
    quarantined: QuarantinedDraft
    diff: str = ""

    def to_dict(self) -> dict[str, object]:
        """Return it as `measures index quarantine list --json` prints it."""
        return {
            "id": self.number,
            "at": self.at,
            "who": self.who,
            "state": self.state,
            "source": self.quarantined.source,
            "reasons": list(self.quarantined.reasons),
            "duplicate_of": self.quarantined.duplicate_of,
            "change_of": self.quarantined.change_of,
            "title": self.quarantined.draft.title,
            "issuer": self.quarantined.draft.issuer,
            "date": self.quarantined.draft.date.isoformat() if self.quarantined.draft.date else None,
            "language": self.quarantined.draft.language,
            "url": self.quarantined.draft.url,
            "retrieved_from": self.quarantined.draft.retrieved_from,
        }


class QuarantineTable:
    """The quarantine in corpus.db. Used by the thread that opened the store."""

    def __init__(self, db: Database, path: Path) -> None:
        """Look into an open corpus.db."""
        self._db = db
        self._path = path

    def add(self, held: QuarantinedDraft, who: str) -> int:
        """Set a draft aside, in place of what the same source gave before, and return its number."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute("DELETE FROM quarantine WHERE source = ? AND state = 'held'", [held.source])
            row = self._db.execute(
                "INSERT INTO quarantine (at, source, canonical_url, raw_sha256, cleaner, draft, reasons, duplicate_of, "
                "change_of, who, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'held') RETURNING id",
                [
                    now(),
                    held.source,
                    held.canonical_url,
                    held.raw_sha256,
                    held.cleaner,
                    _draft_to_json(held.draft),
                    json.dumps(held.reasons),
                    held.duplicate_of,
                    held.change_of,
                    who,
                ],
            ).fetchone()
            return int(row[0])

    def settle(self, number: int, state: State) -> None:
        """Write down what became of something set aside; its text is gone from here."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute("UPDATE quarantine SET state = ?, draft = ? WHERE id = ?", [state, _SETTLED, number])

    def release_source(self, source: str) -> None:
        """Take note that a source has become a release after all."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute(
                "UPDATE quarantine SET state = 'accepted', draft = ? WHERE source = ? AND state = 'held'",
                [_SETTLED, source],
            )

    def entries(self) -> list[QuarantineEntry]:
        """Return all that is set aside, oldest first."""
        return self._read("SELECT * FROM quarantine WHERE state = 'held' ORDER BY id")

    def get(self, number: int) -> QuarantineEntry | None:
        """Return something that is set aside, by its number."""
        return next(iter(self._read("SELECT * FROM quarantine WHERE state = 'held' AND id = ?", [number])), None)

    def _read(self, sql: str, values: Sequence[object] = ()) -> list[QuarantineEntry]:
        with storage_errors(self._path):
            return [_from_row(row) for row in self._db.query(sql, values)]


def _from_row(row: Mapping[str, Any]) -> QuarantineEntry:
    held = QuarantinedDraft(
        row["source"],
        row["canonical_url"],
        row["raw_sha256"],
        row["cleaner"],
        _draft_from_json(row["draft"]),
        tuple(json.loads(row["reasons"])),
        row["duplicate_of"],
        row["change_of"],
    )
    return QuarantineEntry(row["id"], row["at"], row["who"], row["state"], held)


def _draft_to_json(draft: Draft) -> str:
    return json.dumps(dataclasses.asdict(draft), default=str)


def _draft_from_json(text: str) -> Draft:
    """Read a draft, also one that was written before a field was added or after one was dropped."""
    fields = json.loads(text)
    known = {field.name: fields[field.name] for field in dataclasses.fields(Draft) if field.name in fields}
    if known.get("date"):
        known["date"] = datetime.date.fromisoformat(known["date"])
    return Draft(**known)
