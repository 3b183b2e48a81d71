"""`/diff`: what differs between two releases, or between two versions of one."""

import asyncio
from contextlib import suppress
from functools import partial

from discord import app_commands
from discord.app_commands import Choice, Range, locale_str
from discord.ext import commands

from bot.app import sending as delivery
from bot.app.asking import is_private, public_words
from bot.app.client import Interaction, MeasuresBot
from bot.app.errors import Refused
from bot.app.queue import Stopping
from bot.views.changes import diff_view
from bot.views.escaping import label
from corpus import MeasuresError, UnknownReleaseError
from index import Engine

_CHOICES, _CHOICE_CHARS = 25, 100
_COMPLETES_S = 2.0  # of the three seconds that Discord waits


class Diff(commands.Cog):
    """What changed."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot."""
        self.bot = bot

    @app_commands.command(
        name=locale_str("diff"),
        description=locale_str("Tell what differs between two releases, or between two versions of one"),
    )
    @app_commands.rename(before=locale_str("before"), after=locale_str("after"))
    @app_commands.describe(
        before=locale_str("A release; its last two versions are compared where no other is named"),
        after=locale_str("The release to compare it with"),
    )
    async def diff(
        self, interaction: Interaction, before: Range[str, 1, 100], after: Range[str, 1, 100] | None = None
    ) -> None:
        """Compare them, sentence by sentence."""
        await self.bot.admission.let_in_or_refuse(interaction)
        ephemeral = is_private(self.bot, interaction, None)
        await delivery.defer(interaction, ephemeral=ephemeral)
        words = self.bot.words_private(interaction) if ephemeral else public_words(self.bot, interaction)
        compare = partial(Engine.compare_releases, before=before, after=after)
        try:
            diff = await self.bot.with_engine(compare, interaction.user.id)
        except UnknownReleaseError as error:
            release_id, other_id = _release_id(before), _release_id(after or before)
            release = partial(Engine.release, release_id=release_id)
            if other_id == release_id and await self.bot.with_engine(release, interaction.user.id) is not None:
                text = words("There is no other version of this release: name another one to compare it with.")
            else:
                text = words("There is no such release: choose one from the list that appears while you type.")
            raise Refused(text) from error
        await delivery.answer(interaction, diff_view(words, diff))

    @diff.autocomplete("before")
    @diff.autocomplete("after")
    async def complete_release(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Complete a release by words of its title, issuer, date or id."""
        with suppress(MeasuresError, Stopping, TimeoutError):
            async with asyncio.timeout(_COMPLETES_S):
                releases = await self.bot.with_engine(partial(Engine.releases, query=typed), interaction.user.id)
            return [
                Choice(name=label(f"{release.date} {release.title}", _CHOICE_CHARS), value=release.release_id)
                for release in releases[:_CHOICES]
            ]
        return []


def _release_id(typed: str) -> str:
    """Return the id of the release that a version belongs to."""
    return typed.partition("@")[0].strip()


async def setup(bot: MeasuresBot) -> None:
    """Add the cog."""
    await bot.add_cog(Diff(bot))
