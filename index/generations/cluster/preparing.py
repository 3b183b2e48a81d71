"""What every database needs before a generation is written, and the temporary place that `measures eval` writes to."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from corpus import Fault, MeasuresError, StorageError
from index.database.link import Link, database_errors
from index.generations.cluster.site import SchemaSite
from index.generations.cluster.tables import CONTROL

_OLDEST, _OLDEST_VECTOR = 160_000, (0, 8)


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


@contextmanager
def temporary_site(link: Link) -> Iterator[SchemaSite]:
    """Give a schema that is deleted afterwards with its segments, and close the connection to the primary then."""
    try:
        prepare(link)
        schema = f"measures_eval_{secrets.token_hex(6)}"
        link.execute("SELECT pg_advisory_lock(hashtext('measures evaluation'), hashtext(%s))", [schema])
        site = SchemaSite(link, schema, f"{schema}_s")
        try:
            yield site
        finally:
            with suppress(MeasuresError):
                site.clear()
    finally:
        link.close()


def clear_temporary(link: Link) -> None:
    """Delete the temporary schemas whose process has ended."""
    schemas = link.rows("SELECT DISTINCT substring(nspname FROM '^measures_eval_[0-9a-f]+') FROM pg_namespace")
    for (schema,) in schemas:
        lock = "hashtext('measures evaluation'), hashtext(%s)"
        if schema is not None and link.rows(f"SELECT 1 WHERE pg_try_advisory_lock({lock})", [schema]):
            SchemaSite(link, schema, f"{schema}_s").clear()
            link.execute(f"SELECT pg_advisory_unlock({lock})", [schema])
