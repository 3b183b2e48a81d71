"""The segments of a generation in PostgreSQL: where the rows of each begin, and asking all of them at once."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from corpus import UnbuiltError
from index.database.link import Link
from index.generations.cluster.tables import KEYS, VIEWS
from index.generations.generation import Rows
from index.generations.manifest import Manifest, Segment

# The schemas of segments that no view reads. PostgreSQL keeps count of what views read.
_UNUSED = """
SELECT nspname FROM pg_namespace n WHERE nspname ~ %s AND NOT EXISTS (
  SELECT FROM pg_class t JOIN pg_depend d ON d.refobjid = t.oid
  WHERE t.relnamespace = n.oid AND d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_rewrite'::regclass)
"""


class Segments:
    """The schemas of the segments of a generation, in their order, and the rows that each begins with."""

    def __init__(self, link: Link, schemas: Sequence[str], segments: Sequence[Segment]) -> None:
        """Take the connection, and the name and the size of each segment."""
        self._link = link
        self._schemas = schemas
        self.releases = _edges([each.releases for each in segments])
        self.passages = _edges([each.passages for each in segments])
        self.sentences = _edges([each.sentences for each in segments])

    def __len__(self) -> int:
        """Return the number of segments."""
        return len(self._schemas)

    def rows(self, select: str, values: Sequence[Sequence[object]], order: str = "") -> list[tuple[Any, ...]]:
        """Return the rows of a query on each segment, asked for in one statement.

        :param select: a query with the names that `of_each` fills in.
        :param values: those of the query for each segment.
        :param order: an ORDER BY for all rows together.
        """
        return self._link.rows(f"{self.of_each(select)} {order}", [value for each in values for value in each])

    def numbered(self, select: str, rows: Rows, edges: Rows) -> list[tuple[Any, ...]]:
        """Return the rows of a query that asks for rows by their numbers, in the order of its first column.

        :param rows: numbers that count in the whole generation; each segment gets its own as the only value.
        :param edges: where the segments begin in this count.
        """
        return self.rows(select, [[own.tolist()] for own in split(rows, edges)], "ORDER BY 1")

    def place_of(self, row: int, edges: Rows) -> tuple[str, int]:
        """Return the schema of the segment that has a row, and the row within it."""
        number = int(np.searchsorted(edges, row, side="right")) - 1
        return self._schemas[number], row - int(edges[number])

    def of_each(self, select: str, numbers: Sequence[int] | None = None) -> str:
        """Return a query on each segment as one on all, or on some.

        :param select: with ``{schema}``, ``{number}`` and first rows: ``{releases}``, ``{passages}``, ``{sentences}``.
        """
        return " UNION ALL ".join(
            select.format(
                schema=self._schemas[number],
                number=number,
                releases=self.releases[number],
                passages=self.passages[number],
                sentences=self.sentences[number],
            )
            for number in (range(len(self)) if numbers is None else numbers)
        )

    def views(self, schema: str) -> str:
        """Return the statements that make the views of a generation."""
        return ";".join(
            f"CREATE VIEW {schema}.{table} AS {self.of_each(f'SELECT {columns} FROM {{schema}}.{table}')}"
            for table, columns in VIEWS.items()
        )


def split(rows: Rows, edges: Rows) -> list[Rows]:
    """Return the rows of each segment, counted within it. Rows that no segment has are left out."""
    return [rows[(rows >= first) & (rows < last)] - first for first, last in pairwise(edges.tolist())]


def schemas_of(manifest: Manifest) -> list[str]:
    """Return the names of the schemas of a generation's segments, in their order.

    :raises UnbuiltError: when an older program made it, without segments.
    """
    schemas = list(dict.fromkeys(name.rpartition("/")[0] for name in manifest.files))
    if "" in schemas or len(schemas) != len(manifest.segments):
        raise UnbuiltError(f"Generation {manifest.generation} was made before there were segments in the database")
    return schemas


def drop_unused(link: Link, prefix: str) -> None:
    """Delete the segments that no generation has. Only who holds the lock of builds may call this.

    The tables are deleted without what depends on them, so that PostgreSQL refuses where a generation has one.
    """
    for (schema,) in link.rows(_UNUSED, [rf"^{prefix}[0-9]+$"]):
        tables = ", ".join(f"{schema}.{table}" for table in KEYS)
        link.execute(f"DROP TABLE IF EXISTS {tables}; DROP SCHEMA IF EXISTS {schema} CASCADE")


def _edges(counts: Sequence[int]) -> Rows:
    edges: Rows = np.cumsum([0, *counts]).astype(np.int64)
    return edges
