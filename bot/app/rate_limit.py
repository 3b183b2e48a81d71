"""How often each person may ask: everybody has a bucket of tokens that fills at a steady rate."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

_MOST_REMEMBERED = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at_s: float


class RateLimit:
    """Lets every person ask `per_minute` times a minute, and `burst` times at once."""

    def __init__(self, per_minute: int, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with a full bucket for everybody."""
        self._per_minute = per_minute
        self._burst = burst
        self._clock = clock
        self._buckets: dict[int, _Bucket] = {}

    def bucket(self, per_minute: int | None = None) -> tuple[int, float]:
        """Return how many tokens a bucket holds, and how many come back a second."""
        rate = (self._per_minute if per_minute is None else per_minute) / 60
        return min(self._burst, max(1, round(rate * 60))), rate

    def wait_s(self, user_id: int, per_minute: int | None = None, turns: float = 1.0, *, take: bool = True) -> int:
        """Take tokens and return 0, or return the seconds until there are so many, and take none.

        :param per_minute: another rate, where a server sets its own.
        :param turns: how many tokens.
        :param take: whether they are taken, or only looked for.
        """
        burst, rate = self.bucket(per_minute)
        now = self._clock()
        bucket = self._buckets.get(user_id) or _Bucket(burst, now)
        tokens = min(burst, bucket.tokens + max(0.0, now - bucket.at_s) * rate)
        if tokens < turns:
            self._buckets[user_id] = _Bucket(tokens, now)
            return math.ceil((turns - tokens) / rate)
        self._buckets[user_id] = _Bucket(tokens - turns if take else tokens, now)
        self._forget_the_full(now)
        return 0

    def _forget_the_full(self, now: float) -> None:
        if len(self._buckets) > _MOST_REMEMBERED:
            full_s = 60 * self._burst / self._per_minute
            self._buckets = {user: bucket for user, bucket in self._buckets.items() if now - bucket.at_s < full_s}
