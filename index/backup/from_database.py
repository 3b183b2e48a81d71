"""Backs up a corpus that is in PostgreSQL, in the format of a data folder, so that it comes back into either kind.

The served generation is written anew as files, of the releases that it holds and the vectors that are kept of them.
"""

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from corpus import GenerationError, Release, UnbuiltError
from index.backup.archive import ArchiveWriter
from index.backup.both_kinds import Moved, WriteBotDb, add_served
from index.building.writing import write_again
from index.database.copies import check_database
from index.database.corpus_db import CorpusStore
from index.database.home import copy_corpus, open_corpus_file
from index.generations.files import FolderSite
from index.generations.home import open_generations
from index.generations.manifest import Layout, Manifest
from index.generations.store import GenerationStore
from index.settings import IndexSettings


def add_once(
    settings: IndexSettings,
    bot_db: WriteBotDb | None,
    writer: ArchiveWriter,
    folder: Path,
    *,
    with_generation: bool,
) -> tuple[str | None, str | None]:
    """Add what the database holds. `AddOnce` explains what this returns and raises."""
    with closing(open_generations(settings, reading=True)) as generations, TemporaryDirectory(dir=folder) as name:
        copies = Path(name)
        served = generations.current() if with_generation else None
        kept = None if served is None else _read(generations, served)
        corpus_db, generation = copies / "corpus.db", copies / "generation"
        copy_corpus(settings, corpus_db)
        if kept is not None:
            with closing(open_corpus_file(corpus_db)) as store:
                _write_generation(*kept, store, generation)
        check_database(corpus_db)
        writer.add(corpus_db.name, corpus_db)
        if bot_db is not None:
            bot_db(copies / "bot.db")
            writer.add("bot.db", copies / "bot.db")
        if served is None:
            return None, "No index is in it, because none is served yet." if with_generation else None
        _add_files(writer, generation, served)
        add_served(writer, generations, served)
        return served, None


def _read(generations: GenerationStore, served: str) -> tuple[Manifest, list[Release]]:
    """Return the manifest and the releases of a generation, which nobody deletes meanwhile."""
    try:
        with closing(generations.open(served, frozenset())) as opened:
            return opened.manifest, generations.releases(served)
    except UnbuiltError:
        raise
    except GenerationError:
        if generations.current() != served:
            raise Moved from None
        raise


def _write_generation(manifest: Manifest, releases: list[Release], store: CorpusStore, folder: Path) -> None:
    """Write a generation as files.

    :raises Moved: when it holds a text that was erased since.
    :raises GenerationError: when it cannot be written without the model.
    """
    erased = frozenset(store.erasures.erased())
    if any(release.release_id in erased for release in releases):
        raise Moved
    folder.mkdir()
    site = FolderSite(folder)
    written = write_again(site, manifest, releases, store)
    if written is None:
        raise GenerationError("vectors of its texts are not kept any more.")
    site.adopt(written)


def _add_files(writer: ArchiveWriter, generation: Path, served: str) -> None:
    layout = Layout(generation)
    files = sorted(path for path in generation.rglob("*") if path.is_file() and path.suffix != ".lock")
    for path in (*(each for each in files if each != layout.manifest), layout.manifest):
        writer.add(f"generations/{served}/{path.relative_to(generation).as_posix()}", path)
