"""Writes a generation into a schema of its own, aside from all that is served."""

import hashlib
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from pgvector.psycopg import register_vector

from corpus import Fault, MeasuresError, StorageError
from index.database.link import Link, database_errors
from index.database.outlines import Outline
from index.generations.cluster.opening import open_schema
from index.generations.cluster.rows import PartRows
from index.generations.cluster.tables import CONTROL, KEYS, generation_indexes, generation_tables
from index.generations.cluster.vectors import EXACT_MAX_ROWS, lists_of
from index.generations.contents import Contents
from index.generations.manifest import FileRecord, Manifest, Segment
from index.generations.reader import OpenGeneration
from index.generations.store import Kept, Written

_OLDEST, _OLDEST_VECTOR = 160_000, (0, 8)
_SAMPLES_A_LIST, _FEWEST_SAMPLES = 50, 10_000  # as pgvector draws them
_NOTHING = Segment(0, 0, 0)
_TYPES = {
    "releases": ["int4", *["text"] * 13, "int4", "text", "bytea"],
    "passages": [*["int4"] * 5, "text", *["int4"] * 3, "text", "halfvec"],
    "sentences": [*["int4"] * 4, "bytea", "halfvec"],
    "mentions": ["text", *["int4"] * 4, "text"],
    "postings": ["text", "int4", "int4", "int4", "bytea", "bytea", "bytea"],
    "namings": ["text", "bytea"],
    "arrays": ["text", "bytea"],
}


class SchemaSite:
    """An empty schema that a generation is written into."""

    def __init__(self, link: Link, schema: str) -> None:
        """Take a connection to the primary, and the name of the schema. What is in it is deleted."""
        self._link = link
        self._schema = schema
        self._rows = PartRows()
        self.clear()

    def clear(self) -> None:
        """Delete the schema, where there is one."""
        self._link.execute(f"DROP SCHEMA IF EXISTS {self._schema} CASCADE")

    def keep(self, wanted: Mapping[str, Outline], fits: Callable[[Manifest], bool], erased: Collection[str]) -> Kept:
        """Keep nothing: in a database a generation is one segment, and is written anew."""
        return Kept()

    def add(self, contents: Contents) -> None:
        """Write a part of the tables in one transaction.

        :raises StorageError: when it cannot be written.
        """
        with self._link.transaction() as connection:
            register_vector(connection)
            if self._rows.written == _NOTHING:
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {self._schema}")
                connection.execute(generation_tables(self._schema, contents.passage_vectors.shape[1]))
            for table, rows in self._rows.part(contents).items():
                self._copy(connection, table, rows)
        self._rows.add(contents)

    def finish(self) -> Written:
        """Write what is about all parts, in one transaction, and return the tables' numbers of rows and digests.

        :raises StorageError: when it cannot be written.
        """
        with self._link.transaction() as connection:
            for table, rows in self._rows.rest().items():
                self._copy(connection, table, rows)
            connection.execute(generation_indexes(self._schema))
            if self._rows.written.passages > EXACT_MAX_ROWS:
                index_vectors(connection, self._schema, self._rows.written.passages)
        for table in KEYS:
            self._link.execute(f"ANALYZE {self._schema}.{table}")
        return Written((self._rows.written,), record_tables(self._link, self._schema))

    def open(self, manifest: Manifest) -> OpenGeneration:
        """Open what was written."""
        return open_schema(self._link, self._schema, manifest, frozenset())

    def adopt(self, manifest: Manifest) -> None:
        """Make a generation of the schema, in one transaction."""
        with self._link.transaction() as connection:
            connection.execute(f"DROP SCHEMA IF EXISTS {schema_of(manifest.generation)} CASCADE")
            connection.execute(f"ALTER SCHEMA {self._schema} RENAME TO {schema_of(manifest.generation)}")
            connection.execute(
                "INSERT INTO measures.generations VALUES (%s, %s)", [manifest.generation, manifest.to_json()]
            )

    def _copy(self, connection: Any, table: str, rows: Iterable[Sequence[object]]) -> None:  # noqa: ANN401
        with connection.cursor().copy(f"COPY {self._schema}.{table} FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(_TYPES[table])
            for row in rows:
                copy.write_row(row)


def index_vectors(connection: Any, schema: str, passages: int) -> None:  # noqa: ANN401
    """Index the vectors of the passages. Pgvector asks for four bytes for every pair of a sample and a list."""
    lists = lists_of(passages)
    samples = max(_FEWEST_SAMPLES, _SAMPLES_A_LIST * lists)
    megabytes = 128 + 2 * samples * lists * 4 // 1_000_000
    connection.execute(f"SET LOCAL maintenance_work_mem = '{megabytes}MB'")
    connection.execute(f"CREATE INDEX ON {schema}.passages USING ivfflat (v halfvec_ip_ops) WITH (lists = {lists})")


def schema_of(generation: str) -> str:
    """Return the name of the schema of a generation."""
    return f"g{int(generation):06d}"


def prepare(link: Link) -> None:
    """Make what every database needs, where it is not there yet.

    :raises StorageError: when the database is too old, or lacks pgvector.
    """
    with database_errors(link):
        version = link.connection().info.server_version
    if version < _OLDEST:
        raise StorageError("the database is older than PostgreSQL 16; upgrade it.", Fault.OTHER)
    link.execute(CONTROL)
    ((installed,),) = link.rows("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
    if tuple(map(int, installed.split(".")[:2])) < _OLDEST_VECTOR:
        raise StorageError("the database has an older pgvector than 0.8; upgrade it.", Fault.OTHER)


def record_tables(link: Link, schema: str) -> dict[str, FileRecord]:
    """Return the number of rows of every table, and the SHA-256 of all that they hold."""
    records = {}
    for table, key in KEYS.items():
        whole = hashlib.sha256()
        with database_errors(link):
            cursor = link.connection().cursor()
            with cursor.copy(f"COPY (SELECT * FROM {schema}.{table} ORDER BY {key}) TO STDOUT (FORMAT binary)") as copy:
                for data in copy:
                    whole.update(data)
            records[table] = FileRecord(cursor.rowcount, whole.hexdigest())
    return records


@contextmanager
def temporary_site(link: Link) -> Iterator[SchemaSite]:
    """Give a schema that is deleted afterwards, and close the connection to the primary then."""
    try:
        prepare(link)
        schema = f"measures_eval_{secrets.token_hex(6)}"
        link.execute("SELECT pg_advisory_lock(hashtext('measures evaluation'), hashtext(%s))", [schema])
        site = SchemaSite(link, schema)
        try:
            yield site
        finally:
            with suppress(MeasuresError):
                site.clear()
    finally:
        link.close()


def clear_temporary(link: Link) -> None:
    """Delete the temporary schemas whose process has ended."""
    for (schema,) in link.rows("SELECT nspname FROM pg_namespace WHERE nspname ~ '^measures_eval_'"):
        lock = "hashtext('measures evaluation'), hashtext(%s)"
        if link.rows(f"SELECT 1 WHERE pg_try_advisory_lock({lock})", [schema]):
            link.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
            link.execute(f"SELECT pg_advisory_unlock({lock})", [schema])
