"""The emulator's time, which tests may move forward."""

import datetime
import time


class Clock:
    """A clock that runs, and jumps when told to."""

    def __init__(self) -> None:
        self._ahead_s = 0.0

    def monotonic(self) -> float:
        """Give seconds, for measuring what took how long."""
        return time.monotonic() + self._ahead_s

    def now(self) -> datetime.datetime:
        """Give date and time."""
        return datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=self._ahead_s)

    def advance(self, seconds: float) -> None:
        """Jump forward."""
        self._ahead_s += seconds
