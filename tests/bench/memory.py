"""How much memory a process and all below it take, whatever else runs on the machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import psutil

_SAMPLE_S = 0.25
MB = 1 << 20
WEIGHTS = "model.safetensors"


class Memory:
    """The most memory that a process and all below it took together, in two phases."""

    def __init__(self, is_reading: Callable[[], bool] = lambda: False) -> None:
        """Watch no process yet.

        :param is_reading: tells whether documents are still being read.
        """
        self.most = {True: 0, False: 0}
        self._is_reading = is_reading

    @contextmanager
    def of(self, pid: int) -> Iterator[None]:
        """Watch a process."""
        over = Event()
        thread = Thread(target=self._watch, args=(pid, over))
        thread.start()
        yield
        over.set()
        thread.join()

    def _watch(self, pid: int, over: Event) -> None:
        while not over.wait(_SAMPLE_S):
            with suppress(psutil.Error):
                phase, now = self._is_reading(), memory(pid)
                self.most[phase] = max(self.most[phase], now)


def memory(pid: int) -> int:
    """Return the memory of a process and of all below it, in bytes.

    It is all of their own pages, and the pages of files that they have mapped, each file once. What other programs
    share of these makes no difference, unlike in PSS. The weights are left out: a page of them is there or not by
    which words were read.
    """
    process = psutil.Process(pid)
    own, files = 0, dict[str, int]()
    for each in (process, *process.children(recursive=True)):
        with suppress(psutil.Error, OSError):
            own += _own(each.pid)
            for area in each.memory_maps(grouped=True):
                if not area.path.endswith(WEIGHTS):
                    files[area.path] = max(files.get(area.path, 0), area.rss - area.anonymous)
    return own + sum(files.values())


def _own(pid: int) -> int:
    """Return the pages that are of no file. A process that was just forked shares them with the one before it."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss_Anon:"))
