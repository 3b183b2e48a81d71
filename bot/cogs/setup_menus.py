"""The menus of `/setup`: each keeps one choice of a server."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import discord
from discord import ui

from bot.app import sending as delivery
from bot.app.errors import Refused
from bot.app.notice_times import DEFAULT_ZONE, QUIET_HOURS, ZONES
from bot.app.permissions import spelled_out
from bot.cogs.ask_channel import delete_standing_message, missing_for_ask_channel, send_standing_message
from bot.i18n.words import LANGUAGES, Words
from bot.user_data import ServerSettings
from corpus import StorageError

_QUESTIONS_A_MINUTE = (2, 6, 12, 30)
_MOST_CHANNELS = 25
_CHANNEL_TYPES = [
    discord.ChannelType.text,
    discord.ChannelType.forum,
    discord.ChannelType.news,
    discord.ChannelType.voice,
]
_DEFAULT = "-"  # the value of the option that leaves a choice to the default


class Settings(Protocol):
    """The settings of a server, as the message that shows them gives them to its menus."""

    guild: discord.Guild
    words: Words

    @property
    def chosen(self) -> ServerSettings:
        """What the server chose so far."""

    def public_words(self) -> Words:
        """Return the words for what everybody in the server sees."""

    async def set(self, chosen: ServerSettings) -> None:
        """Apply a choice at once, and keep it."""

    async def keep(self, interaction: discord.Interaction[Any], chosen: ServerSettings) -> None:
        """Keep a choice and show the settings anew."""

    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """Show the settings anew."""


class ChannelsMenu(ui.ChannelSelect[Any]):
    """The channels where the bot answers everybody."""

    def __init__(self, settings: Settings) -> None:
        """Show what is chosen."""
        super().__init__(
            channel_types=_CHANNEL_TYPES,
            min_values=0,
            max_values=_MOST_CHANNELS,
            default_values=_existing(settings, settings.chosen.channels),
        )
        self._settings = settings

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Keep the channels chosen."""
        channels = tuple(channel.id for channel in self.values)
        await self._settings.keep(interaction, replace(self._settings.chosen, channels=channels))


class LanguageMenu(ui.Select[Any]):
    """The language of answers that everybody sees."""

    def __init__(self, settings: Settings) -> None:
        """Show what is chosen."""
        chosen = settings.chosen.language
        default = discord.SelectOption(label=settings.words("As the server"), value=_DEFAULT, default=chosen is None)
        languages = [
            discord.SelectOption(label=LANGUAGES[language], value=language, default=language == chosen)
            for language in LANGUAGES
        ]
        super().__init__(options=[default, *languages])
        self._settings = settings

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Keep the language chosen."""
        language = None if self.values[0] == _DEFAULT else self.values[0]
        await self._settings.keep(interaction, replace(self._settings.chosen, language=language))


class RateLimitMenu(ui.Select[Any]):
    """How many questions a person may ask in a minute."""

    def __init__(self, settings: Settings, usual: int) -> None:
        """Show what is chosen; `usual` is the number in the bot's settings."""
        chosen = settings.chosen.pace
        default = discord.SelectOption(
            label=settings.words("As usual ({count})", count=usual), value=_DEFAULT, default=chosen is None
        )
        numbers = [
            discord.SelectOption(label=str(number), value=str(number), default=number == chosen)
            for number in _QUESTIONS_A_MINUTE
        ]
        super().__init__(options=[default, *numbers])
        self._settings = settings

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Keep the number chosen."""
        number = None if self.values[0] == _DEFAULT else int(self.values[0])
        await self._settings.keep(interaction, replace(self._settings.chosen, pace=number))


class ZoneMenu(ui.Select[Any]):
    """The time zone of the server, by which digests and quiet hours go."""

    def __init__(self, settings: Settings) -> None:
        """Show what is chosen."""
        chosen = settings.chosen.zone
        default = discord.SelectOption(
            label=settings.words("As usual ({count})", count=DEFAULT_ZONE), value=_DEFAULT, default=chosen is None
        )
        zones = [discord.SelectOption(label=name, value=name, default=name == chosen) for name in ZONES]
        super().__init__(options=[default, *zones])
        self._settings = settings

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Keep the time zone chosen."""
        zone = None if self.values[0] == _DEFAULT else self.values[0]
        await self._settings.keep(interaction, replace(self._settings.chosen, zone=zone))


class QuietMenu(ui.Select[Any]):
    """The hours in which nobody is told of new releases."""

    def __init__(self, settings: Settings) -> None:
        """Show what is chosen."""
        chosen = settings.chosen.quiet
        none = discord.SelectOption(label=settings.words("No quiet hours"), value=_DEFAULT, default=chosen is None)
        hours = [
            discord.SelectOption(label=f"{first:02}:00-{last:02}:00", value=f"{first}-{last}", default=hours == chosen)
            for hours in QUIET_HOURS
            for first, last in [hours]
        ]
        super().__init__(options=[none, *hours])
        self._settings = settings

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Keep the hours chosen."""
        first, _, last = self.values[0].partition("-")
        quiet = (int(first), int(last)) if first else None
        await self._settings.keep(interaction, replace(self._settings.chosen, quiet=quiet))


class PrivateButton(ui.Button[Any]):
    """Whether answers are private unless asked otherwise."""

    def __init__(self, settings: Settings) -> None:
        """Offer the other choice."""
        words = settings.words
        super().__init__(label=words("Make public") if settings.chosen.private else words("Make private"))
        self._settings = settings

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Keep the other choice."""
        chosen = self._settings.chosen
        await self._settings.keep(interaction, replace(chosen, private=not chosen.private))


class AskChannelMenu(ui.ChannelSelect[Any]):
    """The ask channel, where a standing message has a button to ask with."""

    def __init__(self, settings: Settings) -> None:
        """Show what is chosen."""
        chosen = settings.chosen.ask_channel
        super().__init__(
            channel_types=[discord.ChannelType.text],
            min_values=0,
            max_values=1,
            default_values=_existing(settings, [chosen] if chosen else []),
        )
        self._settings = settings

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Send the standing message, keep the channel, and delete the message in the one before."""
        settings = self._settings
        channel = settings.guild.get_channel(self.values[0].id) if self.values else None
        self._require_usable(channel)
        await delivery.defer_update(interaction)
        before = settings.chosen
        message = None
        if isinstance(channel, discord.TextChannel):
            message = await send_standing_message(channel, settings.public_words())
        chosen = replace(
            before, ask_channel=channel.id if channel else None, ask_message=message.id if message else None
        )
        try:
            await settings.set(chosen)
        except StorageError:
            await delete_standing_message(settings.guild, chosen)
            raise
        await delete_standing_message(settings.guild, before)
        await settings.show(interaction)

    def _require_usable(self, channel: discord.abc.GuildChannel | None) -> None:
        """Refuse a channel that the bot cannot see or may not answer in.

        :raises Refused: saying what is missing.
        """
        words = self._settings.words
        if self.values and not isinstance(channel, discord.TextChannel):
            raise Refused(words("I cannot see this channel."))
        missing = missing_for_ask_channel(channel) if isinstance(channel, discord.TextChannel) else []
        if channel is not None and missing:
            told = spelled_out(words, missing)
            raise Refused(words("I cannot answer in {channel}: {missing}", channel=channel.mention, missing=told))


def _existing(settings: Settings, channels: Sequence[int]) -> list[discord.Object]:
    """Return the channels that were not deleted since they were chosen; Discord takes no others."""
    return [discord.Object(channel) for channel in channels if settings.guild.get_channel(channel) is not None]
