"""The bot's own words in six languages: gettext catalogues, read by Babel from `locales/<language>.po`.

English is what stands in the code. Quotations, titles and the registry's facts stay in the language of their source.
"""

import datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

LANGUAGES = {"en": "English", "de": "Deutsch", "es": "Español", "fr": "Français", "it": "Italiano", "pl": "Polski"}


def message(text: str) -> str:
    """Return a text that is a message and is said elsewhere, so that the extractor finds it for the catalogues."""
    return text


class Words:
    """What the bot says, in one language."""

    def __init__(self, language: str, catalogue: "Catalog | None") -> None:
        """Take a language of `LANGUAGES` and its catalogue, None for English."""
        self.language = language
        self._catalogue = catalogue

    def __call__(self, message: str, /, **values: object) -> str:
        """Return a sentence with its ``{names}`` filled in."""
        entry = self._catalogue.get(message) if self._catalogue is not None else None
        text = str(entry.string) if entry is not None and entry.string else message
        return text.format(**values) if values else text

    def count(self, singular: str, plural: str, count: int, /, **values: object) -> str:
        """Return a sentence about ``{count}`` things in the form that the language has for that number."""
        forms: tuple[str, ...] = (singular, plural)
        form = int(count != 1)
        entry = self._catalogue.get((singular, plural)) if self._catalogue is not None else None
        if entry is not None and isinstance(entry.string, tuple) and all(entry.string):
            forms = entry.string
            form = _plural_form(self.language, count)
        return forms[form].format(count=self.number(count), **values)

    def number(self, number: int) -> str:
        """Return a number with its thousands set apart as a reader of the language does, as "1,234"."""
        if self.language == "en":
            return f"{number:,}"
        from babel.numbers import format_decimal

        return format_decimal(number, locale=self.language)

    def share(self, share: float) -> str:
        """Return a share as a percentage, as "86%"."""
        from babel.numbers import format_percent

        return format_percent(share, locale=self.language)

    def date(self, date: datetime.date) -> str:
        """Return a date as a reader of the language writes it, as "6 December 2018"."""
        from babel.dates import format_date

        return format_date(date, "d MMMM y" if self.language == "en" else "long", locale=self.language)

    def language_name(self, language: str) -> str:
        """Return what a language, given by its code, is called; the code where that is not known."""
        from babel.core import Locale

        return str(Locale(self.language).languages.get(language.lower(), language[:10]))


def _plural_form(language: str, count: int) -> int:
    """Return which of a catalogue's forms a number takes: Polish has three, the others two."""
    from babel.core import Locale

    rule = Locale(language).plural_form(count)
    if language == "pl":
        return {"one": 0, "few": 1}.get(rule, 2)
    return 0 if rule == "one" else 1


@cache
def words_for(locale: str | None) -> Words:
    """Return the words for a locale of Discord, as "fr" or "es-ES"; English where the bot does not speak it."""
    language = (locale or "en").partition("-")[0].lower()
    if language not in LANGUAGES or language == "en":
        return Words("en", None)
    return Words(language, catalogue(language))


def catalogue(language: str) -> "Catalog":
    """Read the catalogue of a language.

    :raises FileNotFoundError: when there is none.
    """
    from babel.messages.pofile import read_po

    with (resources.files("bot.i18n") / "locales" / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


ENGLISH = Words("en", None)
