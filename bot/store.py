"""bot.db: what Discord users leave behind. The one place under `bot` that holds SQL."""

import dataclasses
import datetime
import json
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database, Migrations

from corpus.errors import undone
from index.filters import Filters
from index.store.private import private_folder
from index.store.sqlite import now, storage_errors

_bot = Migrations("bot")
_ANSWER_ID_BYTES = 9  # 12 characters in base64


@_bot()
def m001_answers(db: Database) -> None:
    """Answers behind buttons, and what people said of them; feedback outlives its answer and names nobody."""
    db.execute(
        "CREATE TABLE answers (id TEXT PRIMARY KEY, asker INTEGER NOT NULL, guild INTEGER, channel INTEGER NOT NULL, "
        "message INTEGER, by_command INTEGER NOT NULL, question TEXT NOT NULL, filters TEXT NOT NULL, "
        "spans TEXT NOT NULL, at TEXT NOT NULL) STRICT"
    )
    db.execute("CREATE INDEX answers_message ON answers (message)")
    db.execute("CREATE INDEX answers_asker ON answers (asker)")
    db.execute(
        "CREATE TABLE feedback (id INTEGER PRIMARY KEY, answer TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT, "
        "at TEXT NOT NULL) STRICT"
    )


@_bot()
def m002_servers(db: Database) -> None:
    """What a server set, and the commands that were synced."""
    db.execute("CREATE TABLE servers (guild INTEGER PRIMARY KEY, settings TEXT NOT NULL) STRICT")
    db.execute("CREATE TABLE synced (scope TEXT PRIMARY KEY, payload_sha256 TEXT NOT NULL) STRICT")


@_bot()
def m003_audit(db: Database) -> None:
    """What administrators did, when."""
    db.execute(
        "CREATE TABLE audit (id INTEGER PRIMARY KEY, at TEXT NOT NULL, who INTEGER NOT NULL, guild INTEGER, "
        "action TEXT NOT NULL, details TEXT NOT NULL) STRICT"
    )


@dataclass(frozen=True, slots=True)
class QuotedSpan:
    """A span that an answer showed."""

    release_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as its buttons need it: who asked what where, under which filters, and what was shown."""

    id: str
    asker: int
    guild: int | None
    channel: int
    message: int | None
    by_command: bool
    question: str
    filters: Filters
    spans: tuple[QuotedSpan, ...]


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What a server set; no channels means all of them."""

    channels: tuple[int, ...] = ()
    private: bool = False
    language: str | None = None
    pace: int | None = None
    ask_channel: int | None = None
    ask_message: int | None = None


def new_answer_id() -> str:
    """Return an id that nobody can guess, of 12 characters."""
    return secrets.token_urlsafe(_ANSWER_ID_BYTES)


class BotStore:
    """bot.db. Used by one thread.

    What is written outlives the process at once; a power cut may take the last seconds. What is erased is gone from the
    disk when the call returns, from SQLite's log too.
    """

    def __init__(self, path: Path) -> None:
        """Open the database, or create it.

        :raises StorageError: when the folder cannot be written or the file is no database.
        """
        with storage_errors(path):
            private_folder(path.parent)
            self._db = Database(sqlite3.connect(path, timeout=30, check_same_thread=False))
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute("PRAGMA secure_delete = ON")
            _bot.apply(self._db)
        self._path = path

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def keep(self, answer: KeptAnswer) -> None:
        """Keep an answer for its buttons."""
        row = dataclasses.asdict(answer) | {
            "by_command": int(answer.by_command),
            "filters": json.dumps(_filters_to_dict(answer.filters)),
            "spans": json.dumps([dataclasses.asdict(span) for span in answer.spans]),
            "at": now(),
        }
        with storage_errors(self._path), self._db.atomic():
            self._db.table("answers").insert(row, pk="id", replace=True)

    def set_message(self, answer_id: str, message_id: int) -> None:
        """Keep which message shows an answer, unless the answer was erased since."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute("UPDATE answers SET message = ? WHERE id = ?", [message_id, answer_id])

    def answer(self, answer_id: str) -> KeptAnswer | None:
        """Return an answer by its id; None where it was never kept or is erased."""
        return self._one("SELECT * FROM answers WHERE id = ?", [answer_id])

    def answer_in(self, message_id: int) -> KeptAnswer | None:
        """Return the answer that a message shows."""
        return self._one("SELECT * FROM answers WHERE message = ?", [message_id])

    def forget_answer(self, answer_id: str) -> None:
        """Erase an answer."""
        self._erase("DELETE FROM answers WHERE id = ?", [answer_id])

    def forget_asker(self, user_id: int) -> int:
        """Erase all that is stored about a person; return how many answers that were."""
        return self._erase("DELETE FROM answers WHERE asker = ?", [user_id])

    def forget_release(self, release_id: str) -> int:
        """Erase the answers that quoted a release, or named it as near; return how many they were."""
        return self._erase(
            "DELETE FROM answers WHERE EXISTS "
            "(SELECT 1 FROM json_each(spans) WHERE json_extract(value, '$.release_id') = ?)",
            [release_id],
        )

    def forget_guild(self, guild_id: int) -> None:
        """Erase all that is stored about a server."""
        self._erase("DELETE FROM answers WHERE guild = ?", [guild_id])
        self._erase("DELETE FROM servers WHERE guild = ?", [guild_id])

    def forget_older_than(self, days: int) -> int:
        """Erase answers older than that; return how many they were."""
        oldest = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)
        return self._erase("DELETE FROM answers WHERE at < ?", [oldest.isoformat(timespec="seconds")])

    def say(self, answer_id: str, verdict: str, reason: str | None) -> None:
        """Keep what somebody thinks of an answer, without who."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute(
                "INSERT INTO feedback (answer, verdict, reason, at) VALUES (?, ?, ?, ?)",
                [answer_id, verdict, reason, now()],
            )

    def feedback(self) -> Iterator[dict[str, Any]]:
        """Yield what people said, oldest first."""
        with storage_errors(self._path):
            yield from self._db.query("SELECT answer, verdict, reason, at FROM feedback ORDER BY id")

    def servers(self) -> dict[int, ServerSettings]:
        """Return what every server set."""
        with storage_errors(self._path):
            rows = list(self._db.query("SELECT guild, settings FROM servers"))
        return {row["guild"]: _server_settings(row["settings"]) for row in rows}

    def set_server(self, guild_id: int, settings: ServerSettings) -> None:
        """Keep what a server set."""
        row = {"guild": guild_id, "settings": json.dumps(dataclasses.asdict(settings))}
        with storage_errors(self._path), self._db.atomic():
            self._db.table("servers").insert(row, pk="guild", replace=True)

    def synced(self, scope: str) -> str | None:
        """Return the digest of the commands last synced in a scope."""
        with storage_errors(self._path):
            rows = self._db.query("SELECT payload_sha256 FROM synced WHERE scope = ?", [scope])
            return next((str(row["payload_sha256"]) for row in rows), None)

    def set_synced(self, scope: str, payload_sha256: str) -> None:
        """Keep the digest of commands that were synced."""
        row = {"scope": scope, "payload_sha256": payload_sha256}
        with storage_errors(self._path), self._db.atomic():
            self._db.table("synced").insert(row, pk="scope", replace=True)

    def audit(self, who: int, guild_id: int | None, action: str, details: dict[str, object]) -> None:
        """Write down what an administrator did."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute(
                "INSERT INTO audit (at, who, guild, action, details) VALUES (?, ?, ?, ?, ?)",
                [now(), who, guild_id, action, json.dumps(details)],
            )

    def audited(self) -> list[dict[str, Any]]:
        """Return what administrators did, newest first."""
        with storage_errors(self._path):
            return list(self._db.query("SELECT at, who, guild, action, details FROM audit ORDER BY id DESC"))

    def _one(self, sql: str, values: Sequence[object]) -> KeptAnswer | None:
        with storage_errors(self._path):
            return next((_kept(row) for row in self._db.query(sql, values)), None)

    def _erase(self, sql: str, values: Sequence[object]) -> int:
        with storage_errors(self._path):
            with self._db.atomic():
                erased = int(self._db.execute(sql, values).rowcount)
            with undone("It is erased, but the log of the database may still hold it"), storage_errors(self._path):
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return erased


def _kept(row: dict[str, Any]) -> KeptAnswer:
    fields = {field.name: row[field.name] for field in dataclasses.fields(KeptAnswer)}
    spans = tuple(QuotedSpan(**span) for span in json.loads(row["spans"]))
    filters = _filters_from_dict(json.loads(row["filters"]))
    return KeptAnswer(**fields | {"by_command": bool(row["by_command"]), "spans": spans, "filters": filters})


def _filters_to_dict(filters: Filters) -> dict[str, object]:
    return {
        name: value.isoformat() if isinstance(value, datetime.date) else value
        for name, value in dataclasses.asdict(filters).items()
    }


def _filters_from_dict(values: dict[str, Any]) -> Filters:
    dates = {name: datetime.date.fromisoformat(values[name]) for name in ("since", "until") if values.get(name)}
    return Filters(**values | dates)


def _server_settings(text: str) -> ServerSettings:
    values = json.loads(text)
    return ServerSettings(**values | {"channels": tuple(values["channels"])})
