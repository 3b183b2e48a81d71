"""The worker process: it runs one job at low priority and reports over the pipe. It ends when its parent does.

What it would write into a log goes over the pipe, too, because the parent keeps the log.

Only `JobProcess` starts it: what comes over the pipe is trusted.
"""

import logging
import os
import threading
from contextlib import suppress
from multiprocessing.connection import Connection

from corpus import Fetcher, MeasuresError, end_child, pipe_to_parent
from index.processes.gc_tuning import collect_rarely
from index.processes.jobs import Tools
from index.processes.meter import Meter
from index.processes.pipe import Done, Logged, Message, Raised, Task, make_embedder
from index.settings import fetch_rules

_NICE = 19
_OURS = ("corpus", "index")


class Reports:
    """Sends messages to the parent, from any thread of this process."""

    def __init__(self, pipe: "Connection[Message, Task]") -> None:
        """Take the pipe."""
        self._pipe = pipe
        self._turn = threading.Lock()

    def send(self, message: Message) -> None:
        """Send a message when no other thread is sending one."""
        with self._turn:
            self._pipe.send(message)


class _ParentsLog(logging.Handler):
    """Passes what is logged on to the parent."""

    def __init__(self, reports: Reports) -> None:
        super().__init__()
        self._reports = reports

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):  # The parent is gone, and this process ends soon.
            self._reports.send(Logged(record.name, record.levelno, self.format(record)))


def main() -> None:
    """Run the job that comes over the pipe, and report its outcome."""
    pipe: Connection[Message, Task] = pipe_to_parent()
    _give_way()
    collect_rarely()
    task = pipe.recv()
    reports = Reports(pipe)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[_ParentsLog(reports)])
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    try:
        reports.send(Done(_run(task, reports)))
    except MeasuresError as error:
        reports.send(Raised(error))


def _give_way() -> None:
    """Take only the time that nobody else wants. Niceness alone still takes a twentieth, in slices of milliseconds."""
    os.nice(_NICE)
    if hasattr(os, "SCHED_IDLE"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _run(task: Task, reports: Reports) -> object:
    embedder = make_embedder(task.embedder, task.settings)
    tools = Tools(
        task.settings,
        embedder,
        lambda: Fetcher(fetch_rules(task.settings)),
        task.by,
        Meter(reports.send),
        before_build=end_child,
    )
    return task.job.run(tools)


if __name__ == "__main__":
    main()
