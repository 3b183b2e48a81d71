"""The tables of phrases, a file a language, and how they are matched.

A line of a table is a phrase: ``[may be left out]``, ``(one|of|these)``, ``{list}`` for a list of `[words]`, and
``{x}``, ``{body}`` and ``{time}`` for what somebody asks about, an agency and a date.
A phrase is compared word by word.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from rapidfuzz.distance import OSA

from index.conversation.spoken import Spoken, fold, spoken

LANGUAGES = ("en", "de", "fr", "es", "it", "pl")
MAX_WORDS = 16
_MIN_TYPO_CHARS = 5
_PARTS = re.compile(r"[()\[\]|]|\{\w+\}|[^\s()\[\]|{}]+")
_SIGNS = {"(": "(?:", ")": ")", "[": "(?:(?:", "]": "))?", "|": "|"}
_SLOTS = {"x": 6, "body": 6, "time": 5}  # the most words of what is asked about


@dataclass(frozen=True, slots=True)
class Table:
    """The phrases of a language.

    ``asks_by_order`` tells whether the order of words tells a question from a statement, also without a question mark.
    ``pieces`` are phrases that may stand side by side, by kind; ``around`` what may stand between them; ``talk`` what
    may stand between praise, blame and thanks. ``shapes`` are whole questions about the collection, by kind.
    ``follow_up`` are the words that short follow-ups are made of.
    """

    language: str
    asks_by_order: bool
    words: Mapping[str, frozenset[str]]
    bodies: Mapping[str, str]
    times: Mapping[str, str]
    countries: Mapping[str, str]
    follow_up: Mapping[str, frozenset[str]]
    pieces: Mapping[str, re.Pattern[str]]
    around: re.Pattern[str]
    only_around: re.Pattern[str]
    talk: re.Pattern[str]
    shapes: Mapping[str, tuple[re.Pattern[str], ...]]
    known: frozenset[str]

    def respelled(self, said: Spoken) -> Spoken:
        """Return a message with words that no phrase has read as the word that they are one slip away from."""
        return Spoken(said.text, tuple(_respelled(self.language, word) for word in said.words), said.spans)


@cache
def tables() -> tuple[Table, ...]:
    """Return the tables of all languages."""
    folder = resources.files("index.conversation") / "phrases"
    return tuple(
        _table(language, tomllib.loads((folder / f"{language}.toml").read_text("utf-8"))) for language in LANGUAGES
    )


@lru_cache(maxsize=50_000)
def _respelled(language: str, word: str) -> str:
    known = table_of(language).known
    if word in known or len(word) < _MIN_TYPO_CHARS or not word.isalpha():
        return word
    alike = _by_initial(language).get(word[0], ())
    near = [other for other in alike if OSA.distance(word, other, score_cutoff=1) <= 1]
    return near[0] if len(near) == 1 else word


@cache
def _by_initial(language: str) -> Mapping[str, tuple[str, ...]]:
    """Return the words of phrases that are long enough to be meant by a misspelt one, by their first letter."""
    known = [word for word in table_of(language).known if len(word) >= _MIN_TYPO_CHARS]
    return {initial: tuple(word for word in known if word[0] == initial) for initial in {word[0] for word in known}}


@cache
def table_of(language: str) -> Table:
    """Return the table of a language."""
    return next(table for table in tables() if table.language == language)


def _table(language: str, data: Mapping[str, Any]) -> Table:
    words: dict[str, str] = data["words"]
    small_talk: dict[str, str] = data["small_talk"]
    around, talk = (_compiled([small_talk[name]], words) for name in ("around", "talk"))
    pieces = {
        kind: _compiled(text.splitlines(), words) for kind, text in small_talk.items() if kind not in ("around", "talk")
    }
    shapes = {kind: _lines(text, words) for kind, text in data["shapes"].items()}
    return Table(
        language,
        data["asks_by_order"],
        {name: frozenset(_alternatives(text)) for name, text in words.items()},
        _by_name(data["bodies"]),
        _by_name(data.get("times", {})),
        _by_name(data.get("countries", {})),
        {name: frozenset(filter(None, _alternatives(text))) for name, text in data["follow_up"].items()},
        pieces,
        around,
        re.compile(f"(?:{around.pattern})+"),
        talk,
        shapes,
        frozenset(fold(word) for text in _texts(data) for word in spoken(text).words),
    )


def _lines(text: str, words: Mapping[str, str]) -> tuple[re.Pattern[str], ...]:
    return tuple(_compiled([line], words) for line in text.splitlines() if line.strip())


def _compiled(lines: Iterable[str], words: Mapping[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_expression(line, words)})" for line in lines if line.strip()))


def _expression(line: str, words: Mapping[str, str]) -> str:
    """Return a phrase as a regular expression on `Spoken.key`, which has a space before each word."""
    parts = []
    for part in _PARTS.findall(line):
        name = part.strip("{}")
        if part in _SIGNS:
            parts.append(_SIGNS[part])
        elif part != name and name in _SLOTS:
            parts.append(f"(?P<{name}>(?: [^ ]+){{1,{_SLOTS[name]}}}?)")
        elif part != name:
            parts.append(f"(?:{_expression(words[name], words)})")
        else:
            parts += [rf" {re.escape(word)}(?![^ ])" for word in spoken(part).words]
    return "".join(parts)


def _alternatives(text: str) -> list[str]:
    return [spoken(alternative).key.strip() for alternative in text.split("|")]


def _by_name(names: Mapping[str, str]) -> dict[str, str]:
    return {alternative: key for key, text in names.items() for alternative in _alternatives(text)}


def _texts(data: Mapping[str, Any]) -> list[str]:
    return [text for name in ("words", "small_talk", "shapes") for text in data[name].values()]
