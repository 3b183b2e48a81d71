"""Where the corpus is kept, as the settings say, and how it is opened: in corpus.db, or in PostgreSQL."""

from collections.abc import Collection, Sequence
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from corpus import Fault, SettingsError, StorageError
from index.database.corpus_db import CorpusStore
from index.database.corpus_sqlite import SqliteCorpus
from index.database.history import NOBODY, By
from index.settings import IndexSettings

if TYPE_CHECKING:
    from index.database.corpus_postgres import PostgresCorpus
    from index.database.link import Link

_NOWHERE = Path(":memory:")


def open_corpus_db(settings: IndexSettings, by: By = NOBODY, *, reading: bool = False) -> CorpusStore:
    """Open the corpus.

    :param by: who changes it, and why.
    :param reading: whether it is only read. None is then made; where there is none it is empty.
    :raises StorageError: when it cannot be used.
    :raises SettingsError: when there is a database, and what speaks to it is not installed.
    """
    if settings.database_url is None:
        return open_corpus_file(settings.data_dir / "corpus.db", by, reading=reading)
    store = _open_corpus_tables(settings, by, reading=reading)
    left = settings.data_dir / "corpus.db"
    if not reading and left.exists() and store.is_new():
        store.close()
        raise StorageError(
            f"the database holds no corpus yet, and {left} holds one; take it along by `measures backup FILE` without "
            "MEASURES_DATABASE_URL and `measures restore FILE` with it, or move that file away to begin anew.",
            Fault.OTHER,
        )
    return store


def open_corpus_file(path: Path, by: By = NOBODY, *, reading: bool = False) -> CorpusStore:
    """Open a corpus.db, or create it.

    :raises StorageError: when it cannot be used.
    """
    return CorpusStore(SqliteCorpus(path, reading=reading), by)


def copy_corpus(settings: IndexSettings, path: Path, *, leave_out: Collection[str] = ()) -> None:
    """Copy the corpus, as it is at one moment, into a new corpus.db.

    :param leave_out: tables whose rows stay behind.
    :raises StorageError: when it cannot be read or written.
    :raises SettingsError: when there is a database, and what speaks to it is not installed.
    """
    open_corpus_file(path).close()
    with closing(open_corpus_db(settings, reading=True)) as store:
        store.copy_to(path, leave_out=leave_out)


def _open_corpus_tables(settings: IndexSettings, by: By, *, reading: bool) -> CorpusStore:
    db = open_tables(settings, reading=reading)
    if reading and not db.is_there:
        db.close()
        return open_corpus_file(_NOWHERE, by, reading=True)
    return CorpusStore(db, by)


def open_tables(settings: IndexSettings, *, reading: bool = False) -> "PostgresCorpus":
    """Open the tables of the corpus in the database of the settings.

    :raises StorageError: when they cannot be used.
    :raises SettingsError: when what speaks to a database is not installed.
    """
    check_installed()
    from index.database.corpus_postgres import PostgresCorpus  # It loads psycopg.

    assert settings.database_url is not None
    return PostgresCorpus(settings.database_url.get_secret_value(), reading=reading)


def open_link(settings: IndexSettings, statements: Sequence[str] = ()) -> "Link | None":
    """Return a connection to the primary of the database, for what else is kept there; None where all is in files.

    :param statements: what every connection begins with.
    :raises SettingsError: when what speaks to a database is not installed.
    """
    if settings.database_url is None:
        return None
    check_installed()
    from index.database.link import Link  # It loads psycopg.

    return Link(settings.database_url.get_secret_value(), settings=statements)


def described_database(settings: IndexSettings) -> str | None:
    """Return which database answers for writing, for whoever checks the installation; None where all is in files.

    :raises StorageError: when none does, or it lacks pgvector.
    :raises SettingsError: when what speaks to a database is not installed.
    """
    link = open_link(settings)
    if link is None:
        return None
    with closing(link):
        [(version, vector)] = link.rows(
            "SELECT current_setting('server_version'), (SELECT coalesce(installed_version, default_version) "
            "FROM pg_available_extensions WHERE name = 'vector')"
        )
    if vector is None:
        raise StorageError("the database has no pgvector; install version 0.8 or newer there.", Fault.OTHER)
    return f"PostgreSQL {version} with pgvector {vector} takes what is written"


def described_corpus(settings: IndexSettings) -> str:
    """Return whether the corpus can be changed, for whoever checks the installation.

    :raises StorageError: when it cannot.
    :raises SettingsError: when there is a database, and what speaks to it is not installed.
    """
    with closing(open_corpus_db(settings, reading=True)) as store:
        if store.is_new():
            return "none yet"
    open_corpus_db(settings).close()
    return "takes what is written"


def check_installed() -> None:
    """Check that what speaks to a database is installed.

    :raises SettingsError: when it is not.
    """
    if find_spec("psycopg") is None or find_spec("pgvector") is None:
        raise SettingsError(
            "MEASURES_DATABASE_URL is set, but psycopg is not installed: install this program with its extra, as in "
            '`pip install ".[cluster]"`.'
        )
