"""The generations on disk: which there are, which is served, and whether their files are what the manifest says.

``generations/<id>/`` is never written again once it has its name. ``CURRENT`` holds the id of the served generation and
is replaced whole. ``PINNED`` exists while a roll-back is pinned: automatic builds wait for as long.
"""

import errno
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from corpus import BuildRunningError, GenerationError, Holder, Release, UnbuiltError
from index.database.faults import unreadable
from index.database.home import open_corpus_file
from index.database.passages_db import PassageStore, ReleasePassages
from index.database.sqlite import storage_errors
from index.durable import sync_folder, sync_tree, write_durably
from index.generations.checking import REMEDY, check_digests, forget_stamps, read_stamps, stamps_of, write_stamps
from index.generations.manifest import Layout, Manifest, read_manifest
from index.generations.process_lock import Lock
from index.generations.store import Site

if TYPE_CHECKING:
    from index.generations.reader import OpenGeneration

_T = TypeVar("_T")

_ID = re.compile(r"\d{6}")
_OLD_S = 3600.0
_TRIES, _PAUSE_S = 10, 0.05


class Generations:
    """The generations in a data folder: the `GenerationStore` of one machine, which explains the methods."""

    def __init__(self, data_dir: Path) -> None:
        """Look into a data folder, which need not exist yet."""
        self.data_dir = data_dir
        self.root = data_dir / "generations"
        self._pointer = data_dir / "CURRENT"
        self._pin = data_dir / "PINNED"
        self._lock = Lock(data_dir, "build")

    def current(self) -> str | None:
        """Return the id of the served generation, or None before the first build.

        :raises GenerationError: when CURRENT holds no id.
        """
        try:
            text = self._pointer.read_text("utf-8").strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, UnicodeDecodeError) as error:
            damaged = GenerationError(f"{self._pointer} cannot be read: {REMEDY}.")
            raise unreadable(self._pointer, damaged) from error
        if not _ID.fullmatch(text):
            raise GenerationError(f"{self._pointer} names no generation: {REMEDY}.")
        return text

    def stamp(self) -> tuple[int, int] | None:
        """Return mtime (ns) and inode of CURRENT. They change with what is served, and when a release is withdrawn.

        :raises StorageError: when it may not be looked at.
        """
        with storage_errors(self._pointer):
            try:
                stat = self._pointer.stat()
            except (FileNotFoundError, NotADirectoryError):
                return None
        return stat.st_mtime_ns, stat.st_ino

    def withdrawn(self) -> frozenset[str]:
        """Return the ids of withdrawn releases, as corpus.db knows them."""
        with closing(open_corpus_file(self.data_dir / "corpus.db", reading=True)) as store:
            return store.withdrawn()

    def hide(self) -> None:
        """Let a running bot look into corpus.db for what is withdrawn: CURRENT is the same, and seems new."""
        with storage_errors(self._pointer), suppress(FileNotFoundError):
            os.utime(self._pointer, ns=(time.time_ns(), time.time_ns()))

    def ids(self) -> list[str]:
        """Return the ids of all generations, oldest first."""
        with storage_errors(self.root):
            return (
                sorted(path.name for path in self.root.glob("*") if _ID.fullmatch(path.name))
                if self.root.is_dir()
                else []
            )

    def layout(self, generation: str) -> Layout:
        """Return where the files of a generation are."""
        return Layout(self.root / generation)

    def manifest(self, generation: str) -> Manifest:
        """Read the manifest of a generation.

        :raises UnbuiltError: when an older program made it.
        :raises GenerationError: when there is none, or a newer program's.
        """
        try:
            text = self.layout(generation).manifest.read_text("utf-8")
            return read_manifest(generation, text)
        except (OSError, ValueError) as error:
            damaged = GenerationError(f"Generation {generation} has no readable manifest: {REMEDY}.")
            raise unreadable(self.layout(generation).manifest, damaged) from error

    def check(self, generation: str, *, digests: bool = False) -> Manifest:
        """Check that the files of a generation are what its manifest says, and return the manifest.

        Sizes are always compared. SHA-256 are compared when `digests` asks for it, and when the size, mtime or inode of
        a file differs from the last check's.

        :raises GenerationError: naming the file that is missing or differs.
        """
        checked = self._checked(generation)
        folder, manifest = self.layout(generation).folder, self.manifest(generation)
        stamps = stamps_of(folder, manifest)
        if digests or read_stamps(checked) != stamps:
            forget_stamps(checked)
            check_digests(folder, manifest, manifest.files)
            write_stamps(checked, stamps)
        return manifest

    def check_written(self, generation: str) -> None:
        """Read back the files of a new generation, but not those that are links to what was read back before.

        :raises GenerationError: naming the file that is missing or differs.
        """
        folder, manifest = self.layout(generation).folder, self.manifest(generation)
        stamps = stamps_of(folder, manifest)
        known = [stamp for other in self.ids() for stamp in read_stamps(self._checked(other)).values()]
        check_digests(folder, manifest, [name for name, stamp in stamps.items() if stamp not in known])
        write_stamps(self._checked(generation), stamps)

    def _checked(self, generation: str) -> Path:
        """Return the file that says which files were whole when they were last read back."""
        return self.root / f"{generation}.checked"

    def open(self, generation: str, withdrawn: frozenset[str]) -> "OpenGeneration":
        """Check the files of a generation and open them.

        :raises GenerationError: when one is damaged.
        """
        from index.generations.files import open_files  # It loads what reads vectors and keywords.

        return open_files(self.layout(generation), self.check(generation), withdrawn)

    def releases(self, generation: str) -> list[Release]:
        """Return all releases of a generation, with their texts, in the order of their rows."""
        return [release for _, release in self._standing(generation, PassageStore.all_releases)]

    def by_release(self, generation: str) -> list[ReleasePassages]:
        """Return all releases of a generation with the texts of their passages."""
        return [passages for _, passages in self._standing(generation, PassageStore.by_release)]

    def holds(self, generation: str, release_id: str) -> bool:
        """Tell whether the files of a generation hold a release, even one that it does not serve any more."""
        try:
            return any(held for _, held in self._each(generation, lambda passages: passages.holds(release_id)))
        except GenerationError:
            return True

    def _standing(self, generation: str, read: Callable[[PassageStore], list[_T]]) -> Iterator[tuple[int, _T]]:
        """Yield what is read of the releases of a generation, without those that it does not hold any more."""
        try:
            deleted = [frozenset(segment.deleted) for segment in self.manifest(generation).segments]
        except UnbuiltError:  # An older program made one segment of every generation.
            deleted = [frozenset()]
        for number, releases in self._each(generation, read):
            yield from ((row, release) for row, release in enumerate(releases) if row not in deleted[number])

    def _each(self, generation: str, read: Callable[[PassageStore], _T]) -> Iterator[tuple[int, _T]]:
        """Yield what is read of each segment of a generation, with its number."""
        for number, segment in enumerate(self.layout(generation).segments()):
            with closing(PassageStore(segment.passages)) as passages:
                yield number, read(passages)

    @contextmanager
    def building(self, who: str = "", what: str = "", *, wait_s: float = 0.0) -> Iterator[Site]:
        """Hold the build lock and give an empty folder to build in. What a broken build left there is deleted.

        :raises BuildRunningError: when another build holds the lock.
        """
        from index.generations.files import FolderSite  # It loads what writes vectors and keywords.

        with self._lock.held(Holder(who or "nobody named", what), BuildRunningError, wait_s=wait_s):
            folder = self.root / ".building"
            shutil.rmtree(folder, ignore_errors=True)
            try:
                with storage_errors(folder):
                    folder.mkdir(parents=True)
                yield FolderSite(folder, self)
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def wait_for_build(self) -> None:
        """Wait until no build is running."""
        self._lock.wait()

    def adopt(self, folder: Path, generation: str) -> None:
        """Give a built folder its name as a generation, durably. It is not served yet."""
        with storage_errors(folder):
            sync_tree(folder)
            folder.rename(self.root / generation)
            sync_folder(self.root)

    def next_id(self) -> str:
        """Return the id for the next generation: the highest plus one."""
        return f"{int((self.ids() or ['0'])[-1]) + 1:06d}"

    def serve(self, generation: str) -> None:
        """Let CURRENT name a generation. A running bot notices, and looks into corpus.db for what is withdrawn."""
        with storage_errors(self._pointer):
            write_durably(self._pointer, generation + "\n")

    def pin(self, generation: str) -> None:
        """Pin a roll-back: automatic builds wait."""
        with storage_errors(self._pin):
            write_durably(self._pin, generation + "\n")

    def unpin(self) -> None:
        """Let automatic builds run again."""
        with storage_errors(self._pin):
            self._pin.unlink(missing_ok=True)

    def pinned(self) -> bool:
        """Tell whether a roll-back is pinned."""
        return self._pin.exists()

    def prune(self, keep: int) -> None:
        """Delete the oldest generations but for the last `keep` and the served one."""
        served = self.current()
        for generation in self.ids()[:-keep]:
            if generation != served:
                self.discard(generation)

    def discard(self, generation: str) -> None:
        """Delete a generation."""
        with storage_errors(self.root):
            _remove(self.root / generation)
            self._checked(generation).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Delete what processes that were killed left beside the generations. Call it while no build runs."""
        kept = set(self.ids())
        with storage_errors(self.root):
            left = [path for path in self.root.glob("*.checked") if path.stem not in kept]
            left += [path for path in self.root.glob("*.checked.*") if _is_old(path)]
            for name in (self._pointer.name, self._pin.name):
                left += [path for path in self.data_dir.glob(f".{name}.*") if _is_old(path)]
            for path in left:
                path.unlink(missing_ok=True)

    def bytes_on_disk(self) -> int:
        """Return the size of the data folder, in bytes. What generations share counts once.

        Others may add and delete files meanwhile.
        """
        sizes = {}
        for path in self.data_dir.rglob("*"):
            with suppress(FileNotFoundError):
                stat = path.stat()
                sizes[stat.st_ino] = stat.st_size if path.is_file() else 0
        return sum(sizes.values())

    def close(self) -> None:
        """Do nothing, because no file is held open."""


def _is_old(path: Path) -> bool:
    """Tell whether a file is older than any that is being written now."""
    with suppress(FileNotFoundError):
        return time.time() - path.stat().st_mtime > _OLD_S
    return False


def _remove(folder: Path) -> None:
    """Delete a folder. Where its index of keywords is open, tantivy may just make or take away a lock file in it."""
    for left in reversed(range(_TRIES)):
        try:
            shutil.rmtree(folder)
        except OSError as error:
            if not left or error.errno not in (errno.ENOENT, errno.ENOTEMPTY):
                raise
            time.sleep(_PAUSE_S)
        if not folder.exists():
            return
