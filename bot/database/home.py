"""Where the bot keeps what Discord users leave behind, as the settings say: in bot.db, or in PostgreSQL."""

from pathlib import Path
from typing import TYPE_CHECKING

from index import IndexSettings, open_link

if TYPE_CHECKING:
    from bot.database.store import BotStore


def bot_db(settings: IndexSettings) -> Path:
    """Return where bot.db is, or would be."""
    return settings.data_dir / "bot.db"


def has_store(settings: IndexSettings) -> bool:
    """Tell whether a bot may have kept something: a database is taken to hold something."""
    return settings.database_url is not None or bot_db(settings).exists()


def open_store(settings: IndexSettings) -> "BotStore":
    """Open what the bot keeps, for one thread; make it where it is not there yet.

    :raises BotStoreError: when it cannot be opened.
    :raises SettingsError: when there is a database, and what speaks to it is not installed.
    """
    # Commands that need no store should not take the time to load these.
    from bot.database.postgres import SETTINGS, PostgresConnection
    from bot.database.sqlite import SqliteConnection
    from bot.database.store import BotStore

    link = open_link(settings, SETTINGS)
    return BotStore(SqliteConnection(bot_db(settings)) if link is None else PostgresConnection(link))
