"""What people say about a source: the administrator who adds it, and the feed that announces it."""

import dataclasses
import datetime
from dataclasses import dataclass
from typing import Any

from corpus import Draft, SourceError, base, by_address, detected, shown, web_url


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a person says about a source; None is what the person does not say."""

    url: str | None = None
    title: str | None = None
    date: datetime.date | None = None
    issuer: str | None = None
    language: str | None = None

    def given(self) -> dict[str, Any]:
        """Return what the person says, by field."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {name: value for name, value in values.items() if value is not None}


UNSAID = Overrides()


def hinted(draft: Draft, hints: Overrides) -> Draft:
    """Fill in from the hints of a feed what a draft does not state."""
    missing = {name: value for name, value in hints.given().items() if getattr(draft, name) is None}
    found_in = {**draft.found_in, **dict.fromkeys(missing, "feed")}
    return dataclasses.replace(draft, found_in=found_in, **missing)


def completed(draft: Draft, overrides: Overrides) -> Draft:
    """Apply the overrides, which count more than what a draft states, and bring its values into their usual form.

    White space in names is folded, and the language is detected when nobody states it.

    :raises SourceError: when the address that is given is no web address.
    """
    given = overrides.given()
    if overrides.url is not None:
        given["url"] = web_url(overrides.url)
        if given["url"] is None:
            raise SourceError(f"{shown(overrides.url)} is no web address: give one that begins with https://.")
    # "date in address" contradicts the date: whoever gives one has settled that.
    claims = {name: value for name, value in draft.claims.items() if name.partition(" ")[0] not in given}
    found_in = {**draft.found_in, **dict.fromkeys(given, "given")}
    draft = dataclasses.replace(draft, found_in=found_in, claims=claims, **given)
    if "url" in given and found_in.get("issuer") != "given":
        draft = by_address(draft)
    language = (base(draft.language) or draft.language.casefold()) if draft.language else detected(draft.text)
    if not draft.language:
        draft = dataclasses.replace(draft, found_in={**draft.found_in, "language": "detected"})
    return dataclasses.replace(
        draft,
        title=" ".join(draft.title.split()) if draft.title else None,
        issuer=" ".join(draft.issuer.split()) if draft.issuer else None,
        language=language,
        # An older program may have put a draft into quarantine with an address that is none.
        url=web_url(draft.url),
        retrieved_from=web_url(draft.retrieved_from),
    )
