"""`/verify`: whether what an answer quoted still stands, and what its question is answered now."""

from functools import partial

from discord import app_commands
from discord.app_commands import Range, locale_str
from discord.ext import commands

from bot.app import sending as delivery
from bot.app.client import Interaction, MeasuresBot
from bot.app.clock import today
from bot.app.errors import Refused
from bot.receipts import Receipt, Verification, read_id
from bot.views.changes import verification_view
from bot.views.comparison import no_id_line, not_kept_line
from bot.views.escaping import plain
from bot.views.message import AMBER, text_view
from index import Answer, Engine, NotAsked

_ID_CHARS = 40


class Verify(commands.Cog):
    """Receipts of answers."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot."""
        self.bot = bot

    @app_commands.command(
        name=locale_str("verify"),
        description=locale_str("Check what an answer quoted against the releases as they are kept now"),
    )
    @app_commands.rename(answer=locale_str("answer"))
    @app_commands.describe(answer=locale_str("The id under the answer, as K7MQ2-XPD4F"))
    async def verify(self, interaction: Interaction, answer: Range[str, 1, 40]) -> None:
        """Say what became of an answer, to the person alone."""
        words = self.bot.words_private(interaction)
        answer_id = read_id(answer)
        if answer_id is None:
            raise Refused(no_id_line(plain(answer, _ID_CHARS), words))
        await self.bot.admission.let_in_or_refuse(interaction)
        await delivery.defer(interaction, ephemeral=True)
        days, user_id = self.bot.settings.answer_days, interaction.user.id
        receipt = await self.bot.store.receipt(answer_id, days)
        if receipt is None:
            await delivery.answer(interaction, text_view(not_kept_line(days, words), accent=AMBER))
            return
        verified = await self.bot.with_engine(
            partial(Engine.verify_citations, cited=receipt.citations), interaction.user.id
        )
        verification = Verification(receipt, verified, await self._ask_again(receipt, user_id))
        kept = await self.bot.store.answer(answer_id)
        is_asker = kept is not None and kept.asker == user_id
        await delivery.answer(interaction, verification_view(words, verification, today(), asker=is_asker))

    async def _ask_again(self, receipt: Receipt, user_id: int) -> Answer | NotAsked:
        if receipt.question is None:
            return NotAsked.ERASED
        ask = partial(
            Engine.answer_again,
            generation=receipt.generation,
            text=receipt.question,
            filters=receipt.filters,
            limit=receipt.most_quotes,
        )
        return await self.bot.with_engine(ask, user_id)


async def setup(bot: MeasuresBot) -> None:
    """Add the cog."""
    await bot.add_cog(Verify(bot))
