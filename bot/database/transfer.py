"""What the bot keeps in PostgreSQL, as a bot.db for a backup, and back."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

from bot.database.connection import BotConnection
from bot.database.home import open_postgres
from bot.database.sqlite import SqliteConnection
from index import IndexSettings, read_rows, write_rows

_BY_ROWID = ("answers", "subscriptions", "findings")
_MADE_WITH_ROWS = ("fingerprints",)


class _Rows:
    """The tables of the bot, as `index` reads and writes rows."""

    def __init__(self, db: BotConnection) -> None:
        self._db = db

    def atomic(self) -> AbstractContextManager[None]:
        return self._db.writing()

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._db.rows(sql, values)

    def stream(self, sql: str) -> Iterator[tuple[Any, ...]]:
        return iter(self._db.rows(sql))

    def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        self._db.execute_many(sql, rows)


def write_bot_db(settings: IndexSettings, path: Path) -> None:
    """Write all that the bot keeps in the database of the settings into a new bot.db.

    :raises StorageError: when it cannot be read or written.
    """
    with closing(SqliteConnection(path)) as file:
        file.compact()
    with closing(open_postgres(settings)) as tables:
        write_rows(_Rows(tables), path, by_rowid=_BY_ROWID)
    with closing(SqliteConnection(path)) as file:
        file.scrub()


def read_bot_db(settings: IndexSettings, path: Path, again: bool) -> None:
    """Take all rows of a bot.db into the database of the settings.

    :param again: whether what a restore that was broken off left there gives way.
    :raises ArchiveError: when the bot keeps something there already.
    :raises StorageError: when it cannot be read or written.
    """
    SqliteConnection(path).close()  # It brings one of an older program up to date.
    with closing(open_postgres(settings)) as tables:
        read_rows(path, _Rows(tables), by_rowid=_BY_ROWID, replaced=_MADE_WITH_ROWS, again=again)
