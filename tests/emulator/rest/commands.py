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
    return [{key: value for key, value in one.items() if not key.endswith("_localizations")} for one in commands]


@handles("bulk_set_application_commands", "bulk_set_guild_application_commands")
def replaced(call: Call) -> list[JSON]:
    """Register these and no others."""
    return call.platform.commands.replace(call.body or [], _scope(call))


@handles("create_application_command", "create_guild_application_command")
def created(call: Call) -> JSON:
    """Register one."""
    return call.platform.commands.put(call.form, _scope(call))


@handles("get_application_command", "get_guild_application_command")
def shown(call: Call) -> JSON:
    """Show one."""
    return call.platform.commands.get(call.params["command_id"], _scope(call))


@handles("update_application_command", "update_guild_application_command")
def changed(call: Call) -> JSON:
    """Change one."""
    return call.platform.commands.change(call.params["command_id"], call.form, _scope(call))


@handles("delete_application_command", "delete_guild_application_command")
def removed(call: Call) -> None:
    """Remove one."""
    call.platform.commands.remove(call.params["command_id"], _scope(call))
