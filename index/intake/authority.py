"""Who may change a release: a person, and what comes from its own address. Anything else may add one or offer a change.

`Origin` says how the address of a text is known. What it permits is decided only in this module:

origin    may add   may change the release at that address
fetched   yes       yes; over http only a release that was never known over https
given     yes       yes: a person or the header of a file that a person handed over gave the address
saved     yes       no: a change goes to quarantine, and a person accepts it
claimed   yes       no: as saved
"""

import dataclasses

from corpus import Draft, Origin, Release, by_address, canonical_url, is_secure, issuer_of, speaks_for
from index.database.corpus_db import Known


def located(draft: Draft, fetched_from: str | None, *, mirror: bool, given: bool) -> Draft:
    """Return a draft with where it comes from and how its address is known.

    :param fetched_from: the address that it was fetched from, after redirects; None for a file.
    :param mirror: whether it was fetched from a server on which an administrator keeps copies of other sites.
    :param given: whether a person gave its address.
    """
    if fetched_from is None:
        return dataclasses.replace(draft, origin=Origin.GIVEN if given else draft.origin)
    url = draft.url or fetched_from
    origin = Origin.FETCHED if speaks_for(fetched_from, url) else Origin.CLAIMED
    draft = dataclasses.replace(draft, url=url, retrieved_from=fetched_from, origin=Origin.GIVEN if given else origin)
    if draft.issuer and not mirror and not given and draft.found_in.get("issuer") != "given" and not issuer_of(url):
        return dataclasses.replace(draft, claims={**draft.claims, "issuer": draft.issuer})
    return draft


def may_change(draft: Draft, known: Known) -> bool:
    """Tell whether a draft may become the next version of a known release without a person."""
    is_same_address = canonical_url(draft.url) == known.canonical_url
    if draft.origin == Origin.GIVEN:
        return is_same_address or known.canonical_url is None
    if known.canonical_url is None:  # The release came from a file, and may change by a file.
        return draft.url is None
    return is_same_address and draft.origin == Origin.FETCHED and (is_secure(draft.url) or not is_secure(known.url))


def offered_to(draft: Draft, known: Known) -> Draft:
    """Return a draft as the change to a known release that it becomes when a person accepts it."""
    if known.url is None:
        return draft
    offered = dataclasses.replace(draft, url=known.url, retrieved_from=draft.retrieved_from or draft.url)
    return offered if draft.found_in.get("issuer") == "given" else by_address(offered)


def why_not(draft: Draft, known: Known) -> str:
    """Return the reason why a draft may not change a known release."""
    if known.withdrawn:
        return f"it was withdrawn as {known.release_id}"
    if draft.origin == Origin.FETCHED and canonical_url(draft.url) == known.canonical_url:
        came = "came over http, where anybody on the way could have written it"
    elif draft.origin in (Origin.SAVED, Origin.CLAIMED) and draft.retrieved_from is None:
        came = "came from a file, and nobody gave that address by hand"
    else:
        came = f"came from {draft.retrieved_from or draft.url or 'a file without an address'}"
    return (
        f"it would change {known.release_id}, which only {known.canonical_url or 'its own file'} may, but it {came} "
        "(compare it and accept it, or give the address with --url)"
    )


def inheriting(draft: Draft, before: Release | None) -> Draft:
    """Fill in from the version before what a draft does not state, and keep an address that is better known."""
    if before is None:
        return draft
    names = ["url", "note", "reference"]
    kept = {name: getattr(before, name) for name in names if getattr(draft, name) is None}
    if is_secure(before.url) and canonical_url(draft.url) == canonical_url(before.url) and not is_secure(draft.url):
        kept["url"] = before.url
    if draft.text == before.text and before.url is not None and draft.origin != Origin.FETCHED:
        kept |= {"retrieved_from": before.retrieved_from, "origin": before.origin}
    return dataclasses.replace(draft, **kept)
