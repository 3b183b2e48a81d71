"""The bot's words as they stand in the code, and its catalogues brought up to date with them.

python -m tests.bot.catalogues    # adds new messages to every catalogue, untranslated, and drops what is gone
"""

import ast
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from bot.i18n.words import LANGUAGES
from corpus.agencies.registry import registry

ROOT = Path(__file__).parents[2]
SPOKEN = tuple(language for language in LANGUAGES if language != "en")
# What words are said with: calls of these names, or of what these return, whose first string is a message.
_SAY = {"words", "_words", "words_private", "words_public", "public_words", "words_for"}
_SAY |= {"locale_str", "Notice", "QuestionError", "FilterError", "_Names", "message", "undone"}
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
    """Return all messages in the code, and the kinds of bodies in the registry."""
    kinds = {agency.type for agency in registry().agencies.values()}
    return frozenset(kinds.union(*map(_messages_in, _modules())))


def said_by(name: str, *places: int | str) -> set[str]:
    """Return the messages in these arguments of a function or class, by place or name, wherever it is called."""
    found: set[Message] = set()
    for call in (each for module in _modules() for each in _calls(module)):
        if _name(call.func) == name:
            given: dict[int | str, ast.expr] = dict(enumerate(call.args))
            given |= {each.arg: each.value for each in call.keywords if each.arg}
            found = found.union(*(_messages_in(given[place]) for place in places if place in given))
    return {message for message in found if isinstance(message, str)}


def forms(catalogue: Catalog, message: Message) -> tuple[str, ...]:
    """Return the translation of a message, all forms of it; none where there is none."""
    found = catalogue.get(message)
    if found is None or not found.string:
        return ()
    return (found.string,) if isinstance(found.string, str) else tuple(map(str, found.string))


@cache
def _modules() -> tuple[ast.Module, ...]:
    paths = [path for folder in ("bot", "index") for path in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(ast.parse(path.read_text("utf-8")) for path in paths)


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    return (each for each in ast.walk(node) if isinstance(each, ast.Call))


def _messages_in(node: ast.AST) -> Iterator[Message]:
    for call in _calls(node):
        texts = [each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if _name(call.func) in _SAY and texts:
            yield texts[0]
        elif _name(call.func) == "count" and len(texts) > 1:
            yield texts[0], texts[1]


def _name(function: ast.expr) -> str:
    """Return the last name of what is called: "words" of ``words(…)``, ``self.words(…)`` and of what that returns."""
    if isinstance(function, ast.Call):
        return _name(function.func)
    if isinstance(function, ast.Subscript):
        return _name(function.value)
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def path(language: str) -> Path:
    """Return where the catalogue of a language is."""
    return ROOT / "bot" / "i18n" / "locales" / f"{language}.po"


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
