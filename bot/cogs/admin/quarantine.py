"""What `/index quarantine` shows: an entry at a time, with buttons that accept it, corrected, or discard it."""

from bot.app import sending as delivery
from bot.app.client import Interaction
from bot.app.persistent import Handler
from bot.cogs.admin.base import Administration, by
from bot.cogs.admin.modals import correction_modal
from bot.views import admin as render_admin
from index import Overrides


class Quarantine:
    """The entries of the quarantine, for a cog of administrators."""

    def __init__(self, cog: Administration) -> None:
        """Take the cog whose command shows them."""
        self._cog = cog

    @property
    def handlers(self) -> dict[str, Handler]:
        """The handlers of the buttons, by their actions."""
        return {"aside": self._turn, "accept": self._correct, "discard": self._discard}

    async def show(self, interaction: Interaction, page: int) -> None:
        """Show an entry, the page's, counted from 1."""
        entries = await self._cog.look(self._cog.maintenance.quarantined)
        if entries:
            place = min(page, len(entries)) - 1
            number = entries[place].number
            entries[place] = await self._cog.look(lambda: self._cog.maintenance.quarantine_entry(number))
        words = self._cog.bot.words_private(interaction)
        await delivery.answer(interaction, render_admin.quarantine_view(words, entries, page))

    async def _turn(self, interaction: Interaction, rest: str) -> None:
        await delivery.defer_update(interaction)
        await self.show(interaction, int(rest))

    async def _correct(self, interaction: Interaction, rest: str) -> None:
        """Ask for corrections of an entry in a window, and accept it with them."""
        number = int(rest)
        entry = await self._cog.look(lambda: self._cog.maintenance.quarantine_entry(number))
        draft = entry.quarantined.draft
        given = Overrides(None, draft.title, draft.date, draft.issuer, draft.language)

        async def accept(asked: Interaction, overrides: Overrides) -> None:
            await self._accept(asked, number, overrides)

        words = self._cog.bot.words_private(interaction)
        await self._cog.bot.show_window(interaction, correction_modal(self._cog, words, number, given, accept))

    async def _accept(self, interaction: Interaction, number: int, overrides: Overrides) -> None:
        await delivery.defer(interaction, ephemeral=True)
        who = by(interaction, "/index quarantine")
        await self._cog.work(
            interaction,
            "quarantine accept",
            lambda steps: self._cog.maintenance.accept(number, steps, overrides, who),
            render_admin.added_view,
            {"number": number},
        )

    async def _discard(self, interaction: Interaction, rest: str) -> None:
        await delivery.defer_update(interaction)
        number = int(rest)
        await self._cog.look(lambda: self._cog.maintenance.discard(number, by(interaction, "/index quarantine")))
        await self._cog.audit(interaction, "quarantine discard", {"number": number})
        await self.show(interaction, 1)
