"""bot.db, which keeps what Discord users leave behind. All SQL in `bot` is here and in the modules `bot_db_…`."""

import dataclasses
import datetime
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from bot.app import bot_db_receipts as receipts
from bot.app.bot_db_schema import StoreBusyError, errors, opened, snapshot_of
from bot.app.bot_db_subscriptions import SubscriptionTables
from bot.receipts import Receipt, Unanswered, UsageDay
from bot.user_data import FEEDBACK_DAYS, AdminAct, Feedback, Forgotten, KeptAnswer, QuotedSpan, ServerSettings
from index import Filters, marks, now

# How long SQLite waits for a lock that another program holds. `bot_db_async` tries again, and makes nobody wait for it.
_WAIT_S = 0.25
_VOTER_CHARS = 32


class BotStore:
    """An open bot.db, for one thread.

    A write survives the end of the process at once, but a power cut may undo the last seconds. What is erased has left
    the disk when the call returns, SQLite's log too, unless another program reads the file: then `is_scrubbed` is false
    and `scrub` finishes it later. No call waits longer than `_WAIT_S` for another program.
    """

    def __init__(self, path: Path, *, reading: bool = False) -> None:
        """Open the database, or create it.

        :param reading: whether it is only read, as it is now. It must be there, and nothing in its folder is written.
        :raises StorageError: when the folder cannot be written or the file is no database.
        """
        with errors(path):
            self._db = snapshot_of(path, _WAIT_S) if reading else opened(path, _WAIT_S)
        self._path = path
        self._key: bytes | None = None
        self.is_scrubbed = True
        self.subscriptions = SubscriptionTables(self._db, path, self._writing)

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def keep(self, answer: KeptAnswer, receipt: Receipt | None = None) -> None:
        """Keep an answer for its buttons, and its receipt where it has one."""
        row = dataclasses.asdict(answer) | {
            "by_command": int(answer.by_command),
            "filters": json.dumps(answer.filters.to_dict()),
            "spans": json.dumps([dataclasses.asdict(span) for span in answer.spans]),
            "at": now(),
        }
        with self._writing():
            self._upsert("answers", row, "id")
            if receipt is not None:
                receipts.keep_receipt(self._db, receipt)

    def keep_receipt(self, receipt: Receipt, days: int) -> None:
        """Keep the receipt of an answer on the command line, and erase those that are older than that."""
        with self._erasing():
            receipts.forget_local_receipts_before(self._db, _ago(days))
            receipts.keep_receipt(self._db, receipt)

    def receipt(self, answer_id: str, days: int) -> Receipt | None:
        """Return a receipt that is at most so many days old; None where it was never kept or is erased."""
        with errors(self._path):
            return receipts.find_receipt(self._db, answer_id, _ago(days))

    def usage(self) -> list[UsageDay]:
        """Return how much was asked by day, newest first."""
        with errors(self._path):
            return receipts.usage_by_day(self._db)

    def unanswered(self) -> Sequence[Unanswered]:
        """Return the questions that found nothing and whose answers are kept, newest first."""
        with errors(self._path):
            return receipts.unanswered_questions(self._db)

    def set_message(self, answer_id: str, message_id: int) -> None:
        """Keep which message shows an answer, unless the answer was erased since."""
        with self._writing():
            self._db.execute("UPDATE answers SET message = ? WHERE id = ?", [message_id, answer_id])

    def answer(self, answer_id: str) -> KeptAnswer | None:
        """Return an answer by its id; None where it was never kept or is erased."""
        return self._one("SELECT * FROM answers WHERE id = ?", [answer_id])

    def answer_in(self, message_id: int) -> KeptAnswer | None:
        """Return the answer that a message shows."""
        return self._one("SELECT * FROM answers WHERE message = ?", [message_id])

    def forget_answer(self, answer_id: str) -> None:
        """Erase an answer."""
        with self._erasing():
            self._db.execute("DELETE FROM answers WHERE id = ?", [answer_id])

    def forget_asker(self, user_id: int) -> Forgotten:
        """Erase a person's answers and subscriptions, and verdicts that a fingerprint tells to be theirs; no audit."""
        with self._erasing():
            rows = self._db.execute("SELECT id, answer, voter FROM feedback WHERE voter IS NOT NULL").fetchall()
            own = [[row_id] for row_id, answer_id, voter in rows if voter == self._voter(answer_id, user_id)]
            self._db.conn.executemany("DELETE FROM feedback WHERE id = ?", own)
            erased = self._db.execute("DELETE FROM answers WHERE asker = ? RETURNING id", [user_id]).fetchall()
            ended = self.subscriptions.end_in_transaction("owner", user_id)
            [(acts,)] = self._db.execute("SELECT count(*) FROM audit WHERE who = ?", [user_id]).fetchall()
        return Forgotten(frozenset(answer_id for (answer_id,) in erased), len(own), acts, ended)

    def forget_release(self, release_id: str) -> int:
        """Erase the answers that showed text of a release, with their receipts; return how many they were."""
        with self._erasing():
            receipts.forget_receipts_of(self._db, release_id)
            return int(
                self._db.execute(
                    "DELETE FROM answers WHERE EXISTS "
                    "(SELECT 1 FROM json_each(spans) WHERE json_extract(value, '$.release_id') = ?)",
                    [release_id],
                ).rowcount
            )

    def forget_guild(self, guild_id: int) -> None:
        """Erase all that is stored about a server."""
        with self._erasing():
            self._db.execute("DELETE FROM answers WHERE guild = ?", [guild_id])
            self._db.execute("DELETE FROM servers WHERE guild = ?", [guild_id])
            self.subscriptions.leave_guild_in_transaction(guild_id)

    def end_subscription(self, subscription_id: str) -> bool:
        """End a subscription, and return whether it was still there."""
        with self._erasing():
            return bool(self.subscriptions.end_in_transaction("id", subscription_id))

    def end_channel(self, channel_id: int) -> None:
        """End what is told in a channel."""
        with self._erasing():
            self.subscriptions.end_in_transaction("channel", channel_id)

    def forget_older_than(self, days: int) -> int:
        """Erase answers and receipts older than that, and texts of feedback and figures of usage after `FEEDBACK_DAYS`.

        Return the number of answers.
        """
        with self._erasing():
            receipts.forget_receipts_before(self._db, _ago(days), _ago(FEEDBACK_DAYS)[:10])
            self._db.execute(
                "UPDATE feedback SET reason = NULL WHERE reason IS NOT NULL AND at < ?", [_ago(FEEDBACK_DAYS)]
            )
            self.subscriptions.tidy_in_transaction(datetime.datetime.now(datetime.UTC))
            return int(self._db.execute("DELETE FROM answers WHERE at < ?", [_ago(days)]).rowcount)

    def prune(self, feedback_days: int, audit_days: int | None) -> tuple[int, int]:
        """Erase old verdicts, and old acts of administrators unless `audit_days` is None; return how many of each."""
        acts = 0
        with self._erasing():
            said = int(self._db.execute("DELETE FROM feedback WHERE at < ?", [_ago(feedback_days)]).rowcount)
            if audit_days is not None:
                acts = int(self._db.execute("DELETE FROM audit WHERE at < ?", [_ago(audit_days)]).rowcount)
        return said, acts

    def compact(self) -> None:
        """Give the space of what was erased back to the disk.

        :raises StoreBusyError: when another program uses the file just now.
        """
        with errors(self._path):
            self._db.execute("VACUUM")
        with suppress(StoreBusyError):
            self.scrub()

    def scrub(self) -> None:
        """Take what was erased out of SQLite's log.

        :raises StoreBusyError: when another program reads the file just now.
        """
        with errors(self._path):
            [(busy, _, _)] = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self.is_scrubbed = not busy
        if busy:
            raise StoreBusyError(f"{self._path} is in use by another program: try again in a minute.")

    def say(self, answer_id: str, user_id: int, verdict: str, reason: str | None) -> bool:
        """Keep what a person thinks of an answer, without who it is; it replaces what they said of that answer before.

        Return whether that was kept: the answer must still be stored.
        """
        with self._writing():
            if not self._db.execute("SELECT 1 FROM answers WHERE id = ?", [answer_id]).fetchall():
                return False
            self._db.execute(
                "INSERT INTO feedback (answer, verdict, reason, at, voter) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (answer, voter) DO UPDATE "
                "SET verdict = excluded.verdict, reason = excluded.reason, at = excluded.at",
                [answer_id, verdict, reason, now(), self._voter(answer_id, user_id)],
            )
        return True

    def feedback(self) -> list[Feedback]:
        """Return what people said, oldest first."""
        with errors(self._path):
            rows = list(self._db.query("SELECT answer, verdict, reason, at FROM feedback ORDER BY id"))
        return [Feedback(**row) for row in rows]

    def servers(self) -> dict[int, ServerSettings]:
        """Return what every server set."""
        with errors(self._path):
            rows = list(self._db.query("SELECT guild, settings FROM servers"))
        return {row["guild"]: ServerSettings.from_json(row["settings"]) for row in rows}

    def set_server(self, guild_id: int, settings: ServerSettings) -> None:
        """Keep what a server set."""
        row = {"guild": guild_id, "settings": json.dumps(dataclasses.asdict(settings))}
        with self._writing():
            self._upsert("servers", row, "guild")

    def synced(self, scope: str) -> str | None:
        """Return the digest of the commands last synced in a scope."""
        with errors(self._path):
            rows = list(self._db.query("SELECT payload_sha256 FROM synced WHERE scope = ?", [scope]))
        return next((str(row["payload_sha256"]) for row in rows), None)

    def set_synced(self, scope: str, payload_sha256: str) -> None:
        """Keep the digest of commands that were synced."""
        row = {"scope": scope, "payload_sha256": payload_sha256}
        with self._writing():
            self._upsert("synced", row, "scope")

    def audit(self, who: int, guild_id: int | None, action: str, details: dict[str, object]) -> None:
        """Write down what an administrator did."""
        with self._writing():
            self._db.execute(
                "INSERT INTO audit (at, who, guild, action, details) VALUES (?, ?, ?, ?, ?)",
                [now(), who, guild_id, action, json.dumps(details)],
            )

    def audited(self) -> list[AdminAct]:
        """Return what administrators did, newest first."""
        with errors(self._path):
            rows = list(self._db.query("SELECT at, who, guild, action, details FROM audit ORDER BY id DESC"))
        return [AdminAct(**row | {"details": json.loads(row["details"])}) for row in rows]

    def _one(self, sql: str, values: Sequence[object]) -> KeptAnswer | None:
        with errors(self._path):
            rows = list(self._db.query(sql, values))
        return next(map(_kept, rows), None)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Take the lock for writing first: SQLite refuses at once a lock that is asked for after a read."""
        with errors(self._path):
            self._db.execute("BEGIN IMMEDIATE")
            with self._db.conn:
                yield

    @contextmanager
    def _erasing(self) -> Iterator[None]:
        with self._writing():
            self.is_scrubbed = False
            yield
        with suppress(StoreBusyError):
            self.scrub()

    def _upsert(self, table: str, row: Mapping[str, object], key: str) -> None:
        changed = ", ".join(f"{name} = excluded.{name}" for name in row)
        self._db.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks(list(row))}) "  # noqa: S608 - names of our own
            f"ON CONFLICT ({key}) DO UPDATE SET {changed}",
            list(row.values()),
        )

    def _voter(self, answer_id: str, user_id: int) -> str:
        """Return the fingerprint of a person on an answer; without the key, nobody can tell from it who it is."""
        if self._key is None:
            [(self._key,)] = self._db.execute("SELECT key FROM fingerprints").fetchall()
        return hmac.new(self._key, f"{answer_id} {user_id}".encode(), hashlib.sha256).hexdigest()[:_VOTER_CHARS]


def _ago(days: int) -> str:
    return (datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)).isoformat(timespec="seconds")


def _kept(row: dict[str, Any]) -> KeptAnswer:
    fields = {field.name: row[field.name] for field in dataclasses.fields(KeptAnswer)}
    spans = tuple(QuotedSpan(**span) for span in json.loads(row["spans"]))
    filters = Filters.from_dict(json.loads(row["filters"]))
    return KeptAnswer(**fields | {"by_command": bool(row["by_command"]), "spans": spans, "filters": filters})
