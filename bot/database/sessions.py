"""The sessions of shards with Discord's gateway, so that what one bot no longer hears, another one goes on hearing.

Discord keeps a session for some minutes after its connection is lost. Whoever resumes it is sent what came meanwhile.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.database.postgres import PostgresConnection

RUNS = "hashtext('measures bot runs')"
_GONE = f"pg_try_advisory_xact_lock({RUNS}, hashtext(s.bot))"
_SOON = "interval '3 seconds'"
_FRESH = f"at BETWEEN clock_timestamp() - {_SOON} AND clock_timestamp() + {_SOON}"  # the clock may be put back
_LEFT = "left by "


@dataclass(frozen=True, slots=True)
class Session:
    """A session of a shard: all up to `sequence` was received, and `gateway` is where to resume it."""

    shard: int
    session_id: str
    sequence: int
    gateway: str


@dataclass(frozen=True, slots=True)
class LeftSession:
    """A session whose bot is gone."""

    bot: str
    session: Session

    @property
    def is_given_up(self) -> bool:
        """Whether the bot said so itself; else it may only have lost the database for a moment."""
        return self.bot.startswith(_LEFT)


class Sessions:
    """Keeps the sessions of this bot, and takes those of bots that are gone. `Agreement` says how that is told."""

    def __init__(self, db: PostgresConnection, bot_id: str) -> None:
        """Take the database, and what tells this bot from the others that run."""
        self._db = db
        self._bot_id = bot_id

    def keep(self, count: int, sessions: Sequence[Session], home: Collection[int]) -> None:
        """Keep the sessions of this bot, and no others.

        :param count: how many shards there are.
        :param home: the shards that are this bot's by its settings, and that it serves now.
        """
        held = [each.shard for each in sessions]
        self._db.execute(
            "DELETE FROM sessions WHERE bot = ? AND (shards <> ? OR shard <> ALL(?::int[]))",
            [self._bot_id, count, held],
        )
        self._db.execute(
            "INSERT INTO sessions (bot, shards, shard, session, sequence, gateway, is_home, at) "
            "SELECT ?, ?, new.*, clock_timestamp() FROM unnest(?::int[], ?::text[], ?::bigint[], ?::text[], ?::bool[]) "
            "AS new ON CONFLICT (shards, shard, bot) DO UPDATE SET session = excluded.session, "
            "sequence = excluded.sequence, gateway = excluded.gateway, is_home = excluded.is_home, at = excluded.at",
            [
                self._bot_id,
                count,
                held,
                [each.session_id for each in sessions],
                [each.sequence for each in sessions],
                [each.gateway for each in sessions],
                [each.shard in home for each in sessions],
            ],
        )

    def left(self, count: int) -> list[LeftSession]:
        """Return the sessions of bots that are gone, of shards that no third bot has."""
        left = self._db.rows(
            f"SELECT s.bot, s.shard, s.session, s.sequence, s.gateway FROM sessions AS s WHERE s.shards = ? "
            "AND s.bot <> ? AND NOT EXISTS (SELECT 1 FROM sessions AS other WHERE other.shards = s.shards "
            f"AND other.shard = s.shard AND other.bot <> ALL(ARRAY[s.bot, ?]) AND other.{_FRESH}) AND {_GONE} "
            "ORDER BY s.at",
            [count, self._bot_id, self._bot_id],
        )
        return [LeftSession(bot, Session(*session)) for bot, *session in left]

    def take(self, count: int, left: LeftSession) -> Session | None:
        """Make a session that was left one of this bot, and return it as it is now; None where another bot did so."""
        taken = self._db.rows(
            "WITH gone AS (DELETE FROM sessions AS s WHERE s.bot = ? AND s.shards = ? AND s.shard = ? "
            f"AND {_GONE} RETURNING s.shards, s.shard, s.session, s.sequence, s.gateway), "
            "kept AS (INSERT INTO sessions (shards, shard, session, sequence, gateway, bot, is_home, at) "
            "SELECT gone.*, ?, false, clock_timestamp() FROM gone ON CONFLICT DO NOTHING) "
            "SELECT shard, session, sequence, gateway FROM gone",
            [left.bot, count, left.session.shard, self._bot_id],
        )
        return Session(*taken[0]) if taken else None

    def at_home(self, count: int, shards: Collection[int]) -> frozenset[int]:
        """Return those of some shards that another bot has whose own they are."""
        if not shards:
            return frozenset()
        rows = self._db.rows(
            "SELECT shard FROM sessions "
            f"WHERE shards = ? AND shard = ANY(?::int[]) AND bot <> ? AND is_home AND {_FRESH}",
            [count, list(shards), self._bot_id],
        )
        return frozenset(shard for (shard,) in rows)

    def are_others(self) -> bool:
        """Tell whether another bot runs."""
        return bool(self._db.rows(f"SELECT 1 FROM sessions WHERE bot <> ? AND {_FRESH} LIMIT 1", [self._bot_id]))

    def leave(self) -> None:
        """Let other bots take the sessions of this one, as if it were gone already."""
        self._db.execute(
            "UPDATE sessions SET bot = ? || bot, is_home = false, at = at - interval '1 minute' WHERE bot = ?",
            [_LEFT, self._bot_id],
        )

    def forget(self) -> None:
        """Erase sessions that Discord no longer keeps."""
        self._db.execute("DELETE FROM sessions WHERE at < now() - interval '15 minutes'")
