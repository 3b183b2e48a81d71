"""Keeps the data folder for its owner alone: the program's folders get mode 700, its files 600."""

import os
from contextlib import suppress
from pathlib import Path

_OTHERS = 0o077
_OURS = ("corpus.db*", "bot.db*", "build.*", "CURRENT", "PINNED", "generations")


def keep_private() -> None:
    """Let this process, and those that it starts, create files and folders for their owner alone."""
    os.umask(_OTHERS)


def private_folder(folder: Path) -> None:
    """Create the data folder for its owner alone.

    Where it exists, its mode is left as it is, since the folder may serve other purposes. But others lose access to
    what an older version of the program wrote into it.

    :raises OSError: when it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        if not folder.is_dir():
            raise
        for pattern in _OURS:
            for path in folder.glob(pattern):
                _take_from_others(path)


def private_opener(path: str, flags: int) -> int:
    """Open a file for `open`, and give one that is made mode 600, whatever the umask is."""
    return os.open(path, flags, 0o600)


def open_to_others(folder: Path) -> bool:
    """Tell whether others have access to a folder."""
    return bool(folder.stat().st_mode & _OTHERS)


def _take_from_others(path: Path) -> None:
    with suppress(OSError):  # It may be somebody else's, on a read-only disk, or gone: it is left as it is.
        mode = path.stat().st_mode
        if mode & _OTHERS:
            path.chmod(mode & 0o700)
