"""A lock of the operating system that says who holds it. It ends with its process, however that process ends."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, fields, replace
from pathlib import Path

from filelock import FileLock, Timeout

from corpus import HeldError, Holder
from index.database.private_files import private_folder
from index.database.sqlite import now, storage_errors

_WRITTEN_S = 0.1  # Within this time the holder of a lock writes who it is.


class Lock:
    """The file ``<name>.lock`` in a folder. ``<name>.json`` beside it says who holds it, and since when."""

    def __init__(self, folder: Path, name: str) -> None:
        """Look into a folder, which need not exist yet."""
        self._folder = folder
        self._path = folder / f"{name}.lock"
        self._note = folder / f"{name}.json"

    @contextmanager
    def held(self, holder: Holder, refusal: type[HeldError], *, wait_s: float = 0.0) -> Iterator[None]:
        """Hold the lock from now on.

        :param holder: who holds it and what for; others are told.
        :param wait_s: how long another holder is waited for.
        :raises HeldError: of the kind `refusal`, when another process holds the lock.
        :raises StorageError: when the folder cannot be written.
        """
        with storage_errors(self._path):
            private_folder(self._folder)
            lock = FileLock(self._path, timeout=wait_s)
            try:
                lock.acquire()
            except Timeout:
                raise refusal(self._holder()) from None
        try:
            with storage_errors(self._note):
                self._note.write_text(json.dumps(asdict(replace(holder, since=now()))), "utf-8")
            yield
        finally:
            with suppress(OSError):
                self._note.unlink(missing_ok=True)
            lock.release()

    def wait(self) -> None:
        """Wait until nobody holds the lock."""
        with storage_errors(self._path), FileLock(self._path):
            return

    def _holder(self) -> Holder:
        """Return who holds the lock, as far as that is written beside it.

        A process that took it just now is given time to write: until then, the note may be of one that was killed.
        """
        time.sleep(_WRITTEN_S)
        try:
            note = json.loads(self._note.read_text("utf-8"))
        except (OSError, ValueError):
            return Holder()
        known = note if isinstance(note, dict) else {}
        return Holder(**{field.name: str(known.get(field.name, "")) for field in fields(Holder)})
