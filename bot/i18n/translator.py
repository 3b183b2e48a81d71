"""The commands' names and descriptions in the languages that Discord and the bot both know."""

from discord import Locale
from discord.app_commands import TranslationContextTypes, Translator, locale_str

from bot.i18n.words import words_for

_LOCALES = {
    Locale.french: "fr",
    Locale.german: "de",
    Locale.spain_spanish: "es",
    Locale.latin_american_spanish: "es",
    Locale.italian: "it",
    Locale.polish: "pl",
}


class CatalogueTranslator(Translator):
    """Looks commands up in the bot's catalogues."""

    async def translate(
        self,
        string: locale_str,
        locale: Locale,
        context: TranslationContextTypes,
    ) -> str | None:
        """Return a name or description in a locale; None where it is the English one."""
        language = _LOCALES.get(locale)
        if language is None:
            return None
        translated = words_for(language)(string.message)
        return translated if translated != string.message else None
