"""Puts a backup into an empty database.

The corpus comes in first, in one transaction that notes which backup it is. Until all is there, the next `measures
restore` of the same archive begins anew and ends the work; nothing is served before that.
"""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from corpus import ArchiveError, GenerationError, undone
from index.backup.archive import archive_size
from index.backup.restoring import Restored, unpack
from index.backup.snapshot import check_space
from index.backup.staging import staging
from index.building.writing import write_again
from index.database.corpus_db import CorpusStore
from index.database.home import open_corpus_file, open_tables
from index.database.private_files import private_folder
from index.database.transfer import TAKE_EMPTY
from index.generations.folder import Generations
from index.generations.home import open_generations
from index.generations.store import GenerationStore
from index.settings import IndexSettings

TakeBotDb = Callable[[Path, bool], None]


def restore_into_database(archive: Path, settings: IndexSettings, bot_db: TakeBotDb) -> Restored:
    """Restore a backup into the database of the settings, which must be empty.

    :param bot_db: takes a bot.db in, and is told whether what a broken off restore left gives way.
    :raises ArchiveError: when the database is not empty, or the archive is no backup or damaged.
    :raises StorageError: when something cannot be read or written.
    """
    folder = settings.data_dir
    with undone("Nothing was restored"):
        size = archive_size(archive)
        private_folder(folder)
        check_space(folder, size)
        with staging(folder / "restoring") as place:
            summary = unpack(archive, place / "stage")
            data = place / "stage" / "data"
            with closing(open_tables(settings)) as tables, closing(open_generations(settings)) as generations:
                store, unfinished = CorpusStore(tables), tables.restoring()
                if unfinished not in (None, summary.digest):
                    raise ArchiveError(f"The database holds a broken off restore of another backup: {TAKE_EMPTY}")
                if unfinished is None and generations.ids():
                    raise ArchiveError(f"The database is not empty, it has an index: {TAKE_EMPTY}")
                open_corpus_file(data / "corpus.db").close()  # It brings one of an older program up to date.
                with tables.atomic():
                    tables.note_restoring(summary.digest)
                    store.take(data / "corpus.db", again=unfinished is not None)
                if (data / "bot.db").exists():
                    bot_db(data / "bot.db", unfinished is not None)
                _serve(data, generations, store)
                tables.note_restoring(None)
    return Restored(None, summary)


def _serve(data: Path, generations: GenerationStore, store: CorpusStore) -> None:
    """Write the generation of a data folder into the database, and serve it, unless it must be built anew."""
    files = Generations(data)
    served = files.current()
    if served is None:
        return
    try:
        manifest = files.manifest(served)
        releases = files.releases(served)
    except GenerationError:  # of an older program
        return
    with generations.building("restore") as site:
        written = write_again(site, manifest, releases, store)
        if written is None:
            return
        if served in generations.ids():
            generations.discard(served)
        site.adopt(written)
        generations.serve(served)
        if files.pinned():
            generations.pin(served)
