"""What several bots agree on in a database, without a leader: who answers what, who may ask, whose turn it is.

Each question is one statement, so that two bots that ask at once get different answers. What is asked here is about
people and events of the last minutes; `forget` erases it.
"""

import math
from collections.abc import Collection, Mapping

from bot.database.postgres import PostgresConnection
from bot.database.sessions import RUNS, Sessions

_KEPT = "interval '15 minutes'"  # Discord sends no event again after that, and all buckets are full again.
_REFILLED = "least(?::float8, p.tokens + greatest(0, extract(epoch FROM clock_timestamp() - p.at)::float8) * ?::float8)"


def runs(bot_id: str) -> str:
    """Return the statement that keeps others from taking a bot for gone, as long as the connection lasts.

    :param bot_id: of letters and digits.
    """
    return f"SELECT pg_advisory_lock_shared({RUNS}, hashtext('{bot_id}'))"


class Agreement:
    """Asks the database, for one thread. Its connections begin with `runs`."""

    def __init__(self, db: PostgresConnection, bot_id: str) -> None:
        """Take the database, and what tells this bot from the others that run."""
        self._db = db
        self._bot_id = bot_id
        self.sessions = Sessions(db, bot_id)

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def claim(self, event_id: int, event: str | None = None) -> bool:
        """Claim an event of Discord; return whether it is for this bot to answer. Asked again, it says the same.

        :param event: what another bot needs to end it, should this one be gone before it is over.
        """
        return bool(
            self._db.rows(
                "INSERT INTO events AS e (id, bot, event) VALUES (?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET bot = e.bot WHERE e.bot = excluded.bot RETURNING 1",
                [event_id, self._bot_id, event],
            )
        )

    def end(self, events: frozenset[int]) -> frozenset[int]:
        """Say of events of this bot that they are over, and return them."""
        self._db.execute(
            "INSERT INTO events AS e (id, bot, is_over) SELECT id, ?, true FROM unnest(?::bigint[]) AS id "
            "ON CONFLICT (id) DO UPDATE SET is_over = true, event = NULL WHERE e.bot = excluded.bot",
            [self._bot_id, list(events)],
        )
        return events

    def claim_again(self, events: Mapping[int, str | None]) -> frozenset[int]:
        """Claim events of which the database knows nothing, as after a crash; return those that are now this bot's."""
        claimed = self._db.rows(
            "INSERT INTO events (id, bot, event) SELECT id, ?, event "
            "FROM unnest(?::bigint[], ?::text[]) AS claimed (id, event) ON CONFLICT (id) DO NOTHING RETURNING id",
            [self._bot_id, list(events), list(events.values())],
        )
        return frozenset(event for (event,) in claimed)

    def take_over(self, events: Collection[int]) -> frozenset[int]:
        """Claim events that are not over and whose bot is gone; return them."""
        taken = self._db.rows(
            "UPDATE events AS e SET bot = ? WHERE id = ANY(?::bigint[]) AND NOT is_over AND bot <> ? "
            f"AND pg_try_advisory_xact_lock({RUNS}, hashtext(bot)) RETURNING id",
            [self._bot_id, list(events), self._bot_id],
        )
        return frozenset(event for (event,) in taken)

    def left(self) -> list[str]:
        """Return the events that are not over and whose bot is gone, as it kept them."""
        left = self._db.rows(
            "SELECT event FROM events WHERE NOT is_over AND event IS NOT NULL AND bot <> ? "
            f"AND pg_try_advisory_xact_lock({RUNS}, hashtext(bot)) ORDER BY id",
            [self._bot_id],
        )
        return [event for (event,) in left]

    def known(self, events: Collection[int]) -> dict[int, bool]:
        """Return of events that the database knows whether they are over."""
        return dict(self._db.rows("SELECT id, is_over FROM events WHERE id = ANY(?::bigint[])", [list(events)]))

    def wait_s(self, kind: str, person: int, turns: float, burst: float, rate: float, *, take: bool) -> int:
        """Take tokens of a person and return 0, or return the seconds until there are so many, and take none.

        :param burst: how many there are at most.
        :param rate: how many come back a second.
        :param take: whether they are taken, or only looked for.
        """
        price = turns if take else 0.0
        taken = self._db.rows(
            "INSERT INTO pace AS p (kind, person, tokens, at) VALUES (?, ?, ?::float8 - ?::float8, clock_timestamp()) "
            f"ON CONFLICT (kind, person) DO UPDATE SET tokens = {_REFILLED} - ?::float8, at = clock_timestamp() "
            f"WHERE {_REFILLED} >= ?::float8 RETURNING 1",
            [kind, person, burst, price, burst, rate, price, burst, rate, turns],
        )
        if taken:
            return 0
        left = self._db.rows(
            f"SELECT {_REFILLED} FROM pace AS p WHERE kind = ? AND person = ?", [burst, rate, kind, person]
        )
        tokens = float(left[0][0]) if left else 0.0
        return max(1, math.ceil((turns - tokens) / rate))

    def identify_in_s(self, bucket: int, pause_s: float) -> float:
        """Take the turn to identify to Discord and return 0, or return the seconds after which to ask again.

        :param bucket: shards of one bucket take turns.
        :param pause_s: how long after a turn the next one is.
        """
        due = "i.at + make_interval(secs => ?::float8)"
        taken = self._db.rows(
            "INSERT INTO identified AS i (bucket, at) VALUES (?, clock_timestamp()) "
            f"ON CONFLICT (bucket) DO UPDATE SET at = clock_timestamp() WHERE {due} <= clock_timestamp() "
            "OR i.at > clock_timestamp() RETURNING 1",  # the clock was put back
            [bucket, pause_s],
        )
        if taken:
            return 0.0
        [(wait_s,)] = self._db.rows(
            f"SELECT extract(epoch FROM {due} - clock_timestamp())::float8 FROM identified AS i WHERE bucket = ?",
            [pause_s, bucket],
        )
        return max(0.05, float(wait_s))

    def try_lock(self, name: str) -> bool:
        """Take a lock that one bot has at a time; it ends with the connection, also where the bot is killed."""
        lock = "SELECT pg_try_advisory_lock(hashtext('measures bot'), hashtext(?))"
        return bool(self._db.rows(lock, [name])[0][0])

    def forget(self) -> None:
        """Erase what nobody will ask about any more."""
        for table in ("events", "pace"):
            self._db.execute(f"DELETE FROM {table} WHERE at < now() - {_KEPT}")
        self.sessions.forget()
