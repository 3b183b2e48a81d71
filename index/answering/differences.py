"""What a claim and a quotation say differently: figures, years, bodies, countries, and "raised" or "lowered"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus import Release, registry
from index.answering.amounts import Words, amounts
from index.answering.names import names_in
from index.answering.polarity import asked_polarity, opposite, polarity
from index.changes import FactKind
from index.text.facts import facts
from index.text.read_text import read_text
from index.text.times import moments

_COUNTRY = re.compile(r"[A-Z]{2}")  # the key of a country among facts
_ELISION = re.compile(r"(?<!\w)\w{1,4}['’](?=\w)")  # as in "l’Espagne"


@dataclass(frozen=True, slots=True)
class Differences:
    """What a claim says, and what a quotation says instead, as each writes it.

    ``missing`` tells whether the claim has a figure that the quotation has not, with or without another instead.
    """

    claimed: Words = ()
    quoted: Words = ()
    missing: bool = False


def differences(claim: str, code: str, quote: str, release: Release) -> Differences:
    """Compare a claim in a language with a quotation of a release."""
    years, no_year = _years(claim, code, quote, release)
    figures, no_figure = amounts(claim, code, quote, release.language)
    pairs = [
        *years,
        *figures,
        *_directions(claim, code, quote, release),
        *_bodies(claim, code, quote, release),
        *_countries(claim, code, quote, release),
    ]
    claimed, quoted = (tuple(dict.fromkeys(each for pair in pairs for each in pair[side])) for side in (0, 1))
    return Differences(claimed, quoted, no_year or no_figure)


def _years(claim: str, code: str, quote: str, release: Release) -> tuple[list[tuple[Words, Words]], bool]:
    """Pair the years that only the claim has with those that only the quotation has; tell whether it has any."""
    own, theirs = _years_in(claim, code), _years_in(quote, release.language)
    wrong = tuple(year for year in own if year not in theirs and year != str(release.date.year))
    instead = tuple(year for year in theirs if year not in own)
    return [(wrong, instead)] if wrong and instead else [], bool(wrong)


def _years_in(text: str, code: str) -> Words:
    return tuple(dict.fromkeys(str(each.moment.year) for each in moments(text, code) if each.moment.year))


def _directions(claim: str, code: str, quote: str, release: Release) -> Iterator[tuple[Words, Words]]:
    opposed = opposite(asked_polarity(read_text(claim, code)), polarity(quote, release.language))
    if opposed is not None:
        yield (opposed[0],), (opposed[1],)


def _bodies(claim: str, code: str, quote: str, release: Release) -> Iterator[tuple[Words, Words]]:
    """Pair the bodies that only the claim names with those that only the quotation names.

    To name a part of a body is to name the body, too.
    """
    context = f"{release.title}. {release.issuer}. {quote}"
    own, theirs, around = names_in(claim, code), names_in(quote, release.language), names_in(context, release.language)
    claimed, named = ({name.agency for name in names if name.agency} for names in (own, around))
    wrong, instead = (
        tuple(
            name.written for name in names if name.agency and elsewhere.isdisjoint(registry().with_parts(name.agency))
        )
        for names, elsewhere in ((own, named), (theirs, claimed))
    )
    if wrong and instead:
        yield wrong, instead


def _countries(claim: str, code: str, quote: str, release: Release) -> Iterator[tuple[Words, Words]]:
    """Pair the countries that only the claim names with those that only the quotation names."""
    context = f"{quote}\n{release.title}\n{release.issuer}"
    own, theirs = _countries_in(claim, code), _countries_in(quote, release.language)
    around = _countries_in(context, release.language)
    wrong = tuple(written for country, written in own.items() if country not in around)
    instead = tuple(written for country, written in theirs.items() if country not in own)
    if wrong and instead:
        yield wrong, instead


def _countries_in(text: str, code: str) -> dict[str, str]:
    """Return the countries of a text as it writes them, by code: also inflected, and where they begin a sentence."""
    inflected = {name.country: name.written for name in names_in(text, code) if name.country}
    plain = facts(_ELISION.sub(lambda match: " " * len(match[0]), text), code, only_known=True)
    known = {str(fact.key): fact.text for fact in plain if fact.kind is FactKind.NAME}
    return inflected | {key: written for key, written in known.items() if _COUNTRY.fullmatch(key)}
