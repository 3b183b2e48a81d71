"""Windows that ask for a text. Like buttons they outlive a restart: their custom id says what is done with it."""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, TypeAlias

import discord
from cachetools import LRUCache
from discord import ui

from bot.app import errors, logs
from bot.i18n.words import words_for
from bot.views import custom_ids as ids
from bot.views.escaping import label

Interaction = discord.Interaction[Any]
WindowHandler: TypeAlias = Callable[[Interaction, str, str], Awaitable[None]]
SESSION = secrets.token_hex(4)  # of this process: a window that holds more than a text does not outlive it
_LABEL_CHARS = 45
_MOST_WINDOWS = 1_000
_WINDOW = re.compile(ids.WINDOW)


class TextWindow(ui.Modal):
    """A window with one field. `Windows` handles its text, so that nothing waits for it in this process."""

    def __init__(self, custom_id: str, title: str) -> None:
        """Take what the custom id says, and the title."""
        super().__init__(title=label(title, _LABEL_CHARS), custom_id=custom_id, timeout=None)


def text_window(
    custom_id: str, title: str, field: str, *, max_chars: int, required: bool = True, placeholder: str | None = None
) -> TextWindow:
    """Return a window that asks for a text.

    :param field: what stands above the field.
    """
    window = TextWindow(custom_id, title)
    text: ui.TextInput[TextWindow] = ui.TextInput(
        style=discord.TextStyle.paragraph if max_chars > 200 else discord.TextStyle.short,
        max_length=max_chars,
        required=required,
        placeholder=placeholder,
    )
    window.add_item(ui.Label(text=label(field, _LABEL_CHARS), component=text))
    window.stop()
    return window


class OpenWindows(LRUCache[int, discord.ui.Modal]):
    """The last window that each person was shown; discord.py stops waiting for a window that drops out."""

    def __init__(self) -> None:
        """Remember windows of so many people."""
        super().__init__(_MOST_WINDOWS)

    def popitem(self) -> tuple[int, discord.ui.Modal]:
        """Drop the window that was shown longest ago."""
        user_id, window = super().popitem()
        window.stop()
        return user_id, window


class Windows:
    """Runs the handler of a window that is submitted, also of one that was open over a restart."""

    def __init__(self, admit: Callable[[Interaction], Awaitable[bool]], others_s: float = 0.0) -> None:
        """Take the function that checks every interaction first.

        :param others_s: how long other bots are given to handle a window that one of them opened.
        """
        self.handlers: dict[str, WindowHandler] = {}
        self._admit = admit
        self._others_s = others_s

    def add(self, handlers: Mapping[str, WindowHandler]) -> None:
        """Let functions handle windows, by action; each gets the interaction, the rest of the id, and the text."""
        self.handlers |= handlers

    async def submitted(self, interaction: Interaction) -> None:
        """Handle a window where it is one of these; tell the person what goes wrong."""
        data: Mapping[str, Any] = dict(interaction.data or {})
        custom_id = str(data.get("custom_id", ""))
        if custom_id.startswith(ids.SHORT_LIVED) and SESSION not in custom_id:
            if self._others_s:
                await asyncio.sleep(self._others_s)
                if not await self._admit(interaction):
                    return
            words = words_for(str(interaction.locale))
            sentence = words("I was restarted since this window was opened: use the command again.")
            await errors.tell(interaction, errors.Refused(sentence))
            return
        match = _WINDOW.fullmatch(custom_id)
        if match is None or match["action"] not in self.handlers or not await self._admit(interaction):
            return
        text = next(_texts(data.get("components", [])), "")
        try:
            await self.handlers[match["action"]](interaction, match["rest"] or "", text)
        except Exception as error:
            await errors.tell(interaction, error)
        else:
            logs.served(interaction, "window")


def _texts(components: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what was typed into the fields of a window."""
    for component in components:
        if isinstance(component.get("value"), str):
            yield component["value"]
        inner = component.get("component")
        yield from _texts([*component.get("components", []), *([inner] if isinstance(inner, dict) else [])])
