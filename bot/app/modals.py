"""Windows that ask for a text."""

from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import ui

from bot.app import errors
from bot.views.escaping import label

Interaction = discord.Interaction[Any]
_LABEL_CHARS = 45


class TextModal(ui.Modal):
    """A window with one field, whose text goes to a function."""

    def __init__(
        self,
        title: str,
        field: str,
        then: Callable[[Interaction, str], Awaitable[None]],
        *,
        max_chars: int,
        required: bool = True,
        placeholder: str | None = None,
    ) -> None:
        """Take the title, what stands above the field, and what is done with the text."""
        super().__init__(title=label(title, _LABEL_CHARS), timeout=900)
        self._then = then
        self._input: ui.TextInput[TextModal] = ui.TextInput(
            style=discord.TextStyle.paragraph if max_chars > 200 else discord.TextStyle.short,
            max_length=max_chars,
            required=required,
            placeholder=placeholder,
        )
        self.add_item(ui.Label(text=label(field, _LABEL_CHARS), component=self._input))

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Hand the text on."""
        if await interaction.client.admit(interaction):
            await self._then(interaction, self._input.value)

    async def on_error(  # type: ignore[override]  # discord.py gives a modal's no item
        self, interaction: Interaction, error: Exception, /
    ) -> None:
        """Tell the person in one sentence."""
        await errors.tell(interaction, error)
