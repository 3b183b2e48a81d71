"""Who may change a release: what came from its own address, and a person. Whatever else comes may add one, or offer.

How an address is known is an `Origin`, and what follows from it is decided here and nowhere else:

origin    may add   may change the release of that address
fetched   yes       yes; over http only what was never known over https
given     yes       yes: by hand, or by the header of a file that was handed over
saved     yes       no: a change is set aside, and a person accepts it
claimed   yes       no
"""

import dataclasses

from corpus.issuers import issuer_of, speaks_for
from corpus.metadata import by_address
from corpus.models import Draft, Origin, Release
from corpus.web import canonical_url, is_secure
from index.store.corpus import Known


def located(draft: Draft, fetched_from: str | None, *, mirror: bool, given: bool) -> Draft:
    """Say where a draft is from, and how its address is known.

    :param fetched_from: where it was fetched in the end; None of a file.
    :param mirror: whether it was fetched from an administrator's own copy of other sites.
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
    """Tell whether what a draft says counts as what a release is now."""
    is_own = canonical_url(draft.url) == known.canonical_url
    if draft.origin == Origin.GIVEN:
        return is_own or known.canonical_url is None
    if known.canonical_url is None:  # it came from a file, and from that it may come again
        return draft.url is None
    return is_own and draft.origin == Origin.FETCHED and (is_secure(draft.url) or not is_secure(known.url))


def offered_to(draft: Draft, known: Known) -> Draft:
    """Return a draft as the change to a release that it becomes when a person accepts it."""
    if known.url is None:
        return draft
    offered = dataclasses.replace(draft, url=known.url, retrieved_from=draft.retrieved_from or draft.url)
    return offered if draft.found_in.get("issuer") == "given" else by_address(offered)


def why_not(draft: Draft, known: Known) -> str:
    """Say why a draft does not change a release."""
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
    """Let a draft keep what is known of a release and it does not state, or not with as good a reason."""
    if before is None:
        return draft
    names = ["url", "note", "reference"]
    kept = {name: getattr(before, name) for name in names if getattr(draft, name) is None}
    if is_secure(before.url) and canonical_url(draft.url) == canonical_url(before.url) and not is_secure(draft.url):
        kept["url"] = before.url
    if draft.text == before.text and before.url is not None and draft.origin != Origin.FETCHED:
        kept |= {"retrieved_from": before.retrieved_from, "origin": before.origin}
    return dataclasses.replace(draft, **kept)
