"""What a claim and a quotation say differently: figures, years, bodies, countries, and "raised" or "lowered"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus import Release, registry
from index.answering.names import names_in
from index.answering.polarity import asked_polarity, opposite, polarity
from index.changes import FactKind
from index.text.facts import facts
from index.text.terms import words

_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_COUNTRY = re.compile(r"[A-Z]{2}")  # the key of a country among facts
_ELISION = re.compile(r"(?<!\w)\w{1,4}['’](?=\w)")  # as in "l’Espagne"
_YEAR = re.compile(r"(?:19|20)\d\d")
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Differences:
    """What a claim says, and what a quotation says instead, as each writes it.

    ``missing`` tells whether the claim has a figure that the quotation has not, with or without another instead.
    """

    claimed: Words = ()
    found: Words = ()
    missing: bool = False


def differences(claim: str, code: str, quote: str, release: Release) -> Differences:
    """Compare a claim in a language with a quotation of a release."""
    own, theirs = _figures(claim, code), _figures(quote, release.language)
    dated = (str(release.date.year), str(release.date.day))
    missing = [figure for figure in own if figure not in theirs and figure not in dated]
    pairs = [
        *_by_kind(missing, [figure for figure in theirs if figure not in own]),
        *_directions(claim, code, quote, release),
        *_bodies(claim, code, quote, release),
        *_countries(claim, code, quote, release),
    ]
    claimed, found = (tuple(dict.fromkeys(each for pair in pairs for each in pair[side])) for side in (0, 1))
    return Differences(claimed, found, bool(missing))


def _by_kind(missing: list[str], instead: list[str]) -> Iterator[tuple[Words, Words]]:
    """Pair figures: a year contradicts a year, and an amount an amount."""
    for is_year in (False, True):
        own, theirs = (
            tuple(each for each in side if (_YEAR.fullmatch(each) is not None) is is_year)
            for side in (missing, instead)
        )
        if own and theirs:
            yield own, theirs


def _directions(claim: str, code: str, quote: str, release: Release) -> Iterator[tuple[Words, Words]]:
    opposed = opposite(asked_polarity(claim, code), polarity(quote, release.language))
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


def _figures(text: str, code: str) -> Words:
    """Return the numbers of a text in order, each once."""
    return tuple(dict.fromkeys(word for word in words(text, code) if _FIGURE.fullmatch(word)))
