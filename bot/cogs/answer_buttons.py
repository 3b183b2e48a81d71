"""The buttons under an answer: context, more, follow up, helpful or not, delete."""

from collections.abc import Sequence
from functools import partial

import discord
from discord.ext import commands

from bot.app import sending as delivery
from bot.app.admission import Price
from bot.app.asking import ask_by_interaction, log_window, today
from bot.app.bot_db_schema import BotStoreError
from bot.app.client import Interaction, MeasuresBot
from bot.app.errors import Refused
from bot.app.modals import TextModal
from bot.user_data import HELPFUL, NOT_HELPFUL, KeptAnswer
from bot.views import answers as render
from bot.views.custom_ids import Place
from bot.views.message import AMBER, text_view
from corpus import undone
from index import MAX_QUESTION_CHARS, Engine, FoundPassage, Untraceable, continued

_REASON_CHARS = 500
_MOST_PASSAGES = 30


class Answers(commands.Cog):
    """What people do with an answer."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot, and handle the buttons."""
        self.bot = bot
        bot.buttons.add({"context": self.context})
        bot.buttons.add({"more": self.more, "page": self.page}, Price.TURN)
        bot.buttons.add({"follow": self.follow}, Price.AHEAD)
        bot.buttons.add({"helpful": self.helpful, "unhelpful": self.unhelpful, "delete": self.delete}, Price.NOTE)

    async def context(self, interaction: Interaction, rest: str) -> None:
        """Show a quote with what stands around it; this works when the answer itself is erased, too."""
        place = Place.from_rest(rest)
        await delivery.defer(interaction, ephemeral=True)
        look = partial(
            Engine.neighbours, release_id=place.release_id, start=place.start, end=place.end, digest=place.digest
        )
        context = await self.bot.with_engine(look, interaction.user.id)
        words = self.bot.words_private(interaction)
        if context is Untraceable.GONE:
            view = text_view(words("This release is no longer served."), accent=AMBER)
        elif context is Untraceable.CHANGED:
            view = text_view(
                words("This release was corrected since: the quoted words no longer stand in it."), accent=AMBER
            )
        else:
            assert not isinstance(context, Untraceable)
            view = render.neighbours_view(words, context, today())
        await delivery.answer(interaction, view)

    async def more(self, interaction: Interaction, rest: str) -> None:
        """Show the next best passages, to the person alone."""
        await delivery.defer(interaction, ephemeral=True)
        kept, page = await self._kept_and_page(interaction, rest)
        await self._show_more(interaction, kept, page)

    async def page(self, interaction: Interaction, rest: str) -> None:
        """Turn a page of passages."""
        await delivery.defer_update(interaction)
        kept, page = await self._kept_and_page(interaction, rest)
        await self._show_more(interaction, kept, page)

    async def follow(self, interaction: Interaction, rest: str) -> None:
        """Ask for a further question, which is read with the one before where the same person asked that.

        Only the window acknowledges this, so the question before is looked up first only where that is quick.
        """
        words = self.bot.words_private(interaction)
        try:
            known = await self._kept(interaction, rest)
        except BotStoreError:
            known = None
        private = interaction.message is not None and interaction.message.flags.ephemeral

        async def ask(asked: Interaction, text: str) -> None:
            kept = known or await self._kept(asked, rest)
            own = kept.asker == asked.user.id
            question = continued(kept.question, text) if own else text
            filters = kept.filters if own else type(kept.filters)()
            read_as = question if question != text else None
            await log_window(
                asked,
                lambda: ask_by_interaction(self.bot, asked, text, filters, private=private or None, read_as=read_as),
            )

        modal = TextModal(
            words("Follow up"),
            words("Your question"),
            ask,
            max_chars=MAX_QUESTION_CHARS,
            placeholder=words("And Frontex?"),
        )
        await self.bot.show_window(interaction, modal)

    async def helpful(self, interaction: Interaction, rest: str) -> None:
        """Keep that an answer helped, without who said so."""
        await self._say(interaction, rest, HELPFUL, None)

    async def unhelpful(self, interaction: Interaction, rest: str) -> None:
        """Ask what is wrong with an answer, and keep it, without who said so."""
        words = self.bot.words_private(interaction)

        async def keep(submission: Interaction, text: str) -> None:
            await self._say(submission, rest, NOT_HELPFUL, text.strip() or None)

        modal = TextModal(
            words("Not helpful"), words("What is wrong? (optional)"), keep, max_chars=_REASON_CHARS, required=False
        )
        await self.bot.show_window(interaction, modal)

    async def delete(self, interaction: Interaction, rest: str) -> None:
        """Delete an answer for whoever asked, or for a moderator."""
        moderates = interaction.guild_id is not None and interaction.permissions.manage_messages
        asker = interaction.user.id if moderates else _asker(interaction.message)
        if asker is None:  # Discord does not tell who asked
            await delivery.defer_update(interaction)
            kept = await self.bot.store.answer(rest)
            asker = kept.asker if kept is not None else None
        if asker != interaction.user.id:
            words = self.bot.words_private(interaction)
            raise Refused(words("Only the person who asked or a moderator can delete this."))
        if not interaction.response.is_done():
            await delivery.defer_update(interaction)
        await interaction.delete_original_response()
        self.bot.store.forget_answer(rest)

    async def _kept_and_page(self, interaction: Interaction, rest: str) -> tuple[KeptAnswer, int]:
        answer_id, page = rest.split(":")
        return await self._kept(interaction, answer_id), int(page)

    async def _kept(self, interaction: Interaction, answer_id: str) -> KeptAnswer:
        kept = await self.bot.store.answer(answer_id)
        if kept is None:
            raise self._gone(interaction)
        return kept

    def _gone(self, interaction: Interaction) -> Refused:
        return Refused(
            self.bot.words_private(interaction).count(
                "This answer is older than {count} day or was erased: ask again.",
                "This answer is older than {count} days or was erased: ask again.",
                self.bot.settings.answer_days,
            )
        )

    async def _show_more(self, interaction: Interaction, kept: KeptAnswer, page: int) -> None:
        search = partial(Engine.search, query=kept.question, filters=kept.filters, limit=_MOST_PASSAGES)
        result = await self.bot.with_engine(search, interaction.user.id)
        passages = render.page_of(_not_shown(result.passages, kept), page)
        release_ids = list(dict.fromkeys(passage.release_id for passage in passages))
        sources = await self.bot.with_engine(partial(Engine.sources, release_ids=release_ids), interaction.user.id)
        words = self.bot.words_private(interaction)
        await delivery.answer(interaction, render.more_view(words, passages, sources, kept.id, page, today()))

    async def _say(self, interaction: Interaction, answer_id: str, verdict: str, reason: str | None) -> None:
        """Keep what a person thinks of an answer, in place of what they said of it before."""
        await delivery.defer(interaction, ephemeral=True)
        with undone("Your opinion was not kept"):
            is_kept = await self.bot.store.say(answer_id, interaction.user.id, verdict, reason)
        if not is_kept:
            raise self._gone(interaction)
        words = self.bot.words_private(interaction)
        await delivery.answer(interaction, text_view(words("Thank you: this is kept without your name.")))


def _asker(message: discord.Message | None) -> int | None:
    """Return who asked for an answer, as far as Discord tells; this works when nothing is stored of it."""
    if message is None:
        return None
    if message.interaction_metadata is not None:
        return message.interaction_metadata.user.id
    asked = message.reference.resolved if message.reference else None
    return asked.author.id if isinstance(asked, discord.Message) else None


def _not_shown(passages: Sequence[FoundPassage], kept: KeptAnswer) -> list[FoundPassage]:
    """Return the passages that hold nothing of what the answer showed."""
    return [
        passage
        for passage in passages
        if not any(
            span.release_id == passage.release_id and span.start < passage.end and passage.start < span.end
            for span in kept.spans
        )
    ]


async def setup(bot: MeasuresBot) -> None:
    """Add the cog."""
    await bot.add_cog(Answers(bot))
