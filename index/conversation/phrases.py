"""The tables of phrases, a file a language, and how they are matched.

A line of a table is a phrase: ``[may be left out]``, ``(one|of|these)``, ``{list}`` for a list of `[words]`, and
``{x}``, ``{body}`` and ``{time}`` for what somebody asks about, an agency and a date.
A phrase is compared word by word.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.conversation.spoken import Spoken, fold, spoken
from index.text.languages import LANGUAGES, fold_pattern, language

_FOLDER = resources.files("index.conversation") / "phrases"
MAX_WORDS = 16
_MIN_TYPO_CHARS = 5
_PARTS = re.compile(r"[()\[\]|]|\{\w+\}|[^\s()\[\]|{}]+")
_OF_A_TIME = frozenset({"count", "list", "latest"})
_JOINED = frozenset("'’-")
_WORDS = re.compile(r"[^\W_]+")
_SIGNS = {"(": "(?:", ")": ")", "[": "(?:(?:", "]": "))?", "|": "|"}
_SLOTS = {"x": 6, "body": 6, "time": 5}  # the most words of what is asked about


class Shape:
    """A whole question about the collection, compiled when a message may have it: most never meet one."""

    def __init__(self, line: str, words: Mapping[str, str]) -> None:
        """Take the phrase, and the lists of words in it."""
        self._line, self._lists = line, words
        self._required = tuple(_required(line, words))

    @property
    def fewest(self) -> frozenset[str]:
        """The shortest list of words of which a message must hold one; none where nothing is required."""
        return min(self._required, key=len, default=frozenset())

    def may_be(self, words: Set[str]) -> bool:
        """Tell whether a message of these words holds what the phrase cannot be without."""
        return all(not words.isdisjoint(each) for each in self._required)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What matches the `Spoken.key` of the question."""
        return _compiled([self._line], self._lists)


class Table:
    """The phrases of a language. Each part is made when it is first used: there are many languages.

    ``asks_by_order`` tells whether the order of words tells a question from a statement, also without a question mark.
    """

    def __init__(self, language: str) -> None:
        """Read the file of a language."""
        self.language = language
        self._data: Mapping[str, Any] = tomllib.loads((_FOLDER / f"{language}.toml").read_text("utf-8"))
        self.asks_by_order: bool = self._data["asks_by_order"]
        self._lists: Mapping[str, str] = self._data["words"]
        self._chat = {fold(written): spoken(meant).words for written, meant in self._data.get("chat", {}).items()}
        self._small_talk: Mapping[str, str] = self._data["small_talk"]

    @cached_property
    def words(self) -> Mapping[str, frozenset[str]]:
        """The lists of words that phrases refer to."""
        return {name: frozenset(_alternatives(text)) for name, text in self._lists.items()}

    @cached_property
    def bodies(self) -> Mapping[str, str]:
        """Bodies by what they are called in short."""
        return _by_name(self._data["bodies"])

    @cached_property
    def times(self) -> Mapping[str, str]:
        """Times by inflected names of them."""
        return _by_name(self._data.get("times", {}))

    @cached_property
    def countries(self) -> Mapping[str, str]:
        """Countries by names that Babel does not know."""
        return _by_name(self._data.get("countries", {}))

    @cached_property
    def follow_up(self) -> Mapping[str, frozenset[str]]:
        """The words that short follow-ups are made of."""
        return {name: frozenset(filter(None, _alternatives(text))) for name, text in self._data["follow_up"].items()}

    @cached_property
    def pieces(self) -> Mapping[str, re.Pattern[str]]:
        """Phrases that may stand side by side, by kind."""
        kinds = self._small_talk.keys() - {"around", "talk"}
        return {kind: _compiled(self._small_talk[kind].splitlines(), self._lists) for kind in sorted(kinds)}

    @cached_property
    def around(self) -> re.Pattern[str]:
        """What may stand between pieces."""
        return _compiled([self._small_talk["around"]], self._lists)

    @cached_property
    def only_around(self) -> re.Pattern[str]:
        """Nothing but what may stand between pieces."""
        return re.compile(f"(?:{self.around.pattern})+")

    @cached_property
    def talk(self) -> re.Pattern[str]:
        """What may stand between praise, blame and thanks."""
        return _compiled([self._small_talk["talk"]], self._lists)

    @cached_property
    def shapes(self) -> Mapping[str, tuple[Shape, ...]]:
        """Whole questions about the collection, by kind."""
        return {
            kind: tuple(Shape(line, self._with_time) for line in self._lines(kind, text))
            for kind, text in self._data["shapes"].items()
        }

    def _lines(self, kind: str, text: str) -> Iterator[str]:
        """Yield the lines of a kind; what is listed may be of a time, which is looked for first."""
        lines = [line for line in text.splitlines() if line.strip()]
        if kind in _OF_A_TIME and self._with_time["when"]:
            yield from (f"{line} {{when}} {{time}}" for line in lines if "{time}" not in line)
        yield from lines

    @cached_property
    def _with_time(self) -> Mapping[str, str]:
        """The lists of words, with those that stand before a time: not those of a time that ends, as "until the"."""
        time = language(self.language).time
        ends = re.compile(rf" (?:{fold_pattern(time['until'] + '|' + time['before'])})(?: |$)")
        phrases = self._data["follow_up"]["in_time"].split("|")
        return {**self._lists, "when": "|".join(each for each in phrases if not ends.match(spoken(each).key))}

    @cached_property
    def opens_time(self) -> re.Pattern[str]:
        """What stands before a time that has no end, as "since" or "since the"."""
        time, articles = language(self.language).time, "|".join(self.follow_up["articles"])
        return re.compile(rf"(?: |^)(?:{fold_pattern(time['since'] + '|' + time['after'])})(?: (?:{articles}))?$")

    @cached_property
    def known(self) -> frozenset[str]:
        """All words of the phrases."""
        return frozenset(spoken(" ".join({word for text in _texts(self._data) for word in _WORDS.findall(text)})).words)

    @cached_property
    def asking(self) -> re.Pattern[str] | None:
        """Words that make a question of a statement, also without a question mark; None where there are none."""
        phrases = self._data.get("asks_with")
        return _compiled([f"({phrases})"], {}) if phrases else None

    def respelled(self, said: Spoken) -> Spoken:
        """Return a message with the words that phrases have.

        What is written in haste ("u", "thats") is read as what it stands for, and a word that no phrase has as the one
        that it is one slip away from.
        """
        if not any(word in self._chat or self.language in _slips(word) for word in said.words):
            return said
        read = [
            (word, span)
            for written, span in zip(said.words, said.spans, strict=True)
            for word in self._meant(written, said, span)
        ]
        return Spoken(said.text, tuple(word for word, _ in read), tuple(span for _, span in read))

    def _meant(self, word: str, said: Spoken, span: tuple[int, int]) -> tuple[str, ...]:
        """Return the words that one is read as; part of another, as in "c'est" and "a-t-il", stands for itself."""
        if word in self._chat and _JOINED.isdisjoint(said.beside(span)):
            return self._chat[word]
        return (_slips(word).get(self.language, word),)


@cache
def tables() -> tuple[Table, ...]:
    """Return the tables of all languages."""
    return tuple(map(table_of, LANGUAGES))


@lru_cache(maxsize=5_000)
def _slips(word: str) -> Mapping[str, str]:
    """Return the word that a misspelt one is meant for, in each language that has one."""
    if len(word) < _MIN_TYPO_CHARS or not word.isalpha() or word in _known_anywhere():
        return {}
    near = process.extract(word, _by_initial().get(word[0], ()), scorer=OSA.distance, score_cutoff=1, limit=None)
    alike = [str(known) for known, _, _ in near]
    in_language = {table.language: [known for known in alike if known in table.known] for table in tables()}
    return {language: words[0] for language, words in in_language.items() if len(words) == 1}


@cache
def _known_anywhere() -> frozenset[str]:
    """Return the words of phrases in all languages: a word of one is no misspelt word of another."""
    return frozenset().union(*(table.known for table in tables()))


@cache
def _by_initial() -> Mapping[str, tuple[str, ...]]:
    """Return the words of phrases that are long enough to be meant by a misspelt one, by their first letter."""
    known = [word for word in _known_anywhere() if len(word) >= _MIN_TYPO_CHARS]
    return {initial: tuple(word for word in known if word[0] == initial) for initial in {word[0] for word in known}}


@cache
def table_of(language: str) -> Table:
    """Return the table of a language."""
    return Table(language)


def _required(line: str, words: Mapping[str, str]) -> Iterator[frozenset[str]]:
    """Give for each part that a phrase always has the words of which one must be there."""
    parts = _PARTS.findall(line)
    place = 0
    while place < len(parts):
        end = _end_of_part(parts, place)
        if parts[place] != "[":
            words_of_part = _words_of(parts[place:end], words)
            if words_of_part:
                yield words_of_part
        place = end


def _end_of_part(parts: Sequence[str], place: int) -> int:
    """Return where a word, a list or what stands in brackets ends."""
    depth = 0
    for end in range(place, len(parts)):
        depth += (parts[end] in "([") - (parts[end] in ")]")
        if depth == 0:
            return end + 1
    return len(parts)


def _words_of(parts: Sequence[str], words: Mapping[str, str]) -> frozenset[str]:
    """Return all words in a part of a phrase; none where it may be nothing but what somebody asks about."""
    said_words: set[str] = set()
    alternative = optional = 0
    for part in parts:
        name = part.strip("{}")
        optional += (part == "[") - (part == "]")
        if optional:
            continue
        if part == "|":
            if not alternative:
                return frozenset()
            alternative = 0
        elif part not in _SIGNS and (part == name or name not in _SLOTS):
            said = _said(part if part == name else words[name])
            said_words.update(said)
            alternative += len(said)
    return frozenset(said_words) if alternative else frozenset()


@lru_cache(maxsize=10_000)
def _said(text: str) -> tuple[str, ...]:
    """Return the words of a list, which many phrases refer to."""
    return spoken(text).words


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
            parts += [rf" {re.escape(word)}(?![^ ])" for word in _said(part)]
    return "".join(parts)


def _alternatives(text: str) -> list[str]:
    return [spoken(alternative).key.strip() for alternative in text.split("|")]


def _by_name(names: Mapping[str, str]) -> dict[str, str]:
    return {alternative: key for key, text in names.items() for alternative in _alternatives(text)}


def _texts(data: Mapping[str, Any]) -> list[str]:
    return [text for name in ("words", "small_talk", "shapes", "chat") for text in data.get(name, {}).values()]
