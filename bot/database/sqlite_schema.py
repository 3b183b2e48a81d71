"""The tables of bot.db, made by numbered migrations. `postgres_schema.py` has the same for PostgreSQL."""

import secrets

from sqlite_utils import Database, Migrations

bot_migrations = Migrations("bot")


@bot_migrations()
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


@bot_migrations()
def m002_servers(db: Database) -> None:
    """What a server set, and the commands that were synced."""
    db.execute("CREATE TABLE servers (guild INTEGER PRIMARY KEY, settings TEXT NOT NULL) STRICT")
    db.execute("CREATE TABLE synced (scope TEXT PRIMARY KEY, payload_sha256 TEXT NOT NULL) STRICT")


@bot_migrations()
def m003_audit(db: Database) -> None:
    """What administrators did, when."""
    db.execute(
        "CREATE TABLE audit (id INTEGER PRIMARY KEY, at TEXT NOT NULL, who INTEGER NOT NULL, guild INTEGER, "
        "action TEXT NOT NULL, details TEXT NOT NULL) STRICT"
    )


@bot_migrations()
def m004_one_verdict(db: Database) -> None:
    """One verdict a person and answer: told by a fingerprint, which goes when the answer does."""
    db.execute("CREATE TABLE fingerprints (key BLOB NOT NULL) STRICT")
    db.execute("INSERT INTO fingerprints VALUES (?)", [secrets.token_bytes(32)])
    db.execute("ALTER TABLE feedback ADD COLUMN voter TEXT")
    db.execute("CREATE UNIQUE INDEX feedback_voter ON feedback (answer, voter)")
    db.execute(
        "CREATE TRIGGER answer_goes AFTER DELETE ON answers BEGIN "
        "UPDATE feedback SET voter = NULL WHERE answer = OLD.id AND voter IS NOT NULL; END"
    )


@bot_migrations()
def m006_receipts(db: Database) -> None:
    """Receipts of answers without who asked, and how much is asked a day. A question goes when its answer does."""
    db.execute(
        "CREATE TABLE receipts (id TEXT PRIMARY KEY, at TEXT NOT NULL, question TEXT, filters TEXT NOT NULL, "
        "most_quotes INTEGER NOT NULL, answered INTEGER NOT NULL, generation TEXT NOT NULL, citations TEXT NOT NULL, "
        "local INTEGER NOT NULL) STRICT"
    )
    db.execute("CREATE INDEX receipts_at ON receipts (at)")
    db.execute(
        "CREATE TRIGGER question_goes AFTER DELETE ON answers BEGIN "
        "UPDATE receipts SET question = NULL, filters = '{}' WHERE id = OLD.id; END"
    )
    db.execute(
        "CREATE TABLE usage (day TEXT PRIMARY KEY, questions INTEGER NOT NULL, answered INTEGER NOT NULL) STRICT"
    )


@bot_migrations()
def m007_subscriptions(db: Database) -> None:
    """What people want to be told of, the releases found for them, and those that are no longer new to anybody.

    A finding is claimed, with the nonce of a message, before that message is sent, and told when it was. A work is
    found once for a subscription.
    """
    db.execute(
        "CREATE TABLE subscriptions (id TEXT PRIMARY KEY, owner INTEGER NOT NULL, guild INTEGER, channel INTEGER, "
        "made_in INTEGER, place TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, key TEXT NOT NULL, "
        "filters TEXT NOT NULL, often TEXT NOT NULL, locale TEXT NOT NULL, since TEXT NOT NULL, pause TEXT, "
        "paused_at TEXT, UNIQUE (place, kind, key, filters)) STRICT"
    )
    db.execute("CREATE INDEX subscriptions_owner ON subscriptions (owner)")
    db.execute(
        "CREATE TABLE findings (subscription TEXT NOT NULL, work TEXT NOT NULL, release_id TEXT NOT NULL, "
        "found_at TEXT NOT NULL, nonce INTEGER, claimed_at TEXT, told INTEGER NOT NULL DEFAULT 0, "
        "PRIMARY KEY (subscription, work)) STRICT"
    )
    db.execute("CREATE INDEX findings_waiting ON findings (subscription) WHERE told = 0")
    db.execute("CREATE TABLE seen_releases (release_id TEXT PRIMARY KEY, date TEXT NOT NULL) STRICT")
    db.execute(
        "CREATE TRIGGER subscription_ends AFTER DELETE ON subscriptions BEGIN "
        "DELETE FROM findings WHERE subscription = OLD.id; END"
    )
