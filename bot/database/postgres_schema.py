"""The tables of the bot in PostgreSQL, in a schema of their own. `sqlite_schema.py` has the same for bot.db.

`rowid` is what SQLite gives every table by itself. Times are text, as in bot.db, and compared letter by letter.
"""

import secrets
from collections.abc import Sequence

SCHEMA = "measures_bot"
SERVERS_CHANGE = "measures_servers"
_ROWID = "rowid bigint GENERATED ALWAYS AS IDENTITY"

_MIGRATIONS: Sequence[str] = (
    # 1: what bot.db has since its migration 7.
    f"""
CREATE TABLE answers ({_ROWID}, id text COLLATE "C" PRIMARY KEY, asker bigint NOT NULL, guild bigint,
  channel bigint NOT NULL, message bigint, by_command int NOT NULL, question text NOT NULL, filters text NOT NULL,
  spans text NOT NULL, at text COLLATE "C" NOT NULL);
CREATE INDEX ON answers (message);
CREATE INDEX ON answers (asker);
CREATE TABLE feedback (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, answer text COLLATE "C" NOT NULL,
  verdict text NOT NULL, reason text, at text COLLATE "C" NOT NULL, voter text COLLATE "C", UNIQUE (answer, voter));
CREATE TABLE fingerprints (key bytea NOT NULL);
INSERT INTO fingerprints VALUES (decode('{{key}}', 'hex'));
CREATE TABLE servers (guild bigint PRIMARY KEY, settings text NOT NULL);
CREATE TABLE synced (scope text COLLATE "C" PRIMARY KEY, payload_sha256 text NOT NULL);
CREATE TABLE audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at text COLLATE "C" NOT NULL,
  who bigint NOT NULL, guild bigint, action text NOT NULL, details text NOT NULL);
CREATE TABLE receipts (id text COLLATE "C" PRIMARY KEY, at text COLLATE "C" NOT NULL, question text,
  filters text NOT NULL, most_quotes int NOT NULL, answered int NOT NULL, generation text NOT NULL,
  citations text NOT NULL, local int NOT NULL);
CREATE INDEX ON receipts (at);
CREATE TABLE usage (day text COLLATE "C" PRIMARY KEY, questions int NOT NULL, answered int NOT NULL);
CREATE TABLE subscriptions ({_ROWID}, id text COLLATE "C" PRIMARY KEY, owner bigint NOT NULL, guild bigint,
  channel bigint, made_in bigint, place text NOT NULL, kind text NOT NULL, text text NOT NULL, key text NOT NULL,
  filters text NOT NULL, often text NOT NULL, locale text NOT NULL, since text COLLATE "C" NOT NULL, pause text,
  paused_at text COLLATE "C");
CREATE UNIQUE INDEX ON subscriptions (place, kind, md5(key), md5(filters));
CREATE INDEX ON subscriptions (owner);
CREATE TABLE findings ({_ROWID}, subscription text COLLATE "C" NOT NULL, work text COLLATE "C" NOT NULL,
  release_id text NOT NULL, found_at text COLLATE "C" NOT NULL, nonce bigint, claimed_at text,
  told int NOT NULL DEFAULT 0, PRIMARY KEY (subscription, work));
CREATE INDEX ON findings (subscription) WHERE told = 0;
CREATE TABLE seen_releases (release_id text COLLATE "C" PRIMARY KEY, date text COLLATE "C" NOT NULL);
CREATE FUNCTION answer_goes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  UPDATE {SCHEMA}.feedback SET voter = NULL WHERE answer = OLD.id AND voter IS NOT NULL;
  UPDATE {SCHEMA}.receipts SET question = NULL, filters = '{{{{}}}}' WHERE id = OLD.id;
  RETURN NULL; END $$;
CREATE TRIGGER answer_goes AFTER DELETE ON answers FOR EACH ROW EXECUTE FUNCTION answer_goes();
CREATE FUNCTION subscription_ends() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  DELETE FROM {SCHEMA}.findings WHERE subscription = OLD.id; RETURN NULL; END $$;
CREATE TRIGGER subscription_ends AFTER DELETE ON subscriptions FOR EACH ROW EXECUTE FUNCTION subscription_ends();
""",
    # 2: what bots agree on. None of it is needed after a crash, and none of it stays: it is not logged.
    f"""
CREATE UNLOGGED TABLE events (id bigint PRIMARY KEY, bot text NOT NULL, at timestamptz NOT NULL DEFAULT now());
CREATE INDEX ON events (at);
CREATE UNLOGGED TABLE pace (kind text COLLATE "C", person bigint, tokens float8 NOT NULL, at timestamptz NOT NULL,
  PRIMARY KEY (kind, person));
CREATE UNLOGGED TABLE identified (bucket int PRIMARY KEY, at timestamptz NOT NULL);
CREATE FUNCTION server_changes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM pg_notify('{SERVERS_CHANGE}', ''); RETURN NULL; END $$;
CREATE TRIGGER server_changes AFTER INSERT OR UPDATE OR DELETE ON servers
  FOR EACH STATEMENT EXECUTE FUNCTION server_changes();
""",
    # 3: whether an event needs nobody any more, so that another bot may end what one began that is gone.
    "ALTER TABLE events ADD COLUMN is_over boolean NOT NULL DEFAULT false",
    # 4: what another bot needs to go on where one is gone: the event until it is over, and the sessions of shards. Of
    # people the latter say nothing. They are logged, because a bot may be gone together with the primary.
    """
ALTER TABLE events ADD COLUMN event text;
CREATE INDEX ON events (bot) WHERE NOT is_over;
CREATE TABLE sessions (bot text, shard int, shards int, session text NOT NULL, sequence bigint NOT NULL,
  gateway text NOT NULL, is_home boolean NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (shards, shard, bot));
""",
)


def migrations() -> list[str]:
    """Return the statements of each migration, the oldest first; each with a new secret key where it needs one."""
    return [statements.format(key=secrets.token_hex(32)) for statements in _MIGRATIONS]
