"""Where a subscription tells what it found, or why it cannot, before anything is sent there."""

from dataclasses import dataclass
from enum import Enum

import discord

from bot.app.client import MeasuresBot
from bot.app.permissions import channel_of, is_switched_on, missing_permissions
from bot.app.sending import MAY_PASS
from bot.i18n.words import Words, words_for
from bot.user_data import Subscription

_CLOSED = {50007, 50278}
_GONE = {10013, 50033}  # the account is deleted
_Channel = discord.abc.GuildChannel | discord.Thread


class Held(Enum):
    """Why nothing is sent."""

    ENDED = "ended"
    """The channel is gone, or the bot or the person who subscribed may not see it any more."""
    CLOSED = "closed"
    """The person takes no direct messages from the bot."""
    FORBIDDEN = "forbidden"
    """The bot sees the channel, and may not write there."""
    LATER = "later"
    """Discord cannot be asked just now, or the server switched the bot off in the channel."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A channel to send to, and the words for who reads there."""

    channel: discord.abc.Messageable
    words: Words


async def destination_of(bot: MeasuresBot, subscription: Subscription) -> Destination | Held:
    """Return where a subscription tells what it found, or why it cannot."""
    try:
        if subscription.guild is None or subscription.channel is None:
            return await _direct_messages(bot, subscription)
        return await _channel(bot, subscription, subscription.guild, subscription.channel)
    except (discord.HTTPException, *MAY_PASS):
        return Held.LATER


async def _direct_messages(bot: MeasuresBot, subscription: Subscription) -> Destination | Held:
    try:
        channel = await bot.create_dm(discord.Object(subscription.owner))
    except discord.HTTPException as error:
        if error.code in _CLOSED:
            return Held.CLOSED
        if error.code in _GONE:
            return Held.ENDED
        raise
    return Destination(channel, words_for(subscription.locale))


async def _channel(bot: MeasuresBot, subscription: Subscription, guild_id: int, channel_id: int) -> Destination | Held:
    guild = bot.get_guild(guild_id)
    if guild is None:
        return Held.ENDED  # the bot was thrown out while it was not connected
    if guild.unavailable:
        return Held.LATER
    channel = guild.get_channel_or_thread(channel_id) or await _fetched(guild, channel_id)
    if channel is None or not await _sees(subscription.owner, channel):
        return Held.ENDED
    missing = missing_permissions(channel)
    if "view_channel" in missing:
        return Held.ENDED
    if missing or not isinstance(channel, discord.abc.Messageable):
        return Held.FORBIDDEN
    if not is_switched_on(bot.servers, guild_id, channel_of(channel)):
        return Held.LATER
    return Destination(channel, bot.words_public(guild_id, guild.preferred_locale, subscription.owner))


async def _fetched(guild: discord.Guild, channel_id: int) -> _Channel | None:
    """Return a channel that is not in the cache, as an archived thread; None where it is gone or out of sight."""
    try:
        return await guild.fetch_channel(channel_id)
    except (discord.NotFound, discord.Forbidden, discord.InvalidData):
        return None


async def _sees(user_id: int, channel: _Channel) -> bool:
    """Tell whether a person is still in the server and may see a channel."""
    try:
        member = await channel.guild.fetch_member(user_id)
    except discord.NotFound:
        return False
    if isinstance(channel, discord.Thread) and channel.parent is None:
        return True
    allowed = channel.permissions_for(member)
    if isinstance(channel, discord.Thread) and channel.is_private() and not allowed.manage_threads:
        try:
            await channel.fetch_member(user_id)
        except discord.NotFound:
            return False
    return allowed.view_channel
