"""Folders in which a file or a folder is made ready. What a killed process left there is deleted by the next one."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

_SUFFIX = ".part"


@contextmanager
def staging(target: Path) -> Iterator[Path]:
    """Give an empty folder beside a file that is to be written. It is deleted at the end.

    :raises OSError: when it cannot be made.
    """
    prefix = f".{target.name}."
    for left in target.parent.glob(f"{_escaped(prefix)}*{_SUFFIX}"):
        _delete_unless_used(left)
    folder = Path(tempfile.mkdtemp(prefix=prefix, suffix=_SUFFIX, dir=target.parent))
    try:
        with FileLock(folder / "lock"):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _escaped(name: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)


def _delete_unless_used(folder: Path) -> None:
    lock = FileLock(folder / "lock", timeout=0)
    try:
        with lock:
            shutil.rmtree(folder, ignore_errors=True)
    except (Timeout, OSError):  # Another process uses it, or it is not ours.
        return
