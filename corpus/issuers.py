"""Who issues what is found at an address: the registry of bodies by their websites, and the press rooms they share."""

import re
from collections.abc import Sequence
from functools import cache
from urllib.parse import urlsplit

from corpus.agencies import registry
from corpus.models import Agency
from corpus.names import fold_query, spellings
from corpus.web import web_url

# Not the body's website, but where it publishes; the longest that fits counts.
_PRESS_ROOMS = {
    "ec.europa.eu": "ec",
    "commission.europa.eu": "ec",
    "ec.europa.eu/commission/presscorner": "ec",
    "consilium.europa.eu": "council",
    "europarl.europa.eu": "ep",
}
_EUROPEAN_COUNCIL = "euco"
_COUNCILS = {_EUROPEAN_COUNCIL, "council"}  # they share a site
_PARTS = 8  # of a path that are looked at: the longest in the registry has three


def issuer_of(url: str | None, said: Sequence[str] = ()) -> str | None:
    """Return the name of the body that publishes under an address; None for one that no body is known for.

    :param said: lines above the text; on the Councils' common site they say which of the two it is.
    """
    place = _place(url)
    if place is None:
        return None
    listed = _listed(url)
    if listed is not None:
        return registry().agencies[_EUROPEAN_COUNCIL if is_european_council(url, said) else listed].name
    known = _publishers()
    host = place.partition("/")[0]
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


def speaks_for(address: str, url: str) -> bool:
    """Tell whether what is at an address may call another its own: one of its very host, or of the same body's.

    Only what the registry lists is a body's: a host below a listed one is another, which somebody else may run.
    """
    site, other = _site(address), _site(url)
    if site is None or other is None:
        return False
    return site == other or (_listed(address) is not None and _listed(address) == _listed(url))


def at_odds(named: str, issuer: str) -> bool:
    """Tell whether a page that names one body contradicts an address that is another's; a part is not another."""
    bodies = {agency.name: agency for agency in registry().agencies.values()}
    one, other = bodies.get(issuer_named(named) or ""), bodies.get(issuer)
    if one is None or other is None or {one.id, other.id} <= _COUNCILS:
        return False
    return other.id not in _line_of(one) and one.id not in _line_of(other)


def _line_of(agency: Agency) -> list[str]:
    """Return the ids of a body and of those that it is a part of."""
    line = [agency.id]
    while (parent := registry().agencies[line[-1]].parent) is not None and parent not in line:
        line.append(parent)
    return line


def is_european_council(url: str | None, said: Sequence[str]) -> bool:
    """Tell whether the lines above a text on the Councils' common site name the European Council as a label."""
    own = registry().agencies[_EUROPEAN_COUNCIL].name.casefold()
    labels = (part.strip().casefold() for line in said for part in re.split(r"[|·]", line))
    return (_place(url) or "").startswith("consilium.europa.eu") and own in labels


def _listed(url: str | None) -> str | None:
    """Return the id of the body that the registry lists an address of, by its host and the longest path that fits."""
    known = _publishers()
    host, _, path = (_place(url) or "").partition("/")
    for size in range(min(path.count("/") + 1, _PARTS), -1, -1):
        key = "/".join([host, *path.split("/")[:size]]).rstrip("/")
        if key in known:
            return known[key].id
    return None


def _place(url: str | None) -> str | None:
    found = web_url(url)
    if found is None:
        return None
    parts = urlsplit(found)
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path}".rstrip("/")


def _site(url: str) -> str | None:
    """Return host and port of an address, without ``www.``: what one publisher answers for."""
    found = web_url(url)
    return urlsplit(found).netloc.removeprefix("www.") if found else None


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
