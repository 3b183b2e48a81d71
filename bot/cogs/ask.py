"""`/ask`, and the names that its options complete."""

from contextlib import suppress

from discord import app_commands
from discord.app_commands import Choice, Range, locale_str
from discord.ext import commands, tasks

from bot.app import metrics
from bot.app import sending as delivery
from bot.app.asking import ask_by_interaction, filters_from
from bot.app.client import Interaction, MeasuresBot
from bot.app.queue import Stopping
from bot.app.wanted import NO_QUESTIONS
from bot.cogs.conversation import no_question
from bot.views.about import help_view
from bot.views.escaping import label
from bot.views.message import text_view
from bot.views.wording import full_name
from corpus import MeasuresError, registry
from index import MAX_QUESTION_CHARS, Engine, MessageKind, message_kind, readable

MAX_CHOICES, CHOICE_CHARS = 25, 100


class Ask(commands.Cog):
    """Questions by command."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot."""
        self.bot = bot
        self._issuers: tuple[str, ...] = ()

    async def cog_load(self) -> None:
        """Start learning who issued the releases, for completion."""
        self.learn_issuers.start()

    async def cog_unload(self) -> None:
        """Stop learning."""
        self.learn_issuers.cancel()

    @app_commands.command(name=locale_str("ask"), description=locale_str("Ask what the EU has decided"))
    @app_commands.rename(
        question=locale_str("question"),
        agency=locale_str("agency"),
        issuer=locale_str("issuer"),
        since=locale_str("since"),
        until=locale_str("until"),
        private=locale_str("private"),
    )
    @app_commands.describe(
        question=locale_str("Your question, in a few words"),
        agency=locale_str("Only what names this EU body or a part of it"),
        issuer=locale_str("Only releases of this issuer"),
        since=locale_str("Only releases from this year, month or day on, as 2018, 2018-12 or 2018-12-06"),
        until=locale_str("Only releases up to this year, month or day"),
        private=locale_str("Show the answer to you alone"),
    )
    async def ask(
        self,
        interaction: Interaction,
        question: Range[str, 1, MAX_QUESTION_CHARS],
        agency: Range[str, 1, 100] | None = None,
        issuer: Range[str, 1, 100] | None = None,
        since: Range[str, 1, 40] | None = None,
        until: Range[str, 1, 40] | None = None,
        private: bool | None = None,
    ) -> None:
        """Answer a question with quotations; small talk gets a line, or the help."""
        kind = message_kind(question)
        if kind in NO_QUESTIONS:
            if kind is MessageKind.NOTHING:
                readable(question)  # refuses what has no words
            words = self.bot.words_private(interaction)
            is_line = kind in (MessageKind.NOTHING, MessageKind.DOUBT, MessageKind.BLAME, MessageKind.PRAISE)
            await delivery.respond(interaction, text_view(no_question(words, kind)) if is_line else help_view(words))
            return
        with metrics.asked(metrics.Surface.COMMAND):
            filters = filters_from(agency, issuer, since, until)
        await ask_by_interaction(self.bot, interaction, question, filters, private=private, kind=kind)

    @ask.autocomplete("agency")
    async def complete_agency(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Complete the name of an agency."""
        return complete_agency(typed)

    @ask.autocomplete("issuer")
    async def complete_issuer(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Complete the name of an issuer."""
        return self.issuers(typed)

    def issuers(self, typed: str) -> list[Choice[str]]:
        """Return the issuers whose name may be meant."""
        wanted = typed.casefold().strip()
        matching = [issuer for issuer in self._issuers if wanted in issuer.casefold()][:MAX_CHOICES]
        return [Choice(name=label(issuer, CHOICE_CHARS), value=issuer[:CHOICE_CHARS]) for issuer in matching]

    @tasks.loop(minutes=5)
    async def learn_issuers(self) -> None:
        """Learn who issued the releases that are served."""
        with suppress(MeasuresError, Stopping):  # whoever asks a question is told of it
            self._issuers = tuple((await self.bot.with_engine(Engine.corpus)).issuers)


def complete_agency(typed: str) -> list[Choice[str]]:
    """Return the agencies whose name may be meant, from memory."""
    agencies = registry().complete(typed, MAX_CHOICES)
    return [Choice(name=label(full_name(agency), CHOICE_CHARS), value=agency.id) for agency in agencies]


async def setup(bot: MeasuresBot) -> None:
    """Add the cog."""
    await bot.add_cog(Ask(bot))
