"""What Discord users leave behind: answers, feedback, subscriptions, settings of servers, what administrators did."""

import dataclasses
import datetime
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.database import receipts
from bot.database.connection import BotConnection
from bot.database.subscriptions import SubscriptionTables
from bot.receipts import Receipt, Unanswered, UsageDay
from bot.user_data import FEEDBACK_DAYS, AdminAct, Feedback, Forgotten, KeptAnswer, QuotedSpan, ServerSettings
from index import Filters, days_ago, marks, now

_VOTER_CHARS = 32


class BotStore:
    """What is kept in an open database, for one thread. All of it raises `BotStoreError`."""

    def __init__(self, db: BotConnection) -> None:
        """Take the open database: that of one bot in a file, or that of several in PostgreSQL."""
        self._db = db
        self._key: bytes | None = None
        self.subscriptions = SubscriptionTables(db)

    @property
    def is_scrubbed(self) -> bool:
        """Whether what was erased has left the disk."""
        return self._db.is_scrubbed

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
        with self._db.writing():
            self._upsert("answers", row, "id")
            if receipt is not None:
                receipts.keep_receipt(self._db, receipt)

    def keep_receipt(self, receipt: Receipt, days: int) -> None:
        """Keep the receipt of an answer on the command line or to a program, and erase those that are older than that.

        Whoever asks waits for this: the disk is not waited for where nothing is to be erased.
        """
        oldest_kept = days_ago(days)
        if receipts.has_local_before(self._db, oldest_kept):
            with self._db.erasing():
                receipts.forget_local_receipts_before(self._db, oldest_kept)
        with self._db.writing():
            receipts.keep_receipt(self._db, receipt)

    def receipt(self, answer_id: str, days: int) -> Receipt | None:
        """Return a receipt that is at most so many days old; None where it was never kept or is erased."""
        return receipts.find_receipt(self._db, answer_id, days_ago(days))

    def usage(self) -> list[UsageDay]:
        """Return how much was asked by day, newest first."""
        return receipts.usage_by_day(self._db)

    def unanswered(self) -> Sequence[Unanswered]:
        """Return the questions that found nothing and whose answers are kept, newest first."""
        return receipts.unanswered_questions(self._db)

    def set_message(self, answer_id: str, message_id: int) -> None:
        """Keep which message shows an answer, unless the answer was erased since."""
        with self._db.writing():
            self._db.execute("UPDATE answers SET message = ? WHERE id = ?", [message_id, answer_id])

    def answer(self, answer_id: str) -> KeptAnswer | None:
        """Return an answer by its id; None where it was never kept or is erased."""
        return self._one("SELECT * FROM answers WHERE id = ?", [answer_id])

    def answer_in(self, message_id: int) -> KeptAnswer | None:
        """Return the answer that a message shows."""
        return self._one("SELECT * FROM answers WHERE message = ?", [message_id])

    def forget_answer(self, answer_id: str) -> None:
        """Erase an answer."""
        with self._db.erasing():
            self._db.execute("DELETE FROM answers WHERE id = ?", [answer_id])

    def forget_asker(self, user_id: int) -> Forgotten:
        """Erase a person's answers and subscriptions, and verdicts that a fingerprint tells to be theirs; no audit."""
        with self._db.erasing():
            rows = self._db.rows("SELECT id, answer, voter FROM feedback WHERE voter IS NOT NULL")
            own = [[row_id] for row_id, answer_id, voter in rows if voter == self._voter(answer_id, user_id)]
            self._db.execute_many("DELETE FROM feedback WHERE id = ?", own)
            erased = self._db.rows("DELETE FROM answers WHERE asker = ? RETURNING id", [user_id])
            ended = self.subscriptions.end_in_transaction("owner", user_id)
            [(acts,)] = self._db.rows("SELECT count(*) FROM audit WHERE who = ?", [user_id])
        return Forgotten(frozenset(answer_id for (answer_id,) in erased), len(own), acts, ended)

    def forget_release(self, release_id: str) -> int:
        """Erase the answers that showed text of a release, with their receipts; return how many they were."""
        with self._db.erasing():
            receipts.forget_receipts_of(self._db, release_id)
            return self._db.execute(f"DELETE FROM answers WHERE {self._db.holds_release('spans')}", [release_id])

    def forget_guild(self, guild_id: int) -> None:
        """Erase a server's answers, settings and subscriptions. What administrators did there stays."""
        with self._db.erasing():
            self._db.execute("DELETE FROM answers WHERE guild = ?", [guild_id])
            self._db.execute("DELETE FROM servers WHERE guild = ?", [guild_id])
            self.subscriptions.leave_guild_in_transaction(guild_id)

    def end_subscription(self, subscription_id: str) -> bool:
        """End a subscription, and return whether it was still there."""
        with self._db.erasing():
            return bool(self.subscriptions.end_in_transaction("id", subscription_id))

    def end_channel(self, channel_id: int) -> None:
        """End what is told in a channel."""
        with self._db.erasing():
            self.subscriptions.end_in_transaction("channel", channel_id)

    def forget_older_than(self, days: int) -> int:
        """Erase answers and receipts older than that, and texts of feedback and figures of usage after `FEEDBACK_DAYS`.

        Return the number of answers.
        """
        with self._db.erasing():
            receipts.forget_receipts_before(self._db, days_ago(days), days_ago(FEEDBACK_DAYS)[:10])
            self._db.execute(
                "UPDATE feedback SET reason = NULL WHERE reason IS NOT NULL AND at < ?", [days_ago(FEEDBACK_DAYS)]
            )
            self.subscriptions.tidy_in_transaction(datetime.datetime.now(datetime.UTC))
            return self._db.execute("DELETE FROM answers WHERE at < ?", [days_ago(days)])

    def prune(self, feedback_days: int, audit_days: int | None) -> tuple[int, int]:
        """Erase old verdicts, and old acts of administrators unless `audit_days` is None; return how many of each."""
        acts = 0
        with self._db.erasing():
            said = self._db.execute("DELETE FROM feedback WHERE at < ?", [days_ago(feedback_days)])
            if audit_days is not None:
                acts = self._db.execute("DELETE FROM audit WHERE at < ?", [days_ago(audit_days)])
        return said, acts

    def compact(self) -> None:
        """Give the space of what was erased back to the disk.

        :raises StoreBusyError: when another program uses it just now.
        """
        self._db.compact()

    def scrub(self) -> None:
        """Take what was erased off the disk.

        :raises StoreBusyError: when another program reads it just now.
        """
        self._db.scrub()

    def say(self, answer_id: str, user_id: int, verdict: str, reason: str | None) -> bool:
        """Keep what a person thinks of an answer, without who it is; it replaces what they said of that answer before.

        Return whether that was kept: the answer must still be stored.
        """
        with self._db.writing():
            if not self._db.rows("SELECT 1 FROM answers WHERE id = ?", [answer_id]):
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
        rows = self._db.dicts("SELECT answer, verdict, reason, at FROM feedback ORDER BY id")
        return [Feedback(**row) for row in rows]

    def servers(self) -> dict[int, ServerSettings]:
        """Return what every server set."""
        rows = self._db.dicts("SELECT guild, settings FROM servers")
        return {row["guild"]: ServerSettings.from_json(row["settings"]) for row in rows}

    def set_server(self, guild_id: int, settings: ServerSettings) -> None:
        """Keep what a server set."""
        row = {"guild": guild_id, "settings": json.dumps(dataclasses.asdict(settings))}
        with self._db.writing():
            self._upsert("servers", row, "guild")

    def synced(self, scope: str) -> str | None:
        """Return the digest of the commands last synced in a scope."""
        rows = self._db.dicts("SELECT payload_sha256 FROM synced WHERE scope = ?", [scope])
        return next((str(row["payload_sha256"]) for row in rows), None)

    def set_synced(self, scope: str, payload_sha256: str) -> None:
        """Keep the digest of commands that were synced."""
        row = {"scope": scope, "payload_sha256": payload_sha256}
        with self._db.writing():
            self._upsert("synced", row, "scope")

    def audit(self, who: int, guild_id: int | None, action: str, details: dict[str, object]) -> None:
        """Write down what an administrator did."""
        with self._db.writing():
            self._db.execute(
                "INSERT INTO audit (at, who, guild, action, details) VALUES (?, ?, ?, ?, ?)",
                [now(), who, guild_id, action, json.dumps(details)],
            )

    def audited(self) -> list[AdminAct]:
        """Return what administrators did, newest first."""
        rows = self._db.dicts("SELECT at, who, guild, action, details FROM audit ORDER BY id DESC")
        return [AdminAct(**row | {"details": json.loads(row["details"])}) for row in rows]

    def _one(self, sql: str, values: Sequence[object]) -> KeptAnswer | None:
        rows = self._db.dicts(sql, values)
        return next(map(_kept, rows), None)

    def _upsert(self, table: str, row: Mapping[str, object], key: str) -> None:
        changed = ", ".join(f"{name} = excluded.{name}" for name in row)
        self._db.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks(list(row))}) "
            f"ON CONFLICT ({key}) DO UPDATE SET {changed}",
            list(row.values()),
        )

    def _voter(self, answer_id: str, user_id: int) -> str:
        """Return the fingerprint of a person on an answer; without the key, nobody can tell from it who it is."""
        if self._key is None:
            [(self._key,)] = self._db.rows("SELECT key FROM fingerprints")
        return hmac.new(self._key, f"{answer_id} {user_id}".encode(), hashlib.sha256).hexdigest()[:_VOTER_CHARS]


def _kept(row: dict[str, Any]) -> KeptAnswer:
    fields = {field.name: row[field.name] for field in dataclasses.fields(KeptAnswer)}
    spans = tuple(QuotedSpan(**span) for span in json.loads(row["spans"]))
    filters = Filters.from_dict(json.loads(row["filters"]))
    return KeptAnswer(**fields | {"by_command": bool(row["by_command"]), "spans": spans, "filters": filters})
