"""Values are called after what they are, and docstrings say what is done: `found`, `at` and "Do it." tell nobody."""

import ast
import symtable
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BANNED = frozenset({"found", "at", "of", "one", "mine"})
EMPTY = frozenset({"Do it.", "Do so.", "Do that.", "See above."})


def banned(source: str) -> Iterator[tuple[int, str]]:
    """Yield where the code begins in which values get a banned name, and the name.

    Fields of classes are left out: `at` and `found` there are columns of databases and names in the output of `--json`.
    """
    for scope in scopes(symtable.symtable(source, "", "exec")):
        for symbol in (scope.lookup(name) for name in BANNED.intersection(scope.get_identifiers())):
            is_field = scope.get_type() == "class" and symbol.is_annotated()
            is_value = symbol.is_assigned() or symbol.is_parameter() or symbol.is_imported()
            if is_value and not is_field and not symbol.is_namespace():
                yield scope.get_lineno(), symbol.get_name()


def scopes(scope: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """Yield the scope of a module, class or function, and those in it."""
    yield scope
    for inner in scope.get_children():
        yield from scopes(inner)


def empty(source: str) -> Iterator[tuple[int, str]]:
    """Yield where a docstring says nothing, and what is documented so."""
    if not any(docstring in source for docstring in EMPTY):
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and ast.get_docstring(node) in EMPTY:
            yield node.lineno, node.name


@pytest.mark.parametrize("package", ["bot", "corpus", "index", "tests"])
def test_values_and_docstrings_say_what_they_are(package: str) -> None:
    sources = {path: path.read_text("utf-8") for path in (ROOT / package).rglob("*.py")}
    assert sources
    assert [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path, source in sources.items()
        for line, name in sorted([*banned(source), *empty(source)])
    ] == []


def test_banned_names_are_seen() -> None:
    source = (
        'def f(at):\n    """Do it."""\n    for one in at: found = one\n    match at:\n        case mine: pass\n'
        "    return lambda of: [found for found in at]\nimport sys as at\nclass C:\n    at: int\n    one = 1\n"
        "async def g():\n    try: pass\n    except OSError as of: at: int = 1\n    def found(): pass\n"
    )
    assert sorted(banned(source)) == [
        *((0, "at"), (1, "at"), (1, "found"), (1, "mine"), (1, "one"), (6, "found"), (6, "of")),
        *((8, "one"), (11, "at"), (11, "of")),
    ]
    assert list(empty(source)) == [(1, "f")]
