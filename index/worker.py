"""The process that works: it runs one job at low priority, tells of it over a pipe, and ends when its parent does.

``python -m index.worker FD``, started by `ChildProcess` and by nobody else: what comes over the pipe is trusted.
"""

import importlib
import os
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Connection

from corpus.errors import MeasuresError
from corpus.fetch import Fetcher
from index.garbage import collect_rarely
from index.jobs import Tools
from index.messages import Done, Message, Raised, Task
from index.models import Meter, Step
from index.settings import fetch_rules

_NICE = 19


def main() -> None:
    """Do what comes over the pipe, and say what came of it."""
    _give_way()
    collect_rarely()
    pipe: Connection[Message, Task] = Connection(int(sys.argv[1]))
    task = pipe.recv()
    threading.Thread(target=_end_with_parent, args=(pipe,), daemon=True).start()
    try:
        pipe.send(Done(_do(task, pipe)))
    except MeasuresError as error:
        pipe.send(Raised(error))


def _give_way() -> None:
    """Take only the time that nobody else wants: niceness alone leaves a twentieth, in slices of milliseconds."""
    os.nice(_NICE)
    if hasattr(os, "SCHED_IDLE"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _do(task: Task, pipe: "Connection[Message, Task]") -> object:
    module, _, name = task.embedder.partition(":")
    embedder = getattr(importlib.import_module(module), name)(task.settings.model)

    def tell(step: Step) -> None:
        pipe.send(step)

    tools = Tools(task.settings, embedder, lambda: Fetcher(fetch_rules(task.settings)), task.by, Meter(tell))
    return task.job.run(tools)


def _end_with_parent(pipe: "Connection[Message, Task]") -> None:
    """Wait for the other end to close: nobody is there any more who could hear of what is done."""
    try:
        pipe.recv()
    except (EOFError, OSError):
        os._exit(1)


if __name__ == "__main__":
    main()
