"""The digests of tables, which tell whether a generation is what its manifest says."""

import hashlib
from collections.abc import Iterable

from index.database.link import Link, database_errors
from index.generations.cluster.tables import KEYS
from index.generations.manifest import FileRecord


def record_tables(link: Link, names: Iterable[str]) -> dict[str, FileRecord]:
    """Return the number of rows of tables, and the SHA-256 of all that they hold.

    :param names: schemas and tables, with a slash between them, as manifests have them.
    """
    records = {}
    for name in names:
        schema, table = name.split("/")
        whole = hashlib.sha256()
        with database_errors(link):
            cursor = link.connection().cursor()
            sql = f"COPY (SELECT * FROM {schema}.{table} ORDER BY {KEYS[table]}) TO STDOUT (FORMAT binary)"
            with cursor.copy(sql) as copy:
                for data in copy:
                    whole.update(data)
            records[name] = FileRecord(cursor.rowcount, whole.hexdigest())
    return records


def lost_tables(link: Link, names: Iterable[str]) -> list[str]:
    """Return those of some tables that are not there."""
    sql = "SELECT name FROM unnest(%s::text[]) name WHERE to_regclass(replace(name, '/', '.')) IS NULL"
    return [name for (name,) in link.rows(sql, [list(names)])]
