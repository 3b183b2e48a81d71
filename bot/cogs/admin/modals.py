"""Windows for administrators: files to add, corrections of an entry in quarantine. Who submits one is checked again."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import discord
from discord import ui

from bot.app import errors, logs
from bot.app.client import Interaction
from bot.app.modals import SESSION
from bot.cogs.admin.base import Administration
from bot.i18n.words import Words
from bot.views import custom_ids as ids
from index import Overrides, parse_day

MAX_FILES = 10
_FIELD_CHARS = 300


class AdminModal(ui.Modal):
    """A window that only administrators may submit."""

    def __init__(self, cog: Administration, title: str, act: Callable[[Interaction], Awaitable[None]]) -> None:
        """Take the function to run when the window is submitted."""
        custom_id = f"{ids.SHORT_LIVED}{SESSION}:{secrets.token_hex(8)}"
        super().__init__(title=title, custom_id=custom_id, timeout=900)
        self._cog = cog
        self._act = act

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Check the person, and run what the window was opened for."""
        if await self._cog.bot.admit(interaction):
            await self._cog.interaction_check(interaction)
            await self._act(interaction)
            logs.served(interaction, "window")

    async def on_error(  # type: ignore[override]  # discord.py gives a modal's no item
        self, interaction: discord.Interaction[Any], error: Exception, /
    ) -> None:
        """Tell the person in one sentence."""
        await errors.tell(interaction, error)


def files_modal(
    cog: Administration, words: Words, then: Callable[[Interaction, Sequence[discord.Attachment]], Awaitable[None]]
) -> AdminModal:
    """Return a window that asks for files, and hands them to a function."""
    upload: ui.FileUpload[AdminModal] = ui.FileUpload(min_values=1, max_values=MAX_FILES)
    modal = AdminModal(cog, words("Add releases from files"), lambda interaction: then(interaction, upload.values))
    modal.add_item(
        ui.Label(text=words("Files"), description=".html, .mhtml, .pdf, .docx, .txt, .md, .zip", component=upload)
    )
    return modal


def correction_modal(
    cog: Administration,
    words: Words,
    number: int,
    given: Overrides,
    then: Callable[[Interaction, Overrides], Awaitable[None]],
) -> AdminModal:
    """Return a window in which an entry of the quarantine is corrected; it hands the corrections to a function."""
    values = {
        "title": given.title,
        "date": given.date.isoformat() if given.date else None,
        "issuer": given.issuer,
        "language": given.language,
    }
    inputs: dict[str, ui.TextInput[AdminModal]] = {
        name: ui.TextInput(default=(value or "")[:_FIELD_CHARS] or None, required=False, max_length=_FIELD_CHARS)
        for name, value in values.items()
    }

    async def act(interaction: Interaction) -> None:
        typed = {name: field.value.strip() or None for name, field in inputs.items()}
        day = parse_day(typed["date"]) if typed["date"] else None
        await then(interaction, Overrides(None, typed["title"], day, typed["issuer"], typed["language"]))

    modal = AdminModal(cog, words("Accept number {number}", number=number), act)
    modal.add_item(ui.Label(text=words("Title"), component=inputs["title"]))
    modal.add_item(ui.Label(text=words("Date"), component=inputs["date"]))
    modal.add_item(ui.Label(text=words("Issuer"), component=inputs["issuer"]))
    modal.add_item(ui.Label(text=words("Language"), component=inputs["language"]))
    return modal
