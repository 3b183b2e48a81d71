"""What fetches the bytes at addresses, and patience with hosts that fail or refuse."""

import math
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from corpus import (
    ClosedToRobotsError,
    Fetched,
    FetchError,
    NotModified,
    NotReachedError,
    ProgramsRefusedError,
    server_of,
    shown,
)

_SHOWN_CHARS = 100


class Fetches(Protocol):
    """Something that fetches the bytes at an address."""

    def fetch(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None, within_s: float = math.inf
    ) -> Fetched | NotModified:
        """Return the bytes, or that they have not changed.

        :param within_s: the most seconds that it may take.
        :raises FetchError: when they cannot be fetched.
        """


class PatientFetcher:
    """Stops asking a host after three slow failures or three refusals in a row.

    So a dead host costs seconds and not hours, and one that refuses programs is not asked for page after page.
    """

    _FAILURES = 3
    _SLOW_S = 1.0

    def __init__(self, fetcher: Fetches) -> None:
        """Fetch with another fetcher."""
        self._fetcher = fetcher
        self._failures: Counter[str] = Counter()
        self._refusals: Counter[str] = Counter()
        self._how: dict[str, str] = {}

    def fetch(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None, within_s: float = math.inf
    ) -> Fetched | NotModified:
        """Return the bytes at an address, or that they have not changed.

        :raises NotReachedError: when its host is not asked any more.
        :raises ProgramsRefusedError: when its host refuses programs.
        :raises FetchError: when they cannot be fetched.
        """
        host = server_of(url) or url[:_SHOWN_CHARS]
        if self._refusals[host] >= self._FAILURES:
            raise ProgramsRefusedError(shown(url), self._how[host])
        if self._failures[host] >= self._FAILURES:
            raise NotReachedError(f"{host} failed {self._FAILURES} times in a row and was left alone: try again later.")
        began = time.monotonic()
        try:
            answer = self._fetcher.fetch(url, etag=etag, last_modified=last_modified, within_s=within_s)
        except (NotReachedError, ClosedToRobotsError):
            raise
        except ProgramsRefusedError as error:
            self._refusals[host] += 1
            self._how[host] = error.how
            raise
        except FetchError:
            slow = time.monotonic() - began > self._SLOW_S
            self._failures[host] = self._failures[host] + 1 if slow else 0
            raise
        self._failures[host] = self._refusals[host] = 0
        return answer


OpenFetcher = Callable[[], AbstractContextManager[Fetches]]
