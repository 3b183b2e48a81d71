"""The commands that the application has registered, by scope: everywhere, or in one server."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.emulator.check_forms import CHAT_INPUT, command_flaws, commands_flaws
from tests.emulator.errors import JSON, ApiError, InvalidForm, unknown

if TYPE_CHECKING:
    from tests.emulator.world import World

CREATES_A_DAY = 200


class Commands:
    """Registered commands. `created` counts creates, of which Discord allows 200 a day and scope."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._scopes: dict[int | None, list[JSON]] = {}
        self._created: dict[int | None, int] = {}

    @property
    def created(self) -> int:
        """How many commands were created, in all scopes."""
        return sum(self._created.values())

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
        self._count(sum(_key(form) not in before for form in forms), guild_id)
        self._scopes[guild_id] = [self._stored(form, before.get(_key(form)), guild_id) for form in forms]
        return self.listed(guild_id)

    def put(self, form: JSON, guild_id: int | None) -> JSON:
        """Register one command more, or in the place of one of the same name."""
        if flaws := list(command_flaws((), form)):
            raise InvalidForm(*flaws)
        before = next((command for command in self.listed(guild_id) if _key(command) == _key(form)), None)
        self._count(before is None, guild_id)
        command = self._stored(form, before, guild_id)
        others = [one for one in self.listed(guild_id) if one is not before]
        self._scopes[guild_id] = [*others, command]
        return command

    def change(self, command_id: str, form: JSON, guild_id: int | None) -> JSON:
        """Change some fields of a command."""
        command = self.get(command_id, guild_id)
        merged = command | {key: value for key, value in form.items() if value is not None}
        if flaws := list(command_flaws((), merged)):
            raise InvalidForm(*flaws)
        command.update(merged, version=str(self._world.new_id()))
        return command

    def get(self, command_id: str, guild_id: int | None) -> JSON:
        """Find a command by id. :raises ApiError: there is none."""
        for command in self.listed(guild_id):
            if command["id"] == command_id:
                return command
        raise unknown("application command")

    def remove(self, command_id: str, guild_id: int | None) -> None:
        """Remove a command."""
        self.listed(guild_id).remove(self.get(command_id, guild_id))

    def offered(self, guild_id: int | None) -> Iterator[JSON]:
        """Give the commands that a place may offer: its server's own, then those for everywhere."""
        yield from self.listed(guild_id) if guild_id else []
        yield from self.listed(None)

    def _count(self, new: int, guild_id: int | None) -> None:
        if self._created.get(guild_id, 0) + new > CREATES_A_DAY:
            raise ApiError(400, 30034, "Max number of daily application command creates has been reached (200)")
        self._created[guild_id] = self._created.get(guild_id, 0) + new

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
