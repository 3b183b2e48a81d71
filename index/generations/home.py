"""Where generations are kept, as the settings say: in files, or in PostgreSQL."""

from index.database.home import check_installed
from index.generations.folder import Generations
from index.generations.store import GenerationStore
from index.settings import IndexSettings


def open_generations(settings: IndexSettings, *, reading: bool = False) -> GenerationStore:
    """Return what keeps generations. Nothing is opened before it is asked something.

    :param reading: whether it is only read, so that a replica of the database will do.
    :raises SettingsError: when there is a database, and what speaks to it is not installed.
    """
    if settings.database_url is None:
        return Generations(settings.data_dir)
    check_installed()
    from index.generations.cluster.generations import DatabaseGenerations  # It loads psycopg.

    return DatabaseGenerations(settings.database_url.get_secret_value(), settings.data_dir, reading=reading)
