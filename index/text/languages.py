"""What the program knows of each of the 24 official languages of the EU: function words, months, ways to ask.

One file a language stands in ``languages/``. Its patterns are regular expressions that are matched against folded
text: lower-case, without accents, with a space for every apostrophe and hyphen. So neither capitals nor missing accents
matter.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

LANGUAGES = tuple("bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv".split())
_FOLDER = Path(__file__).with_name("languages")
_SPACED = dict.fromkeys("'’‘`\u00b4-\u2010\u2011–", " ")
_ALIKE = {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "\u0131": "i", "ς": "\u03c3"}
_TWO_LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe"}
MOST_REMEMBERED = 2_000  # Characters. What is longer is no question and no sentence, and is read once.
_ABBREVIATION_CHARS = 4  # A name of a month is an abbreviation up to this many characters, unless it has no longer one.


@dataclass(frozen=True, slots=True)
class Language:
    """What is known of one language. ``capitals`` are adjectives that it writes with a capital, in lower case.

    ``stop_words`` and ``number_words`` are as `words` gives them. ``months`` has twelve sets of names, folded; a name
    that ends with "*" stands for every word that begins so, and "_" in a file for a space. ``unsure_months`` are names
    that are also other words. ``yes_no`` opens a question that yes or no would answer, unless one of the
    ``question_words`` follows. ``abbreviations`` are written without their last full stop, and end no sentence;
    ``before_figures`` end none before a figure. ``asks``, ``holds``, ``time``, ``padding``, ``demands``, ``leans`` and
    ``numbered`` are patterns by what they find; ``ordinals`` are those of "first" to "tenth". ``peoples`` are words by
    the ISO code of the country that they belong to and do not begin like. ``two_to_twelve``, and the tens
    ``twenty_to_hundred``, are numbers in words, in all their forms, folded.
    ``spellings`` are patterns of what is written in two ways, with what stands for both.
    """

    code: str
    stop_words: frozenset[str]
    months: tuple[frozenset[str], ...]
    unsure_months: frozenset[str]
    number_words: frozenset[str]
    two_to_twelve: tuple[frozenset[str], ...]
    twenty_to_hundred: tuple[frozenset[str], ...]
    ordinals: tuple[str, ...]
    yes_no: str
    question_words: str
    capitals: frozenset[str]
    abbreviations: frozenset[str]
    before_figures: frozenset[str]
    asks: Mapping[str, str]
    holds: Mapping[str, str]
    time: Mapping[str, str]
    padding: Mapping[str, str]
    demands: Mapping[str, str]
    peoples: Mapping[str, frozenset[str]]
    leans: Mapping[str, str]
    numbered: Mapping[str, str]
    spellings: Mapping[str, str]

    def month(self, word: str) -> int | None:
        """Return the number of the month that a folded word names, None where it names none."""
        return next((number for number, names in enumerate(self.months, 1) if _names(names, word)), None)

    def is_sure_month(self, word: str) -> bool:
        """Tell whether a folded word that may name a month is neither an abbreviation nor another word as well."""
        return word not in self.unsure_months and (
            len(word) > _ABBREVIATION_CHARS or not any(word in names and _longer(names, word) for names in self.months)
        )


def language(code: str) -> Language:
    """Return what is known of a language; of English, where the program does not know the language."""
    return _load(code if code in LANGUAGES else "en")


@lru_cache(maxsize=50_000)
def fold_char(char: str) -> str:
    """Return a character in lower case and without accents, a space for an apostrophe or a hyphen: always one."""
    lower = char.lower()
    plain = unicodedata.normalize("NFKD", lower if len(lower) == 1 else char)[0]
    return _SPACED.get(char) or _ALIKE.get(plain, plain)


def fold(text: str) -> str:
    """Return a text in lower case and without accents, with as many characters as before."""
    return _fold_again(text) if len(text) <= MOST_REMEMBERED else "".join(map(fold_char, text))


@lru_cache(maxsize=500)  # A question is folded for each thing that it may ask for.
def _fold_again(text: str) -> str:
    return "".join(map(fold_char, text))


def fold_pattern(pattern: str) -> str:
    """Return a pattern for folded text. A space in it stands for any number of them, " ?" also for none."""
    return re.sub(r" (\?)?", lambda space: r"\s*" if space[1] else r"\s+", fold(pattern))


@cache
def folded_pattern(*patterns: str) -> re.Pattern[str]:
    """Return what finds any of some patterns in folded text, as whole words."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(fold_pattern, patterns))})(?!\w)")


@cache
def _load(code: str) -> Language:
    data = tomllib.loads((_FOLDER / f"{code}.toml").read_text("utf-8"))
    return Language(
        code=code,
        stop_words=_plain_words(data["stop_words"]),
        months=tuple(frozenset(name.replace("_", " ") for name in fold(names).split()) for names in data["months"]),
        unsure_months=frozenset(fold(data.get("unsure_months", "")).split()),
        number_words=_plain_words(data["number_words"]),
        two_to_twelve=tuple(frozenset(fold(words).split()) for words in data["two_to_twelve"]),
        twenty_to_hundred=tuple(frozenset(fold(words).split()) for words in data["twenty_to_hundred"]),
        ordinals=tuple(data["ordinals"]),
        yes_no=data.get("yes_no", ""),
        question_words=data.get("question_words", ""),
        capitals=frozenset(data.get("capitals", "").split()),
        abbreviations=frozenset(data.get("abbreviations", "").split()),
        before_figures=frozenset(data.get("before_figures", "").split()),
        asks=data.get("asks", {}),
        holds=data.get("holds", {}),
        time=data["time"],
        padding=data["padding"],
        demands=data["demands"],
        peoples={country: _plain_words(names) for country, names in data.get("peoples", {}).items()},
        leans=data["leans"],
        numbered=data["numbered"],
        spellings=data.get("spellings", {}),
    )


def _plain_words(text: str) -> frozenset[str]:
    """Return words as `index.text.terms.words` gives them, and folded, as people type them without their keyboard."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    spaced = "".join(char for char in decomposed if not unicodedata.combining(char)).replace("'", " ")
    spellings = f"{spaced} {fold(text)}"
    plain = "".join(_TWO_LETTERS.get(char, char) for char in spellings)
    return frozenset(f"{spellings} {plain}".split())


def _names(names: frozenset[str], word: str) -> bool:
    return word in names or any(name[-1] == "*" and word.startswith(name[:-1]) for name in names)


def _longer(names: frozenset[str], word: str) -> bool:
    return any(len(name) > len(word) + 1 and name.startswith(word[:2]) for name in names)
