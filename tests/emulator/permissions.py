"""What a member may do in a channel: roles, then the channel's overwrites, a thread's from the channel it is in."""

from typing import TYPE_CHECKING

from tests.emulator.errors import missing_access, missing_permissions
from tests.emulator.flags import ALL_PERMISSIONS, Permission

if TYPE_CHECKING:
    from tests.emulator.channels import Channel
    from tests.emulator.world import Guild, User

_IN_PRIVATE = ALL_PERMISSIONS & ~int(Permission.ADMINISTRATOR | Permission.MANAGE_GUILD | Permission.MANAGE_MESSAGES)


def in_guild(guild: "Guild", user: "User") -> int:
    """Combine the roles of a member."""
    member = guild.members.get(user.id)
    if member is None:
        return 0
    if user is guild.owner:
        return ALL_PERMISSIONS
    permissions = guild.everyone.permissions
    for role in member.roles:
        permissions |= role.permissions
    return ALL_PERMISSIONS if permissions & Permission.ADMINISTRATOR else permissions


def in_channel(channel: "Channel", user: "User") -> int:
    """Combine roles and overwrites: @everyone, then roles, then the member. 0 without View Channel."""
    guild = channel.guild
    if guild is None:
        return _IN_PRIVATE if user in channel.recipients else 0
    permissions = in_guild(guild, user)
    if permissions == ALL_PERMISSIONS or user.id not in guild.members:
        return permissions
    overwrites = channel.rooted.overwrites
    roles = [role.id for role in guild.members[user.id].roles]
    for group in ([guild.id], roles, [user.id]):
        found = [overwrites[target] for target in group if target in overwrites]
        for overwrite in found:
            permissions &= ~overwrite.deny
        for overwrite in found:
            permissions |= overwrite.allow
    return permissions if permissions & Permission.VIEW_CHANNEL else 0


def may(channel: "Channel", user: "User", permission: Permission) -> bool:
    """Tell whether a user has all of these in a channel."""
    return in_channel(channel, user) & permission == permission


def send_permission(channel: "Channel") -> Permission:
    """Name what sending takes here."""
    return Permission.SEND_MESSAGES_IN_THREADS if channel.kind.is_thread else Permission.SEND_MESSAGES


def require(channel: "Channel", user: "User", permission: Permission) -> None:
    """Let a request go on only with these permissions.

    :raises ApiError: 50001 when the channel cannot be seen, 50013 when something else is missing.
    """
    if not may(channel, user, Permission.VIEW_CHANNEL):
        raise missing_access()
    if not may(channel, user, permission):
        raise missing_permissions()
