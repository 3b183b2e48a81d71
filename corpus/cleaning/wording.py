"""The words that sites put around a release, read from `wording.toml`: tables of phrases in the 24 languages of the EU.

A phrase is compared as a whole line or as the beginning of one, so that a sentence that only mentions contacts stays.
"""

import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources

LANGUAGES = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv".split()
_AGENCIES = ("council", "euco", "ec", "ep", "cjeu")
_APOSTROPHES = dict.fromkeys(map(ord, "\u2019\u2018\u02bc\u00b4`"), "'")
_AROUND = "#*-\u2013\u2014•·|:.!?» \t"  # Marks of the layout and ends of lines that a phrase is compared without.


@lru_cache(4_096)
def folded(line: str) -> str:
    """Return a line as phrases are compared: without marks around it, case, and accents, which capitals often lack."""
    plain = line.translate(_APOSTROPHES).casefold()
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFD", plain)
        plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(plain.split()).strip(_AROUND)


@cache
def phrases(*kinds: str, language: str | None = None) -> frozenset[str]:
    """Return all phrases of some kinds, folded: in all languages, or in English and one other.

    A label such as "data", which is "date" in five languages, is a heading of the text in others.
    """
    tables = [table for code, table in _tables().items() if language not in LANGUAGES or code in ("en", language)]
    return frozenset(folded(phrase) for table in tables for kind in kinds for phrase in table.get(kind, ()))


@cache
def openings(kind: str) -> tuple[str, ...]:
    """Return the phrases of a kind, in all languages, as `str.startswith` takes them."""
    return tuple(sorted(phrases(kind)))


@cache
def note_labels() -> frozenset[str]:
    """Return the labels of the explanation below a text of the Court of Justice, in capitals."""
    return frozenset(label for table in _tables().values() for label in table.get("note", ()))


@cache
def agencies_named() -> Mapping[str, str]:
    """Return the ids of the agencies by each of their names in a letterhead, folded."""
    return {
        folded(name): agency_id
        for table in _tables().values()
        for agency_id in _AGENCIES
        for name in table.get(agency_id, ())
    }


def further_months(language: str) -> Mapping[str, int]:
    """Return the numbers of the months by the forms of their names that the CLDR lacks."""
    return _numbered(language, "months", 1)


def further_weekdays(language: str) -> Mapping[str, int]:
    """Return the numbers of the weekdays, Monday being 0, by the forms of their names that the CLDR lacks."""
    return _numbered(language, "weekdays", 0)


def _numbered(language: str, key: str, first: int) -> Mapping[str, int]:
    """Return the numbers of names in a list of a language, each of which may have several forms."""
    names = _tables().get(language, {}).get(key, ())
    return {form: number for number, forms in enumerate(names, first) for form in forms.split("|") if form}


@cache
def _tables() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return tomllib.loads((resources.files("corpus.cleaning") / "wording.toml").read_text("utf-8"))
