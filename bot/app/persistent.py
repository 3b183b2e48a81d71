"""Buttons and menus that outlive restarts: what they do is in their custom id, and a cog handles each action."""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import discord
from discord import ui

from bot.views import custom_ids as ids

if TYPE_CHECKING:
    from bot.app.client import MeasuresBot

Handler: TypeAlias = Callable[[discord.Interaction["MeasuresBot"], str], Awaitable[None]]


class PersistentButton(ui.DynamicItem[ui.Button[ui.LayoutView]], template=ids.BUTTON):
    """A button of any message that the bot ever sent."""

    def __init__(self, item: ui.Button[ui.LayoutView], action: str, rest: str) -> None:
        """Take the button and what its custom id says."""
        super().__init__(item)
        self._action = action
        self._rest = rest

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Read a button's custom id."""
        assert isinstance(item, ui.Button)
        return cls(item, match["action"], match["rest"] or "")

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what it says."""
        await interaction.client.pressed(interaction, self._action, self._rest)


class PersistentMenu(ui.DynamicItem[ui.Select[ui.LayoutView]], template=ids.MENU):
    """A menu of any message that the bot ever sent; what was chosen is what its handler gets."""

    def __init__(self, item: ui.Select[ui.LayoutView], action: str) -> None:
        """Take the menu and its action."""
        super().__init__(item)
        self._action = action

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Read a menu's custom id."""
        assert isinstance(item, ui.Select)
        return cls(item, match["action"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what it says with the first value chosen."""
        await interaction.client.pressed(interaction, self._action, self.item.values[0])
