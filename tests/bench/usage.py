"""How much memory and CPU something takes here, and in the processes of a database on this machine."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil


@dataclass(slots=True)
class Used:
    """The most memory of this process, of its own and with mapped files, and of a server beside its cache, in GB.

    ``seconds`` and ``server_seconds`` are of their CPUs.
    """

    own: float = 0.0
    mapped: float = 0.0
    server: float = 0.0
    seconds: float = 0.0
    server_seconds: float = 0.0


@contextmanager
def measured(database: str = "") -> Iterator[Used]:
    """Measure this process, and the processes of the server that was started here, where there is one."""
    process, used, over = psutil.Process(), Used(), threading.Event()
    began = time.process_time()

    def watch() -> None:
        with _server_processes(database) as processes:
            spent: dict[int, float] = {}
            before = sum(processes(spent)[1].values())
            while not over.wait(0.1):
                info = process.memory_info()
                used.own = max(used.own, (info.rss - info.shared) / 1e9)
                used.mapped = max(used.mapped, info.rss / 1e9)
                memory, spent = processes(spent)
                used.server = max(used.server, memory / 1e9)
                used.server_seconds = sum(spent.values()) - before
                used.seconds = time.process_time() - began

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield used
    finally:
        over.set()
        thread.join()


@contextmanager
def _server_processes(database: str) -> Iterator[Callable[[dict[int, float]], tuple[int, dict[int, float]]]]:
    """Give what returns the memory of the server's processes in bytes, and the CPU seconds of each so far."""
    if not database:
        yield lambda spent: (0, spent)
        return
    import psycopg

    def processes(spent: dict[int, float]) -> tuple[int, dict[int, float]]:
        memory = 0
        for (pid,) in connection.execute("SELECT pid FROM pg_stat_activity WHERE datname IS NOT NULL"):
            with suppress(psutil.NoSuchProcess):
                backend = psutil.Process(pid)
                info, times = backend.memory_info(), backend.cpu_times()
                memory += info.rss - info.shared
                spent[pid] = times.user + times.system
        return memory, spent

    with psycopg.connect(f"{database}_large", autocommit=True) as connection:
        yield processes
