"""Names of agencies in the languages of the EU: which there are, and where a text has one of them, inflected or not."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from importlib import resources
from types import MappingProxyType
from typing import Any

from corpus.agencies.folding import BORDER, fold_name
from corpus.agencies.inflection import inflections, with_short_union, words_of
from corpus.models import Agency, Guard, LocalNames

# Acronyms that are said as words are inflected as words: "OLAFu". Shorter ones are spelled, and may be other words.
_MIN_INFLECTED_CHARS = 4
# A stem that begins no English word is rare in an English text. Shorter ones begin too many words.
_MIN_ANCHOR_CHARS = 4
_UNCHECKED = "memory"  # the source of names that nobody has checked
_WORD_OR_GAP = re.compile(r"[ .]+|[^ .]+")


@dataclass(frozen=True, slots=True)
class LocalName:
    """A name in a language, and the forms of its words."""

    agency_id: str | None
    """None for the name of something else that contains an agency's name."""
    language: str | None
    """None for an acronym that all languages share."""
    cased: str
    """The name folded except for its case."""
    words: tuple[str, ...]
    """The words of the folded name and, at odd places, the gaps between two words."""
    guard: Guard | None = None

    def end_in(self, folded_text: str, start: int) -> int | None:
        """Return where the name ends that begins at an offset of a folded text; None where another text stands."""
        for word in self.words:
            match = _WORD_OR_GAP.match(folded_text, start)
            if match is None or match[0] not in _forms(self.language, word):
                return None
            start = match.end()
        return start

    def is_spelled(self, written: str, *, any_case: bool) -> bool:
        """Tell whether a text, folded except for its case, spells the name so that it counts.

        Of several words, the first must begin with a capital, of one word the stem must be as in the registry.
        """
        if any_case and self.guard is None and len(written) >= _MIN_INFLECTED_CHARS and not self.cased.isupper():
            return True
        if len(self.words) > 1:
            return written[:1].isupper()
        if written.isupper() or self.cased.islower():
            return not self.cased.isupper()
        stem = len(_common(written.lower(), self.cased.lower()))
        ending = written[stem:]
        return written[:stem] == self.cased[:stem] and ending == ending.lower()


def _common(first: str, second: str) -> str:
    """Return the beginning that two words have in common."""
    size = next((place for place, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1]), None)
    return first[: min(len(first), len(second)) if size is None else size]


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = json.loads(
        (resources.files("corpus.agencies") / "names_by_language.json").read_text("utf-8")
    )
    return data


@cache
def local_names() -> Mapping[str, Mapping[str, LocalNames]]:
    """Return the names in `names_by_language.json` by agency and language."""
    sources = _data()["sources"]
    return {
        agency_id: MappingProxyType({language: _read(entry, sources) for language, entry in entries.items()})
        for agency_id, entries in _data()["agencies"].items()
    }


def _read(entry: Mapping[str, Any], sources: Mapping[str, str]) -> LocalNames:
    """Read an entry. Its ``source`` is that of the names that ``sources`` does not list under another one."""
    names, short, acronyms = (tuple(entry.get(kind, ())) for kind in ("names", "short", "acronyms"))
    keys = dict.fromkeys((*names, *short, *acronyms), entry["source"])
    keys |= {name: key for key, listed in entry.get("sources", {}).items() for name in listed}
    unchecked = tuple(name for name, key in keys.items() if key == _UNCHECKED)
    where = MappingProxyType({name: sources[key] for name, key in keys.items()})
    return LocalNames(names, short, acronyms, where, unchecked)


def names_in_languages(agency: Agency) -> Iterator[LocalName]:
    """Yield the names of an agency that a text may inflect; acronyms that are spelled are not among them."""
    for language, local in agency.names_by_language.items():
        for guard, listed in ((None, local.names), (Guard.NAMED, local.short)):
            for name in listed:
                for spelling in with_short_union(name, language):
                    yield _local_name(agency.id, language, spelling, guard)
    for acronym in agency.acronyms:
        is_said = agency.names_by_language or not acronym.isupper()
        if is_said and len(acronym) >= _MIN_INFLECTED_CHARS and acronym.isalpha() and acronym not in agency.guarded:
            yield _local_name(agency.id, None, acronym)


def other_names_in_languages() -> Iterator[LocalName]:
    """Yield names of other things that contain the name of an agency."""
    for language, names in _data()["other_names"].items():
        yield from (_local_name(None, language, name) for name in names)


def _local_name(agency_id: str | None, language: str | None, name: str, guard: Guard | None = None) -> LocalName:
    cased = fold_name(name, keep_case=True)
    return LocalName(agency_id, language, cased, words_of(cased.lower()), guard)


@cache
def _forms(language: str | None, word: str) -> frozenset[str]:
    """Return the forms of a word, or, without a language, those of an acronym in any language."""
    if language is not None:
        return inflections()[language].forms(word)
    return frozenset(f"{stem}{ending}" for stem in _stems(word) for ending in _latin_endings()) - {word}


@cache
def _stems(acronym: str) -> frozenset[str]:
    varied = (acronym.removesuffix(old) + new for old, new in _variations() if acronym.endswith(old))
    return frozenset({acronym, *varied})


@cache
def _latin_endings() -> frozenset[str]:
    return frozenset(
        ending for inflection in inflections().values() for ending in inflection.endings if ending.isascii()
    )


@cache
def _variations() -> frozenset[tuple[str, str]]:
    return frozenset(pair for inflection in inflections().values() for pair in inflection.vary)


@cache
def articles() -> frozenset[str]:
    """Return what may stand before a name as in a sentence, in any language."""
    return frozenset({"the"}).union(*(inflection.articles for inflection in inflections().values()))


def language_of(acronyms: Collection[str], form: str) -> str | None:
    """Return the only language that inflects one of the acronyms in this way; None where several or none do."""
    word = fold_name(form)
    languages = [
        language
        for language, inflection in inflections().items()
        if any(word in inflection.with_endings(fold_name(acronym)) for acronym in acronyms)
    ]
    return languages[0] if len(languages) == 1 else None


def anchors(name: LocalName, english_beginnings: Collection[str]) -> list[str]:
    """Return beginnings of a name, one of which every form of it has, and hardly any English text.

    A beginning goes up to the first word that has several forms, and ends with what these have in common. Where that
    is short or begins English words, every form of this word is a beginning, and it goes on with the next, or, after
    the last, with what ends a word. Acronyms are so rare that a stem is enough.

    :param english_beginnings: all beginnings of the words of English names.
    """
    if name.language is None:
        return [reduce(_common, _stems(name.words[0]))]
    beginnings = [""]
    for word in name.words:
        forms = _forms(name.language, word)
        if len(forms) > 1:
            stem = _common(min(forms), max(forms))
            if beginnings != [""] or (len(stem) >= _MIN_ANCHOR_CHARS and stem not in english_beginnings):
                return [f"{beginning}{stem}" for beginning in beginnings]
        beginnings = [f"{beginning}{form}" for beginning in beginnings for form in forms]
    return [f"{beginning}{border}" for beginning in beginnings for border in (" ", BORDER)]
