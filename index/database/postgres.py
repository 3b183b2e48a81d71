"""What all tables of this program in PostgreSQL have in common: how they come about, and how SQL names its values."""

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from index.database.faults import newer_program_error

if TYPE_CHECKING:
    from index.database.link import Link  # It loads psycopg.

_NAMED = re.compile(r"(?<!:):([a-z_]+)")  # two colons are a cast


def prepare_tables(link: "Link", schema: str, migrations: Sequence[str]) -> None:
    """Make the tables of a schema, or bring them up to date, whichever machine comes first.

    :param link: a connection to the primary whose `search_path` is the schema.
    :param schema: its name, as `measures_bot`.
    :param migrations: the statements of each migration, of which those are run that were not yet.
    :raises StorageError: when the database cannot be used, or a newer version of this program has changed them.
    """
    before = schema_version(link, schema)
    if before > len(migrations):
        raise newer_program_error("the database")
    if before == len(migrations):
        return
    with link.transaction():
        link.execute("SELECT pg_advisory_xact_lock(hashtext(%s), 1)", [schema.replace("_", " ")])
        link.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        link.execute("CREATE TABLE IF NOT EXISTS migrations (number int PRIMARY KEY)")
        for number in range(schema_version(link, schema) + 1, len(migrations) + 1):
            link.execute(migrations[number - 1])
            link.execute("INSERT INTO migrations VALUES (%s)", [number])


def schema_version(link: "Link", schema: str) -> int:
    """Return the number of the last migration of a schema; 0 where there is no such schema.

    :raises StorageError: when the database cannot be used.
    """
    [(is_there,)] = link.rows("SELECT to_regclass(%s) IS NOT NULL", [f"{schema}.migrations"])
    if not is_there:
        return 0
    [(number,)] = link.rows(f"SELECT coalesce(max(number), 0) FROM {schema}.migrations")
    return int(number)


@cache
def postgres_sql(sql: str) -> str:
    """Return SQL whose values are `?` or `:name` with the marks that PostgreSQL's driver has for values."""
    return _NAMED.sub(r"%(\1)s", sql).replace("?", "%s")
