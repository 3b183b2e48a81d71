"""The data folder is for its owner alone: folders of the program have mode 700, files 600."""

import os
from contextlib import suppress
from pathlib import Path

_OTHERS = 0o077
_OURS = ("corpus.db*", "bot.db*", "build.*", "CURRENT", "PINNED", "generations")


def keep_private() -> None:
    """Let this process, and those it starts, make files and folders for their owner alone."""
    os.umask(_OTHERS)


def private_folder(folder: Path) -> None:
    """Make the data folder for its owner alone.

    The mode of one that is there is left as it is, since it may be anybody's; but what an older version of the program
    wrote into it is taken from all others.

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


def open_to_others(folder: Path) -> bool:
    """Tell whether others may look into a folder."""
    return bool(folder.stat().st_mode & _OTHERS)


def _take_from_others(path: Path) -> None:
    with suppress(OSError):  # somebody else's file, a read-only disk, one that is gone: it stays as it is
        mode = path.stat().st_mode
        if mode & _OTHERS:
            path.chmod(mode & 0o700)
