"""What a claim and the sentence quoted on it say differently beside figures, bodies and countries: dates and names.

Two names are held against each other only where they stand in the same place: after or before the same words, as in
"the port of Antwerp" and "the port of Bremen", or after the same title, as in "Commissioner Brunner" and "Commissioner
Johansson".
"""

import datetime
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from corpus import Release, registry
from index.answering.amounts import Words
from index.changes import FactKind
from index.text.facts import facts
from index.text.languages import fold, language
from index.text.terms import stem
from index.text.times import Moment, Named, moments

_WORD = re.compile(r"[^\W_]+")
_TITLED = 2  # words: a title and a name
_NEAR = datetime.timedelta(days=31)
_LEAST_STEM, _ENDING = 4, 3
_COUNTRY = re.compile(r"[A-Z]{2}")  # the key of a country among facts
_NO_TITLES = frozenset({"european", "eu", "united", "new", "common", "joint"})
Pair = tuple[Words, Words]


def further_differences(claim: str, code: str, quote: str, release: Release) -> list[Pair]:
    """Return what a claim in a language says, each with what the quotation says instead, as both write it."""
    return [
        *_dates(claim, code, quote, release),
        *(_names(claim, quote, release) if code == release.language else ()),
    ]


def _dates(claim: str, code: str, quote: str, release: Release) -> Iterator[Pair]:
    """Pair the dates of a claim with those of the quotation, where none of these can be meant.

    What a release tells without a date is of its own date; a claim that is some days off means that.
    """
    own, theirs = moments(claim, code), moments(quote, release.language)
    known = [*(each.moment for each in theirs), Moment(release.date.year, release.date.month, release.date.day)]
    wrong = [each for each in own if each.moment.month and not any(_fits(each.moment, other) for other in known)]
    instead = [
        each
        for each in theirs
        if any(_is_as_exact(each.moment, other.moment) for other in wrong)
        and not any(_fits(each.moment, other.moment) for other in own)
    ]
    if wrong and instead:
        yield _written(claim, wrong), _written(quote, instead)
    elif wrong and all(_is_near(each.moment, release.date) for each in wrong):
        yield _written(claim, wrong), (release.date.isoformat(),)


def _is_as_exact(first: Moment, other: Moment) -> bool:
    return all((a is None) == (b is None) for a, b in ((first.month, other.month), (first.day, other.day)))


def _is_near(moment: Moment, day: datetime.date) -> bool:
    if moment.year is None or moment.month is None or moment.day is None:
        return False
    with suppress(ValueError):  # the thirtieth of February
        return abs(datetime.date(moment.year, moment.month, moment.day) - day) <= _NEAR
    return False


def _fits(first: Moment, other: Moment) -> bool:
    sides = ((first.year, other.year), (first.month, other.month), (first.day, other.day))
    return all(a is None or b is None or a == b for a, b in sides)


def _written(text: str, named: Sequence[Named]) -> Words:
    return tuple(text[each.start : each.end].strip() for each in named)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A name, its words folded, and what stands beside it: up to the next word with a meaning, as stems."""

    written: str
    words: Words
    before: Words
    after: Words

    def takes_the_place_of(self, other: "_Placed") -> bool:
        beside = (self.before and self.before == other.before) or (self.after and self.after == other.after)
        return bool(beside) or (self._title is not None and self._title == other._title)

    @property
    def _title(self) -> str | None:
        return self.words[0] if len(self.words) == _TITLED and self.words[0] not in _NO_TITLES else None


def _names(claim: str, quote: str, release: Release) -> Iterator[Pair]:
    """Pair a name that only the claim has with the one that stands in its place in the quotation."""
    held = _stems(f"{quote} {release.title} {release.issuer}")
    said = _stems(claim)
    wrong = [
        name
        for name in _placed(claim, release.language)
        if _stem(name.words[-1]) not in held and name.written not in quote
    ]
    instead = [name for name in _placed(quote, release.language) if _stem(name.words[-1]) not in said]
    for name in wrong:
        other = next((other for other in instead if name.takes_the_place_of(other)), None)
        if other is not None:
            yield (name.written,), (other.written,)


def _placed(text: str, code: str) -> list[_Placed]:
    """Return the names of a text that are neither an agency's nor a country's."""
    words = list(_WORD.finditer(text))
    placed = []
    for fact in facts(text, code):
        key = str(fact.key)
        if fact.kind is FactKind.NAME and key not in registry().agencies and not _COUNTRY.fullmatch(key):
            before = [word[0] for word in words if word.end() <= fact.start]
            after = [word[0] for word in words if word.start() >= fact.end]
            placed.append(_Placed(fact.text, _folded(fact.text), _beside(before[::-1], code), _beside(after, code)))
    return placed


def _beside(near: Sequence[str], code: str) -> Words:
    """Return the stems of words up to the first one with a meaning; none where that does not come."""
    stems: list[str] = []
    for word in near:
        stems.append(stem(fold(word), code))
        if fold(word) not in language(code).stop_words:
            return tuple(stems)
    return ()


def _folded(name: str) -> Words:
    return tuple(fold(word) for word in _WORD.findall(name))


def _stems(text: str) -> frozenset[str]:
    return frozenset(map(_stem, _folded(text)))


def _stem(word: str) -> str:
    """Return how a name begins: most languages inflect names."""
    return word[: max(_LEAST_STEM, len(word) - _ENDING)]
