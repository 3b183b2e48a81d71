"""What the roles of a member allow; a channel of its own changes nothing here."""

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
    """Tell what a user may do in a channel: nothing without View Channel."""
    guild = channel.guild
    if guild is None:
        return _IN_PRIVATE if user in channel.recipients else 0
    permissions = in_guild(guild, user)
    return permissions if permissions & Permission.VIEW_CHANNEL else 0


def may(channel: "Channel", user: "User", permission: Permission) -> bool:
    """Tell whether a user has all of these in a channel."""
    return in_channel(channel, user) & permission == permission


def require(channel: "Channel", user: "User", permission: Permission) -> None:
    """Let a request go on only with these permissions.

    :raises ApiError: 50001 when the channel cannot be seen, 50013 when something else is missing.
    """
    if not may(channel, user, Permission.VIEW_CHANNEL):
        raise missing_access()
    if not may(channel, user, permission):
        raise missing_permissions()
