"""What people do: commands, buttons, menus, modals, messages. Only what they could really do; else LookupError."""

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.emulator import components as parts
from tests.emulator import fields, invoke, permissions, posting
from tests.emulator.check_forms import CHAT_INPUT
from tests.emulator.errors import JSON
from tests.emulator.flags import Permission
from tests.emulator.interactions import (
    ACK_WITHIN_S,
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL_SUBMIT,
    Interaction,
    State,
)
from tests.emulator.messages import Message
from tests.emulator.world import Event, User

if TYPE_CHECKING:
    from tests.emulator.channels import Channel
    from tests.emulator.platform import Platform

_EVERYBODY: JSON = {"parse": ["users", "roles", "everyone"]}


class People:
    """The acts of people. Those that start an interaction wait for its acknowledgement, unless told not to."""

    def __init__(self, platform: "Platform") -> None:
        self._platform = platform
        self._world = platform.world

    async def slash(
        self,
        user: User,
        channel: "Channel",
        name: str,
        /,
        *,
        wait: bool = True,
        **options: object,
    ) -> Interaction:
        """Use a slash command ("ask", "index add") as it was synced.

        :raises LookupError: it is not offered there, or does not take these options.
        """
        interaction = self._command(user, channel, name, options)
        return await self._begin(interaction, wait=wait)

    async def autocomplete(self, user: User, channel: "Channel", name: str, /, **options: object) -> list[JSON]:
        """Type into the last of these options, and give the choices that appear."""
        interaction = self._command(user, channel, name, options, focused=list(options)[-1])
        await self._begin(interaction, wait=True)
        if interaction.choices is None:
            raise LookupError(f"no choices appeared within {ACK_WITHIN_S} s")
        return interaction.choices

    async def click(self, user: User, message: Message, button: str, /, *, wait: bool = True) -> Interaction:
        """Click a button, named by custom_id or label."""
        self._see(user, message)
        result = parts.find(message.components, button, (parts.BUTTON,))
        if "custom_id" not in result:
            raise LookupError(f"{button!r} opens {result.get('url')}: nothing is sent")
        return await self._component(user, message, result, {}, wait=wait)

    async def submit(
        self, user: User, shown: Interaction, values: Mapping[str, object], /, *, wait: bool = True
    ) -> Interaction:
        """Fill in the modal that an interaction showed, fields named by custom_id or label, and send it."""
        if shown.modal is None or user is not shown.user:
            raise LookupError("no modal was shown to them")
        filled = fields.submitted(shown.modal, dict(values))
        data: JSON = {"custom_id": shown.modal["custom_id"], "components": filled}
        interaction = self._made(MODAL_SUBMIT, user, shown.channel, data, shown.owners)
        interaction.message, interaction.cause = shown.message, shown
        return await self._begin(interaction, wait=wait)

    async def post(
        self,
        user: User,
        channel: "Channel",
        text: str = "",
        /,
        *,
        reply_to: Message | None = None,
    ) -> Message:
        """Post a message. It mentions whom its text mentions, and whom it replies to."""
        if not permissions.may(channel, user, Permission.SEND_MESSAGES):
            raise LookupError(f"{user.name} may not write in {channel.name}")
        form: JSON = {
            "content": text,
            "allowed_mentions": _EVERYBODY | {"replied_user": True},
        }
        if reply_to is not None:
            self._see(user, reply_to)
            form["message_reference"] = {"message_id": str(reply_to.id)}
        message = posting.create(self._platform, channel, user, form, {})
        posting.announce(self._platform, message)
        return message

    async def answer(self, interaction: Interaction, /, timeout_s: float = 5.0) -> Message:
        """Wait until a person sees the answer to what they did, and give the message."""

        def seen() -> Message | None:
            return interaction.original if interaction.state is State.ANSWERED else None

        message = await self._platform.wait(seen, timeout_s)
        assert message is not None
        return message

    def _see(self, user: User, message: Message) -> None:
        own = message.interaction is not None and message.interaction.user is user
        if message.deleted or (message.ephemeral and not own):
            raise LookupError(f"{user.name} does not see that message")
        if message.loading:
            raise LookupError("it still says “thinking…”")
        if not permissions.may(message.channel, user, Permission.VIEW_CHANNEL):
            raise LookupError(f"{user.name} does not see that channel")

    def _command(
        self,
        user: User,
        channel: "Channel",
        name: str,
        given: dict[str, object],
        *,
        focused: str | None = None,
    ) -> Interaction:
        root, *path = name.split()
        command = self._offered(user, channel, root, CHAT_INPUT)
        schema, steps = invoke.nested(command, path)
        resolved = invoke.Resolved(self._platform, channel)
        options = invoke.options(schema, given, resolved, focused)
        for step, kind in reversed(steps):
            options = [{"name": step, "type": kind, "options": options}]
        data: JSON = {"id": command["id"], "name": root, "type": CHAT_INPUT, "options": options}
        data |= {"guild_id": command["guild_id"]} if "guild_id" in command else {}
        data |= {"resolved": resolved.found} if resolved.found else {}
        owners = invoke.owners(self._platform, command, user, channel)
        return self._made(AUTOCOMPLETE if focused else COMMAND, user, channel, data, owners)

    def _offered(self, user: User, channel: "Channel", name: str, kind: int) -> JSON:
        """Find a command the way Discord's client offers it. :raises LookupError: it is not offered."""
        guild = channel.guild
        commands = list(self._platform.commands.offered(guild.id if guild else None))
        results = next((each for each in commands if each["name"] == name and each["type"] == kind), None)
        if results is None:
            raise LookupError(f"no command {name!r} is registered; there are {[each['name'] for each in commands]}")
        if not invoke.owners(self._platform, results, user, channel):
            raise LookupError(f"{name!r} is installed neither here nor by {user.name}")
        contexts = results["contexts"]
        if contexts is not None and invoke.context(self._platform, channel) not in contexts:
            raise LookupError(f"{name!r} is offered in contexts {contexts} only")
        wanted = Permission.USE_APPLICATION_COMMANDS | Permission.VIEW_CHANNEL
        asked = results["default_member_permissions"]
        if guild and asked is not None:
            wanted |= Permission(int(asked) or int(Permission.ADMINISTRATOR))
        if guild and not permissions.may(channel, user, wanted):
            raise LookupError(f"{user.name} lacks permissions for {name!r}")
        return results

    async def _component(self, user: User, message: Message, component: JSON, data: JSON, *, wait: bool) -> Interaction:
        data = {"custom_id": component["custom_id"], "component_type": component["type"], "id": component["id"]} | data
        before, guild = message.interaction, message.channel.guild
        owners = before.owners if before else {"0": str(guild.id) if guild else "0"}
        interaction = self._made(COMPONENT, user, message.channel, data, owners)
        interaction.message = message
        return await self._begin(interaction, wait=wait)

    def _made(self, kind: int, user: User, channel: "Channel", data: JSON, owners: dict[str, str]) -> Interaction:
        token, began_s = secrets.token_urlsafe(60), self._platform.clock.monotonic()
        return Interaction(self._world, self._world.new_id(), token, kind, user, channel, data, owners, began_s)

    async def _begin(self, interaction: Interaction, *, wait: bool) -> Interaction:
        self._platform.interactions[interaction.token] = interaction
        event = invoke.interaction_event(self._platform, interaction)
        guild = interaction.channel.guild
        self._world.dispatch(Event("INTERACTION_CREATE", event, guild_id=guild.id if guild else None))
        if wait:
            await self._platform.wait(lambda: interaction.acked or interaction.overdue, ACK_WITHIN_S + 1)
            interaction.expire()
        return interaction
