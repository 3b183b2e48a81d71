"""Countries as a question names them, in the languages of the phrases; Polish, Hungarian, Finnish ones in any case."""

from dataclasses import dataclass
from functools import cache

from index.conversation.phrases import table_of
from index.conversation.spoken import Spoken, spoken
from index.text.languages import LANGUAGES

_MIN_INFLECTED = 6  # a shorter name is only known as it stands in a list
_ENDINGS = {"pl": 2, "hu": 0, "fi": 0}  # how many letters of a name its cases change
_INFLECTED_LONGER = 3


@dataclass(frozen=True, slots=True)
class NamedCountry:
    """A country, by its ISO code, and which words of a text name it."""

    code: str
    first: int
    last: int


def countries(said: Spoken) -> list[NamedCountry]:
    """Return the countries that a text names, in order."""
    named_countries: list[NamedCountry] = []
    place = 0
    while place < len(said.words):
        named = next(filter(None, (_named(said.words[place : place + size]) for size in (4, 3, 2, 1))), None)
        if named is None:
            place += 1
            continue
        code, size = named
        named_countries.append(NamedCountry(code, place, place + size - 1))
        place += size
    return named_countries


def _named(words: tuple[str, ...]) -> tuple[str, int] | None:
    code = _names().get(" ".join(words))
    if code is None and len(words) == 1:
        code = _inflected(words[0])
    return None if code is None else (code, len(words))


def _inflected(word: str) -> str | None:
    alike = [
        code for stem, length, code in _stems() if word.startswith(stem) and len(word) <= length + _INFLECTED_LONGER
    ]
    return alike[0] if len(set(alike)) == 1 else None


@cache
def _names() -> dict[str, str]:
    from babel import Locale

    names: dict[str, str] = {}
    for language in LANGUAGES:
        territories = Locale(language).territories
        names |= {
            spoken(name).key.strip(): code for code, name in territories.items() if len(code) == 2 and code.isalpha()
        }
        names |= table_of(language).countries
    return {name: code for name, code in names.items() if len(name) > 3}


@cache
def _stems() -> list[tuple[str, int, str]]:
    from babel import Locale

    names = [
        (spoken(name).key.strip(), ending, code)
        for language, ending in _ENDINGS.items()
        for code, name in Locale(language).territories.items()
        if len(code) == 2
    ]
    return [
        (name[: len(name) - ending], len(name), code)
        for name, ending, code in names
        if len(name) >= _MIN_INFLECTED and " " not in name
    ]
