"""What a person's act becomes on the wire: the options of a command by its schema, and INTERACTION_CREATE."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.emulator import payloads, permissions, posting
from tests.emulator.channels import Channel
from tests.emulator.errors import JSON
from tests.emulator.flags import Kind
from tests.emulator.messages import Attachment
from tests.emulator.recorder import Upload
from tests.emulator.world import User

if TYPE_CHECKING:
    from tests.emulator.interactions import Interaction
    from tests.emulator.platform import Platform

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(1, 12)
_SIMPLE: dict[int, tuple[type, ...]] = {STRING: (str,), INTEGER: (int,), BOOLEAN: (bool,), NUMBER: (int, float)}
_LARGEST_FILE = 10 * 1024 * 1024


@dataclass(slots=True)
class Resolved:
    """The things that option or select values name by id."""

    platform: "Platform"
    channel: Channel
    found: dict[str, JSON] = field(default_factory=dict)

    def add(self, value: object) -> str:
        """Add a file, and give its id."""
        if isinstance(value, Upload):
            value = posting.attach(self.platform, self.channel, value)
        if isinstance(value, Attachment):
            return self._put("attachments", value.id, value.payload() | {"ephemeral": True})
        raise TypeError(f"{value!r} is no file: the simulation knows other things")

    def _put(self, kind: str, number: int, payload: JSON) -> str:
        self.found.setdefault(kind, {})[str(number)] = payload
        return str(number)


def options(schema: list[JSON], given: dict[str, object], resolved: Resolved, focused: str | None) -> list[JSON]:
    """Build a command's options as Discord's client does.

    :raises LookupError: an unknown or missing option, or a value that people cannot choose or enter.
    """
    known = {option["name"]: option for option in schema}
    if unknown := set(given) - set(known):
        raise LookupError(f"no option {sorted(unknown)}; there are {sorted(known)}")
    missing = [name for name, option in known.items() if option.get("required") and name not in given]
    if missing and focused is None:
        raise LookupError(f"required options are missing: {missing}")
    return [_option(known[name], value, resolved, is_focused=name == focused) for name, value in given.items()]


def _option(option: JSON, value: object, resolved: Resolved, *, is_focused: bool) -> JSON:
    name, kind = option["name"], option["type"]
    if is_focused:
        if not option.get("autocomplete"):
            raise LookupError(f"the option {name} offers no completion")
        return {"name": name, "type": kind, "value": value, "focused": True}
    if kind not in _SIMPLE:
        return {"name": name, "type": kind, "value": resolved.add(value)}
    if not isinstance(value, _SIMPLE[kind]):
        raise LookupError(f"the option {name} takes {_SIMPLE[kind]}, not {value!r}")
    choices = [choice["value"] for choice in option.get("choices") or []]
    if choices and value not in choices:
        raise LookupError(f"the option {name} offers {choices}, not {value!r}")
    size = len(value) if isinstance(value, str) else value
    limits = ("min_length", "max_length") if isinstance(value, str) else ("min_value", "max_value")
    least, most = (option.get(limit) for limit in limits)
    if isinstance(size, int | float) and not (least or size) <= size <= (size if most is None else most):
        raise LookupError(f"the option {name} takes {least} to {most}, not {value!r}")
    return {"name": name, "type": kind, "value": value}


def nested(command: JSON, path: list[str]) -> tuple[list[JSON], list[tuple[str, int]]]:
    """Follow "index add" into a command: the schema of the options there, and the groups on the way."""
    schema, steps = command.get("options") or [], []
    for name in path:
        step = next((each for each in schema if each["name"] == name and each["type"] in (SUBCOMMAND, GROUP)), None)
        if step is None:
            raise LookupError(f"{command['name']} has no subcommand {name}")
        steps.append((name, int(step["type"])))
        schema = step.get("options") or []
    if any(each["type"] in (SUBCOMMAND, GROUP) for each in schema):
        raise LookupError(f"{command['name']} takes a subcommand: {[each['name'] for each in schema]}")
    return schema, steps


def owners(platform: "Platform", command: JSON, user: User, channel: Channel) -> dict[str, str]:
    """Tell by whose installation a command is there: the server's (0), the person's (1), or both."""
    results: dict[str, str] = {}
    kinds, guild = command.get("integration_types") or [0], channel.guild
    with_bot = platform.world.bot in channel.recipients
    if 0 in kinds and guild is not None and guild.installed:
        results["0"] = str(guild.id)
    elif 0 in kinds and with_bot:
        results["0"] = "0"
    if 1 in kinds and user.installed:
        results["1"] = str(user.id)
    return results


def context(platform: "Platform", channel: Channel) -> int:
    """Tell where something happens: a server (0), the bot's private channel (1), another (2)."""
    if channel.guild is not None:
        return 0
    return 1 if platform.world.bot in channel.recipients and channel.kind is Kind.DM else 2


def interaction_event(platform: "Platform", interaction: "Interaction") -> JSON:
    """Build INTERACTION_CREATE."""
    world, channel, user = platform.world, interaction.channel, interaction.user
    guild = channel.guild
    own = permissions.in_channel(channel, user)
    payload: JSON = {
        "id": str(interaction.id),
        "application_id": str(world.application.id),
        "type": interaction.kind,
        "data": interaction.data,
        "channel_id": str(channel.id),
        "channel": payloads.channel(channel) | {"permissions": str(own)},
        "token": interaction.token,
        "version": 1,
        "locale": user.locale,
        "app_permissions": str(permissions.in_channel(channel, world.bot)),
        "entitlements": [],
        "authorizing_integration_owners": interaction.owners,
        "context": context(platform, channel),
        "attachment_size_limit": _LARGEST_FILE,
    }
    if guild is None:
        payload["user"] = payloads.user(user)
    else:
        payload |= {"guild_id": str(guild.id), "guild_locale": guild.locale}
        payload["guild"] = {"id": str(guild.id), "locale": guild.locale, "features": []}
        payload["member"] = payloads.member(guild.members[user.id]) | {"permissions": str(own)}
    if interaction.message is not None:
        payload["message"] = interaction.message.payload()
    return payload
