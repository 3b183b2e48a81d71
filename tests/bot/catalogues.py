"""The bot's words as they stand in the code, and its catalogues brought up to date with them.

python -m tests.bot.catalogues    # adds new messages to every catalogue, untranslated, and drops what is gone
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from bot.words import LANGUAGES
from corpus.agencies import registry

ROOT = Path(__file__).parents[2]
LOCALES = ROOT / "bot" / "locales"
SPOKEN = tuple(language for language in LANGUAGES if language != "en")
# What words are said with: calls of these names, or of what these return, whose first string is a message.
_SAY = {"words", "_words", "words_private", "words_public", "public_words", "words_for"}
_SAY |= {"locale_str", "Notice", "QuestionError", "FilterError", "_Names", "message"}
# What Babel would add to a header, and no reader needs: names of nobody, and dates that change with every run.
_HEADERS = {"Language", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"}

Message = str | tuple[str, str]


class _Catalogue(Catalog):
    """A catalogue with nothing in its header but what it takes to read it."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """Return the header, without dates."""
        return [(name, value) for name, value in super().mime_headers if name in _HEADERS]


def messages() -> set[Message]:
    """Return all messages in the code, and the kinds of bodies in the registry."""
    found: set[Message] = {agency.type for agency in registry().agencies.values()}
    for folder in ("bot", "index"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            found |= set(_in_code(path.read_text("utf-8")))
    return found


def _in_code(source: str) -> Iterator[Message]:
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        texts = [each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if _name(call.func) in _SAY and texts:
            yield texts[0]
        elif isinstance(call.func, ast.Attribute) and call.func.attr == "count" and len(texts) > 1:
            yield texts[0], texts[1]


def _name(function: ast.expr) -> str:
    """Return the last name of what is called: "words" of ``words(…)`` and ``self.words(…)``, and of their results."""
    if isinstance(function, ast.Call):
        return _name(function.func)
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def read(language: str) -> Catalog:
    """Read a catalogue as it stands, or return an empty one."""
    path = LOCALES / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def write(language: str, known: Catalog) -> None:
    """Write the catalogue of a language: all messages in the code, with the translations that are known."""
    catalogue = _Catalogue(locale=language, header_comment="# The bot's own words.", fuzzy=False)
    for message in sorted(messages(), key=str):
        before = known.get(message)
        same = before is not None and before.id == message
        catalogue.add(message, before.string if before is not None and same else None)
    with (LOCALES / f"{language}.po").open("wb") as file:
        write_po(file, catalogue, width=120, no_location=True, sort_output=True)


def update() -> None:
    """Bring every catalogue up to date."""
    LOCALES.mkdir(exist_ok=True)
    for language in SPOKEN:
        write(language, read(language))


if __name__ == "__main__":
    update()
