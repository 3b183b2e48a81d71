"""The bot's own user, the application, and where the gateway is."""

from tests.emulator import payloads
from tests.emulator.errors import JSON, unknown
from tests.emulator.flags import Kind
from tests.emulator.rest.call import Call, handles


@handles("get_my_user")
def own_user(call: Call) -> JSON:
    """Log in."""
    return payloads.own_user(call.platform.world.bot)


@handles("get_my_oauth2_application", "get_my_application")
def application(call: Call) -> JSON:
    """Show the application, and with its flags which intents it has."""
    world = call.platform.world
    installed = sum(guild.installed for guild in world.guilds.values())
    return payloads.application(world.application, world.bot, guilds=installed)


@handles("get_bot_gateway")
def gateway(call: Call) -> JSON:
    """Say how to connect."""
    limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
    return {"url": "wss://gateway.discord.gg", "shards": 1, "session_start_limit": limit}


@handles("create_dm")
def open_private_channel(call: Call) -> JSON:
    """Open the private channel with a person, or find it."""
    user = call.platform.world.users.get(int(call.form["recipient_id"]))
    if user is None:
        raise unknown("User")
    return payloads.channel(call.platform.world.private_channel(user))


@handles("get_user")
def user(call: Call) -> JSON:
    """Show a user."""
    found = call.platform.world.users.get(int(call.params["user_id"]))
    if found is None:
        raise unknown("User")
    return payloads.user(found)


@handles("get_guild_member")
def member(call: Call) -> JSON:
    """Show a member of a server."""
    guild = call.platform.world.guilds.get(int(call.params["guild_id"]))
    if guild is None or not guild.installed:
        raise unknown("Guild")
    found = guild.members.get(int(call.params["user_id"]))
    if found is None:
        raise unknown("Member")
    return payloads.member(found)


@handles("leave_guild")
def leave(call: Call) -> None:
    """Leave a server."""
    guild = call.platform.world.guilds.get(int(call.params["guild_id"]))
    if guild is None or not guild.installed:
        raise unknown("Guild")
    guild.remove_bot()


@handles("get_channel")
def channel(call: Call) -> JSON:
    """Show a channel that the bot sees."""
    from tests.emulator.flags import Permission
    from tests.emulator.permissions import require

    found = call.platform.world.channel(call.params["channel_id"])
    if found.kind is not Kind.DM:
        require(found, call.platform.world.bot, Permission.VIEW_CHANNEL)
    return payloads.channel(found)
