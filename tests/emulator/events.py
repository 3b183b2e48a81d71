"""What the gateway sends, held against Discord's description where that describes a part; the rest by hand."""

from collections.abc import Iterator

from tests.emulator.errors import JSON, Flaw
from tests.emulator.schema import description

_WHOLE = {
    "MESSAGE_CREATE": "MessageResponse",
    "MESSAGE_UPDATE": "MessageResponse",
    "CHANNEL_CREATE": "GuildChannelResponse",
    "CHANNEL_UPDATE": "GuildChannelResponse",
    "CHANNEL_DELETE": "GuildChannelResponse",
    "THREAD_CREATE": "ThreadResponse",
    "THREAD_UPDATE": "ThreadResponse",
    "THREAD_DELETE": "ThreadResponse",
    "GUILD_MEMBER_ADD": "GuildMemberResponse",
}
_PARTS = {
    "GUILD_CREATE": {"roles": "GuildRoleResponse", "channels": "GuildChannelResponse", "threads": "ThreadResponse"},
    "GUILD_ROLE_CREATE": {"role": "GuildRoleResponse"},
    "GUILD_ROLE_UPDATE": {"role": "GuildRoleResponse"},
    "INTERACTION_CREATE": {
        "user": "UserResponse",
        "member": "PrivateGuildMemberResponse",
        "message": "MessageResponse",
    },
}
_INTERACTION = {
    "id", "application_id", "type", "data", "channel_id", "channel", "token", "version", "locale", "app_permissions",
    "entitlements", "authorizing_integration_owners", "context", "attachment_size_limit",
}  # fmt: skip
_OPTIONAL = {"user", "member", "guild", "guild_id", "guild_locale", "message"}


def event_flaws(name: str, data: JSON) -> Iterator[Flaw]:
    """Tell what is wrong with an event."""
    check = description().component_flaws
    if name in _WHOLE:
        yield from check(_WHOLE[name], data)
    for key, schema in _PARTS.get(name, {}).items():
        parts = data[key] if isinstance(data.get(key), list) else [data[key]] if key in data else []
        for part in parts:
            yield from check(schema, part)
    if name == "INTERACTION_CREATE":
        yield from _interaction_flaws(data)


def _interaction_flaws(data: JSON) -> Iterator[Flaw]:
    for key in _INTERACTION - set(data):
        yield Flaw((key,), "MISSING", "An interaction needs it.")
    for key in set(data) - _INTERACTION - _OPTIONAL:
        yield Flaw((key,), "UNKNOWN", "An interaction has no such key.")
    if ("guild_id" in data) is not ("member" in data) or ("member" in data) is ("user" in data):
        yield Flaw(("member",), "WHO", "A server's interaction has a member, any other a user.")
