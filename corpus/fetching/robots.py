"""How the program names itself to a host, and what the robots.txt of the host allows it."""

import re
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protego import Protego

ROBOT = "eu-measures"
MAX_ROBOTS_BYTES = 500_000  # RFC 9309 asks for at least 500 KiB. Rules after that do not count.
MAX_CRAWL_DELAY_S = 30.0
_USER_AGENT = re.compile(r"(\s*+user[- ]?agent\s*+:?\s*+)([^#\s]*+)(.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of a host: none when it has no robots.txt, and everything forbidden while that cannot be read.

    They are valid until a time of the fetcher's clock, in seconds. ``refused`` says how the host refuses programs,
    where it gives them not even its robots.txt. ``answered`` tells whether it answered at all.
    """

    until_s: float
    rules: "Protego | None" = None
    failure: str | None = None
    refused: str | None = None
    answered: bool = True

    def allows(self, url: str) -> bool:
        """Tell whether an address may be requested."""
        return self.failure is None and (self.rules is None or self.rules.can_fetch(url, ROBOT))

    @property
    def delay_s(self) -> float:
        """Seconds that the host asks robots to wait between requests, up to `MAX_CRAWL_DELAY_S`."""
        wanted = self.rules.crawl_delay(ROBOT) if self.rules else None
        return min(max(wanted or 0.0, 0.0), MAX_CRAWL_DELAY_S)


def parse_robots(data: bytes) -> "Protego":
    """Parse a robots.txt.

    All other robots get one name before parsing, because the parser would copy every rule to every name in a group.
    """
    from protego import Protego

    lines = data[:MAX_ROBOTS_BYTES].decode("utf-8-sig", "replace").splitlines()
    return Protego.parse("\n".join(map(_with_common_name, lines)))


def _with_common_name(line: str) -> str:
    """Return a line; one that names a robot other than this program and ``*`` gets the name "another"."""
    match = _USER_AGENT.fullmatch(line)
    if match is None:
        return line
    name = match[2].partition("/")[0].lower()
    return f"User-agent: {name if name in ('*', ROBOT) else 'another'}"


def user_agent() -> str:
    """Return the User-Agent of the program: its name, version and purpose."""
    try:
        version = metadata.version("eu-measures")
    except metadata.PackageNotFoundError:  # The program runs from a checkout and is not installed.
        version = "0"
    return f"{ROBOT}/{version} (answers questions in the words of official press releases; honours robots.txt)"
