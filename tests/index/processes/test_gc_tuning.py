"""Garbage is looked for rarely."""

from tests.forked import Forked

CODE = """
import gc
from index.processes.gc_tuning import collect_rarely

class InCircle:
    def __init__(self):
        self.itself = self

    def __del__(self):
        print("looked at", flush=True)

collect_rarely()
InCircle()
print(gc.get_threshold()[0], flush=True)
"""


def test_garbage_is_looked_for_rarely_and_not_at_the_end() -> None:
    process = Forked(CODE)
    assert process.communicate() == ("100000\n", "")
    assert process.returncode == 0
