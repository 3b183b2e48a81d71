"""The registry of EU agencies: which there are, how they are called, and where a text names them."""

import copyreg
import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from importlib import resources
from itertools import accumulate
from types import MappingProxyType
from typing import Any

from rapidfuzz import fuzz, process

from corpus.agencies.folding import fold_query, spellings
from corpus.agencies.inflection import with_short_union
from corpus.agencies.local_names import articles, language_of, local_names
from corpus.agencies.mentions import Scanner
from corpus.models import Agency, FormerName, Guard, Mention

MAX_NAME_CHARS = 200
SUGGESTIONS = 5
COMPLETIONS = 25
_QUESTIONS_KEPT = 64
_LOOKUPS_KEPT = 256
# In a shorter name, one typo gives the acronym of another agency (ECA, ECB, ECHA), so those are only suggested.
_MIN_TYPO_CHARS = 5
# At 85, 89 % of 1,388 names with one typo find their agency and none finds another; at 80 it is 81 %, at 90 88 %. Of
# 6,838 words of the development releases, 13 are taken for an agency at 85, and 58 at 80.
_MIN_SURE = 85.0
# What is typed of a name is suggested before what is similar; two letters begin the names of too many.
_MIN_HALF_CHARS = 3
_MIN_SIMILAR = 60.0
_FOR_EDITORS = {"source", "note", "ambiguous_with"}  # Fields that explain the data to those who edit it.


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a name means: one agency, several candidates when it is ambiguous, or none, with suggestions.

    ``language`` is that of the name, where it is another one than English and the registry has the names in it.
    """

    agency: Agency | None = None
    candidates: tuple[Agency, ...] = ()
    suggestions: tuple[Agency, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class _Key:
    """The agency that has a folded name, the rank of the name, and its language.

    Ranks: 0 an acronym, 1 the official name, 2 other English names, 3 names in other languages.
    """

    agency_id: str
    rank: int
    language: str | None


class Registry:
    """All agencies, by id."""

    def __init__(self, agencies: Mapping[str, Agency], other_names: Sequence[str], nouns: Sequence[str]) -> None:
        """Index the names of the agencies; `Scanner` says what the other names and the nouns are."""
        self.agencies = agencies
        self._scanner = Scanner(agencies, other_names, nouns)
        # What reads a question asks for its names several times.
        self._of_question = lru_cache(maxsize=_QUESTIONS_KEPT)(partial(self._scanner.mentions, question=True))
        self._keys: dict[str, list[_Key]] = {}
        for agency in agencies.values():
            for name, key in dict(reversed(tuple(_keys_of(agency)))).items():
                self._keys.setdefault(name, []).append(key)
        # One search in one text is 50 times as fast as one in each of 5,000 names.
        self._names = tuple(self._keys)
        self._listed = "\n".join(f" {name}" for name in self._names)
        self._places = tuple(accumulate((len(name) + 2 for name in self._names), initial=0))
        # A message is looked up in each of 24 languages, mostly by the same words.
        self._lookup = lru_cache(maxsize=_LOOKUPS_KEPT)(self._look_up)

    def find(self, name: str) -> Lookup:
        """Look up an id, name, acronym, alias or former name, in any language of the EU, in any case and accents.

        An inflected name, and a name with one typo, also find their agency, the latter unless it is so short that the
        typo gives another agency's name.
        """
        return self._lookup(name)

    def _look_up(self, name: str) -> Lookup:
        wanted = fold_query(name) if len(name) <= MAX_NAME_CHARS else ""
        first, _, rest = wanted.partition(" ")
        keys = self._keys.get(wanted) or (self._keys.get(rest) if first in articles() else None) or []
        namesakes = [self.agencies[key.agency_id] for key in keys]
        if len(namesakes) == 1:
            return Lookup(agency=namesakes[0], language=keys[0].language)
        if namesakes or not wanted:
            return Lookup(candidates=tuple(namesakes))
        inflected = self._scanner.reading(name)
        if inflected is not None and inflected.agency_id is not None:
            agency = self.agencies[inflected.agency_id]
            language = min(inflected.languages, default=None) or language_of(agency.acronyms, name)
            return Lookup(agency, language=language if language in agency.names_by_language else None)
        similar, begun = self._similar(wanted), self._begun(wanted)
        sure = [agency_id for agency_id, (score, _) in similar.items() if score >= _MIN_SURE]
        is_half = bool(begun) and begun[0] not in sure  # "europ" is half of Europol and no typo of EUR-OP
        if len(sure) == 1 and len(wanted) >= _MIN_TYPO_CHARS and not is_half:
            return Lookup(agency=self.agencies[sure[0]], language=similar[sure[0]][1])
        halves = begun if len(wanted) >= _MIN_HALF_CHARS else ()
        near = dict.fromkeys((*halves, *similar, *(agency.id for agency in self.complete(name, SUGGESTIONS))))
        return Lookup(suggestions=tuple(self.agencies[agency_id] for agency_id in near)[:SUGGESTIONS])

    def complete(self, prefix: str, limit: int = COMPLETIONS) -> list[Agency]:
        """Return agencies with a name that begins as typed, acronyms first, then those with a word that does.

        When there are none, return agencies with a similar name.
        """
        wanted = fold_query(prefix) if len(prefix) <= MAX_NAME_CHARS else ""
        if not wanted:
            return [] if prefix.strip() else list(self.agencies.values())[:limit]
        best_first = self._begun(wanted) or list(self._similar(wanted, size=len(wanted)))
        return [self.agencies[agency_id] for agency_id in best_first[:limit]]

    def with_parts(self, agency_id: str) -> frozenset[str]:
        """Return the ids of an agency and of all its sub-units, at any depth.

        :raises KeyError: when no agency has the id.
        """
        parts = self.agencies[agency_id].parts
        return frozenset({agency_id}).union(*(self.with_parts(part) for part in parts))

    def names(self, agency_id: str) -> tuple[str, ...]:
        """Return the names that releases use for an agency, so that a question that uses another name finds them.

        :raises KeyError: when no agency has the id.
        """
        agency = self.agencies[agency_id]
        return tuple(name for name in agency.names if agency.guarded.get(name) is not Guard.LOOKUP)

    def mentions(self, text: str, *, question: bool = False) -> tuple[Mention, ...]:
        """Return where a text names agencies; see `Scanner.mentions`."""
        return self._of_question(text) if question else self._scanner.mentions(text)

    def _begun(self, wanted: str) -> list[str]:
        """Return the ids of agencies with a name, or with a word in one, that begins as typed, the best first."""
        ranked: dict[str, tuple[int, int]] = {}
        for name, place in self._beginning(wanted):
            for key in self._keys[name]:
                best = (2 * (name != wanted) + place, key.rank)
                ranked[key.agency_id] = min(best, ranked.get(key.agency_id, best))
        return sorted(ranked, key=ranked.__getitem__)

    def _beginning(self, wanted: str) -> Iterator[tuple[str, int]]:
        """Yield the names that begin as typed, each with 0, and those that have a word that does, with 1."""
        place = self._listed.find(f" {wanted}")
        while place >= 0:
            number = bisect_right(self._places, place) - 1
            yield self._names[number], int(place > self._places[number])
            place = self._listed.find(f" {wanted}", self._places[number + 1])

    def _similar(self, wanted: str, size: int | None = None) -> dict[str, tuple[float, str | None]]:
        """Return the agencies with a similar name, the most similar first.

        With each come the similarity from 0 to 100 and the language of the name.

        :param size: how many characters of every name are compared; all of them by default.
        """
        names = self._names if size is None else [name[:size] for name in self._names]
        close = process.extract(wanted, names, scorer=fuzz.ratio, limit=4 * COMPLETIONS, score_cutoff=_MIN_SIMILAR)
        scores: dict[str, tuple[float, str | None]] = {}
        for _, score, number in close:
            for key in self._keys[self._names[number]]:
                scores.setdefault(key.agency_id, (score, key.language))
        return scores


@cache
def registry() -> Registry:
    """Return the registry that comes with the program."""
    data = json.loads((resources.files("corpus.agencies") / "agencies.json").read_text("utf-8"))
    records = data["agencies"]
    agencies = {record["id"]: _agency(record, records) for record in records}
    return Registry(MappingProxyType(agencies), data["other_names"], data["anaphors"])


def _agency(record: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> Agency:
    """Make an agency of its record in `agencies.json`."""
    languages = record["acronyms_by_language"].items()
    values = {
        "acronyms_by_language": MappingProxyType({language: tuple(names) for language, names in languages}),
        "names_by_language": local_names().get(record["id"], MappingProxyType({})),
        "former_names": tuple(FormerName(**former) for former in record["former_names"]),
        "guarded": MappingProxyType({name: Guard(guard) for name, guard in record["guarded"].items()}),
        "parts": tuple(other["id"] for other in records if other["parent"] == record["id"]),
    }
    values |= {field: tuple(record[field]) for field in ("acronyms", "aliases", "checked")}
    return Agency(**{field: value for field, value in record.items() if field not in _FOR_EDITORS} | values)


def _registered(agency_id: str) -> Agency:
    return registry().agencies[agency_id]


# Only the id of an agency is sent to another process, which has the same registry.
copyreg.pickle(Agency, lambda agency: (_registered, (agency.id,)))


def _keys_of(agency: Agency) -> Iterator[tuple[str, _Key]]:
    """Yield the folded names of an agency; of a name with several ranks, the best comes first."""
    for rank, names in enumerate(((*agency.acronyms, agency.id), (agency.name,), agency.own_names)):
        for name in names:
            for spelling in spellings(name):
                if key := fold_query(spelling):
                    yield key, _Key(agency.id, rank, None)
    for language, acronyms in agency.acronyms_by_language.items():
        known = language if language in agency.names_by_language else None
        yield from ((fold_query(acronym), _Key(agency.id, 3, known)) for acronym in acronyms)
    for language, local in agency.names_by_language.items():
        for name in local.all:
            for spelling in with_short_union(name, language):
                yield fold_query(spelling), _Key(agency.id, 3, language)
