"""What a host's robots.txt allows this program."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protego import Protego

ROBOT = "eu-measures"
MAX_ROBOTS_BYTES = 500_000  # RFC 9309 wants at least 500 KiB read; rules after that are none
MAX_CRAWL_DELAY_S = 30.0
_USER_AGENT = re.compile(r"(\s*+user[- ]?agent\s*+:?\s*+)([^#\s]*+)(.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of a host; none where it has no robots.txt; everything is forbidden for now where it is out of order.

    They hold until a time of the clock that the fetcher goes by, in seconds.
    """

    until_s: float
    rules: "Protego | None" = None
    failure: str | None = None

    def allows(self, url: str) -> bool:
        """Tell whether an address may be asked for."""
        return self.failure is None and (self.rules is None or self.rules.can_fetch(url, ROBOT))

    @property
    def delay_s(self) -> float:
        """How long the host wants robots to wait between requests, within reason."""
        wanted = self.rules.crawl_delay(ROBOT) if self.rules else None
        return min(max(wanted or 0.0, 0.0), MAX_CRAWL_DELAY_S)


def parse_robots(data: bytes) -> "Protego":
    """Read a robots.txt.

    Groups for other robots are read as one: a file of many names over many rules would become their product.
    """
    from protego import Protego

    lines = data[:MAX_ROBOTS_BYTES].decode("utf-8-sig", "replace").splitlines()
    return Protego.parse("\n".join(map(_of_two, lines)))


def _of_two(line: str) -> str:
    found = _USER_AGENT.fullmatch(line)
    if found is None:
        return line
    name = found[2].partition("/")[0].lower()
    return f"User-agent: {name if name in ('*', ROBOT) else 'another'}"
