"""The registry of EU bodies: which there are, what they are called, and where a text names them.

A mention is found by name, in one pass over the text for all names at once (Aho-Corasick). A name of several words
counts in any case; a single word, mostly an acronym, as it is spelled or in capitals. Acronyms that mean other things
too count where the same text has the full name as well, and "Council", "Commission" and "Parliament" alone where no
other such body is meant.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from types import MappingProxyType
from typing import Any

import ahocorasick

from corpus.models import Agency, Mention

MAX_NAME_CHARS = 200
SUGGESTIONS = 5
_MIN_SIMILARITY = 82
_SHORT_ACRONYM = 3
# Words that name a body only where nothing else is meant, each with what may stand before and after it.
_BARE = MappingProxyType({"Council": "council", "Commission": "ec", "Parliament": "ep"})
_OWN_MODIFIERS = frozenset({"EU", "European", "The", "In", "Today", "When", "While", "As", "And", "But", "Both"})
_OTHER_BODY = re.compile(
    r"[ \t]+(?:of|for|on)[ \t]+(?:the[ \t]+)?(?!European (?:Union|Communities)|EU\b|Ministers\b|the\b)[A-Z]"
)
_BEFORE = re.compile(r"([\w’'-]+)[ \t]+$")  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a name means: one agency; several candidates, where it is ambiguous; or none, with suggestions."""

    agency: Agency | None = None
    candidates: tuple[Agency, ...] = ()
    suggestions: tuple[Agency, ...] = ()


class Registry:
    """All bodies, by id."""

    def __init__(self, agencies: Mapping[str, Agency]) -> None:
        """Take the bodies; names are indexed when first needed."""
        self.agencies = agencies

    def find(self, name: str) -> Lookup:
        """Look up an id, acronym, name, former name, alias or other-language acronym, whatever case and accents."""
        wanted = _fold(name[:MAX_NAME_CHARS])
        found = self._by_name.get(wanted, ())
        if len(found) == 1:
            return Lookup(agency=self.agencies[found[0]])
        if found:
            return Lookup(candidates=tuple(self.agencies[agency_id] for agency_id in found))
        if not re.search(r"\w", wanted) or len(name) > MAX_NAME_CHARS:
            return Lookup()
        from rapidfuzz import fuzz, process

        close = process.extract(wanted, list(self._by_name), scorer=fuzz.ratio, limit=20, score_cutoff=60)
        like = dict.fromkeys(agency_id for known, score, _ in close for agency_id in self._by_name[known])
        sure = {
            agency_id for known, score, _ in close if score >= _MIN_SIMILARITY for agency_id in self._by_name[known]
        }
        if len(sure) == 1 and len(wanted) > _SHORT_ACRONYM:
            return Lookup(agency=self.agencies[sure.pop()])
        return Lookup(suggestions=tuple(self.agencies[agency_id] for agency_id in like)[:SUGGESTIONS])

    def with_parts(self, agency_id: str) -> frozenset[str]:
        """Return the ids of a body and of all its sub-units."""
        found = {agency_id}
        while new := {one.id for one in self.agencies.values() if one.parent in found} - found:
            found |= new
        return frozenset(found)

    def mentions(self, text: str, *, question: bool = False) -> tuple[Mention, ...]:
        """Return where a text names bodies, in order, none overlapping another; of two names the longer counts.

        :param question: whether the text is typed by a person: then an acronym needs no full name beside it, and no
            capitals where it has more than three letters.
        """
        found = sorted(self._matches(text, question=question), key=lambda one: (one[0].start, -one[0].end))
        full = {mention.agency_id for mention, is_full in found if is_full}
        kept: list[Mention] = []
        for mention, is_full in found:
            if (is_full or mention.agency_id in full) and (not kept or mention.start >= kept[-1].end):
                kept.append(mention)
        return tuple(kept)

    def _matches(self, text: str, *, question: bool) -> Iterator[tuple[Mention, bool]]:
        """Yield every name that stands in a text, and whether it counts without the full name elsewhere."""
        lowered = _same_length_lower(text)
        for last, (name, agency_id, is_full) in self._automaton.iter(lowered):
            start, end = last + 1 - len(name), last + 1
            if _is_within_word(lowered, start, end):
                continue
            spelled = text[start:end]
            if name in _lower_bare() and spelled in _BARE:
                if _means_own_body(text, start, end):
                    yield Mention(agency_id, start, end), True
            elif " " in name or spelled in self._spellings.get(name, ()):
                yield Mention(agency_id, start, end), is_full or question
            elif question and is_full and len(name) > _SHORT_ACRONYM:
                yield Mention(agency_id, start, end), True

    @cached_property
    def _by_name(self) -> dict[str, tuple[str, ...]]:
        names: dict[str, list[str]] = {}
        for agency in self.agencies.values():
            for name in dict.fromkeys(map(_fold, (agency.id, *agency.names))):
                names.setdefault(name, []).append(agency.id)
        return {name: tuple(ids) for name, ids in names.items() if name}

    @cached_property
    def _spellings(self) -> dict[str, frozenset[str]]:
        """How a name of one word is spelled, by its lower-case form."""
        spelled: dict[str, set[str]] = {}
        for agency in self.agencies.values():
            for name in agency.names:
                spelled.setdefault(name.lower(), set()).update({name, name.upper()})
        return {name: frozenset(forms) for name, forms in spelled.items()}

    @cached_property
    def _automaton(self) -> ahocorasick.Automaton:
        automaton = ahocorasick.Automaton()
        for name, agency_ids in self._mentionable().items():
            agency_id, is_full = agency_ids
            automaton.add_word(name, (name, agency_id, is_full))
        automaton.make_automaton()
        return automaton

    def _mentionable(self) -> dict[str, tuple[str, bool]]:
        """Return the lower-case names that are looked for, whose they are, and whether they count on their own."""
        found: dict[str, tuple[str, bool]] = {word.lower(): (agency_id, True) for word, agency_id in _BARE.items()}
        shared = {name for name, ids in self._by_name.items() if len(ids) > 1}
        for agency in self.agencies.values():
            for name in agency.names:
                acronym = " " not in name and name.upper() == name
                guarded = (acronym and len(name) <= _SHORT_ACRONYM) or _fold(name) in shared or _is_word(name)
                for form in _forms(name.removeprefix("the ").lower()):
                    found.setdefault(form, (agency.id, not guarded))
        return found


@cache
def registry() -> Registry:
    """Return the bodies that come with the program."""
    records = json.loads((resources.files("corpus") / "agencies.json").read_text("utf-8"))
    parents = {record["id"]: record["parent"] for record in records}
    agencies = {record["id"]: _agency(record, parents) for record in records}
    return Registry(MappingProxyType(agencies))


def _agency(record: Mapping[str, Any], parents: Mapping[str, str | None]) -> Agency:
    fields = dict(record)
    former = [one for item in fields.pop("former_names") for one in (item["name"], item["acronym"]) if one]
    other = [one for acronyms in fields.pop("acronyms_other_languages").values() for one in acronyms]
    for name in ("acronyms", "aliases", "checked"):
        fields[name] = tuple(record[name])
    parts = tuple(child for child, parent in parents.items() if parent == record["id"])
    return Agency(**fields, former_names=tuple(former), other_acronyms=tuple(dict.fromkeys(other)), parts=parts)


@cache
def _lower_bare() -> frozenset[str]:
    return frozenset(word.lower() for word in _BARE)


def _means_own_body(text: str, start: int, end: int) -> bool:
    """Tell whether "Council", "Commission" or "Parliament" is the EU's: no other body's name goes on around it."""
    before = _BEFORE.search(text[max(0, start - 40) : start])
    modifier = before[1] if before else ""
    if modifier[:1].isupper() and modifier not in _OWN_MODIFIERS:
        return False
    return not (modifier == "European" and text[start:end] == "Council") and _OTHER_BODY.match(text, end) is None


def _is_within_word(text: str, start: int, end: int) -> bool:
    return (start > 0 and text[start - 1].isalnum()) or (end < len(text) and text[end].isalnum())


def _same_length_lower(text: str) -> str:
    """Lower a text character by character, so that offsets stay; white space becomes plain spaces."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    return re.sub(r"\s", " ", lowered)


def _forms(name: str) -> tuple[str, ...]:
    """Return the spellings of a name that differ between British and American English."""
    return (name, name.replace("centre", "center")) if "centre" in name else (name,)


def _is_word(name: str) -> bool:
    return name in {"ECHO", "DIGIT", "SIRIUS", "ARTEMIS", "MEPs", "Council"}


def _fold(name: str) -> str:
    plain = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    return " ".join(re.findall(r"\w+", plain.casefold()))
