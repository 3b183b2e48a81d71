"""Makes a backup while others use and change the data folder: one archive of it as it is at one moment.

The served generation is copied first and corpus.db after it, so that corpus.db knows all that the generation serves,
and hides what was withdrawn meanwhile. A text that is erased for good meanwhile must not stay in the copied generation:
then all is copied anew.
"""

import datetime
import errno
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

from corpus import ArchiveError, Fault, GenerationError, StorageError, undone
from index.backup.archive import ArchiveWriter, BackupSummary, Member, read_archive
from index.backup.both_kinds import AddOnce, Moved, WriteBotDb, add_served
from index.backup.staging import staging
from index.database.copies import copy_database
from index.database.home import open_corpus_file
from index.database.private_files import private_opener
from index.database.sqlite import storage_errors
from index.durable import sync_folder
from index.generations.folder import Generations
from index.settings import IndexSettings

_CORPUS, _BOT = "corpus.db", "bot.db"
_TRIES = 5
_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was made. ``note`` says why no generation is in it, where none is."""

    path: Path
    bytes: int
    summary: BackupSummary
    note: str | None


def back_up(
    settings: IndexSettings, target: Path, texts: Mapping[str, str], bot_db: WriteBotDb | None = None
) -> BackedUp:
    """Write a backup of the data folder, or of the database, into a file. It is there as a whole, or as it was before.

    :param texts: small files that go into it beside the data.
    :param bot_db: writes what the bot keeps in a database into a bot.db.
    :raises ArchiveError: when there is nothing to back up, or when `target` is a file that is no backup.
    :raises StorageError: when something cannot be read or written, or a database is damaged.
    """
    if settings.database_url is None and not (settings.data_dir / _CORPUS).is_file():
        raise ArchiveError(f"There is nothing to back up: {settings.data_dir} holds no corpus.db.")
    target = target.absolute()
    if target.exists():
        _check_may_be_replaced(target)
    with (
        undone("Nothing was backed up"),
        storage_errors(target),
        staging(target) as folder,
    ):
        path = folder / "archive"
        with open(path, "xb", opener=private_opener) as file:
            now = datetime.datetime.now(datetime.UTC)
            writer = ArchiveWriter(file, now.timestamp())
            generation, note = _add_data(settings, writer, folder, bot_db)
            for name, text in texts.items():
                writer.add_text(name, text)
            summary = BackupSummary(
                now.isoformat(timespec="seconds"), version("eu-measures"), generation, writer.members
            )
            writer.finish(summary)
        read_archive(path)
        size = path.stat().st_size
        path.replace(target)
        sync_folder(target.parent)
    return BackedUp(target, size, summary, note)


def _check_may_be_replaced(target: Path) -> None:
    """Let only a backup be replaced: the name may be a slip, and the file somebody's only copy.

    :raises ArchiveError: when it is none.
    """
    try:
        read_archive(target)
    except ArchiveError as error:
        raise ArchiveError(f"{target} is there already and is no whole backup: give another name.") from error


def _add_data(
    settings: IndexSettings, writer: ArchiveWriter, folder: Path, bot_db: WriteBotDb | None
) -> tuple[str | None, str | None]:
    """Add generation and databases. Return the generation's id, or None and why there is none."""
    if settings.database_url is None:
        add_once: AddOnce = partial(_add_once, Generations(settings.data_dir))
    else:
        from index.backup.from_database import add_once as add_tables  # It loads what writes vectors and keywords.

        add_once = partial(add_tables, settings, bot_db)
    for _ in range(_TRIES):
        try:
            return add_once(writer, folder, with_generation=True)
        except Moved:
            writer.restart()
            time.sleep(_PAUSE_S)
        except GenerationError as error:
            writer.restart()
            without, _ = add_once(writer, folder, with_generation=False)
            return without, f"The index is not in it and will be built anew: {error}"
    without, _ = add_once(writer, folder, with_generation=False)
    return without, "The index is not in it and will be built anew, because it did not stay the same long enough."


def _add_once(
    generations: Generations, writer: ArchiveWriter, folder: Path, *, with_generation: bool
) -> tuple[str | None, str | None]:
    """Add what the data folder holds. `AddOnce` explains what this returns and raises."""
    served = generations.current() if with_generation else None
    if served is not None:
        _add_generation(generations, served, writer)
    with _copied(generations.data_dir / _CORPUS, folder) as copy:
        if served is not None and _holds_erased(generations, served, copy):
            raise Moved
        writer.add(_CORPUS, copy)
    if (generations.data_dir / _BOT).is_file():
        with _copied(generations.data_dir / _BOT, folder) as copy:
            writer.add(_BOT, copy)
    if served is None:
        return None, "No index is in it, because none is served yet." if with_generation else None
    add_served(writer, generations, served)
    return served, None


def _add_generation(generations: Generations, served: str, writer: ArchiveWriter) -> None:
    """Add the files of a generation, each as its manifest says.

    :raises Moved: when it is pruned meanwhile.
    :raises GenerationError: when it is damaged.
    """
    layout = generations.layout(served)
    try:
        manifest = generations.check(served)
        for name, record in manifest.files.items():
            if writer.add(f"generations/{served}/{name}", layout.folder / name) != Member(record.size, record.sha256):
                raise GenerationError(f"Generation {served} is damaged, {name} does not have its SHA-256.")
        writer.add(f"generations/{served}/{layout.manifest.name}", layout.manifest)
    except (FileNotFoundError, GenerationError):
        if generations.current() != served:
            raise Moved from None
        raise


@contextmanager
def _copied(original: Path, folder: Path) -> Iterator[Path]:
    copy = folder / original.name
    try:
        try:
            copy_database(original, copy)
        except StorageError as error:
            if error.fault is Fault.FULL:  # The disk of the backup is meant: reading takes none.
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
            raise
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def _holds_erased(generations: Generations, served: str, corpus_db: Path) -> bool:
    """Tell whether a generation holds a text that corpus.db says is erased."""
    with closing(open_corpus_file(corpus_db, reading=True)) as store:
        erased = store.erasures.erased()
    if not erased:
        return False
    return any(generations.holds(served, release_id) for release_id in erased)


def check_space(folder: Path, size: int) -> None:
    """Check that a disk has room.

    :raises StorageError: when it has not.
    """
    with storage_errors(folder):
        free = shutil.disk_usage(folder).free
    if free < size:
        why = f"the disk of {folder} has {free:,} bytes left, and {size:,} are needed; free some space and do it again."
        raise StorageError(why, Fault.FULL)
