"""What the cogs of administrators share: who may use them, work that takes long, what is written down.

The corpus is shared by all servers, so a server's own administrators may change nothing as such: only people and roles
in the settings, in servers in the settings, checked at every call, button and window.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import discord
from discord import ui
from discord.ext import commands

from bot.app.client import Interaction, MeasuresBot
from bot.app.errors import Refused, sentence
from bot.app.persistent import Handler
from bot.app.settings import BotSettings
from bot.cogs.admin.progress import ProgressMessage
from bot.i18n.words import Words
from bot.views.escaping import plain
from bot.views.message import AMBER, text_view
from corpus import MeasuresError, StorageError, undone
from index import By, Progress

T = TypeVar("T")
_ERROR_CHARS = 1_000


def may_administer(settings: BotSettings, guild_id: int | None, user: discord.User | discord.Member) -> bool:
    """Tell whether a person is one of those in the settings, in one of the servers in the settings."""
    if guild_id is None or guild_id not in settings.admin_guilds:
        return False
    roles = {role.id for role in user.roles} if isinstance(user, discord.Member) else set()
    return user.id in settings.admin_users or bool(roles & settings.admin_roles)


class Administration(commands.Cog):
    """A cog for administrators."""

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot."""
        self.bot = bot
        self.maintenance = bot.maintenance

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Let nobody in but those in the settings.

        :raises Refused: for everybody else.
        """
        if not self.may(interaction):
            words = self.bot.words_private(interaction)
            raise Refused(words("This is for those who run the bot."))
        return True

    def may(self, interaction: discord.Interaction[Any]) -> bool:
        """Tell whether the person is an administrator; for completion, which no check stands before."""
        return may_administer(self.bot.settings, interaction.guild_id, interaction.user)

    def guarded(self, handler: Callable[[Interaction, str], Awaitable[None]]) -> Handler:
        """Return a button's handler that only administrators get to."""

        async def check_first(interaction: Interaction, rest: str) -> None:
            await self.interaction_check(interaction)
            await handler(interaction, rest)

        return check_first

    async def complete(self, interaction: Interaction, look: Callable[[], Sequence[T]]) -> Sequence[T]:
        """Look up what an administrator may choose; nothing for others, nor while everybody who looks is at work."""
        if not self.may(interaction) or self.bot.background.is_full:
            return ()
        return await self.look(look)

    async def work(
        self,
        interaction: Interaction,
        action: str,
        work: Callable[[Progress], T],
        shown: Callable[[Words, T], ui.LayoutView],
        details: dict[str, object],
    ) -> None:
        """Run work that takes long, show how far it is and what came of it, and audit it; errors are told in full."""
        words = self.bot.words_private(interaction)
        progress = ProgressMessage(interaction, words)
        await self.audit(interaction, action, details, done=False)
        try:
            view = shown(words, await progress.follow(work, self.bot.background.run))
        except MeasuresError as error:
            text = sentence(words, error) if isinstance(error, StorageError) else plain(str(error), _ERROR_CHARS)
            view = text_view(f"⚠ {text}", accent=AMBER)
        await progress.show(view)

    async def look(self, look: Callable[[], T]) -> T:
        """Run a quick look off the event loop; administrators read errors in full.

        :raises Refused: with the sentence of the error.
        :raises StorageError: which is told in the person's language.
        """
        try:
            return await self.bot.background.run(look)
        except StorageError:
            raise
        except MeasuresError as error:
            raise Refused(plain(str(error), _ERROR_CHARS)) from error

    async def audit(
        self, interaction: Interaction, action: str, details: dict[str, object], *, done: bool = True
    ) -> None:
        """Write down what an administrator has done, or is about to do."""
        who, guild_id = interaction.user.id, interaction.guild_id
        with undone("It is done, but not written down who did it") if done else undone("Nothing was done"):
            await self.bot.store.write(lambda store: store.audit(who, guild_id, action, details))


def by(interaction: Interaction, why: str) -> By:
    """Return who does something, for the history of the corpus."""
    return By(name_in_history(interaction.user.id), why)


def name_in_history(user_id: int) -> str:
    """Return what a person is called in the history of the corpus."""
    return f"Discord user {user_id}"
