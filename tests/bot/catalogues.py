"""The bot's words as they stand in the code, and its catalogues brought up to date with them.

python -m tests.bot.catalogues    # adds new messages to every catalogue, untranslated, and drops what is gone
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot.words import LANGUAGES

ROOT = Path(__file__).parents[2]
LOCALES = ROOT / "bot" / "locales"
# What words are said with: functions and classes whose first strings are messages.
_KEYWORDS = {
    "words": None,
    "_words": None,
    "count": (1, 2),
    "locale_str": None,
    "Notice": None,
    "QuestionError": None,
    "FilterError": None,
    "_Names": None,
}


def template() -> Catalog:
    """Return all messages in the code."""
    catalog = Catalog(project="EU Measures", charset="utf-8", header_comment="# The bot's own words.")
    for folder in ("bot", "index"):
        found = extract_from_dir(ROOT / folder, [("**.py", "python")], keywords=_KEYWORDS)
        for _, _, message, _, _ in found:
            catalog.add(message)
    return catalog


def update() -> None:
    """Bring every catalogue up to date."""
    messages = template()
    LOCALES.mkdir(exist_ok=True)
    for language in LANGUAGES:
        if language == "en":
            continue
        path = LOCALES / f"{language}.po"
        catalog = Catalog(locale=language, project="EU Measures", charset="utf-8")
        if path.exists():
            with path.open("rb") as file:
                catalog = read_po(file, locale=language)
        catalog.update(messages, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        catalog.header_comment = "# The bot's own words."
        with path.open("wb") as file:
            write_po(file, catalog, width=120, no_location=True, sort_output=True, omit_header=False)


if __name__ == "__main__":
    update()
