"""The receipts and the figures of usage. `BotStore` holds the transaction."""

import dataclasses
import json
from collections.abc import Sequence

from bot.database.connection import BotConnection
from bot.receipts import Receipt, Unanswered, UsageDay
from index import Citation, Filters, now

_DAY_CHARS = len("2018-12-06")


def keep_receipt(db: BotConnection, receipt: Receipt) -> None:
    """Keep a receipt, unless it is there; a new one of Discord counts as a question of today."""
    now_text = now()
    values = (
        receipt.id,
        now_text,
        receipt.question,
        json.dumps(receipt.filters.to_dict()),
        receipt.most_quotes,
        int(receipt.answered),
        receipt.generation,
        json.dumps([dataclasses.asdict(citation) for citation in receipt.citations]),
        int(receipt.local),
    )
    is_new = db.execute(
        "INSERT INTO receipts (id, at, question, filters, most_quotes, answered, generation, citations, local) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        values,
    )
    if is_new and not receipt.local:
        db.execute(
            "INSERT INTO usage (day, questions, answered) VALUES (?, 1, ?) "
            "ON CONFLICT (day) DO UPDATE "
            "SET questions = usage.questions + 1, answered = usage.answered + excluded.answered",
            [now_text[:_DAY_CHARS], int(receipt.answered)],
        )


def find_receipt(db: BotConnection, answer_id: str, since: str) -> Receipt | None:
    """Return a receipt that was kept since then, None where there is none."""
    rows = list(db.dicts("SELECT * FROM receipts WHERE id = ? AND at >= ?", [answer_id, since]))
    return next(
        (
            Receipt(
                row["id"],
                row["question"],
                Filters.from_dict(json.loads(row["filters"])),
                row["most_quotes"],
                bool(row["answered"]),
                row["generation"],
                tuple(Citation(**each) for each in json.loads(row["citations"])),
                bool(row["local"]),
                row["at"],
            )
            for row in rows
        ),
        None,
    )


def forget_receipts_of(db: BotConnection, release_id: str) -> None:
    """Erase the receipts of answers that quoted a release."""
    db.execute(f"DELETE FROM receipts WHERE {db.holds_release('citations')}", [release_id])


def has_local_before(db: BotConnection, time: str) -> bool:
    """Tell whether there are receipts of the command line or of programs from before a time."""
    return bool(db.rows("SELECT 1 FROM receipts WHERE local = 1 AND at < ? LIMIT 1", [time]))


def forget_local_receipts_before(db: BotConnection, time: str) -> None:
    """Erase those from before a time; the bot may have other settings, and erases its own."""
    db.execute("DELETE FROM receipts WHERE local = 1 AND at < ?", [time])


def forget_receipts_before(db: BotConnection, time: str, day: str) -> None:
    """Erase receipts from before a time, and figures of usage from before a day."""
    db.execute("DELETE FROM receipts WHERE at < ?", [time])
    db.execute("DELETE FROM usage WHERE day < ?", [day])


def usage_by_day(db: BotConnection) -> list[UsageDay]:
    """Return how much was asked by day, newest first."""
    return [UsageDay(**row) for row in db.dicts("SELECT day, questions, answered FROM usage ORDER BY day DESC")]


def unanswered_questions(db: BotConnection) -> Sequence[Unanswered]:
    """Return the questions that found nothing and whose answers are kept, newest first."""
    return [
        Unanswered(**row)
        for row in db.dicts(
            "SELECT a.question, a.asker FROM answers a JOIN receipts r USING (id) "
            "WHERE r.answered = 0 ORDER BY r.at DESC, a.rowid DESC"
        )
    ]
