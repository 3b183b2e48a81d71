"""Values are called after what they are, and docstrings say what is done: `found`, `at` and "Do it." tell nobody."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BANNED = frozenset({"found", "at", "of", "one", "mine"})
EMPTY = frozenset({"Do it.", "Do so.", "Do that.", "See above."})


def banned(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield where values get a banned name, and the name.

    Fields of classes are left out: `at` and `found` there are columns of databases and names in the output of `--json`.
    """
    fields = {
        statement.target
        for class_ in ast.walk(tree)
        if isinstance(class_, ast.ClassDef)
        for statement in class_.body
        if isinstance(statement, ast.AnnAssign)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) if node not in fields:
                pass
            case ast.arg(arg=name) | ast.alias(asname=name) | ast.MatchAs(name=name) | ast.MatchStar(name=name):
                pass
            case ast.ExceptHandler(name=name):
                pass
            case _:
                continue
        if name in BANNED:
            yield getattr(node, "lineno", 0), str(name)


def empty(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield where a docstring says nothing, and what is documented so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and ast.get_docstring(node) in EMPTY:
            yield node.lineno, node.name


@pytest.mark.parametrize("package", ["bot", "corpus", "index", "tests"])
def test_values_and_docstrings_say_what_they_are(package: str) -> None:
    trees = {path: ast.parse(path.read_text("utf-8")) for path in (ROOT / package).rglob("*.py")}
    assert trees
    assert [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path, tree in trees.items()
        for line, name in sorted([*banned(tree), *empty(tree)])
    ] == []


def test_banned_names_are_seen() -> None:
    source = (
        'def f(at):\n    """Do it."""\n    for one in at: found = one\n    match at:\n        case mine: pass\n'
        "    return lambda of: [found for found in at]\nimport sys as at\nclass C:\n    at: int\n    one = 1\n"
    )
    tree = ast.parse(source)
    assert [name for _, name in sorted(banned(tree))] == ["at", "found", "one", "mine", "found", "of", "at", "one"]
    assert list(empty(tree)) == [(1, "f")]
