"""The bot's words as they stand in the code, and its catalogues brought up to date with them.

python -m tests.bot.catalogues    # adds new messages to every catalogue, untranslated, and drops what is gone
"""

import ast
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from bot.i18n.words import LANGUAGES
from corpus.agencies.registry import registry

ROOT = Path(__file__).parents[2]
SPOKEN = tuple(language for language in LANGUAGES if language != "en")
# The functions whose first argument is a message; `count` takes a singular and a plural one. Babel sees no calls within
# f-strings on Python 3.11, so messages stand outside of them.
_FUNCTIONS = ("words", "_words", "locale_str", "message", "undone", "Notice", "QuestionError", "FilterError", "_Names")
_KEYWORDS = dict.fromkeys(_FUNCTIONS, None) | {"count": (1, 2)}
# What Babel would add to a header, and no reader needs: names of nobody, and dates that change with every run.
_HEADERS = {"Language", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"}

Message = str | tuple[str, str]


class _Catalogue(Catalog):
    """A catalogue with nothing in its header but what it takes to read it."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """Return the header, without dates."""
        return [(name, value) for name, value in super().mime_headers if name in _HEADERS]


@cache
def messages() -> frozenset[Message]:
    """Return all messages in the code, and the kinds of agencies in the registry."""
    kinds = {agency.type for agency in registry().agencies.values()}
    return frozenset(kinds.union(*map(_messages_in, _paths())))


def _messages_in(path: Path) -> set[Message]:
    extracted = extract_from_file("python", path, keywords=_KEYWORDS)
    return {message if isinstance(message, str) else (message[0], message[1]) for _, message, _, _ in extracted}


def _paths() -> list[Path]:
    return [path for folder in ("bot", "index") for path in sorted((ROOT / folder).rglob("*.py"))]


@cache
def said_by(name: str, *places: int | str) -> frozenset[str]:
    """Return the messages in these arguments of a function or class, by place or name, wherever it is called."""
    messages: set[str] = set()
    for call in (call for module in _modules() for call in _calls(module)):
        if _name(call.func) == name:
            given: dict[int | str, ast.expr] = dict(enumerate(call.args))
            given |= {each.arg: each.value for each in call.keywords if each.arg}
            messages |= {text for place in places if place in given for text in _texts(given[place])}
    return frozenset(messages)


@cache
def literal_messages() -> frozenset[str]:
    """Return the messages without plural forms in the code, wherever they stand; Babel must see the same."""
    return frozenset(text for module in _modules() for text in _texts(module))


@cache
def _modules() -> tuple[ast.Module, ...]:
    return tuple(ast.parse(path.read_text("utf-8")) for path in _paths())


def _texts(node: ast.AST) -> Iterator[str]:
    """Give the messages in an expression."""
    for call in _calls(node):
        first = call.args[0] if call.args else None
        if _name(call.func) in _FUNCTIONS and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    return (each for each in ast.walk(node) if isinstance(each, ast.Call))


def _name(function: ast.expr) -> str:
    """Return the last name of what is called: "words" of ``self.words(…)``, "Select" of ``Select[…](…)``."""
    if isinstance(function, ast.Subscript):
        return _name(function.value)
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def forms(catalogue: Catalog, message: Message) -> tuple[str, ...]:
    """Return the translation of a message, all forms of it; none where there is none."""
    found = catalogue.get(message)
    if found is None or not found.string:
        return ()
    return (found.string,) if isinstance(found.string, str) else tuple(map(str, found.string))


def path(language: str) -> Path:
    """Return where the catalogue of a language is."""
    return ROOT / "bot" / "i18n" / "locales" / f"{language}.po"


@cache
def read(language: str) -> Catalog:
    """Read a catalogue as it stands, or return an empty one."""
    if not path(language).exists():
        return Catalog(locale=language)
    with path(language).open("rb") as file:
        return read_po(file, locale=language)


def rendered(language: str, known: Catalog) -> bytes:
    """Return the catalogue of a language: all messages in the code, with the translations that are known."""
    catalogue = _Catalogue(locale=language, header_comment="# The bot's own words.", fuzzy=False)
    for message in sorted(messages(), key=str):
        before = known.get(message)
        same = before is not None and before.id == message
        catalogue.add(message, before.string if before is not None and same else None)
    file = BytesIO()
    write_po(file, catalogue, width=120, no_location=True, sort_output=True)
    return file.getvalue()


def update() -> None:
    """Bring every catalogue up to date."""
    for language in SPOKEN:
        path(language).write_bytes(rendered(language, read(language)))


if __name__ == "__main__":
    update()
