"""Generations on disk: which there are, which is served, whether their files are what the manifest says.

``generations/<id>/`` is never written again once it has its name. ``CURRENT`` holds the id of the served one and is
replaced whole. ``PINNED`` exists while a roll-back holds: automatic builds wait for as long.
"""

import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.errors import BuildRunningError, GenerationError
from index.durable import sync_folder, sync_tree, write_durably
from index.manifest import FORMAT, Layout, Manifest, sha256_of
from index.store.faults import unreadable
from index.store.private import private_folder
from index.store.sqlite import now, storage_errors

_ID = re.compile(r"\d{6}")
_REMEDY = "run `measures index rollback` to serve an older one, or `measures index build` to make a new one"


class Generations:
    """The generations in a data folder."""

    def __init__(self, data_dir: Path) -> None:
        """Look into a data folder, which need not exist yet."""
        self.data_dir = data_dir
        self.root = data_dir / "generations"
        self._pointer = data_dir / "CURRENT"
        self._pin = data_dir / "PINNED"
        self._lock_note = data_dir / "build.json"

    def current(self) -> str | None:
        """Return the id of the served generation, or None before the first build.

        :raises GenerationError: when CURRENT holds no id.
        """
        try:
            text = self._pointer.read_text("utf-8").strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, UnicodeDecodeError) as error:
            damaged = GenerationError(f"{self._pointer} cannot be read: {_REMEDY}.")
            raise unreadable(self._pointer, damaged) from error
        if not _ID.fullmatch(text):
            raise GenerationError(f"{self._pointer} names no generation: {_REMEDY}.")
        return text

    def stamp(self) -> tuple[int, int] | None:
        """Return mtime (ns) and inode of CURRENT: they change with what is served, and with every tombstone.

        :raises StorageError: when it may not be looked at.
        """
        with storage_errors(self._pointer):
            try:
                stat = self._pointer.stat()
            except (FileNotFoundError, NotADirectoryError):
                return None
        return stat.st_mtime_ns, stat.st_ino

    def touch(self) -> None:
        """Let a running bot look again at what is removed: CURRENT names what it did, and seems to be new."""
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

        :raises GenerationError: when there is none, or another program's.
        """
        try:
            manifest = Manifest.from_json(self.layout(generation).manifest.read_text("utf-8"))
        except (OSError, ValueError) as error:
            damaged = GenerationError(f"Generation {generation} has no readable manifest: {_REMEDY}.")
            raise unreadable(self.layout(generation).manifest, damaged) from error
        if manifest.format != FORMAT:
            raise GenerationError(
                f"Generation {generation} has format {manifest.format}, this program reads {FORMAT}: "
                "run `measures index build`."
            )
        return manifest

    def check(self, generation: str, *, digests: bool = False) -> Manifest:
        """Check that the files of a generation are what its manifest says, and return the manifest.

        Sizes are always compared; SHA-256 when asked for, and when size, mtime or inode differ from the last check's.

        :raises GenerationError: naming the file that is missing or differs.
        """
        manifest = self.manifest(generation)
        folder = self.layout(generation).folder
        found = {}
        for name, record in manifest.files.items():
            try:
                stat = (folder / name).stat()
            except OSError as error:
                lost = GenerationError(f"Generation {generation} has lost its file {name}: {_REMEDY}.")
                raise unreadable(folder / name, lost) from error
            if stat.st_size != record.size:
                raise GenerationError(
                    f"Generation {generation} is damaged, {name} is not {record.size} bytes long: {_REMEDY}."
                )
            found[name] = [stat.st_size, stat.st_mtime_ns, stat.st_ino]
        checked = self.root / f"{generation}.checked"
        if digests or _read_json(checked) != found:
            _check_digests(folder, manifest)
            _write_stamp(checked, found)
        return manifest

    @contextmanager
    def building(self, who: str = "", what: str = "", *, wait_s: float = 0.0) -> Iterator[Path]:
        """Hold the build lock and give an empty folder to build in; what a broken build left is cleared away.

        :param who: who builds, and `what` for; another who wants to build meanwhile is told.
        :param wait_s: how long another build is waited for.
        :raises BuildRunningError: when another build holds the lock.
        """
        with storage_errors(self.root):
            private_folder(self.data_dir)
            self.root.mkdir(mode=0o700, exist_ok=True)
            lock = FileLock(self.data_dir / "build.lock", timeout=wait_s)
            try:
                lock.acquire()
            except Timeout:
                raise BuildRunningError(
                    f"Another build is running on this data folder{self._holder()}: wait for it to end and try again."
                ) from None
        try:
            self._clear_leftovers()
            folder = self.root / ".building"
            with storage_errors(folder):
                self._lock_note.write_text(json.dumps({"who": who, "what": what, "since": now()}), "utf-8")
                folder.mkdir()
            yield folder
        finally:
            self._clear_leftovers()
            lock.release()

    def _holder(self) -> str:
        """Say who is building what since when, as far as that is written beside the lock."""
        note = _read_json(self._lock_note)
        if not isinstance(note, dict):
            return ""
        who, what, since = (str(note.get(key) or "") for key in ("who", "what", "since"))
        return f" ({', '.join(part for part in (who or 'nobody named', what, f'since {since}') if part)})"

    def adopt(self, folder: Path, generation: str) -> None:
        """Give a built folder its id, durably. It is not served yet."""
        with storage_errors(folder):
            sync_tree(folder)
            folder.rename(self.root / generation)
            sync_folder(self.root)

    def next_id(self) -> str:
        """Return the id for the next generation: a number one up from the highest."""
        return f"{int((self.ids() or ['0'])[-1]) + 1:06d}"

    def serve(self, generation: str) -> None:
        """Let CURRENT name a generation; a running bot notices, also when it named that one before."""
        write_durably(self._pointer, generation + "\n")

    def pin(self, generation: str) -> None:
        """Hold automatic builds back."""
        write_durably(self._pin, generation + "\n")

    def unpin(self) -> None:
        """Let automatic builds run again."""
        with storage_errors(self._pin):
            self._pin.unlink(missing_ok=True)

    def pinned(self) -> bool:
        """Tell whether a roll-back holds automatic builds back."""
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
            shutil.rmtree(self.root / generation)
            (self.root / f"{generation}.checked").unlink(missing_ok=True)

    def bytes_on_disk(self) -> int:
        """Return the size of the data folder, in bytes."""
        return sum(path.stat().st_size for path in self.data_dir.rglob("*") if path.is_file())

    def _clear_leftovers(self) -> None:
        shutil.rmtree(self.root / ".building", ignore_errors=True)
        with suppress(OSError):
            self._lock_note.unlink(missing_ok=True)


def _check_digests(folder: Path, manifest: Manifest) -> None:
    for name, record in manifest.files.items():
        with storage_errors(folder / name):
            found = sha256_of(folder / name)
        if found != record.sha256:
            raise GenerationError(
                f"Generation {manifest.generation} is damaged, {name} does not have its SHA-256: {_REMEDY}."
            )


def _read_json(path: Path) -> object:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _write_stamp(path: Path, found: object) -> None:
    """Keep the stamp where that is possible: without it the next opening only takes longer."""
    try:
        temporary = path.with_name(f"{path.name}.{os.getpid()}")
        temporary.write_text(json.dumps(found), "utf-8")
        temporary.replace(path)
    except OSError:
        return
