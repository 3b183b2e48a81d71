"""What `BotStore` needs of a database, and the errors of one that cannot be used.

SQL here is what SQLite and PostgreSQL both understand, with ``?`` for values. The rest is in `sqlite.py` and
`postgres.py`.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from corpus import StorageError


class BotStoreError(StorageError):
    """What the bot keeps cannot be used, and nothing in it was changed."""


class StoreBusyError(BotStoreError):
    """It cannot be used just now: another program writes to it, or the database is away."""


class BotConnection(Protocol):
    """An open database with the tables of the bot, for one thread. All of it raises `BotStoreError`."""

    is_scrubbed: bool
    """Whether what was erased has left the disk, as far as that is for this program to do."""

    def execute(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run a statement within `writing` or `erasing`, and return how many rows it changed."""

    def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> int:
        """Run a statement for each row of values, as `execute` does."""

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""

    def dicts(self, sql: str, values: Sequence[object] = ()) -> list[dict[str, Any]]:
        """Return the rows of a query by the names of their columns."""

    def writing(self, *, surely: bool = False) -> AbstractContextManager[None]:
        """Write all that the block does, or nothing of it. Nobody else writes meanwhile.

        :param surely: whether it must be on the disk when the block ends, so that not even a power cut undoes it.
        """

    def erasing(self) -> AbstractContextManager[None]:
        """Do what `writing` does, and take what was erased off the disk, now or later (`is_scrubbed`, `scrub`)."""

    def holds_release(self, column: str) -> str:
        """Return the condition that a list in JSON in a column names a release, whose id is the value."""

    def scrub(self) -> None:
        """Take what was erased off the disk.

        :raises StoreBusyError: when somebody else reads just now.
        """

    def compact(self) -> None:
        """Give the space of what was erased back to the disk."""

    def close(self) -> None:
        """Close the database."""
