"""The child process of `corpus.processes.sandbox`: it runs the tasks that arrive on the pipe within their bounds."""

import os
import resource
import signal
import sys
import threading
import time
import traceback
from contextlib import suppress
from functools import cache
from multiprocessing.connection import Connection

from corpus.errors import MeasuresError
from corpus.language_model import keep_in
from corpus.processes.child_process import pipe_to_parent
from corpus.processes.sandbox import Outcome, Work

_WORN = 0.75  # Share of its memory at which a child is replaced, so that the next task has enough.
_CHECK_S = 0.1
_LIMITED = sys.platform == "linux"  # Other kernels do not enforce a limit of memory.


def main() -> None:
    """Run the tasks that arrive on the pipe."""
    pipe: Connection[Outcome, Work] = pipe_to_parent()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    watched = False
    with suppress(EOFError, OSError):
        while True:
            work = pipe.recv()
            if not watched:
                _limit_memory(work.memory_bytes)
                watched = True
            keep_in(work.cache_dir)
            _limit_time(work.timeout_s)
            pipe.send(_outcome(work))
            _limit_time(0)  # until the next task is here


def _outcome(work: Work) -> Outcome:
    value = error = None
    unexpected = ""
    try:
        value = work.function(*work.arguments)
    except MeasuresError as refusal:
        error = refusal
    except MemoryError:
        os._exit(_out_of_memory())
    except Exception:
        unexpected = traceback.format_exc()
    return Outcome(value, error, unexpected, worn=_size() > _WORN * work.memory_bytes)


def _limit_time(seconds: float) -> None:
    """Have the kernel end this process when it uses more processor time than this from now on; 0 for no bound.

    RLIMIT_CPU would do so, too, but counts whole seconds.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _limit_memory(most: int) -> None:
    if _LIMITED:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    else:
        threading.Thread(target=_watch_memory, args=(most,), daemon=True).start()


def _watch_memory(most: int) -> None:
    while _size() <= most:
        time.sleep(_CHECK_S)
    os._exit(_out_of_memory())


def _out_of_memory() -> int:
    sys.stderr.write("MemoryError")
    sys.stderr.flush()
    return 1


def _size() -> int:
    """Return the bytes of memory of this process: the current size on Linux, the largest so far elsewhere."""
    if _LIMITED:
        return int(os.pread(_statm(), 64, 0).split()[0]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@cache
def _statm() -> int:
    """Open the kernel's account of this process, once: it is read after each task."""
    return os.open("/proc/self/statm", os.O_RDONLY)


if __name__ == "__main__":
    main()
