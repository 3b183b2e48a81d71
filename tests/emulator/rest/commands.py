"""Registering commands, everywhere or in one server."""

from tests.emulator.errors import JSON
from tests.emulator.rest.call import Call, handles


def _scope(call: Call) -> int | None:
    return int(call.params["guild_id"]) if "guild_id" in call.params else None


@handles("list_application_commands", "list_guild_application_commands")
def listed(call: Call) -> list[JSON]:
    """List what is registered; the names in other languages only when asked for."""
    commands = call.platform.commands.listed(_scope(call))
    if call.query.get("with_localizations", "").lower() in ("true", "1"):
        return commands
    return [{key: value for key, value in each.items() if not key.endswith("_localizations")} for each in commands]


@handles("bulk_set_application_commands", "bulk_set_guild_application_commands")
def replaced(call: Call) -> list[JSON]:
    """Register these and no others."""
    return call.platform.commands.replace(call.body or [], _scope(call))
