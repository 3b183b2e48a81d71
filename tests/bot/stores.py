"""Opens bot.db."""

from pathlib import Path

from bot.database.sqlite import SqliteConnection
from bot.database.store import BotStore


def file_store(path: Path) -> BotStore:
    """Open a bot.db, or make one."""
    return BotStore(SqliteConnection(path))
