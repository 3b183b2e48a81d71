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
# The functions whose first argument is a message; `count` takes a singular and a plural one. They are read from the
# syntax tree: Babel 2.19 also takes strings beside such a name that is not called, and no version sees into f-strings.
_FUNCTIONS = ("words", "_words", "locale_str", "message", "undone", "Notice", "QuestionError", "FilterError", "_Names")
# Without names of nobody and dates that change with every run. The plural forms are those that the catalogue has: Babel
# writes them otherwise from version to version.
_HEADER = """# The bot's own words.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit"

"""

Message = str | tuple[str, str]


@cache
def messages() -> frozenset[Message]:
    """Return all messages in the code, and the kinds of agencies in the registry."""
    kinds = {agency.type for agency in registry().agencies.values()}
    return frozenset(kinds.union(*map(_messages_of, _calls_in_code())))


def _messages_of(call: ast.Call) -> Iterator[Message]:
    yield from _texts_of(call)
    both = [argument.value for argument in call.args[:2] if isinstance(argument, ast.Constant)]
    if _name(call.func) == "count" and len(both) == 2 and all(isinstance(text, str) for text in both):
        yield str(both[0]), str(both[1])


def _paths() -> list[Path]:
    return [path for folder in ("bot", "index") for path in sorted((ROOT / folder).rglob("*.py"))]


@cache
def said_by(name: str, *places: int | str) -> frozenset[str]:
    """Return the messages in these arguments of a function or class, by place or name, wherever it is called."""
    messages: set[str] = set()
    for call in _calls_in_code():
        if _name(call.func) == name:
            given: dict[int | str, ast.expr] = dict(enumerate(call.args))
            given |= {each.arg: each.value for each in call.keywords if each.arg}
            expressions = [given[place] for place in places if place in given]
            messages |= {text for each in expressions for inner in _calls(each) for text in _texts_of(inner)}
    return frozenset(messages)


@cache
def _calls_in_code() -> tuple[ast.Call, ...]:
    """Return all calls of functions and classes in the code, which takes a second."""
    return tuple(call for path in _paths() for call in _calls(ast.parse(path.read_text("utf-8"))))


def _texts_of(call: ast.Call) -> Iterator[str]:
    """Give the messages that are the first argument of a call."""
    if _name(call.func) in _FUNCTIONS and call.args:
        yield from _strings(call.args[0])


def _strings(node: ast.expr) -> Iterator[str]:
    """Give the string that an argument is, or the two of "one if so else other"."""
    if isinstance(node, ast.IfExp):
        yield from _strings(node.body)
        yield from _strings(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    return (each for each in ast.walk(node) if isinstance(each, ast.Call))


def _name(function: ast.expr) -> str:
    """Return the last name of what is called: "words" of ``self.words(…)``, "Select" of ``Select[…](…)``."""
    if isinstance(function, ast.Subscript):
        return _name(function.value)
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def forms(catalogue: Catalog, message: Message) -> tuple[str, ...]:
    """Return the translation of a message, all forms of it; none where there is none."""
    entry = catalogue.get(message)
    if entry is None or not entry.string:
        return ()
    return (entry.string,) if isinstance(entry.string, str) else tuple(map(str, entry.string))


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
    header = _HEADER.format(language=language, plural_forms=known.plural_forms).encode()
    catalogue = read_po(BytesIO(header), locale=language)
    for message in sorted(messages(), key=str):
        before = known.get(message)
        same = before is not None and before.id == message
        catalogue.add(message, before.string if before is not None and same else None)
    file = BytesIO()
    write_po(file, catalogue, width=120, no_location=True, sort_output=True, omit_header=True)
    return header + file.getvalue()


def update() -> None:
    """Bring every catalogue up to date."""
    for language in SPOKEN:
        path(language).write_bytes(rendered(language, read(language)))


if __name__ == "__main__":
    update()
