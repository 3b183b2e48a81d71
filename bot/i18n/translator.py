"""The commands' names and descriptions in the languages that Discord and the bot both know."""

from discord import Locale
from discord.app_commands import TranslationContextTypes, Translator, locale_str

from bot.i18n.words import words_for


class CatalogueTranslator(Translator):
    """Looks commands up in the bot's catalogues."""

    async def translate(
        self,
        string: locale_str,
        locale: Locale,
        context: TranslationContextTypes,
    ) -> str | None:
        """Return a name or description in a locale; None where it is the English one."""
        translated = words_for(locale.value)(string.message)
        return translated if translated != string.message else None
