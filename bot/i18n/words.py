"""The bot's own words in the 24 official languages of the EU: gettext catalogues in `locales/<language>.po`.

English is what stands in the code. Quotations, titles and the registry's facts stay in the language of their source.
"""

import datetime
import gettext
from functools import cache
from importlib import resources
from io import BytesIO

from index import language_of

_LOCALES = resources.files("bot.i18n") / "locales"
# What each language is called in itself.
LANGUAGES = {
    "bg": "Български",
    "cs": "Čeština",
    "da": "Dansk",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "en": "English",
    "es": "Español",
    "et": "Eesti",
    "fi": "Suomi",
    "fr": "Français",
    "ga": "Gaeilge",
    "hr": "Hrvatski",
    "hu": "Magyar",
    "it": "Italiano",
    "lt": "Lietuvių",
    "lv": "Latviešu",
    "mt": "Malti",
    "nl": "Nederlands",
    "pl": "Polski",
    "pt": "Português",
    "ro": "Română",
    "sk": "Slovenčina",
    "sl": "Slovenščina",
    "sv": "Svenska",
}
# Discord has no locale for these, so that nobody can say by it that they speak one.
_WITHOUT_LOCALE = frozenset({"et", "ga", "lv", "mt", "pt", "sk", "sl"})


def message(text: str) -> str:
    """Return a text that is a message and is said elsewhere, so that the extractor finds it for the catalogues."""
    return text


class Words:
    """What the bot says, in one language."""

    def __init__(self, language: str, translations: gettext.NullTranslations) -> None:
        """Take a language of `LANGUAGES` and its translations; those of English translate nothing."""
        self.language = language
        self._translations = translations

    def __call__(self, message: str, /, **values: object) -> str:
        """Return a sentence with its ``{names}`` filled in."""
        text = self._translations.gettext(message) if message else ""  # gettext keeps its header under ""
        return text.format(**values) if values else text

    def count(self, singular: str, plural: str, count: int, /, **values: object) -> str:
        """Return a sentence about ``{count}`` things in the form that the language has for that number."""
        text = self._translations.ngettext(singular, plural, count)
        return text.format(count=self.number(count), **values)

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


@cache
def words_for(locale: str | None) -> Words:
    """Return the words for a locale of Discord, as "fr" or "pt-BR"; English where the bot does not speak it."""
    return _words_in((locale or "en").partition("-")[0].lower())


def words_of_question(words: Words, question: str) -> Words:
    """Return the words of a question's language where Discord has no locale for it, and else those given."""
    language = language_of(question, words.language) if question else words.language
    return _words_in(language) if language in _WITHOUT_LOCALE else words


@cache
def _words_in(language: str) -> Words:
    """Return the words in a language; its catalogue is read when they are first needed."""
    if language not in LANGUAGES or language == "en":
        return ENGLISH
    return Words(language, _translations(language))


def _translations(language: str) -> gettext.GNUTranslations:
    """Compile a catalogue in memory; its header tells which plural form a number takes."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with (_LOCALES / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


ENGLISH = Words("en", gettext.NullTranslations())
