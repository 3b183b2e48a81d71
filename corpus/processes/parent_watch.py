"""A process that works for another ends when that one does, whatever it is doing.

No way holds everywhere, so there are three:

- Linux: the kernel kills the process, also in C code that never lets go of the interpreter. It goes by the thread that
  started the process, which has to live as long as its process is wanted.
- Anywhere: a thread looks every half second whether the parent is still there. C code that keeps the interpreter to
  itself keeps it from this thread, too.
- Where the kernel does not tell of parents (macOS): that thread also puts off a timer that counts the processor's time,
  at the end of which the kernel ends the process. C code that keeps the thread waiting meets the end of it.
"""

import ctypes
import os
import signal
import sys
import threading
import time

_LOOK_S = 0.5
_STUCK_CPU_S = 20.0  # longer than any call here keeps the interpreter to itself
_PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int | None = None, *, told_by_kernel: bool = sys.platform == "linux") -> None:
    """Let this process end with the one that started it.

    :param parent: the id of that process, where it said which; it may have ended before this is called.
    """
    parent = os.getppid() if parent is None else parent
    if told_by_kernel:
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    threading.Thread(target=_watch, args=(parent, told_by_kernel), daemon=True).start()


def _watch(parent: int, told_by_kernel: bool) -> None:
    while os.getppid() == parent:
        if not told_by_kernel:
            signal.setitimer(signal.ITIMER_PROF, _STUCK_CPU_S)
        time.sleep(_LOOK_S)
    os._exit(1)
