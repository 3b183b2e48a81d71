"""The buttons under an answer: context, more, follow up, helpful or not, delete."""

from contextlib import suppress
from functools import partial

import discord
from discord.ext import commands

from bot.app import sending as delivery
from bot.app.admission import Price
from bot.app.asking import ask_by_interaction
from bot.app.client import Interaction, MeasuresBot
from bot.app.clock import today
from bot.app.errors import Refused
from bot.app.modals import text_window
from bot.app.more import more_passages
from bot.cogs.conversation import keep_readings
from bot.database.connection import BotStoreError
from bot.user_data import HELPFUL, NOT_HELPFUL, KeptAnswer
from bot.views import answers as render
from bot.views import custom_ids as ids
from bot.views.conversation import choices_view
from bot.views.custom_ids import Place
from bot.views.message import AMBER, text_view
from corpus import undone
from index import MAX_QUESTION_CHARS, Engine, Filters, Untraceable, follow_up

_REASON_CHARS = 500


class Answers(commands.Cog):
    """What people do with an answer."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot, and handle the buttons."""
        self.bot = bot
        bot.buttons.add({"context": self.context, "nearest": self.nearest})
        bot.buttons.add({"more": self.more, "page": self.page}, Price.TURN)
        bot.buttons.add({"follow": self.follow}, Price.AHEAD)
        bot.buttons.add({"meant": self.meant}, Price.NOTHING)  # the question costs a turn
        bot.windows.add({"follow": self.ask_further, "unhelpful": self.keep_reason})
        bot.buttons.add({"helpful": self.helpful, "unhelpful": self.unhelpful, "delete": self.delete}, Price.NOTE)

    async def context(self, interaction: Interaction, rest: str) -> None:
        """Show a quote with what stands around it; this works when the answer itself is erased, too."""
        await self._show_context(interaction, rest, answers=True)

    async def nearest(self, interaction: Interaction, rest: str) -> None:
        """Show the passage that comes nearest to a question that nothing answers."""
        await self._show_context(interaction, rest, answers=False)

    async def _show_context(self, interaction: Interaction, rest: str, *, answers: bool) -> None:
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
            if answers:
                view = render.neighbours_view(words, context, today())
            else:
                view = render.nearest_view(words, context, place.answer_id, today())
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
        """Ask for a further question, where the answer is still kept; that is looked up first only if it is quick."""
        with suppress(BotStoreError):
            await self._kept(interaction, rest)
        words = self.bot.words_private(interaction)
        modal = text_window(
            ids.window("follow", rest, "alone" if _is_private(interaction) else ""),
            words("Follow up"),
            words("Your question"),
            max_chars=MAX_QUESTION_CHARS,
            placeholder=words("And Frontex?"),
        )
        await delivery.ask(interaction, modal)

    async def ask_further(self, interaction: Interaction, rest: str, text: str) -> None:
        """Answer a further question, which is read with the one before where the same person asked that."""
        answer_id, _, alone = rest.partition(":")
        kept = await self._kept(interaction, answer_id)
        own = kept.asker == interaction.user.id
        followed = follow_up(kept.question, text) if own else None
        if followed is not None and followed.question is None:
            readings = keep_readings(self.bot, kept, followed)
            await delivery.respond(interaction, choices_view(self.bot.words_private(interaction), readings))
            return
        read_as = followed.question if followed is not None else None
        filters = kept.filters if own else Filters()
        await ask_by_interaction(self.bot, interaction, text, filters, private=bool(alone) or None, read_as=read_as)

    async def meant(self, interaction: Interaction, rest: str) -> None:
        """Ask what a follow-up means, as the person who asked it says."""
        kept = await self._kept(interaction, rest)
        if kept.asker != interaction.user.id:
            raise Refused(self.bot.words_private(interaction)("Only the person who asked can say what they mean."))
        private = _is_private(interaction) or None
        await ask_by_interaction(
            self.bot, interaction, kept.question, kept.filters, private=private, read_as=kept.question
        )

    async def helpful(self, interaction: Interaction, rest: str) -> None:
        """Keep that an answer helped, without who said so."""
        await self._say(interaction, rest, HELPFUL, None)

    async def unhelpful(self, interaction: Interaction, rest: str) -> None:
        """Ask what is wrong with an answer."""
        words = self.bot.words_private(interaction)
        modal = text_window(
            ids.window("unhelpful", rest),
            words("Not helpful"),
            words("What is wrong? (optional)"),
            max_chars=_REASON_CHARS,
            required=False,
        )
        await delivery.ask(interaction, modal)

    async def keep_reason(self, interaction: Interaction, rest: str, text: str) -> None:
        """Keep that an answer did not help, and why, without who said so."""
        await self._say(interaction, rest, NOT_HELPFUL, text.strip() or None)

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
        words = self.bot.words_private(interaction)
        view, _ = await more_passages(self.bot, kept, words, page, interaction.user.id)
        await delivery.answer(interaction, view)

    async def _say(self, interaction: Interaction, answer_id: str, verdict: str, reason: str | None) -> None:
        """Keep what a person thinks of an answer, in place of what they said of it before."""
        await delivery.defer(interaction, ephemeral=True)
        with undone("Your opinion was not kept"):
            is_kept = await self.bot.store.say(answer_id, interaction.user.id, verdict, reason)
        if not is_kept:
            raise self._gone(interaction)
        words = self.bot.words_private(interaction)
        await delivery.answer(interaction, text_view(words("Thank you: this is kept without your name.")))


def _is_private(interaction: Interaction) -> bool:
    """Tell whether only the person sees the message with the button."""
    return interaction.message is not None and interaction.message.flags.ephemeral


def _asker(message: discord.Message | None) -> int | None:
    """Return who asked for an answer, as far as Discord tells; this works when nothing is stored of it."""
    if message is None:
        return None
    if message.interaction_metadata is not None:
        return message.interaction_metadata.user.id
    asked = message.reference.resolved if message.reference else None
    return asked.author.id if isinstance(asked, discord.Message) else None


async def setup(bot: MeasuresBot) -> None:
    """Add the cog."""
    await bot.add_cog(Answers(bot))
