"""What `CorpusStore` needs of a database: a file of SQLite, or PostgreSQL for several machines.

SQL in the modules of the tables is what both understand, with ``?`` or ``:name`` for values. The rest is in
`corpus_sqlite.py` and `corpus_postgres.py`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Values = Sequence[object] | Mapping[str, object]
"""The values of a statement: in the order of its question marks, or by name."""


class CorpusConnection(Protocol):
    """An open database with the tables of the corpus, for one thread. All of it raises `StorageError`."""

    def execute(self, sql: str, values: Values = ()) -> int:
        """Run a statement, and return how many rows it changed."""

    def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement for each row of values."""

    def rows(self, sql: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""

    def query(self, sql: str, values: Values = ()) -> Iterator[dict[str, Any]]:
        """Yield the rows of a query by the names of their columns."""

    def stream(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query that may be larger than the memory. Only a block of `atomic` may call this."""

    def atomic(self) -> AbstractContextManager[None]:
        """Do all that the block does, or nothing of it. It may stand in another one."""

    def writing(self) -> AbstractContextManager[None]:
        """Do what `atomic` does, and let nobody else write from the beginning of the block on."""

    def sweep(self) -> None:
        """Remove what was deleted from the disk, as far as this program can do that."""

    def close(self) -> None:
        """Close the database."""


def as_given(values: Values) -> Any:  # noqa: ANN401 - drivers take a list or a dict, and each types that in its way
    """Return the values of a statement as the drivers of both databases take them."""
    return dict(values) if isinstance(values, Mapping) else list(values)
