"""Where the bot keeps what Discord users leave behind, as the settings say: in bot.db, or in PostgreSQL."""

from pathlib import Path
from typing import TYPE_CHECKING

from index import IndexSettings

if TYPE_CHECKING:
    from bot.database.postgres import PostgresConnection
    from bot.database.store import BotStore


def bot_db(settings: IndexSettings) -> Path:
    """Return where bot.db is, or would be."""
    return settings.data_dir / "bot.db"


def has_store(settings: IndexSettings) -> bool:
    """Tell whether a bot may have kept something: a database is taken to hold something."""
    return settings.database_url is not None or bot_db(settings).exists()


def open_store(settings: IndexSettings, *, reading: bool = False) -> "BotStore":
    """Open what the bot keeps, for one thread; make it where it is not there yet.

    :param reading: whether it is only read: bot.db must be there then, and nothing in its folder is written.
    :raises BotStoreError: when it cannot be opened.
    :raises SettingsError: when there is a database, and what speaks to it is not installed.
    """
    # Commands that need no store should not take the time to load these.
    from bot.database.sqlite import SqliteConnection
    from bot.database.store import BotStore

    is_in_file = settings.database_url is None
    return BotStore(SqliteConnection(bot_db(settings), reading=reading) if is_in_file else open_postgres(settings))


def open_postgres(settings: IndexSettings, *statements: str) -> "PostgresConnection":
    """Return a connection to the tables of the bot in the database of the settings, which must name one.

    :param statements: what every connection begins with besides.
    :raises SettingsError: when what speaks to it is not installed.
    """
    from bot.database.postgres import SETTINGS, PostgresConnection
    from index import open_link

    link = open_link(settings, (*SETTINGS, *statements))
    assert link is not None
    return PostgresConnection(link)
