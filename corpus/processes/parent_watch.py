"""A child process ends when its parent ends, whatever the child is doing.

No single method works everywhere, so there are three:

- On Linux the kernel kills the child, even in C code that never releases the interpreter. The kernel watches the thread
  that started the child, so that thread must live as long as the child is needed.
- Everywhere, a thread checks every half second whether the parent still exists. It cannot run while C code holds the
  interpreter.
- Where the kernel does not report the end of a parent (macOS), that thread also restarts a timer of processor time. If
  C code keeps the thread from running, the timer runs out and the kernel ends the child.
"""

import ctypes
import os
import signal
import sys
import threading
import time

_CHECK_S = 0.5
_STUCK_CPU_S = 20.0  # Longer than any call here holds the interpreter.
_PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int | None = None, *, told_by_kernel: bool = sys.platform == "linux") -> None:
    """End this process when the process that started it ends.

    :param parent: the id of that process, if it passed its id on. It may already have ended.
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
            signal.setitimer(signal.ITIMER_VIRTUAL, _STUCK_CPU_S)  # That of `sandbox_child` is the other one.
        time.sleep(_CHECK_S)
    os._exit(1)
