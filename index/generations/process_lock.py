"""A lock of the operating system that says who holds it. It ends with its process, however that ends."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from corpus import MeasuresError
from index.database.private_files import private_folder
from index.database.sqlite import now, storage_errors

_WRITTEN_S = 0.1


class Lock:
    """The file ``<name>.lock`` in a folder; ``<name>.json`` beside it says who holds it, and since when."""

    def __init__(self, folder: Path, name: str) -> None:
        """Look into a folder, which need not exist yet."""
        self._folder = folder
        self._path = folder / f"{name}.lock"
        self._note = folder / f"{name}.json"

    @contextmanager
    def held(
        self, said: Mapping[str, object], refusal: type[MeasuresError], sentence: str, *, wait_s: float = 0.0
    ) -> Iterator[None]:
        """Hold the lock.

        :param said: what others are told of the holder; `sentence` tells it, ``{holder}`` being all of it.
        :param wait_s: how long another holder is waited for.
        :raises MeasuresError: of the kind `refusal`, when another process holds the lock.
        :raises StorageError: when the folder cannot be written.
        """
        with storage_errors(self._path):
            private_folder(self._folder)
            lock = FileLock(self._path, timeout=wait_s)
            try:
                lock.acquire()
            except Timeout:
                raise refusal(sentence.format(holder=self._holder())) from None
        try:
            with storage_errors(self._note):
                self._note.write_text(json.dumps({**said, "since": now()}), "utf-8")
            yield
        finally:
            with suppress(OSError):
                self._note.unlink(missing_ok=True)
            lock.release()

    def wait(self) -> None:
        """Wait until nobody holds the lock."""
        with storage_errors(self._path), FileLock(self._path):
            return

    def _holder(self) -> str:
        """Say who holds the lock since when, as far as that is written beside it.

        Whoever took it just now is given time to write: until then, the note may be of one that was killed.
        """
        time.sleep(_WRITTEN_S)
        try:
            note = json.loads(self._note.read_text("utf-8"))
        except (OSError, ValueError):
            return ""
        said = [f"since {value}" if key == "since" else str(value) for key, value in note.items() if value]
        return f" ({', '.join(said)})"
