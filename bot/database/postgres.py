"""What several bots keep together, in PostgreSQL, beside the generations that they answer from."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from bot.database.connection import BotStoreError, StoreBusyError
from bot.database.postgres_schema import SCHEMA, migrations
from corpus import Fault, GenerationError, StorageError
from index import postgres_sql, prepare_tables

if TYPE_CHECKING:
    from index import Link  # It loads psycopg.

_WRITERS = "SELECT pg_advisory_xact_lock(hashtext('measures bot'), 0)"
SETTINGS = (
    f"SET search_path = {SCHEMA}",
    "SET lock_timeout = '2s'",
    # The lock of a machine that vanishes in the middle of a transaction is free again so soon.
    "SET idle_in_transaction_session_timeout = '10s'",
)
_PASSES = {Fault.BUSY, Fault.AWAY}


class PostgresConnection:
    """The tables of the bot in a database. `BotConnection` explains the methods.

    Those who write take turns, as with bot.db. What is acknowledged is on the disk of the primary. What is erased is
    gone from the tables at once, but stays in WAL, in replicas and in backups until they expire.
    """

    is_scrubbed = True

    def __init__(self, link: "Link") -> None:
        """Take a connection to the primary that begins with `SETTINGS`. Nothing is opened before it is needed."""
        self._link = link
        self._is_prepared = False

    def close(self) -> None:
        """Close the connection."""
        self._link.close()

    def execute(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run a statement, and return how many rows it changed."""
        with self._errors():
            return self._link.execute(postgres_sql(sql), _plain(values))

    def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> int:
        """Run a statement for each row of values, and return how many rows they changed."""
        with self._errors():
            return self._link.execute_many(postgres_sql(sql), list(map(_plain, rows)))

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self._errors():
            return self._link.rows(postgres_sql(sql), _plain(values))

    def dicts(self, sql: str, values: Sequence[object] = ()) -> list[dict[str, Any]]:
        """Return the rows of a query by the names of their columns."""
        with self._errors():
            return self._link.dicts(postgres_sql(sql), _plain(values))

    @contextmanager
    def writing(self, *, surely: bool = False) -> Iterator[None]:
        """Write in one transaction, while no other bot writes. It is on the disk when the block ends, in any case."""
        with self._errors(), self._link.transaction():
            self._link.execute(_WRITERS)
            yield

    def erasing(self) -> AbstractContextManager[None]:
        """Do what `writing` does: there is no file of this program to scrub."""
        return self.writing()

    def holds_release(self, column: str) -> str:
        """Return the condition that a list in a column names a release."""
        return f"EXISTS (SELECT 1 FROM json_array_elements({column}::json) AS each WHERE each->>'release_id' = ?)"

    def scrub(self) -> None:
        """Do nothing: what was erased is the database's to overwrite."""

    def compact(self) -> None:
        """Let the database use the space of what was erased again."""
        for (table,) in self.rows("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"):
            self.execute(f"VACUUM {table}")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Make the tables where they are missing, and turn errors into `StoreBusyError` where trying again may help."""
        try:
            if not self._is_prepared:
                prepare_tables(self._link, SCHEMA, migrations())
                self._is_prepared = True
            yield
        except BotStoreError:
            raise
        except GenerationError:
            self._is_prepared = False
            raise StoreBusyError("the tables of the bot are gone from the database; they are made anew.") from None
        except StorageError as error:
            kind = StoreBusyError if error.fault in _PASSES else BotStoreError
            raise kind(str(error.args[0]), error.fault) from None


def _plain(values: Sequence[object]) -> list[object]:
    """Return values that PostgreSQL takes: no text there may hold a NUL."""
    return [value.replace("\x00", "") if isinstance(value, str) else value for value in values]
