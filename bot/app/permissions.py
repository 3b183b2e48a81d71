"""Where the bot may answer: what Discord lets it do in a channel, and which channels a server chose."""

from collections.abc import Iterable, Mapping

import discord

from bot.i18n.words import Words, message
from bot.user_data import ServerSettings

# What the invite asks for: what answers take, and what the ask channel, pictures and the hourglass need.
INVITED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    read_message_history=True,
    attach_files=True,
    embed_links=True,
    add_reactions=True,
)

# Permissions as Discord's own settings call them, in each language; others stand by the name in its interface.
_CALLED = {
    "view_channel": message("View Channel"),
    "connect": message("Connect"),
    "send_messages": message("Send Messages"),
    "send_messages_in_threads": message("Send Messages in Threads"),
    "create_public_threads": message("Create Public Threads"),
    "read_message_history": message("Read Message History"),
}


def channel_of(channel: object) -> int | None:
    """Return the id of a channel, a thread's or forum post's being that of its parent."""
    if isinstance(channel, discord.Thread):
        return channel.parent_id
    return getattr(channel, "id", None)


def is_switched_on(servers: Mapping[int, ServerSettings], guild_id: int | None, channel_id: int | None) -> bool:
    """Tell whether a server has the bot answer in a channel: everywhere until it chooses; in its ask channel anyway."""
    chosen = servers.get(guild_id or 0, ServerSettings())
    return not chosen.channels or channel_id in (*chosen.channels, chosen.ask_channel)


def missing_permissions(channel: discord.abc.GuildChannel | discord.Thread) -> list[str]:
    """Return what the bot would need to answer in a channel, or in the posts of a forum, and may not."""
    if isinstance(channel, discord.Thread) and channel.parent is None:
        return []  # nothing is known of it: Discord itself says whether the bot may answer
    allowed = channel.permissions_for(channel.guild.me)
    in_threads = isinstance(channel, discord.Thread | discord.ForumChannel)
    send = "send_messages_in_threads" if in_threads else "send_messages"
    has_voice = isinstance(channel, discord.VoiceChannel | discord.StageChannel)
    needed = ("view_channel", *(("connect",) if has_voice else ()), send, "read_message_history")
    return [name for name in needed if not getattr(allowed, name)]


def spelled_out(words: Words, permissions: Iterable[str]) -> str:
    """Return permissions as a person finds them in Discord's settings."""
    return ", ".join(words(_CALLED.get(name, name)) for name in permissions)


def invite_url(application_id: int) -> str:
    """Return the address at which somebody adds the bot to a server, with just the scopes and permissions it needs."""
    return discord.utils.oauth_url(application_id, permissions=INVITED, scopes=("bot", "applications.commands"))
