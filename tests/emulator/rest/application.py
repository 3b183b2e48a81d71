"""The bot's own user, the application, and where the gateway is."""

from tests.emulator import payloads
from tests.emulator.errors import JSON
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
