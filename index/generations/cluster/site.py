"""Writes a generation into a schema of its own, aside from all that is served."""

import hashlib
import itertools
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
from pgvector import HalfVector
from pgvector.psycopg import register_vector

from corpus import Fault, MeasuresError, StorageError
from index.database.link import Link, database_errors
from index.database.passages_writer import release_values
from index.generations.cluster.arrays import to_bytes
from index.generations.cluster.keywords import posting_lists
from index.generations.cluster.opening import open_schema
from index.generations.cluster.tables import CONTROL, KEYS, generation_indexes, generation_tables
from index.generations.cluster.vectors import EXACT_MAX_ROWS, lists_of
from index.generations.contents import Contents
from index.generations.manifest import FileRecord, Manifest
from index.generations.reader import OpenGeneration
from index.text.terms import hashes

_OLDEST, _OLDEST_VECTOR = 160_000, (0, 8)
_SAMPLES_A_LIST, _FEWEST_SAMPLES = 50, 10_000  # as pgvector draws them
_TYPES = {
    "releases": ["int4", *["text"] * 13, "int4", "text", "bytea"],
    "passages": [*["int4"] * 5, "text", *["int4"] * 3, "text", "halfvec"],
    "sentences": [*["int4"] * 4, "bytea", "halfvec"],
    "mentions": ["text", *["int4"] * 4, "text"],
    "postings": ["text", "int4", "int4", "bytea", "bytea", "bytea"],
    "arrays": ["text", "bytea"],
}


class SchemaSite:
    """An empty schema that a generation is written into."""

    def __init__(self, link: Link, schema: str) -> None:
        """Take a connection to the primary, and the name of the schema. What is in it is deleted."""
        self._link = link
        self._schema = schema
        self.clear()

    def clear(self) -> None:
        """Delete the schema, where there is one."""
        self._link.execute(f"DROP SCHEMA IF EXISTS {self._schema} CASCADE")

    def write(self, contents: Contents) -> Mapping[str, FileRecord]:
        """Write all tables in one transaction, and return their numbers of rows and digests.

        :raises StorageError: when they cannot be written. Nothing is left behind.
        """
        passages, dim = contents.passage_vectors.shape
        with self._link.transaction() as connection:
            register_vector(connection)
            connection.execute(f"CREATE SCHEMA {self._schema}")
            connection.execute(generation_tables(self._schema, dim))
            for table, rows in _tables(contents).items():
                self._copy(connection, table, rows)
            connection.execute(generation_indexes(self._schema))
            if passages > EXACT_MAX_ROWS:
                index_vectors(connection, self._schema, passages)
        for table in KEYS:
            self._link.execute(f"ANALYZE {self._schema}.{table}")
        return record_tables(self._link, self._schema)

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


def _tables(contents: Contents) -> dict[str, Iterable[Sequence[object]]]:
    ends = np.concatenate(([0], np.cumsum([len(terms) for terms in contents.term_lists()]))).astype(np.int64)
    arrays = {"first_sentences": contents.first_sentences(), "term_ends": ends}
    return {
        "releases": _releases(contents),
        "passages": _passages(contents),
        "sentences": _sentences(contents),
        "mentions": _mentions(contents),
        "postings": posting_lists(contents.documents()),
        "arrays": ((name, to_bytes(array)) for name, array in arrays.items()),
    }


def _releases(contents: Contents) -> Iterator[Sequence[object]]:
    first_passage = 0
    for row, ((release, passages), title) in enumerate(zip(contents.chunked, contents.titles, strict=True)):
        yield (*release_values(row, release, first_passage), hashes(title).astype("<u4").tobytes())
        first_passage += len(passages)


def _passages(contents: Contents) -> Iterator[Sequence[object]]:
    first_sentences = contents.first_sentences().tolist()
    row = itertools.count()
    for release_row, (release, passages) in enumerate(contents.chunked):
        for passage in passages:
            number = next(row)
            lead_in = passage.lead_in
            places = (lead_in.start, lead_in.end) if lead_in else (None, None)
            where = (passage.ordinal, passage.start, passage.end, passage.heading)
            text = release.text[passage.start : passage.end]
            vector = HalfVector(contents.passage_vectors[number])
            yield number, release_row, *where, *places, first_sentences[number], text, vector


def _sentences(contents: Contents) -> Iterator[Sequence[object]]:
    row = itertools.count()
    cut = (passage for _, passages in contents.chunked for passage in passages)
    for passage_row, (passage, terms) in enumerate(zip(cut, contents.terms, strict=True)):
        for span, spoken in zip(passage.sentences, terms, strict=True):
            number = next(row)
            vector = HalfVector(contents.sentence_vectors[number])
            yield number, passage_row, span.start, span.end, hashes(spoken).astype("<u4").tobytes(), vector


def _mentions(contents: Contents) -> Iterator[Sequence[object]]:
    first_sentences = contents.first_sentences()
    first_passage = 0
    for (_, passages), mentions in zip(contents.chunked, contents.mentions, strict=True):
        for mention in mentions:
            passage = first_passage + mention.passage
            sentence = int(first_sentences[passage]) + mention.sentence
            yield mention.agency_id, passage, mention.start, mention.end, sentence, mention.role
        first_passage += len(passages)
