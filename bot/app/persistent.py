"""Buttons and menus that outlive restarts: what they do stands in their custom id, and a cog handles each action."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self, TypeAlias

import discord
from discord import ui

from bot.app import errors, logs
from bot.app.admission import Admission, Price
from bot.views import custom_ids as ids

Interaction = discord.Interaction[Any]
Handler: TypeAlias = Callable[[Interaction, str], Awaitable[None]]


class Dispatcher:
    """Runs the handler of a button or a menu; any message that the bot ever sent may carry one."""

    def __init__(self, admit: Callable[[Interaction], Awaitable[bool]], admission: Admission) -> None:
        """Take the function that checks every interaction first, and what decides who is let in."""
        self.handlers: dict[str, Handler] = {}
        self.prices: dict[str, Price] = {}
        self._admit = admit
        self._admission = admission

    def add(self, handlers: Mapping[str, Handler], price: Price = Price.LOOK) -> None:
        """Let functions handle actions, each use of which costs a price."""
        self.handlers |= handlers
        self.prices |= dict.fromkeys(handlers, price)

    async def run(self, interaction: Interaction, action: str, rest: str) -> None:
        """Let the cog that owns an action handle it; tell the person what goes wrong."""
        if not await self._admit(interaction):
            return
        try:
            await self._admission.let_in_or_refuse(interaction, self.prices.get(action, Price.LOOK))
            await self.handlers[action](interaction, rest)
        except Exception as error:
            await errors.tell(interaction, error)
        else:
            logs.served(interaction, action)


class PersistentButton(ui.DynamicItem[ui.Button[ui.LayoutView]], template=ids.BUTTON):
    """A button; its client has a `Dispatcher` as `buttons`."""

    def __init__(self, item: ui.Button[ui.LayoutView], action: str, rest: str) -> None:
        """Take the button and what its custom id says."""
        super().__init__(item)
        self._action = action
        self._rest = rest

    @classmethod
    async def from_custom_id(cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Read a button's custom id."""
        assert isinstance(item, ui.Button)
        return cls(item, match["action"], match["rest"] or "")

    async def callback(self, interaction: Interaction) -> None:
        """Run the handler of its action."""
        await interaction.client.buttons.run(interaction, self._action, self._rest)


class PersistentMenu(ui.DynamicItem[ui.Select[ui.LayoutView]], template=ids.MENU):
    """A menu, whose handler gets what was chosen; its client has a `Dispatcher` as `buttons`."""

    def __init__(self, item: ui.Select[ui.LayoutView], action: str) -> None:
        """Take the menu and its action."""
        super().__init__(item)
        self._action = action

    @classmethod
    async def from_custom_id(cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Read a menu's custom id."""
        assert isinstance(item, ui.Select)
        return cls(item, match["action"])

    async def callback(self, interaction: Interaction) -> None:
        """Run the handler of its action with the first value chosen."""
        await interaction.client.buttons.run(interaction, self._action, self.item.values[0])
