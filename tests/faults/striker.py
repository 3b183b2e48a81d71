"""Lets a process work, and kills it or what it stands on at a moment chosen at random."""

import random
import signal
import subprocess
import time
from dataclasses import dataclass

from tests.forked import Forked
from tests.postgres import Server


@dataclass
class Striker:
    """Strikes within so many seconds, which follow how long the work takes."""

    draw: random.Random
    longest_s: float

    def strike(self, work: str, *arguments: str, primary: Server | None = None) -> tuple[list[str], bool]:
        """Run code that says "ready", "kept …" of each thing that it keeps, and "built"; strike after "ready".

        :param primary: what is killed in place of the process.
        :return: what was said to be kept, and whether the process was still at work.
        :raises AssertionError: when the work fails by itself.
        """
        process = Forked(work, *arguments)
        assert process.stdout.readline() == "ready\n"
        began = time.monotonic()
        try:
            process.wait(self.draw.uniform(0.0, self.longest_s))
        except subprocess.TimeoutExpired:
            if primary is None:
                process.send_signal(signal.SIGKILL)
        if primary is not None:
            primary.kill()
        printed, wrong = process.communicate()
        lines = printed.splitlines()
        at_work = "built" not in lines
        if not at_work:
            self.longest_s = 0.9 * (time.monotonic() - began)
        elif primary is None and process.wait() >= 0:
            raise AssertionError(f"the work failed by itself with status {process.returncode}: {wrong}")
        elif self.draw.random() < 0.2:
            self.longest_s *= 1.2  # so that the end of the work is struck, too
        return [line.removeprefix("kept ") for line in lines if line.startswith("kept ")], at_work
