"""The commands that the application has registered, by scope: everywhere, or in one server."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.emulator.check_forms import CHAT_INPUT, commands_flaws
from tests.emulator.errors import JSON, InvalidForm

if TYPE_CHECKING:
    from tests.emulator.world import World


class Commands:
    """Registered commands."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._scopes: dict[int | None, list[JSON]] = {}

    def listed(self, guild_id: int | None = None) -> list[JSON]:
        """List the commands of a scope."""
        return self._scopes.get(guild_id, [])

    def names(self, guild_id: int | None = None) -> list[str]:
        """List the names of a scope's commands."""
        return [command["name"] for command in self.listed(guild_id)]

    def replace(self, forms: list[JSON], guild_id: int | None) -> list[JSON]:
        """Register these commands and no others. One of a name that was there keeps its id."""
        if flaws := list(commands_flaws(forms)):
            raise InvalidForm(*flaws)
        before = {_key(command): command for command in self.listed(guild_id)}
        self._scopes[guild_id] = [self._stored(form, before.get(_key(form)), guild_id) for form in forms]
        return self.listed(guild_id)

    def offered(self, guild_id: int | None) -> Iterator[JSON]:
        """Give the commands that a place may offer: its server's own, then those for everywhere."""
        yield from self.listed(guild_id) if guild_id else []
        yield from self.listed(None)

    def _stored(self, form: JSON, before: JSON | None, guild_id: int | None) -> JSON:
        command: JSON = {
            "id": before["id"] if before else str(self._world.new_id()),
            "application_id": str(self._world.application.id),
            "version": str(self._world.new_id()),
            "type": CHAT_INPUT,
            "default_member_permissions": None,
            "description": "",
            "name_localizations": None,
            "description_localizations": None,
            "nsfw": False,
            "integration_types": [0],
            "contexts": None,
        }
        command |= {key: value for key, value in form.items() if value is not None and key != "id"}
        if isinstance(command["default_member_permissions"], int):
            command["default_member_permissions"] = str(command["default_member_permissions"])
        if guild_id:
            command["guild_id"] = str(guild_id)
        return command


def _key(command: JSON) -> tuple[int, str]:
    return command.get("type") or CHAT_INPUT, command["name"]
