"""The names in a question, and whether a text holds them: bodies by the registry, countries by Babel, others by words.

A name is compared by how its words begin, since most languages inflect names. Names of other kinds are compared only
where the text is in the language of the question: elsewhere Warsaw is Varsovie.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global

from corpus import Agency, Mention, registry
from index.text.languages import fold, language
from index.text.times import Named, moments
from index.text.word_frequency import is_frequent

_WORD = re.compile(r"[^\W\d_]+")
_BETWEEN = re.compile(r"(?:['’]s)?[\s-]+")
_NEXT_SENTENCE = re.compile(r".*(?:[?!:]|\w{4}\.)\s+", re.DOTALL)
_TITLE_CASE = 2  # Where so many words like "the" have a capital, capitals mark no names: "What Will The Council Do?"
_LEAST_CHARS = 3  # A shorter word is an initial, or "EU".
_LEAST_STEM, _ENDING, _COUNTRY_ENDING, _LONGEST_ENDING = 4, 3, 2, 3
_SHORT_NAME = 6  # Of so short a name one letter changes at most: Frankfurt is no form of Franța.
_OTHER_PLACES = re.compile("fran[ck]o?f[ou]r|[ck]atal")  # Francfort and Katalonia begin as France and Katar do.
_WOMAN = re.compile(r"\w+ov(?:á|é|ou|ú|ej)")  # Commissioner Kos is "Kosová", and Kosovo is never written so.
_WOMEN_NAMED = frozenset({"cs", "sk"})
_NOUNS_IN_CAPITALS = frozenset({"de"})
_EVERYWHERE = ("150", "EU", "EZ")  # Europe, the Union and the euro area are named in every release.
_CONTINENTS = ("Africa/", "Asia/", "Europe/")  # the time zones that are called after a capital
_CAPITALS = 2  # So many capitals make a name an acronym.
_SEAT = "Europe/Brussels"  # "Brussels decided" means the Union.
_SAME_NAME = {"CG": "CD"}  # Whoever writes "Congo" may mean either.


@dataclass(frozen=True, slots=True)
class Name:
    """A name as a question writes it. ``agency`` is the id of a body, ``country`` the ISO code of a country."""

    written: str
    agency: str = ""
    country: str = ""


def names_in(question: str, code: str) -> tuple[Name, ...]:
    """Return the names in a question in a language, in order."""
    return names_beside(question, code, registry().mentions(question, question=True), moments(question, code))


def names_beside(
    question: str, code: str, mentions: Sequence[Mention], named_times: Sequence[Named]
) -> tuple[Name, ...]:
    """Return the names in a question of which the bodies and the times that it names are known, in order."""
    bodies = {each.start: Name(question[each.start : each.end], agency=each.agency_id) for each in mentions}
    taken = [(each.start, each.end) for each in mentions] + [(each.start, each.end) for each in named_times]
    others = {}
    for run in _runs(question, code):
        start, end = run[0].start(), run[-1].end()
        if not any(start < other_end and other_start < end for other_start, other_end in taken):
            written = question[start:end]
            country = country_of(written, code)
            if country or code not in _NOUNS_IN_CAPITALS or len(run) > 1:
                others[start] = Name(written, country=country)
    return tuple(name for _, name in sorted((bodies | others).items()) if name.country not in _EVERYWHERE)


def holds(name: Name, text: str, code: str) -> bool:
    """Tell whether a text in a language holds a name that is not a body's."""
    folded = _folded(text)
    if name.country and any(_begins(stem, folded) for stem in _stems(name.country, code)):
        return True
    return any(_begins(_stem(fold(word)), folded) for word in _WORD.findall(name.written) if len(word) >= _LEAST_CHARS)


def lacks_telling(name: Name, text: str, code: str) -> bool:
    """Tell whether a text in a language lacks all words of a name of several words that tell which is meant.

    Of "Commissioner Hoekstra" that is the second word, of "New York" none.
    """
    parts = [word for word in _WORD.findall(name.written) if len(word) >= _LEAST_CHARS]
    telling = [word for word in parts if not is_frequent(word.lower())]
    return 0 < len(telling) and len(parts) > 1 and not holds(Name(" ".join(telling)), text, code)


def bodies_in(text: str) -> frozenset[str]:
    """Return the ids of the bodies that a text names."""
    return frozenset(mention.agency_id for mention in registry().mentions(text))


def is_country(name: Name, code: str) -> bool:
    """Tell whether a name in a language is that of a country, and not of its people or of a city in it.

    "The Irish carrier" and "New York" are often only other words for what a release calls by its name.
    """
    folded = fold(name.written)
    if not name.country or folded in _countries(code):  # "Saudi Arabia"
        return bool(name.country)
    if any(word in language(code).capitals for word in name.written.lower().split()):
        return False
    if any(folded.startswith(_kept(country)) for country, iso in _countries(code).items() if iso == name.country):
        return True
    return not any(folded.startswith(_kept(city)) for city, iso in _cities(code).items() if iso == name.country)


def country_of(written: str, code: str) -> str:
    """Return the ISO code of the country of a name: its own, of its people or of a large city; "" where it has none."""
    if code in _WOMEN_NAMED and _WOMAN.fullmatch(written):
        return ""
    folded = fold(written)
    for word in (folded, *folded.split()):
        if word in _named(code):
            return _named(code)[word]
    codes = {
        iso
        for name, iso in _inflected(code)
        if folded.startswith(_kept(name))
        and len(folded) <= len(name) + _LONGEST_ENDING
        and not _OTHER_PLACES.match(folded)
    }
    return next(iter(codes)) if len(codes) == 1 else ""


@cache
def in_english(country: str) -> str:
    """Return the English name of a country, "" where there is none."""
    return str(Locale("en").territories.get(country, ""))


def _kept(name: str) -> str:
    """Return what of a country's name all its forms begin with."""
    return name[: max(_LEAST_STEM, len(name) - (1 if len(name) <= _SHORT_NAME else _COUNTRY_ENDING))]


def with_shared_names(question: str, code: str, mentions: Sequence[Mention]) -> str:
    """Return a question in a language with acronyms in it as English has them. Names of several words stay.

    A model that reads several languages knows that "Europol" in a question and in a release is the same. It does not
    know that of "Европол", "Ευρωπόλ" or "Fronteksie", nor that "EZB" is the "ECB".

    :param mentions: the bodies that it names.
    """
    if code == "en":
        return question
    for mention in sorted(mentions, key=lambda each: -each.start):
        written = question[mention.start : mention.end]
        shared = _acronym(registry().agencies[mention.agency_id], written)
        if shared:
            question = f"{question[: mention.start]}{shared}{question[mention.end :]}"
    return question


def _acronym(agency: Agency, written: str) -> str:
    """Return the acronym that a written one stands for, "" where a name is written, as "Europaparlament"."""
    acronym = agency.acronyms[0] if agency.acronyms else ""
    is_said = not acronym.isupper()
    is_acronym = sum(map(str.isupper, written)) >= _CAPITALS
    return acronym if written.isalpha() and (is_said or is_acronym) else ""


def _runs(question: str, code: str) -> Iterator[list[re.Match[str]]]:
    """Give the words with a capital that follow each other, but for the first word of a sentence."""
    spoken = list(_WORD.finditer(question))
    stop_words = language(code).stop_words
    capitals = [word for word in spoken[1:] if word[0][0].isupper()]
    names = [
        word
        for word in capitals
        if fold(word[0]) not in stop_words
        and len(word[0]) >= _LEAST_CHARS
        and not _NEXT_SENTENCE.fullmatch(question, 0, word.start())
    ]
    if sum(fold(word[0]) in stop_words for word in capitals) >= _TITLE_CASE:
        return
    run: list[re.Match[str]] = []
    for word in names:
        if run and not _BETWEEN.fullmatch(question[run[-1].end() : word.start()]):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _stem(word: str, ending: int = _ENDING) -> str:
    return word[: max(_LEAST_STEM, len(word) - ending)]


def _begins(stem: str, folded: str) -> bool:
    """Tell whether a word of a folded text begins with a stem."""
    return f" {stem}" in folded


@lru_cache(maxsize=1_000)
def _folded(text: str) -> str:
    return " ".join(["", *re.findall(r"\w+", fold(text)), ""])


@cache
def _named(code: str) -> dict[str, str]:
    """Return ISO codes by the folded names of countries, their peoples and their cities in a language."""
    peoples = {word: iso for iso, words in language(code).peoples.items() for word in words}
    named = _cities(code) | peoples | _countries(code)
    return {name: _SAME_NAME.get(iso, iso) for name, iso in named.items()}


@cache
def _cities(code: str) -> dict[str, str]:
    locale = Locale.parse(language(code).code)
    return {
        fold(locale.time_zones.get(zone, {}).get("city", zone.rpartition("/")[2])): "EU" if zone == _SEAT else country
        for zone, country in get_global("zone_territories").items()
        if zone.startswith(_CONTINENTS)
    }


@cache
def _countries(code: str) -> dict[str, str]:
    territories = Locale.parse(language(code).code).territories.items()
    return {fold(name): iso for iso, name in territories if iso.isalpha() or iso in _EVERYWHERE}


@cache
def _inflected(code: str) -> list[tuple[str, str]]:
    return [(name, iso) for name, iso in _named(code).items() if " " not in name and len(name) >= _LEAST_STEM]


@cache
def _stems(country: str, code: str) -> list[str]:
    """Return how words of a language begin that name a country, its people or its cities."""
    return [_stem(name, _COUNTRY_ENDING) for name, iso in _named(code).items() if iso == country]
