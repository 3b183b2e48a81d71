"""Every regular expression of the program takes a time in proportion to what it reads, up to the most it can meet."""

import ast
import importlib
import pkgutil
import re
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType, ModuleType

import pytest

import bot
import corpus
import index
from tests.attacks import attacks

SIZE = 1_500
NOTICEABLE_S = 0.002
GIVEN_UP_S = 1.0
CALLS = {"match": "match", "fullmatch": "fullmatch"} | dict.fromkeys(
    ("search", "sub", "subn", "split", "findall", "finditer"), "finditer"
)
USES = re.compile(rf"\bre\.|\.(?:{'|'.join(CALLS)})\b")
NOTED = ast.FunctionDef | ast.AsyncFunctionDef | ast.Call | ast.Attribute
# The most characters that a pattern can meet, where those who use it see to that, and how many seconds those may take.
BOUNDS = {
    "corpus.fetching.urls._NUMBER": 2_048,  # MAX_URL_CHARS
    "corpus.agencies.acronyms._OPENING": 8,
    "corpus.agencies.acronyms._SENTENCE_END": 120,
    "corpus.cleaning.html_page._SITE_NAMES": 1_000,
    "corpus.agencies.context._DEFINITE": 80,
    "corpus.agencies.context._LEFT_OF_TOKEN": 80,
    "corpus.agencies.context._RIGHT_OF_TOKEN": 80,
    "corpus.agencies.context._WORD_BEFORE": 80,
    "corpus.release_text.SPEAKER": 160,
    "index.text.sentences._LAST_WORD": 100,
} | dict.fromkeys(
    (f"index.agencies.roles.{name}" for name in (
        *("_PREDICATE_FOLLOWS", "_AGENT", "_NOT_SUBJECT", "_CHANGE", "_OFFICE", "_ATTRIBUTION", "_POSSESSIVE"),
        *("_ASSET_BEFORE", "_ASSET_AFTER", "_OBJECT", "_GIVEN", "_HOUSED", "_MODIFIES", "_CLAUSE"),
    )),
    700,
)  # fmt: skip
BOUNDED_S = 0.01
# Made of what is not text of others: of literals of the program's own data, or of an escaped literal.
# tests/index/text/test_languages.py times the patterns of languages.
MADE_OF_LITERALS = {
    "corpus.agencies.folding",
    "index.generations.release_filter",
    "index.answering.claims",
    "index.answering.news",
    "index.answering.padding",
    "index.answering.polarity",
    "index.answering.speakers",
    "index.answering.times",
    "index.evaluation.evaluate",
    "index.conversation.follow_up",
    "index.conversation.periods",
    "index.conversation.phrases",
    "index.text.ordinals",
    "index.text.languages",
    "index.text.quantities",
    "index.text.terms",
    "index.text.times",
}


@dataclass(frozen=True, slots=True)
class Used:
    """A pattern, where it stands, and how it is used: match, fullmatch, or finditer for all that look everywhere."""

    place: str
    pattern: re.Pattern[str] | re.Pattern[bytes]
    calls: frozenset[str]


class TooLongError(Exception):
    """A pattern is given up."""


@cache
def modules() -> tuple[ModuleType, ...]:
    results = (pkgutil.walk_packages(package.__path__, f"{package.__name__}.") for package in (corpus, index, bot))
    return tuple(importlib.import_module(item.name) for each in results for item in each)


@cache
def nodes(module: ModuleType) -> tuple[ast.AST, ...]:
    """Return the functions, calls and attributes of a module; none where it has nothing to do with patterns."""
    assert module.__file__
    source = Path(module.__file__).read_text("utf-8")
    walked = ast.walk(ast.parse(source)) if USES.search(source) else ()
    return tuple(node for node in walked if isinstance(node, NOTED))


def held(name: str, value: object) -> Iterator[tuple[str, re.Pattern[str] | re.Pattern[bytes]]]:
    """Yield the patterns that a value of a module holds."""
    if isinstance(value, re.Pattern):
        yield name, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from held(f"{name}[{key}]", each)
    elif isinstance(value, tuple | list | set | frozenset):
        for number, each in enumerate(value):
            yield from held(f"{name}[{number}]", each)
    elif isinstance(value, type):
        for key, each in vars(value).items():
            yield from held(f"{name}.{key}", each) if isinstance(each, re.Pattern) else ()


def calls_of_names() -> dict[str, frozenset[str]]:
    """Return by which methods patterns are used, by the names that they have there."""
    results: dict[str, set[str]] = {}
    for module in modules():
        for node in nodes(module):
            if isinstance(node, ast.Attribute) and node.attr in CALLS:
                name = ast.unparse(node.value).rpartition(".")[2].partition("[")[0]
                results.setdefault(name, set()).add(CALLS[node.attr])
    return {name: frozenset(calls) for name, calls in results.items()}


def inline(module: ModuleType) -> Iterator[tuple[str, ast.Call, str]]:
    """Yield the uses of `re` with a pattern that has no name."""
    for node in nodes(module):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
            what = ast.unparse(node.func).removeprefix("re.")
            if what in CALLS:
                yield f"{module.__name__}:{node.lineno}", node, CALLS[what]


@cache
def used() -> tuple[Used, ...]:
    """Return all patterns. Finding them takes seconds, which only the process that tests them should spend."""
    everywhere = frozenset(CALLS.values())
    calls = calls_of_names()
    results: dict[int, Used] = {}
    for module in modules():
        for name, value in vars(module).items():
            for place, pattern in held(name, value):
                how = calls.get(name, everywhere)
                results.setdefault(id(pattern), Used(f"{module.__name__}.{place}", pattern, how))
        for place, node, how_called in inline(module):
            if isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
                results[id(node)] = Used(place, re.compile(node.args[0].value), frozenset({how_called}))
    return tuple(results.values())


def give_up(number: int, frame: FrameType | None) -> None:
    raise TooLongError


def taken(act: Callable[[], object]) -> float:
    """Return the seconds of the processor that an act takes, at most `GIVEN_UP_S`."""
    signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, GIVEN_UP_S)
    began = time.process_time()
    try:
        act()
    except TooLongError:
        return GIVEN_UP_S
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - began


def act_of(pattern: re.Pattern[str] | re.Pattern[bytes], call: str, text: str) -> Callable[[], object]:
    given = text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text
    method = getattr(pattern, call)
    return lambda: list(method(given)) if call == "finditer" else method(given)


def worst(only: Used, size: int) -> list[tuple[float, str, tuple[str, str, str]]]:
    """Return the seconds that a pattern takes for the strings that are worst for it, the longest first."""
    results = []
    for attack in attacks(only.pattern.pattern, only.pattern.flags):
        for call in only.calls:
            results.append((taken(act_of(only.pattern, call, made(attack, size))), call, attack))
            if results[-1][0] >= GIVEN_UP_S:
                return results[-1:]
    return sorted(results, reverse=True)


def made(attack: tuple[str, str, str], size: int) -> str:
    begin, unit, end = attack
    return begin + unit * (size // len(unit)) + end


def is_linear(only: Used, call: str, attack: tuple[str, str, str]) -> bool:
    """Tell whether four times as much takes no more than about four times as long; a doubt is looked at again."""
    if taken(act_of(only.pattern, call, made(attack, SIZE))) >= GIVEN_UP_S:
        return False
    for _ in range(3):
        short, long = (
            min(taken(act_of(only.pattern, call, made(attack, size))) for _ in range(2)) for size in (SIZE, 4 * SIZE)
        )
        if long < 4 * NOTICEABLE_S or long < min(8 * short, GIVEN_UP_S):
            return True
        if long >= GIVEN_UP_S:
            return False
    return False


@pytest.mark.parametrize("package", [corpus, index, bot], ids=lambda package: package.__name__)
def test_patterns_are_linear(package: ModuleType) -> None:
    slow = []
    for each in used():
        if each.place.startswith(f"{package.__name__}.") and each.place not in BOUNDS:
            noticed = [(call, attack) for seconds, call, attack in worst(each, SIZE)[:12] if seconds > NOTICEABLE_S]
            slow += [(each.place, call, attack) for call, attack in noticed if not is_linear(each, call, attack)]
    assert slow == []


@pytest.mark.parametrize("place", BOUNDS)
def test_pattern_with_a_bound_is_quick_up_to_it(place: str) -> None:
    each = next(each for each in used() if each.place == place)
    _, call, attack = worst(each, BOUNDS[place])[0]
    act = act_of(each.pattern, call, made(attack, BOUNDS[place]))
    assert min(taken(act) for _ in range(5)) < BOUNDED_S, (call, attack)


def test_all_patterns_are_tested() -> None:
    assert len(used()) > 100
    unnamed = [place for module in modules() for place, node, _ in inline(module) if not is_tested(node)]
    in_functions = [place for module in modules() for place in compiled_in_functions(module)]
    assert {place.partition(":")[0] for place in (*unnamed, *in_functions)} == MADE_OF_LITERALS


def is_tested(node: ast.Call) -> bool:
    return isinstance(node.args[0], ast.Constant)


def compiled_in_functions(module: ModuleType) -> Sequence[str]:
    compiled = [node for node in nodes(module) if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile"]
    functions = [node for node in nodes(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [
        f"{module.__name__}:{node.lineno}"
        for node in compiled
        if any(function.lineno <= node.lineno <= (function.end_lineno or 0) for function in functions)
    ]


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"\s+x", r"#[ \t]+(.*\S)[ \t]*$"])
def test_pattern_that_is_not_linear_is_found(pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "GIVEN_UP_S", 0.05)
    bad = Used("here", re.compile(pattern), frozenset({"finditer"}))
    slow = [(call, attack) for seconds, call, attack in worst(bad, SIZE)[:12] if seconds > NOTICEABLE_S]
    assert any(not is_linear(bad, call, attack) for call, attack in slow)
