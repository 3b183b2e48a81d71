"""The names that are looked for in texts, whose they are and how they must be written, as one automaton."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import ahocorasick

from corpus.agencies.folding import BORDER, fold_name, spellings
from corpus.models import Agency, Guard

# "the ECBs capital": an acronym and an s that lost its apostrophe. Shorter ones may be other words.
_MIN_PLURAL_CHARS = 3


@dataclass(frozen=True, slots=True)
class Name:
    """A name that is looked for."""

    agency_id: str | None
    """None for the name of something else that holds a body's, and for a noun that refers back to a body."""
    guard: Guard | None = None
    written: frozenset[str] | None = None
    """The ways it must be written, folded but for their case; None where any case counts."""
    tail: int = 0
    """How many characters at its end are no part of the mention."""
    noun: str | None = None
    shared: bool = False
    """Whether several bodies have this name."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What is at a match of the automaton: the length of the folded name, and what it may be the name of."""

    size: int
    names: tuple[Name, ...]


def automaton(
    agencies: Mapping[str, Agency], other_names: Sequence[str], nouns: Sequence[str]
) -> ahocorasick.Automaton:
    """Build what finds all names in a folded text.

    A word's ends are part of the pattern, so that short acronyms match seldom: "era" alone would stand in
    every "operation". A match ends one character after the name.
    """
    found = ahocorasick.Automaton()
    for key, names in _by_key(agencies, other_names, nouns).items():
        pattern = Pattern(len(key), _marked_shared(names))
        for before in (" ", BORDER):
            for after in (" ", BORDER):
                found.add_word(f"{before}{key}{after}", pattern)
    found.make_automaton()
    return found


def _by_key(agencies: Mapping[str, Agency], other_names: Sequence[str], nouns: Sequence[str]) -> dict[str, list[Name]]:
    """Return what every folded name may be the name of."""
    found: dict[str, list[Name]] = {}
    for agency in agencies.values():
        for key, name in dict.fromkeys(_names_of(agency)):
            found.setdefault(key, []).append(name)
    for other in other_names:
        found.setdefault(fold_name(other), []).append(Name(None))
    for noun in nouns:
        found.setdefault(fold_name(noun), []).append(Name(None, written=_written(noun), noun=noun))
    return found


def _names_of(agency: Agency) -> Iterator[tuple[str, Name]]:
    """Yield a body's names in all spellings, folded, without those that are for looking it up only.

    An acronym of another language is guarded: in English it may well mean something else.
    """
    own = agency.own_names
    for listed in agency.names:
        guard = agency.guarded.get(listed)
        if guard is None and listed not in own and " " not in listed:
            guard = Guard.NAMED
        if guard is not Guard.LOOKUP:
            for name in spellings(listed):
                yield from _forms(name, agency.id, guard)


def _forms(name: str, agency_id: str, guard: Guard | None) -> Iterator[tuple[str, Name]]:
    """Yield a spelling as it is, in capitals and with an s, as far as its case matters; once otherwise."""
    if guard is None and " " in name:
        yield fold_name(name), Name(agency_id)
        return
    for form in (name, name.upper()):
        yield fold_name(form), Name(agency_id, guard, _written(name, name.upper()))
    if name.isupper() and name.isalpha() and len(name) >= _MIN_PLURAL_CHARS:
        yield fold_name(f"{name}s"), Name(agency_id, guard, _written(f"{name}s"), tail=1)


def _written(*names: str) -> frozenset[str]:
    return frozenset(fold_name(name, keep_case=True) for name in names)


def _marked_shared(names: Sequence[Name]) -> tuple[Name, ...]:
    shared = len({name.agency_id for name in names if name.agency_id is not None}) > 1
    return tuple(replace(name, shared=shared) for name in names)
