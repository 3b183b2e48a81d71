"""The corpus in PostgreSQL, where any machine may add to it and build of it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from typing import Any

from corpus import Fault, StorageError
from index.database.connection import Values, as_given
from index.database.corpus_tables import MIGRATIONS, SCHEMA
from index.database.link import Link, database_errors
from index.database.postgres import postgres_sql, prepare_tables, schema_version

_SETTINGS = (
    f"SET search_path = {SCHEMA}",
    "SET lock_timeout = '30s'",  # as long as corpus.db is waited for
    # The lock of a machine that vanishes in the middle of a transaction is free again so soon.
    "SET idle_in_transaction_session_timeout = '2min'",
)
_WRITERS = "SELECT pg_advisory_xact_lock(hashtext('measures corpus'), 0)"
_BATCH = 1_000
_BROKEN = "the connection to the database broke, and nothing of this was kept; do it again."


class PostgresCorpus:
    """The tables of the corpus in a database. `CorpusConnection` explains the methods.

    Those who write take turns, as with corpus.db. What is acknowledged is on the disk of the primary.
    """

    def __init__(self, url: str, *, reading: bool = False) -> None:
        """Take the address of the database. Tables that are missing are made, unless it is only read.

        :param reading: whether it is only read, so that a replica will do.
        :raises StorageError: when the database cannot be used.
        """
        self._link = Link(url, reading=reading, settings=_SETTINGS)
        self._reading = reading
        self._inside: object = None  # the connection on which a transaction was begun
        if not reading:
            prepare_tables(self._link, SCHEMA, MIGRATIONS)

    @property
    def is_there(self) -> bool:
        """Whether the database has the tables of the corpus."""
        return schema_version(self._link, SCHEMA) > 0

    def restoring(self) -> str | None:
        """Return the digest of the backup whose restore was broken off; None where none was."""
        return next((digest for (digest,) in self.rows("SELECT digest FROM restoring")), None)

    def note_restoring(self, digest: str | None) -> None:
        """Note that a backup is being restored; None where that is done."""
        with self.atomic():
            self.execute("DELETE FROM restoring")
            if digest is not None:
                self.execute("INSERT INTO restoring VALUES (?)", [digest])

    def execute(self, sql: str, values: Values = ()) -> int:
        """Run a statement, and return how many rows it changed."""
        self._check()
        return self._link.execute(postgres_sql(sql), as_given(values))

    def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement for each row of values."""
        self._check()
        left = iter(rows)
        while batch := list(islice(left, _BATCH)):
            self._link.execute_many(postgres_sql(sql), batch)

    def rows(self, sql: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        self._check()
        return self._link.rows(postgres_sql(sql), as_given(values))

    def query(self, sql: str, values: Values = ()) -> Iterator[dict[str, Any]]:
        """Yield the rows of a query by the names of their columns."""
        self._check()
        yield from self._link.dicts(postgres_sql(sql), as_given(values))

    def stream(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query, which the server holds."""
        self._check()
        with database_errors(self._link), self._link.connection().cursor("stream", binary=True) as cursor:
            cursor.itersize = _BATCH
            yield from cursor.execute(postgres_sql(sql))

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Do all that the block does, or nothing of it.

        Nobody else writes meanwhile. Where it is only read, all of it is of one moment.
        """
        self._check()
        outermost = self._inside is None
        try:
            with self._link.transaction() as connection:
                if outermost and not self._reading:
                    connection.execute(_WRITERS)
                self._inside = connection
                yield
                self._check()
        finally:
            if outermost:
                self._inside = None

    def writing(self) -> AbstractContextManager[None]:
        """Do what `atomic` does: whoever begins to write waits for others first."""
        return self.atomic()

    def sweep(self) -> None:
        """Write the tables anew. What was deleted stays in WAL, in replicas and in backups until they expire."""
        tables = self.rows("SELECT tablename FROM pg_tables WHERE schemaname = ? ORDER BY tablename", [SCHEMA])
        for (table,) in tables:
            self.execute(f"VACUUM (FULL, ANALYZE) {table}")

    def close(self) -> None:
        """Close the connection."""
        self._link.close()

    def _check(self) -> None:
        """Write nothing outside of a transaction whose connection broke.

        :raises StorageError: when it did.
        """
        if self._inside is not None and getattr(self._inside, "closed", False):
            raise StorageError(_BROKEN, Fault.AWAY)
