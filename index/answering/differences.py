"""What a claim and a quotation say differently: figures, years, bodies, countries, and "raised" or "lowered"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus import Release, registry
from index.answering.names import Name, holds, names_in
from index.answering.polarity import asked_polarity, opposite, polarity
from index.text.terms import words

_FIGURE = re.compile(r"\d+(?:\.\d+)?")
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
        *_names(claim, code, quote, release),
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


def _names(claim: str, code: str, quote: str, release: Release) -> Iterator[tuple[Words, Words]]:
    """Pair the bodies that only the claim names with those that only the quotation names, and so the countries.

    To name a part of a body is to name the body, too.
    """
    context = f"{release.title}. {release.issuer}. {quote}"
    own, theirs, around = names_in(claim, code), names_in(quote, release.language), names_in(context, release.language)
    claimed, named = ({name.agency for name in names if name.agency} for names in (own, around))
    yield from _paired(
        [name for name in own if name.agency and named.isdisjoint(registry().with_parts(name.agency))],
        [name for name in theirs if name.agency and claimed.isdisjoint(registry().with_parts(name.agency))],
    )
    yield from _paired(
        [name for name in own if name.country and not holds(name, context, release.language)],
        [name for name in theirs if name.country and not holds(name, claim, code)],
    )


def _paired(own: list[Name], theirs: list[Name]) -> Iterator[tuple[Words, Words]]:
    if own and theirs:
        yield tuple(name.written for name in own), tuple(name.written for name in theirs)


def _figures(text: str, code: str) -> Words:
    """Return the numbers of a text in order, each once."""
    return tuple(dict.fromkeys(word for word in words(text, code) if _FIGURE.fullmatch(word)))
