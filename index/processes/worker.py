"""The process that works: it runs one job at low priority, tells of it over a pipe, and ends when its parent does.

What it would write into a log goes over the pipe, too: the log is the parent's.

Only `JobProcess` starts it: what comes over the pipe is trusted.
"""

import logging
import os
import threading
from contextlib import suppress
from multiprocessing.connection import Connection

from corpus import Fetcher, MeasuresError, pipe_to_parent
from index.processes.gc_tuning import collect_rarely
from index.processes.jobs import Tools
from index.processes.meter import Meter
from index.processes.pipe import Done, Logged, Message, Raised, Task, make_embedder
from index.settings import fetch_rules

_NICE = 19
_OURS = ("corpus", "index")


class Voice:
    """The way to the parent, for all threads of this process."""

    def __init__(self, pipe: "Connection[Message, Task]") -> None:
        """Take the pipe."""
        self._pipe = pipe
        self._turn = threading.Lock()

    def say(self, message: Message) -> None:
        """Send a message, when no other thread sends one."""
        with self._turn:
            self._pipe.send(message)


class _ParentsLog(logging.Handler):
    """Hands what is logged here to the parent."""

    def __init__(self, voice: Voice) -> None:
        super().__init__()
        self._voice = voice

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):  # the parent is gone, and this process soon
            self._voice.say(Logged(record.name, record.levelno, self.format(record)))


def main() -> None:
    """Do what comes over the pipe, and say what came of it."""
    pipe: Connection[Message, Task] = pipe_to_parent()
    _give_way()
    collect_rarely()
    task = pipe.recv()
    voice = Voice(pipe)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[_ParentsLog(voice)])
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    try:
        voice.say(Done(_do(task, voice)))
    except MeasuresError as error:
        voice.say(Raised(error))


def _give_way() -> None:
    """Take only the time that nobody else wants: niceness alone leaves a twentieth, in slices of milliseconds."""
    os.nice(_NICE)
    if hasattr(os, "SCHED_IDLE"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _do(task: Task, voice: Voice) -> object:
    embedder = make_embedder(task.embedder, task.settings)
    tools = Tools(task.settings, embedder, lambda: Fetcher(fetch_rules(task.settings)), task.by, Meter(voice.say))
    return task.job.run(tools)


if __name__ == "__main__":
    main()
