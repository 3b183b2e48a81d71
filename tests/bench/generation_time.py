"""What questions ask of a generation, in seconds of CPU, which other work on the machine changes little."""

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from index.engine import Engine
from index.generations.generation import Generation

_ASKED = [name for name, value in vars(Generation).items() if callable(value) and not name.startswith("_")]


@contextmanager
def counting(engine: Engine) -> Iterator[Callable[[], float]]:
    """Count the CPU seconds of this thread in the served generation: give what returns them and begins anew."""
    generation = engine.served()
    total, depth = 0.0, 0

    def counted(method: Callable[..., object], *arguments: object) -> object:
        nonlocal total, depth
        depth += 1
        began = time.thread_time()
        try:
            return method(*arguments)
        finally:
            depth -= 1
            total += 0.0 if depth else time.thread_time() - began

    def taken() -> float:
        nonlocal total
        before, total = total, 0.0
        return before

    for name in _ASKED:
        setattr(generation, name, functools.partial(counted, getattr(generation, name)))
    try:
        yield taken
    finally:
        for name in _ASKED:
            delattr(generation, name)
