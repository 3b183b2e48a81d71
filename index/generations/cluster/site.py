"""Writes a generation into segments of its own, and views on all its segments, aside from all that is served."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from index.database.link import Link
from index.database.outlines import Outline
from index.generations.cluster.opening import open_schema
from index.generations.cluster.recording import record_tables
from index.generations.cluster.rows import segment_rows
from index.generations.cluster.segments import Segments, drop_unused, schemas_of
from index.generations.cluster.tables import KEYS, segment_indexes, segment_tables
from index.generations.cluster.vectors import EXACT_MAX_ROWS, index_vectors
from index.generations.cluster.whole import WholeTexts
from index.generations.contents import Contents
from index.generations.kept import Served, served_manifest, standing
from index.generations.manifest import FileRecord, Manifest, Segment
from index.generations.reader import OpenGeneration
from index.generations.store import Kept, Written

SEGMENT_PREFIX = "s"
# Vectors are sent as the bytes that pgvector reads.
_TYPES = {
    "releases": ["int4", *["text"] * 13, "int4", "text", "bytea"],
    "passages": [*["int4"] * 5, "text", *["int4"] * 3, "text", "bytea"],
    "sentences": [*["int4"] * 4, "bytea", "bytea"],
    "mentions": ["text", *["int4"] * 4, "text"],
    "postings": ["text", "int4", "int4", "bytea", "bytea", "bytea"],
    "namings": ["text", "bytea"],
    "arrays": ["text", "bytea"],
}


class SchemaSite:
    """An empty schema for the views of a generation, beside the segments that it keeps and those that are written."""

    def __init__(self, link: Link, schema: str, prefix: str = SEGMENT_PREFIX, served: Served | None = None) -> None:
        """Take a connection to the primary, and the name of the schema. What a broken build left there is deleted.

        :param prefix: what the names of new segments begin with, before a number.
        :param served: the generations that this one will be one of; without them, no segment is kept.
        """
        self._link = link
        self._schema = schema
        self._prefix = prefix
        self._served = served
        self._schemas: list[str] = []
        self._segments: list[Segment] = []
        self._known: dict[str, FileRecord] = {}
        self.clear()

    def clear(self) -> None:
        """Delete the schema, where there is one, and the segments that no generation has."""
        self._link.execute(f"DROP SCHEMA IF EXISTS {self._schema} CASCADE")
        drop_unused(self._link, self._prefix)

    def keep(self, wanted: Mapping[str, Outline], fits: Callable[[Manifest], bool], erased: Collection[str]) -> Kept:
        """Keep the large segments of what is served that hold mostly releases as they are wanted."""
        manifest = served_manifest(self._served, fits)
        if manifest is None:
            return Kept()
        kept: set[str] = set()
        words: Counter[str] = Counter()
        for schema, segment in zip(schemas_of(manifest), manifest.segments, strict=True):
            texts = WholeTexts(self._link, schema)
            stands = standing(texts, segment, wanted, kept, erased)
            if stands is None:
                continue
            self._schemas.append(schema)
            self._segments.append(stands[1])
            self._known |= {name: record for name, record in manifest.files.items() if name.startswith(f"{schema}/")}
            kept |= stands[0]
            words.update(texts.words())
        return Kept(frozenset(kept), words)

    def add(self, contents: Contents) -> None:
        """Write a segment in one transaction.

        :raises StorageError: when it cannot be written.
        """
        ((number,),) = self._link.rows("SELECT nextval('measures.segment_numbers')")
        schema = f"{self._prefix}{number:06d}"
        with self._link.transaction() as connection:
            connection.execute(segment_tables(schema, contents.passage_vectors.shape[1]))
            for table, rows in segment_rows(contents).items():
                _copy(connection, f"{schema}.{table}", _TYPES[table], rows)
            connection.execute(segment_indexes(schema))
        self._schemas.append(schema)
        self._segments.append(
            Segment(len(contents.chunked), len(contents.passage_vectors), len(contents.sentence_vectors))
        )

    def finish(self) -> Written:
        """Index the vectors of new segments, make the views, and return the tables' numbers of rows and digests.

        :raises StorageError: when it cannot be written.
        """
        segments = Segments(self._link, self._schemas, self._segments)
        records: dict[str, FileRecord] = {}
        for schema, segment in zip(self._schemas, self._segments, strict=True):
            names = [f"{schema}/{table}" for table in KEYS]
            if names[0] not in self._known:
                if segments.passages[-1] > EXACT_MAX_ROWS:
                    index_vectors(self._link, schema, segment.passages)
                for table in KEYS:
                    self._link.execute(f"ANALYZE {schema}.{table}")
                self._known |= record_tables(self._link, names)
            records |= {name: self._known[name] for name in names}
        self._link.execute(f"CREATE SCHEMA {self._schema}; {segments.views(self._schema)}")
        return Written(tuple(self._segments), records)

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


def _copy(connection: Any, table: str, types: list[str], rows: Iterable[Sequence[object]]) -> None:  # noqa: ANN401
    with connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def schema_of(generation: str) -> str:
    """Return the name of the schema of a generation."""
    return f"g{int(generation):06d}"
