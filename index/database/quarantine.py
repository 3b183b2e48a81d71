"""The quarantine in corpus.db: drafts that did not become releases by themselves, and why."""

import dataclasses
import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from corpus import Draft
from index.database.connection import CorpusConnection
from index.database.sqlite import now

State = Literal["held", "accepted", "discarded"]
_SETTLED = '{"text": ""}'  # It replaces a draft that was accepted, whose text is in the release, or discarded.


@dataclass(frozen=True, slots=True)
class QuarantinedDraft:
    """A draft as it was read, with what the person who added it stated, and why it is no release yet.

    ``change_of`` is the release that it would change, which only a person may let it.
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
    """An entry of the quarantine: its number, since when, by whom, and what became of it.

    ``diff`` is what it would change in the release that it is a change of. Only `index.intake.quarantine.show` fills
    it.
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

    def __init__(self, db: CorpusConnection) -> None:
        """Look into an open database."""
        self._db = db

    def add(self, quarantined: QuarantinedDraft, who: str) -> int:
        """Quarantine a draft, in place of what the same source gave before, and return its number."""
        with self._db.atomic():
            self._db.execute("DELETE FROM quarantine WHERE source = ? AND state = 'held'", [quarantined.source])
            [(number,)] = self._db.rows(
                "INSERT INTO quarantine (at, source, canonical_url, raw_sha256, cleaner, draft, reasons, duplicate_of, "
                "change_of, who, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'held') RETURNING id",
                [
                    now(),
                    quarantined.source,
                    quarantined.canonical_url,
                    quarantined.raw_sha256,
                    quarantined.cleaner,
                    _draft_to_json(quarantined.draft),
                    json.dumps(quarantined.reasons),
                    quarantined.duplicate_of,
                    quarantined.change_of,
                    who,
                ],
            )
            return int(number)

    def settle(self, number: int, state: State) -> None:
        """Note what became of an entry, and delete its text."""
        with self._db.atomic():
            self._db.execute("UPDATE quarantine SET state = ?, draft = ? WHERE id = ?", [state, _SETTLED, number])

    def release_source(self, source: str) -> None:
        """Note that a source has become a release after all."""
        with self._db.atomic():
            self._db.execute(
                "UPDATE quarantine SET state = 'accepted', draft = ? WHERE source = ? AND state = 'held'",
                [_SETTLED, source],
            )

    def entries(self) -> list[QuarantineEntry]:
        """Return all that is in quarantine, oldest first."""
        return self._read("SELECT * FROM quarantine WHERE state = 'held' ORDER BY id")

    def get(self, number: int) -> QuarantineEntry | None:
        """Return what is in quarantine under a number."""
        return next(iter(self._read("SELECT * FROM quarantine WHERE state = 'held' AND id = ?", [number])), None)

    def _read(self, sql: str, values: Sequence[object] = ()) -> list[QuarantineEntry]:
        return [_from_row(row) for row in self._db.query(sql, values)]


def _from_row(row: Mapping[str, Any]) -> QuarantineEntry:
    quarantined = QuarantinedDraft(
        row["source"],
        row["canonical_url"],
        row["raw_sha256"],
        row["cleaner"],
        _draft_from_json(row["draft"]),
        tuple(json.loads(row["reasons"])),
        row["duplicate_of"],
        row["change_of"],
    )
    return QuarantineEntry(row["id"], row["at"], row["who"], row["state"], quarantined)


def _draft_to_json(draft: Draft) -> str:
    return json.dumps(dataclasses.asdict(draft), default=str)


def _draft_from_json(text: str) -> Draft:
    """Read a draft. Fields may be missing or unknown, where another version of this program wrote it."""
    fields = json.loads(text)
    known = {field.name: fields[field.name] for field in dataclasses.fields(Draft) if field.name in fields}
    if known.get("date"):
        known["date"] = datetime.date.fromisoformat(known["date"])
    return Draft(**known)
