"""Who issues what is found at an address: the registry of bodies by their websites, and the press rooms they share."""

import re
from collections.abc import Sequence
from functools import cache
from urllib.parse import urlsplit

from corpus.agencies import registry
from corpus.models import Agency
from corpus.names import fold_query, spellings

# Not the body's website, but where it publishes; the longest that fits counts.
_PRESS_ROOMS = {
    "ec.europa.eu": "ec",
    "commission.europa.eu": "ec",
    "ec.europa.eu/commission/presscorner": "ec",
    "consilium.europa.eu": "council",
    "europarl.europa.eu": "ep",
}
_EUROPEAN_COUNCIL = "euco"


def issuer_of(url: str | None, said: Sequence[str] = ()) -> str | None:
    """Return the name of the body that publishes under an address; None for one that no body is known for.

    :param said: lines above the text; on the Councils' common site they say which of the two it is.
    """
    place = _place(url)
    if place is None:
        return None
    known = _publishers()
    host, _, path = place.partition("/")
    for size in range(len(path.split("/")), -1, -1):
        key = "/".join([host, *path.split("/")[:size]]).rstrip("/")
        if key in known:
            return registry().agencies[_EUROPEAN_COUNCIL].name if is_european_council(url, said) else known[key].name
    while "." in host:  # a department's own site stands under its institution's
        host = host.partition(".")[2]
        if host in known:
            return known[host].name
    return None


def issuer_named(name: str) -> str | None:
    """Return the name of the body that somebody calls so; None where no single body is called exactly so.

    Names a letter away are no match: a site's name that is like a body's is not that body.
    """
    return _names().get(fold_query(name.strip().removeprefix("The ").removeprefix("the ")))


def publishes_under(address: str | None, url: str) -> bool:
    """Tell whether a page at an address may call another its own: both are on one site."""
    if address is None:
        return True
    hosts = [(_place(one) or "").partition("/")[0] for one in (address, url)]
    return hosts[0] == hosts[1] or all(host.endswith(".europa.eu") or host == "europa.eu" for host in hosts)


def is_european_council(url: str | None, said: Sequence[str]) -> bool:
    """Tell whether the lines above a text on the Councils' common site name the European Council as a label."""
    own = registry().agencies[_EUROPEAN_COUNCIL].name.casefold()
    labels = (part.strip().casefold() for line in said for part in re.split(r"[|·]", line))
    return (_place(url) or "").startswith("consilium.europa.eu") and own in labels


def _place(url: str | None) -> str | None:
    try:
        parts = urlsplit(url or "")
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    return f"{host}{parts.path}".rstrip("/") if host else None


@cache
def _publishers() -> dict[str, Agency]:
    """Return the bodies by website, without the scheme; a body before its own parts that share the site."""
    agencies = registry().agencies
    found: dict[str, Agency] = {}
    for agency in sorted(agencies.values(), key=lambda one: one.parent is not None):
        place = _place(agency.website)
        if place:
            found.setdefault(place, agency)
    return found | {place: agencies[agency_id] for place, agency_id in _PRESS_ROOMS.items()}


@cache
def _names() -> dict[str, str]:
    """Return the names of the bodies by all that exactly one of them, and nothing else, is called, folded."""
    found: dict[str, set[str]] = {}
    for agency in registry().agencies.values():
        if agency.is_eu_body:
            for name in (name for name in agency.names if name not in agency.guarded):
                for spelling in spellings(name):
                    found.setdefault(fold_query(spelling), set()).add(agency.name)
    return {called: names.pop() for called, names in found.items() if len(names) == 1 and len(called) > 2}
