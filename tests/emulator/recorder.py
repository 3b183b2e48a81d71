"""What was asked of the emulator, and what it is told to do wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.emulator.errors import JSON


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart request."""

    filename: str
    content_type: str | None
    data: bytes


@dataclass(slots=True, eq=False)
class Recorded:
    """One request. `status` is what was answered, 0 where the connection was cut."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    json: object
    files: dict[str, Upload]
    at_s: float
    status: int = 0
    answer: object = None

    def __str__(self) -> str:
        return f"{self.method} {self.path} → {self.status}"


@dataclass(slots=True, eq=False)
class Fault:
    """What to answer instead of the truth, `times` times, to requests that match.

    `path_regex` is searched in the path after /api/v10. With `apply_first` the request takes effect before the wrong
    answer. `reset` cuts the connection.
    """

    method: str
    path_regex: str
    times: int = 1
    status: int | None = None
    body: JSON | str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    reset: bool = False
    apply_first: bool = False
    hits: int = 0

    def takes(self, method: str, path: str) -> bool:
        """Tell whether this request is to go wrong, and count it."""
        if self.hits >= self.times or self.method not in ("*", method) or not re.search(self.path_regex, path):
            return False
        self.hits += 1
        return True


def ratelimit(
    path_regex: str, retry_after_s: float, *, method: str = "*", times: int = 1, global_: bool = False, via: bool = True
) -> Fault:
    """Answer 429; without `via` the way Cloudflare does, which discord.py takes for a ban."""
    headers = {"Retry-After": str(retry_after_s)} | ({"Via": "1.1 google"} if via else {})
    headers |= {"X-RateLimit-Global": "true"} if global_ else {}
    body: JSON = {"message": "You are being rate limited.", "retry_after": retry_after_s, "global": global_, "code": 0}
    return Fault(method, path_regex, times, 429, body, headers)
