"""The registry of EU bodies: which there are, what they are called, and where a text names them."""

import copyreg
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from rapidfuzz import fuzz, process

from corpus.agencies.folding import fold_query, spellings
from corpus.agencies.mentions import Scanner
from corpus.models import Agency, FormerName, Guard, Mention

MAX_NAME_CHARS = 200
SUGGESTIONS = 5
COMPLETIONS = 25  # how many names a completion offers unless told otherwise
# One typo makes another body's acronym of one that is shorter (ECA, ECB, ECHA), so those are only suggested.
_MIN_TYPO_CHARS = 5
# Of 1,388 names with one typo, 89 % find their body and none another's; at 80 and 90 it is 81 and 88 %. Of
# 6,838 words of the development releases 13 are taken for a body, at 80 58 are.
_MIN_SURE = 85.0
_MIN_LIKE = 60.0


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a name means: one agency; several candidates, where it is ambiguous; or none, with suggestions."""

    agency: Agency | None = None
    candidates: tuple[Agency, ...] = ()
    suggestions: tuple[Agency, ...] = ()


@dataclass(frozen=True, slots=True)
class _Key:
    """Whose a folded name is, and its rank among the body's: 0 an acronym, 1 the name, 2 others."""

    agency_id: str
    rank: int


class Registry:
    """All bodies, by id."""

    def __init__(self, agencies: Mapping[str, Agency], other_names: Sequence[str], nouns: Sequence[str]) -> None:
        """Index the bodies' names; see `Scanner` for what the other names and the nouns are."""
        self.agencies = agencies
        self._scanner = Scanner(agencies, other_names, nouns)
        self._keys: dict[str, list[_Key]] = {}
        for agency in agencies.values():
            for key, rank in dict(reversed(tuple(_keys_of(agency)))).items():
                self._keys.setdefault(key, []).append(_Key(agency.id, rank))

    def find(self, name: str) -> Lookup:
        """Look up an id, name, acronym, alias, former name or other-language acronym in any case and accents.

        One body that is a typo away is found too, unless the name is so short that a typo makes it another's.
        """
        wanted = fold_query(name) if len(name) <= MAX_NAME_CHARS else ""
        found = [self.agencies[key.agency_id] for key in self._keys.get(wanted, ())]
        if len(found) == 1:
            return Lookup(agency=found[0])
        if found or not wanted:
            return Lookup(candidates=tuple(found))
        like = self._like(wanted)
        sure = [agency_id for agency_id, score in like.items() if score >= _MIN_SURE]
        if len(sure) == 1 and len(wanted) >= _MIN_TYPO_CHARS:
            return Lookup(agency=self.agencies[sure[0]])
        near = dict.fromkeys((*like, *(agency.id for agency in self.complete(name, SUGGESTIONS))))
        return Lookup(suggestions=tuple(self.agencies[agency_id] for agency_id in near)[:SUGGESTIONS])

    def complete(self, prefix: str, limit: int = COMPLETIONS) -> list[Agency]:
        """Return bodies with a name that begins as typed, acronyms first, then those with a word that does.

        Where there are none, those that are a typo away.
        """
        wanted = fold_query(prefix) if len(prefix) <= MAX_NAME_CHARS else ""
        if not wanted:
            return [] if prefix.strip() else list(self.agencies.values())[:limit]
        ranked: dict[str, tuple[int, int]] = {}
        for name, keys in self._keys.items():
            place = 0 if name.startswith(wanted) else 1 if f" {wanted}" in name else None
            if place is not None:
                for key in keys:
                    best = (2 * (name != wanted) + place, key.rank)
                    ranked[key.agency_id] = min(best, ranked.get(key.agency_id, best))
        found = sorted(ranked, key=ranked.__getitem__)
        if not found:
            found = list(self._like(wanted, size=len(wanted)))
        return [self.agencies[agency_id] for agency_id in found[:limit]]

    def with_parts(self, agency_id: str) -> frozenset[str]:
        """Return the ids of a body and of all its sub-units, theirs included.

        :raises KeyError: when no body has the id.
        """
        parts = self.agencies[agency_id].parts
        return frozenset({agency_id}).union(*(self.with_parts(part) for part in parts))

    def names(self, agency_id: str) -> tuple[str, ...]:
        """Return the names by which releases call a body, for finding them when a question uses another.

        :raises KeyError: when no body has the id.
        """
        agency = self.agencies[agency_id]
        return tuple(name for name in agency.names if agency.guarded.get(name) is not Guard.LOOKUP)

    def mentions(self, text: str, *, question: bool = False) -> tuple[Mention, ...]:
        """Return where a text names bodies; see `Scanner.mentions`."""
        return self._scanner.mentions(text, question=question)

    def _like(self, wanted: str, size: int | None = None) -> dict[str, float]:
        """Return the bodies with a name like one that none has, most like first, and how like it is, to 100.

        :param size: how many characters of every name count; all of them by default.
        """
        names = {name: name[:size] for name in self._keys}
        close = process.extract(wanted, names, scorer=fuzz.ratio, limit=4 * COMPLETIONS, score_cutoff=_MIN_LIKE)
        found: dict[str, float] = {}
        for _, score, name in close:
            for key in self._keys[name]:
                found.setdefault(key.agency_id, score)
        return found


@cache
def registry() -> Registry:
    """Return the bodies that come with the program."""
    data = json.loads((resources.files("corpus.agencies") / "agencies.json").read_text("utf-8"))
    records = data["agencies"]
    agencies = {record["id"]: _agency(record, records) for record in records}
    return Registry(MappingProxyType(agencies), data["other_names"], data["anaphors"])


def _agency(record: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> Agency:
    """Read a body; `source`, which says where the checked facts are from, is for those who edit the file."""
    languages = record["acronyms_by_language"].items()
    made = {
        "acronyms_by_language": MappingProxyType({language: tuple(names) for language, names in languages}),
        "former_names": tuple(FormerName(**former) for former in record["former_names"]),
        "guarded": MappingProxyType({name: Guard(guard) for name, guard in record["guarded"].items()}),
        "parts": tuple(other["id"] for other in records if other["parent"] == record["id"]),
    }
    made |= {field: tuple(record[field]) for field in ("acronyms", "aliases", "checked")}
    return Agency(**{field: value for field, value in record.items() if field != "source"} | made)


def _registered(agency_id: str) -> Agency:
    return registry().agencies[agency_id]


copyreg.pickle(Agency, lambda agency: (_registered, (agency.id,)))  # what goes to another process is its id


def _keys_of(agency: Agency) -> Iterator[tuple[str, int]]:
    """Yield the folded names of a body and their ranks, the best rank of a name first."""
    for rank, names in enumerate(((*agency.acronyms, agency.id), (agency.name,), agency.names)):
        for name in names:
            for spelling in spellings(name):
                if key := fold_query(spelling):
                    yield key, rank
