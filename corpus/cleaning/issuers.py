"""Which agency issues what is published at an address, by the websites of the registry and the sites agencies share."""

import re
from collections.abc import Sequence
from functools import cache
from urllib.parse import urlsplit

from corpus.agencies.folding import fold_query, spellings
from corpus.agencies.local_names import local_names
from corpus.agencies.registry import registry
from corpus.models import Agency
from corpus.press_corner import reference_at
from corpus.web_urls import web_url

# Places where an agency publishes that are not its website in the registry. The longest place that fits counts.
_PRESS_ROOMS = {
    "ec.europa.eu": "ec",
    "commission.europa.eu": "ec",
    "ec.europa.eu/commission/presscorner": "ec",
    "europa.eu/rapid": "ec",
    "consilium.europa.eu": "council",
    "europarl.europa.eu": "ep",
}
_EUROPEAN_COUNCIL = "euco"
_COUNCILS = {_EUROPEAN_COUNCIL, "council"}  # The two share a website.
_MAX_PATH_PARTS = 8  # The longest path of a website in the registry has three parts.


def issuer_of(url: str | None, lines_above: Sequence[str] = ()) -> str | None:
    """Return the name of the agency that publishes at an address; None when no agency is known for it.

    :param lines_above: lines above the text. On the website that both Councils share, they say which one it is.
    """
    place = _place(url)
    if place is None:
        return None
    listed_id = _listed_id(url)
    document = reference_at(url)
    if document is not None and listed_id == "ec":  # The Commission also publishes for others, by type of document.
        listed_id = document.issuer_id
    if listed_id is not None:
        is_summit = is_european_council(url, lines_above)
        return registry().agencies[_EUROPEAN_COUNCIL if is_summit else listed_id].name
    publishers = _publishers()
    host = place.partition("/")[0]
    while "." in host:  # The site of a department is a subdomain of its institution's site.
        host = host.partition(".")[2]
        if host in publishers:
            return publishers[host].name
    return None


def issuer_named(name: str) -> str | None:
    """Return the official name of the agency that has exactly this name; None when no agency, or several, have it.

    Names that differ by one letter do not match, because the name of an unrelated site may be that similar.
    """
    agency = _agency_named(name)
    return agency.name if agency else None


def acronym_of(issuer: str) -> str | None:
    """Return the acronym of an issuer that is in the registry under exactly this name; None when there is none."""
    agency = _agency_officially_named(issuer) or _agency_named(issuer)
    return agency.acronyms[0] if agency and agency.acronyms else None


def speaks_for(address: str, url: str) -> bool:
    """Tell whether a page at one address may call another address its own: both are on one host, or of one agency.

    An agency has only the hosts that the registry lists. Somebody else may run a subdomain of a listed host.
    """
    site, other_site = _site(address), _site(url)
    if site is None or other_site is None:
        return False
    return site == other_site or (_listed_id(address) is not None and _listed_id(address) == _listed_id(url))


def at_odds(named: str, issuer: str) -> bool:
    """Tell whether a page names one agency and its address belongs to another; a part of an agency is no other."""
    named_agency, issuing_agency = _agency_named(named), _agency_officially_named(issuer)
    if named_agency is None or issuing_agency is None or {named_agency.id, issuing_agency.id} <= _COUNCILS:
        return False
    return issuing_agency.id not in _lineage(named_agency) and named_agency.id not in _lineage(issuing_agency)


def _lineage(agency: Agency) -> list[str]:
    """Return the ids of an agency and of all that it is a part of."""
    lineage = [agency.id]
    while (parent := registry().agencies[lineage[-1]].parent) is not None and parent not in lineage:
        lineage.append(parent)
    return lineage


def is_european_council(url: str | None, lines_above: Sequence[str]) -> bool:
    """Tell whether a page is on the website of the Councils and a label above its text says "European Council"."""
    name = registry().agencies[_EUROPEAN_COUNCIL].name.casefold()
    labels = (part.strip().casefold() for line in lines_above for part in re.split(r"[|·]", line))
    return (_place(url) or "").startswith("consilium.europa.eu") and name in labels


def _listed_id(url: str | None) -> str | None:
    """Return the id of the agency whose listed website holds an address: same host, and the longest path that fits."""
    publishers = _publishers()
    host, _, path = (_place(url) or "").partition("/")
    for size in range(min(path.count("/") + 1, _MAX_PATH_PARTS), -1, -1):
        place = "/".join([host, *path.split("/")[:size]]).rstrip("/")
        if place in publishers:
            return publishers[place].id
    return None


def _place(url: str | None) -> str | None:
    """Return the host and path of an address, without ``www.``."""
    parsed_url = web_url(url)
    if parsed_url is None:
        return None
    parts = urlsplit(parsed_url)
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path}".rstrip("/")


def _site(url: str) -> str | None:
    """Return the host and port of an address, without ``www.``: the unit that one publisher controls."""
    parsed_url = web_url(url)
    return urlsplit(parsed_url).netloc.removeprefix("www.") if parsed_url else None


@cache
def _publishers() -> dict[str, Agency]:
    """Return the agencies by website, without the scheme. Of an agency and its parts on one site, the agency counts."""
    agencies = registry().agencies
    publishers: dict[str, Agency] = {}
    for agency in sorted(agencies.values(), key=lambda agency: agency.parent is not None):
        place = _place(agency.website)
        if place:
            publishers.setdefault(place, agency)
    return publishers | {place: agencies[agency_id] for place, agency_id in _PRESS_ROOMS.items()}


def _agency_officially_named(name: str) -> Agency | None:
    return next((agency for agency in registry().agencies.values() if agency.name == name), None)


def _agency_named(name: str) -> Agency | None:
    return _agencies_by_name().get(fold_query(name.strip().removeprefix("The ").removeprefix("the ")))


@cache
def _agencies_by_name() -> dict[str, Agency]:
    """Return the EU agencies by each folded name, in any language, that only one of them has."""
    owners: dict[str, dict[str, Agency]] = {}
    for agency in registry().agencies.values():
        if agency.is_eu_agency:
            names = [each for name in agency.names if name not in agency.guarded for each in spellings(name)]
            names += [name for local in local_names().get(agency.id, {}).values() for name in local.names]
            for name in names:
                owners.setdefault(fold_query(name), {})[agency.name] = agency
    return {key: agencies.popitem()[1] for key, agencies in owners.items() if len(agencies) == 1 and len(key) > 2}
