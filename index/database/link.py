"""A connection to the database that comes back by itself, and what its errors mean.

The address of the database is a secret, and psycopg repeats parts of it in its messages. That is why nothing here
passes on a message of psycopg, or an exception that holds one.
"""

import re
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import psycopg
from psycopg.rows import RowFactory, dict_row, tuple_row

from corpus import Fault, GenerationError, MeasuresError, StorageError

Row = TypeVar("Row")
_CONNECT_S = 5
_SILENT_MS = 10_000
# The locks of a machine that vanished are free after a minute. Without this it takes the two hours of TCP's default.
_NOTICED = "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3"
_AWAY = "the database does not answer; it is asked again the next time, and nothing is lost."
_WRONG = "MEASURES_DATABASE_URL is no address of a database; correct it."
_CLOSED = (
    "the database does not let this program in; correct user, password and name of the database in "
    "MEASURES_DATABASE_URL, or what it allows."
)
_BUSY = ("the database is busy; try again in a minute.", Fault.BUSY)
_SENTENCES = {
    "53100": ("the disk of the database is full; free some space there and do it again.", Fault.FULL),
    "42501": ("the database does not allow this to its user; grant it CREATE on the database.", Fault.READ_ONLY),
    "25006": ("the database is a replica, which cannot be written; name its primary, too.", Fault.READ_ONLY),
    "58P01": ("the database has no pgvector; install version 0.8 or newer there.", Fault.OTHER),
    "55P03": _BUSY,
    "40001": _BUSY,
    "40P01": _BUSY,
    "57014": _BUSY,
    "0A000": ("the database has no pgvector; install version 0.8 or newer there.", Fault.OTHER),
}
_REFUSALS = ("22", "23", "54")  # bad data, a constraint, a limit such as the length of what is indexed
# The server tells these in words only, before there is a connection.
_NOT_LET_IN = re.compile(r'authentication failed|no password supplied|no pg_hba\.conf entry|" does not exist')
_NO_ADDRESS = re.compile(r"invalid (port number|\w+ value): ")
_GONE = {"42P01", "3F000"}  # undefined table, undefined schema


class Link:
    """A connection, opened when it is first needed and anew after it broke. Used by one thread at a time."""

    def __init__(self, url: str, *, reading: bool = False, settings: Sequence[str] = ()) -> None:
        """Take the address of the database.

        :param reading: whether a replica will do, and is better.
        :param settings: statements that every connection begins with.
        """
        self._url = url
        self._reading = reading
        self._settings = settings
        self._kept: dict[str, psycopg.Connection[Any]] = {}
        self._shared: set[int] = set()
        self._tuned: dict[str, int] = {}
        self._finalizer = weakref.finalize(self, _close, self._kept)

    def __repr__(self) -> str:
        """Return nothing of the address."""
        return f"Link(reading={self._reading})"

    @property
    def is_open(self) -> bool:
        """Whether there is a connection."""
        return "" in self._kept and not self._kept[""].closed

    def close(self) -> None:
        """Close the connection. Whatever is asked next opens another."""
        _close(self._kept)

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query as tuples."""
        return self._fetch(sql, values, tuple_row)

    def dicts(self, sql: str, values: Sequence[object] = ()) -> list[dict[str, Any]]:
        """Return the rows of a query as dicts."""
        return self._fetch(sql, values, dict_row)

    def execute(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run a statement, and return how many rows it changed."""
        with database_errors(self):
            return self.connection().execute(sql, values).rowcount

    def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> int:
        """Run a statement for each row of values, and return how many rows they changed."""
        with database_errors(self), self.connection().cursor() as cursor:
            cursor.executemany(sql, rows)
            return max(0, cursor.rowcount)

    def heard(self, channels: Iterable[str], timeout_s: float) -> set[str] | None:
        """Return the channels on which something was said, once it is or the time is over.

        None where the connection is new: what was said before that was not heard.
        """
        is_new = not self.is_open
        with database_errors(self):
            connection = self.connection()
            if is_new:
                for channel in channels:
                    connection.execute(f"LISTEN {channel}")
                return None
            return {said.channel for said in connection.notifies(timeout=timeout_s, stop_after=1)}

    @contextmanager
    def transaction(self) -> Iterator["psycopg.Connection[Any]"]:
        """Run everything in the block in one transaction, and as of one moment where the link is for reading."""
        with database_errors(self), self.connection().transaction():
            yield self.connection()

    def tune(self, setting: str, value: int) -> None:
        """Give a setting of the connection, and of those that follow it, a value, unless it has it."""
        if self._tuned.get(setting) != value:
            self.execute(f"SET {setting} = {value}")
            self._tuned[setting] = value

    def hold(self, number: int) -> None:
        """Keep others from deleting a generation, until it is let go or this process ends."""
        self._shared.add(number)
        self.execute("SELECT pg_advisory_lock_shared(hashtext('measures generation'), %s)", [number])

    def let_go(self, number: int) -> None:
        """Let others delete a generation."""
        self._shared.discard(number)
        if self.is_open:
            with suppress(MeasuresError):
                self.execute("SELECT pg_advisory_unlock_shared(hashtext('measures generation'), %s)", [number])

    def connection(self) -> "psycopg.Connection[Any]":
        """Return the connection. Only a block of `database_errors` may call this."""
        if not self.is_open:
            self._kept[""] = connection = psycopg.connect(
                self._url,
                autocommit=True,
                connect_timeout=_CONNECT_S,
                tcp_user_timeout=_SILENT_MS,
                target_session_attrs="prefer-standby" if self._reading else "read-write",
            )
            if self._reading:
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.execute("SET ivfflat.iterative_scan = 'relaxed_order'")
            connection.execute(_NOTICED)
            for setting, value in self._tuned.items():
                connection.execute(f"SET {setting} = {value}")
            for statement in self._settings:
                connection.execute(statement)
            for number in self._shared:
                connection.execute("SELECT pg_advisory_lock_shared(hashtext('measures generation'), %s)", [number])
        return self._kept[""]

    def _fetch(self, sql: str, values: Sequence[object], factory: RowFactory[Row]) -> list[Row]:
        """Run a query. Where the connection broke since it was last used, as in a restart, it is run once more."""
        again = self.is_open and not self._in_transaction()
        try:
            return self._fetch_once(sql, values, factory)
        except StorageError:
            if not again or self.is_open:
                raise
        return self._fetch_once(sql, values, factory)

    def _fetch_once(self, sql: str, values: Sequence[object], factory: RowFactory[Row]) -> list[Row]:
        with database_errors(self), self.connection().cursor(binary=True, row_factory=factory) as cursor:
            return cursor.execute(sql, values).fetchall()

    def _in_transaction(self) -> bool:
        return self._kept[""].info.transaction_status != psycopg.pq.TransactionStatus.IDLE


@contextmanager
def database_errors(link: Link) -> Iterator[None]:
    """Turn errors of the database into one sentence. A connection that broke is closed.

    :raises StorageError: saying what happened and what to do.
    :raises GenerationError: when a generation is asked for that was deleted.
    """
    try:
        yield
    except psycopg.Error as error:
        told = _told(error)
        if isinstance(error, psycopg.OperationalError) and error.sqlstate not in _SENTENCES:
            link.close()
    else:
        return
    raise told from None  # What was caught may hold the address.


def _told(error: psycopg.Error) -> MeasuresError:
    state = error.sqlstate or ""
    if state in _GONE:
        return GenerationError("A generation is no longer in the database: ask again.")
    if state in _SENTENCES:
        return StorageError(*_SENTENCES[state])
    if not state and isinstance(error, psycopg.OperationalError) and _NOT_LET_IN.search(str(error)):
        return StorageError(_CLOSED, Fault.REFUSED)
    if not state and _NO_ADDRESS.search(str(error)):
        return StorageError(_WRONG, Fault.OTHER)
    if isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)):
        return StorageError(_AWAY, Fault.AWAY)
    if isinstance(error, psycopg.DataError | psycopg.IntegrityError) or state.startswith(_REFUSALS):
        return StorageError(f"the database refuses a value (code {state or 'of its driver'}).", Fault.REFUSED)
    if isinstance(error, psycopg.ProgrammingError) and not state:
        return StorageError(_WRONG, Fault.OTHER)
    return StorageError(f"the database refuses this (code {state}); look into its log.", Fault.OTHER)


def _close(kept: "dict[str, psycopg.Connection[Any]]") -> None:
    while kept:
        kept.popitem()[1].close()
