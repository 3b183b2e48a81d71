"""How long a poll may take, in all and for each host, so that a slow host does not delay the others."""

import math
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from corpus import Fetched, NotModified, NotReachedError, server_of
from index.intake.patient_fetcher import Fetches


@dataclass(frozen=True, slots=True)
class Budget:
    """Seconds of a poll: in all, for one host, and the least that must be left to request another address."""

    whole_s: float = 300.0
    host_s: float = 100.0
    enough_s: float = 20.0


class BudgetedFetcher:
    """Fetches while there is time left in all and for the host. What it does not reach is left to the next poll."""

    def __init__(self, fetcher: Fetches, budget: Budget, clock: Callable[[], float] = time.monotonic) -> None:
        """Fetch with another fetcher. The time of the poll begins now."""
        self._fetcher = fetcher
        self._budget = budget
        self._clock = clock
        self._end = clock() + budget.whole_s
        self._spent: defaultdict[str, float] = defaultdict(float)

    @property
    def is_over(self) -> bool:
        """Whether the time of the poll is used up."""
        return self._end - self._clock() < self._budget.enough_s

    def fetch(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None, within_s: float = math.inf
    ) -> Fetched | NotModified:
        """Return the bytes at an address, or that they have not changed.

        :raises NotReachedError: when there is no time left.
        :raises FetchError: when they cannot be fetched.
        """
        host = server_of(url) or ""
        if self.is_over:
            raise NotReachedError(f"The {self._budget.whole_s:g} s of a poll are over: it is next in the next one.")
        left = min(self._end - self._clock(), self._budget.host_s - self._spent[host])
        if left < self._budget.enough_s:
            raise NotReachedError(
                f"The {self._budget.host_s:g} s that a poll has for {host} are over: it is next in the next one."
            )
        began = self._clock()
        try:
            return self._fetcher.fetch(url, etag=etag, last_modified=last_modified, within_s=min(left, within_s))
        finally:
            self._spent[host] += self._clock() - began
