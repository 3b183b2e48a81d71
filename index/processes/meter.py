"""Progress on its way to a screen: measured, and told no more often than a person can read."""

import dataclasses
import time

from index.results import Phase, Progress, Step

_PAUSE_S = 0.1


class Meter:
    """A `Progress` that passes steps on with their rate, at most ten times a second within a phase."""

    def __init__(self, progress: Progress) -> None:
        """Pass steps on to another `Progress`."""
        self._progress = progress
        self._phase: Phase | None = None
        self._began_s = self._told_s = 0.0

    def __call__(self, step: Step) -> None:
        """Pass a step on, unless the phase told of another one just now and goes on."""
        now_s = time.monotonic()
        if step.phase is not self._phase:
            self._phase, self._began_s, self._told_s = step.phase, now_s, 0.0
        if step.done < step.total and now_s - self._told_s < _PAUSE_S:
            return
        self._told_s = now_s
        taken_s = now_s - self._began_s
        self._progress(dataclasses.replace(step, rate=step.done / taken_s if taken_s > 0 else 0.0))
