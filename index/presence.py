"""Whether a worker is at work on a data folder, so that whoever answers leaves it a core and does not wait for it.

Each worker has a file named after its process. On 2 cores a question's embedding on two threads, which wait for each
other, took 3.6 times as long (95 of 100: 9 times) while a worker held one of the cores; on one thread 1.2 times.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_FOLDER = "workers"


@contextmanager
def at_work(data_dir: Path) -> Iterator[None]:
    """Show that this process is at work, as far as that can be written."""
    mark = data_dir / _FOLDER / str(os.getpid())
    with suppress(OSError):
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    try:
        yield
    finally:
        with suppress(OSError):
            mark.unlink()


def somebody_works(data_dir: Path) -> bool:
    """Tell whether a worker is at work; what a killed one left is cleared away."""
    try:
        marks = list(os.scandir(data_dir / _FOLDER))
    except OSError:
        return False
    return any(_lives(Path(mark.path)) for mark in marks)


def _lives(mark: Path) -> bool:
    try:
        os.kill(int(mark.name), 0)
    except PermissionError:
        return True
    except (ValueError, OSError, OverflowError):
        with suppress(OSError):
            mark.unlink()
        return False
    return True
