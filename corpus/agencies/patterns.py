"""The automaton that finds all names of agencies in a text, with the agency and the spelling that each requires."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import ahocorasick

from corpus.agencies.folding import BORDER, fold_name, spellings
from corpus.agencies.local_names import LocalName, anchors, names_in_languages, other_names_in_languages
from corpus.models import Agency, Guard

# "the ECBs capital" is an acronym with an s that lost its apostrophe. Shorter ones may be other words.
_MIN_PLURAL_CHARS = 3


@dataclass(frozen=True, slots=True)
class Name:
    """A name that the automaton searches for."""

    agency_id: str | None
    """None for the name of something else that contains an agency's name, and for a noun that refers to an agency."""
    guard: Guard | None = None
    cased_forms: frozenset[str] | None = None
    """The spellings that count, folded except for their case; None when the name counts in any case."""
    tail: int = 0
    """How many characters at the end of the match are not part of the mention."""
    noun: str | None = None
    shared: bool = False
    """Whether several agencies have this name."""
    languages: frozenset[str] = frozenset()
    """The languages that a name or an acronym is in; empty for an English one."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What the automaton returns for a match: the length of the folded name, and the names that it may be."""

    size: int
    names: tuple[Name, ...]
    local_names: tuple[LocalName, ...] = ()
    """Names in other languages that may go on from here, when the match is only their beginning."""


def automaton(
    agencies: Mapping[str, Agency], other_names: Sequence[str], nouns: Sequence[str]
) -> ahocorasick.Automaton:
    """Build the automaton that finds all names in a folded text.

    The separators around a name are part of the pattern, because a short acronym alone would match too often: "era"
    is in every "operation". A match therefore ends one character after the name. Of names in other languages, which
    are inflected, only the beginning is searched.
    """
    built = ahocorasick.Automaton()
    by_key = _by_key(agencies, other_names, nouns)
    for beginning, local_names in _by_anchor(agencies, by_key).items():
        pattern = Pattern(len(beginning), (), tuple(local_names))
        for before in (" ", BORDER):
            built.add_word(f"{before}{beginning}", pattern)
    for key, names in by_key.items():
        pattern = Pattern(len(key), _marked_shared(names))
        for before in (" ", BORDER):
            for after in (" ", BORDER):
                built.add_word(f"{before}{key}{after}", pattern)
    built.make_automaton()
    return built


def _by_key(agencies: Mapping[str, Agency], other_names: Sequence[str], nouns: Sequence[str]) -> dict[str, list[Name]]:
    """Return the names by their folded form."""
    names: dict[str, list[Name]] = {}
    for agency in agencies.values():
        for key, name in dict.fromkeys(_names_of(agency)):
            names.setdefault(key, []).append(name)
    for other in other_names:
        names.setdefault(fold_name(other), []).append(Name(None))
    for noun in nouns:
        names.setdefault(fold_name(noun), []).append(Name(None, cased_forms=_cased(noun), noun=noun))
    return names


def _by_anchor(agencies: Mapping[str, Agency], english: Iterable[str]) -> dict[str, list[LocalName]]:
    """Return the names in other languages by the beginnings that the automaton searches for."""
    words = {word for name in english for word in name.split()}
    english_beginnings = {word[:size] for word in words for size in range(len(word) + 1)}
    by_beginning: dict[str, list[LocalName]] = {}
    for name in chain(other_names_in_languages(), *map(names_in_languages, agencies.values())):
        for beginning in set(anchors(name, english_beginnings)):
            by_beginning.setdefault(beginning, []).append(name)
    return by_beginning


def _names_of(agency: Agency) -> Iterator[tuple[str, Name]]:
    """Yield the names of an agency in all spellings, folded, without those that only serve to look it up.

    An acronym in another language is guarded, because in an English text it often means something else.
    """
    for listed in agency.own_names:
        guard = agency.guarded.get(listed)
        if guard is not Guard.LOOKUP:
            for name in spellings(listed):
                yield from _forms(name, agency.id, guard)
    for acronym, languages in _local_acronyms(agency).items():
        # In Greek and Cyrillic letters it means nothing in an English text.
        is_plain = " " in acronym or (not fold_name(acronym).isascii() and len(acronym) >= _MIN_PLURAL_CHARS)
        guard = agency.guarded.get(acronym, None if is_plain else Guard.NAMED)
        if guard is not Guard.LOOKUP:
            for key, form in _forms(acronym, agency.id, guard):
                yield key, replace(form, languages=frozenset(languages))


def _local_acronyms(agency: Agency) -> dict[str, list[str]]:
    """Return the acronyms of an agency that are no English ones, with their languages."""
    listed = [(language, acronyms) for language, acronyms in agency.acronyms_by_language.items()]
    listed += [(language, local.acronyms) for language, local in agency.names_by_language.items()]
    english_names = agency.own_names
    languages_of: dict[str, list[str]] = {}
    for language, acronyms in listed:
        for acronym in acronyms:
            if acronym not in english_names:
                languages_of.setdefault(acronym, []).append(language)
    return languages_of


def _forms(name: str, agency_id: str, guard: Guard | None) -> Iterator[tuple[str, Name]]:
    """Yield a spelling as it is, in capitals and with an s; a name that counts in any case is yielded once."""
    if guard is None and " " in name:
        yield fold_name(name), Name(agency_id)
        return
    for form in (name, name.upper()):
        yield fold_name(form), Name(agency_id, guard, _cased(name, name.upper()))
    if name.isupper() and name.isalpha() and len(name) >= _MIN_PLURAL_CHARS:
        yield fold_name(f"{name}s"), Name(agency_id, guard, _cased(f"{name}s"), tail=1)


def _cased(*names: str) -> frozenset[str]:
    return frozenset(fold_name(name, keep_case=True) for name in names)


def _marked_shared(names: Sequence[Name]) -> tuple[Name, ...]:
    """Mark names that several agencies have. Of those in other languages, a text must name the agency in full."""
    if len({name.agency_id for name in names if name.agency_id is not None}) <= 1:
        return tuple(names)
    return tuple(
        replace(name, shared=True, guard=name.guard or (Guard.NAMED if name.languages else None)) for name in names
    )
