"""The tables about subscriptions: what people want to be told of, and what was found for them.

Nothing is told twice, also when the process is killed: a finding is claimed with the nonce of a message before that is
sent. Where the outcome is not known, only a message with the same nonce may be sent, which Discord takes for the same.
"""

import datetime
import json
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from bot.database.connection import BotConnection
from bot.user_data import Finding, Often, Pause, Subscription, Waiting
from index import Edition, Filters, Wanted, WantedKind

MOST_OF_PERSON, MOST_OF_SERVER, MOST_OF_ALL = 20, 40, 5_000
MOST_WAITING = 50  # findings of one subscription; what comes after is not kept
PAUSE_DAYS = 30
_TOLD_DAYS = 366  # as long, an edition in another language counts as the same release
_INSERT = (
    "INSERT INTO subscriptions (id, owner, guild, channel, made_in, place, kind, text, key, filters, often, locale, "
    "since) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class Added(StrEnum):
    """What became of a subscription that somebody asked for."""

    ADDED = "added"
    CHANGED = "changed"
    """The same was there: only how often it tells is new."""
    TOO_MANY_OF_PERSON = "too many of the person"
    TOO_MANY_IN_SERVER = "too many in the server"
    TOO_MANY = "too many of all"


class SubscriptionTables:
    """Subscriptions and findings, for one thread."""

    def __init__(self, db: BotConnection) -> None:
        """Take the open database."""
        self._db = db

    def add(self, new: Subscription) -> Added:
        """Keep a subscription, unless there are too many; where the same is there, change how often it tells."""
        key = (new.place, new.wanted.kind, new.wanted.text.casefold(), json.dumps(new.wanted.filters.to_dict()))
        with self._db.writing():
            changed = self._db.execute(
                "UPDATE subscriptions SET often = ?, pause = NULL, paused_at = NULL "
                "WHERE place = ? AND kind = ? AND key = ? AND filters = ?",
                [new.often, *key],
            )
            if changed:
                return Added.CHANGED
            if self._count("owner = ?", new.owner) >= MOST_OF_PERSON:
                return Added.TOO_MANY_OF_PERSON
            if new.guild is not None and self._count("guild = ?", new.guild) >= MOST_OF_SERVER:
                return Added.TOO_MANY_IN_SERVER
            if self._count("? = 0", 0) >= MOST_OF_ALL:
                return Added.TOO_MANY
            place, kind, folded, filters = key
            where = [new.id, new.owner, new.guild, new.channel, new.made_in, place]
            what = [kind, new.wanted.text, folded, filters, new.often, new.locale, _text(new.since)]
            self._db.execute(_INSERT, [*where, *what])
        return Added.ADDED

    def all(self) -> list[Subscription]:
        """Return all subscriptions, the oldest first."""
        return self._subscriptions("1 = 1")

    def of_person(self, user_id: int) -> list[Subscription]:
        """Return a person's subscriptions, the oldest first."""
        return self._subscriptions("owner = ?", user_id)

    def in_guild(self, guild_id: int) -> list[Subscription]:
        """Return the subscriptions of the channels of a server, the oldest first."""
        return self._subscriptions("guild = ?", guild_id)

    def subscription(self, subscription_id: str) -> Subscription | None:
        """Return a subscription by its id; None where it has ended."""
        return next(iter(self._subscriptions("id = ?", subscription_id)), None)

    def pause(self, subscription_id: str, why: Pause, now: datetime.datetime) -> None:
        """Let a subscription wait until somebody resumes it."""
        with self._db.writing():
            self._db.execute(
                "UPDATE subscriptions SET pause = ?, paused_at = ? WHERE id = ?", [why, _text(now), subscription_id]
            )

    def resume(self, subscription_id: str) -> None:
        """Let a subscription go on, with what was found meanwhile."""
        with self._db.writing():
            self._db.execute("UPDATE subscriptions SET pause = NULL, paused_at = NULL WHERE id = ?", [subscription_id])

    def seen_since(self, day: datetime.date) -> frozenset[str]:
        """Return the ids of the releases of a day and later that are not new any more."""
        sql = "SELECT release_id FROM seen_releases WHERE date >= ?"
        return frozenset(release_id for (release_id,) in self._db.rows(sql, [day.isoformat()]))

    def add_findings(self, findings: Sequence[Finding], seen: Iterable[Edition], now: datetime.datetime) -> int:
        """Keep what was found, and that the releases are not new any more; return how many findings are new.

        A work that a subscription was told, or will be, is not found again.
        """
        with self._db.writing():
            rows = [[each.work, each.release_id, _text(now), each.subscription, MOST_WAITING] for each in findings]
            added = self._db.execute_many(
                "INSERT INTO findings (subscription, work, release_id, found_at) "
                "SELECT id, ?, ?, ? FROM subscriptions WHERE id = ? "
                "AND (SELECT count(*) FROM findings WHERE subscription = id AND told = 0) < ? ON CONFLICT DO NOTHING",
                rows,
            )
            self._db.execute_many(
                "INSERT INTO seen_releases (release_id, date) VALUES (?, ?) ON CONFLICT DO NOTHING",
                [[each.release_id, each.date] for each in seen],
            )
            return added

    def waiting(self) -> list[Waiting]:
        """Return what is yet to be told: of each subscription that is not paused, one message, the oldest first."""
        rows = self._db.dicts(
            "SELECT findings.* FROM findings JOIN subscriptions ON id = subscription "
            "WHERE told = 0 AND pause IS NULL ORDER BY findings.rowid"
        )
        grouped: dict[str, dict[int | None, list[dict[str, Any]]]] = {}
        for row in rows:
            grouped.setdefault(row["subscription"], {}).setdefault(row["nonce"], []).append(row)
        known = {each.id: each for each in self.all()} if grouped else {}
        return [
            _waiting(known[subscription_id], by_nonce)
            for subscription_id, by_nonce in grouped.items()
            if subscription_id in known
        ]

    def claim(self, findings: Sequence[Finding], nonce: int, now: datetime.datetime) -> bool:
        """Claim findings for a message that is about to be sent.

        Return False, and claim nothing, where the subscription ended or waits, or somebody else claimed one of them.
        The claim is on the disk when this returns, so that not even a power cut makes the message be sent twice.
        """
        with self._db.writing(surely=True):
            claimed = self._db.execute_many(
                "UPDATE findings SET nonce = ?, claimed_at = ? "
                "WHERE subscription = ? AND work = ? AND told = 0 AND nonce IS NULL "
                "AND EXISTS (SELECT 1 FROM subscriptions WHERE id = subscription AND pause IS NULL)",
                [[nonce, _text(now), each.subscription, each.work] for each in findings],
            )
            if claimed != len(findings):
                self._unclaim(nonce)
            return claimed == len(findings)

    def release(self, nonce: int) -> None:
        """Take back a claim whose message was certainly not sent."""
        with self._db.writing():
            self._unclaim(nonce)

    def told(self, findings: Iterable[Finding]) -> None:
        """Keep that findings were told, or are not to be."""
        with self._db.writing():
            self._db.execute_many(
                "UPDATE findings SET told = 1 WHERE subscription = ? AND work = ?",
                [[each.subscription, each.work] for each in findings],
            )

    def end_in_transaction(self, what: str, value: object) -> int:
        """End subscriptions within a transaction that erases, and return how many; `what` names the column."""
        return self._db.execute(f"DELETE FROM subscriptions WHERE {what} = ?", [value])

    def leave_guild_in_transaction(self, guild_id: int) -> None:
        """End what is told in a server, and forget which direct messages follow its hours."""
        self.end_in_transaction("guild", guild_id)
        self._db.execute("UPDATE subscriptions SET made_in = NULL WHERE made_in = ?", [guild_id])

    def tidy_in_transaction(self, now: datetime.datetime) -> None:
        """End what has waited too long in a pause, and drop what nothing depends on."""
        self._db.execute("DELETE FROM subscriptions WHERE paused_at < ?", [_days_before(now, PAUSE_DAYS)])
        self._db.execute("DELETE FROM findings WHERE told = 1 AND found_at < ?", [_days_before(now, _TOLD_DAYS)])
        self._db.execute(
            "DELETE FROM seen_releases WHERE date < coalesce((SELECT min(substr(since, 1, 10)) FROM subscriptions), ?)",
            [now.date().isoformat()],
        )

    def _unclaim(self, nonce: int) -> None:
        self._db.execute("UPDATE findings SET nonce = NULL, claimed_at = NULL WHERE nonce = ? AND told = 0", [nonce])

    def _count(self, where: str, value: object) -> int:
        [(count,)] = self._db.rows(f"SELECT count(*) FROM subscriptions WHERE {where}", [value])
        return int(count)

    def _subscriptions(self, where: str, *values: object) -> list[Subscription]:
        sql = f"SELECT * FROM subscriptions WHERE {where} ORDER BY since, rowid"
        return [_subscription(row) for row in self._db.dicts(sql, values)]


def _waiting(subscription: Subscription, by_nonce: dict[int | None, list[dict[str, Any]]]) -> Waiting:
    """Return what is in doubt, where something is, else what was found."""
    nonce, rows = next(((nonce, rows) for nonce, rows in by_nonce.items() if nonce is not None), (None, []))
    rows = rows or by_nonce[None]
    claimed_at = rows[0]["claimed_at"]
    return Waiting(
        subscription,
        tuple(Finding(row["subscription"], row["work"], row["release_id"]) for row in rows),
        datetime.datetime.fromisoformat(rows[0]["found_at"]),
        nonce,
        datetime.datetime.fromisoformat(claimed_at) if claimed_at else None,
    )


def _subscription(row: dict[str, Any]) -> Subscription:
    return Subscription(
        row["id"],
        row["owner"],
        row["guild"],
        row["channel"],
        row["made_in"],
        Wanted(WantedKind(row["kind"]), row["text"], Filters.from_dict(json.loads(row["filters"]))),
        Often(row["often"]),
        row["locale"],
        datetime.datetime.fromisoformat(row["since"]),
        Pause(row["pause"]) if row["pause"] else None,
    )


def _text(time: datetime.datetime) -> str:
    return time.astimezone(datetime.UTC).isoformat(timespec="seconds")


def _days_before(time: datetime.datetime, days: int) -> str:
    return _text(time - datetime.timedelta(days=days))
