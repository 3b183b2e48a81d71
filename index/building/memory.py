"""Gives memory back to the system between the steps of a build."""

import ctypes
import sys
from functools import cache
from typing import Any


def give_memory_back() -> None:
    """Let the system have what is free within the heap: glibc keeps it, so that each step would add its own to it."""
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Any:  # noqa: ANN401 - a function of the C library
    """Return glibc's `malloc_trim`, None where the C library is another."""
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
