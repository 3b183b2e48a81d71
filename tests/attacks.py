"""A pattern -> the strings that make it work hardest: what leads to a repeat, and then what it repeats, n times."""

import itertools
from collections.abc import Iterator, Sequence
from re import _constants as names  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

LETTERS = " \t\n\u00a0aAzé0-.,:;&<>#()[]'’\"|/@_%*~"
"""One of each kind of character that a pattern of the program tells from others."""
MIXTURES = (
    "a ",
    "A ",
    "A, ",
    "a. ",
    "A.",
    "1 ",
    "1,",
    "1.",
    "0.0",
    " -",
    "a-",
    "- ",
    "\n ",
    " \n",
    "# ",
    "a\n",
    "('",
    "aA",
)
ENDS = ("", "\x01", "\n\x01", "a\x01")
_MANY = 30
Part = Any  # of a pattern as `re` has parsed it: its module says of no type
_MOST_UNITS = 8


def attacks(pattern: str | bytes, flags: int) -> Iterator[tuple[str, str, str]]:
    """Yield beginnings, what is repeated after them, and ends."""
    text = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
    tree = parser.parse(text, flags & ~_unicode(pattern))
    seen = set()
    for begin, unit in itertools.chain(_repeats(tree, ""), _whole(tree)):
        for end in ENDS:
            if unit and (begin, unit, end) not in seen:
                seen.add((begin, unit, end))
                yield begin, unit, end
    for unit in (*LETTERS, *MIXTURES):
        yield "", unit, "\x01"


def _unicode(pattern: str | bytes) -> int:
    return 0 if isinstance(pattern, str) else 32


def _whole(tree: Part) -> Iterator[tuple[str, str]]:
    """Yield what the pattern finds, as often as it fits: each may be a beginning that leads nowhere."""
    sample = _sample(tree)
    yield "", sample
    for size in range(1, min(len(sample), 6)):
        yield "", sample[:size]


def _repeats(tree: Part, begin: str) -> Iterator[tuple[str, str]]:
    """Yield, for each repeat, what comes before it, and what it repeats in several forms."""
    for kind, value in tree:
        if kind in (names.MAX_REPEAT, names.MIN_REPEAT, names.POSSESSIVE_REPEAT):
            least, most, inside = value
            if most >= _MANY:
                units = list(itertools.islice(_forms(inside), _MOST_UNITS))
                yield from ((begin, unit) for unit in units)
                yield from ((begin, unit + other) for unit, other in itertools.pairwise(units))
            yield from _repeats(inside, begin)
            begin += _sample(inside) * max(least, 1)
        elif kind is names.SUBPATTERN:
            yield from _repeats(value[3], begin)
            begin += _sample(value[3])
        elif kind is names.BRANCH:
            for branch in value[1]:
                yield from _repeats(branch, begin)
            begin += _sample(value[1][0])
        elif kind in (names.ASSERT, names.ASSERT_NOT):
            yield from _repeats(value[1], begin)
        else:
            begin += _sample([(kind, value)])


def _forms(tree: Part) -> Iterator[str]:
    """Yield several strings that a part of a pattern finds."""
    if len(tree) == 1:
        kind, value = tree[0]
        if kind is names.SUBPATTERN:
            yield from _forms(value[3])
            return
        if kind is names.BRANCH:
            for branch in value[1]:
                yield from itertools.islice(_forms(branch), 2)
            return
        fitting = [char for char in LETTERS if _fits(kind, value, char)]
        if fitting:
            yield from fitting
            return
    yield _sample(tree)


def _sample(tree: Part) -> str:
    """Return one string that a part of a pattern finds, as far as that is easily told."""
    return "".join(_one(kind, value) for kind, value in tree)


def _one(kind: Part, value: Part) -> str:
    if kind is names.LITERAL:
        return chr(value)
    if kind in (names.MAX_REPEAT, names.MIN_REPEAT, names.POSSESSIVE_REPEAT):
        return _sample(value[2]) * max(int(value[0]), 1)
    if kind is names.SUBPATTERN:
        return _sample(value[3])
    if kind is names.BRANCH:
        return _sample(value[1][0])
    if kind in (names.IN, names.ANY, names.CATEGORY, names.NOT_LITERAL):
        chars: Sequence[str] = "aA0 .-x" + LETTERS
        return next((char for char in chars if _fits(kind, value, char)), "")
    return ""


def _fits(kind: Part, value: Part, char: str) -> bool:
    """Tell whether a part of a pattern that is for one character finds a character."""
    code = ord(char)
    if kind is names.LITERAL:
        return bool(code == value)
    if kind is names.NOT_LITERAL:
        return bool(code != value)
    if kind is names.ANY:
        return char != "\n"
    if kind is names.RANGE:
        return bool(value[0] <= code <= value[1])
    if kind is names.CATEGORY:
        return _is_of(value, char)
    if kind is names.IN:
        negated = value[0][0] is names.NEGATE
        return negated != any(_fits(each[0], each[1], char) for each in value[negated:])
    return False


def _is_of(category: Part, char: str) -> bool:
    word = char.isalnum() or char == "_"
    by_category = {
        names.CATEGORY_DIGIT: char.isdecimal(),
        names.CATEGORY_NOT_DIGIT: not char.isdecimal(),
        names.CATEGORY_SPACE: char.isspace(),
        names.CATEGORY_NOT_SPACE: not char.isspace(),
        names.CATEGORY_WORD: word,
        names.CATEGORY_NOT_WORD: not word,
    }
    return by_category[category]
