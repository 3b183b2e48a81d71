"""What a person does. Each act ends when the bot has done all that follows from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import simcord
from simcord.backend.models.message import AllowedMentions

from tests.emulator import components as parts
from tests.simulation.message import Message

Actor: TypeAlias = simcord.MemberActor | simcord.UserHandle
Channel: TypeAlias = simcord.ChannelHandle


@dataclass(frozen=True, slots=True)
class Window:
    """A window that somebody sees."""

    person: "Person"
    response: simcord.InteractionResult

    @property
    def title(self) -> str:
        """Its title."""
        return str(self.payload["title"])

    @property
    def payload(self) -> dict[str, Any]:
        """What the bot sent of it."""
        assert self.response.modal is not None
        return self.response.modal

    async def send(self, values: Mapping[str, object]) -> Message:
        """Fill in the fields, named by the labels over them, and give what the bot answers."""
        labels = {each["label"]: each["component"]["custom_id"] for each in self.payload["components"]}
        filled = {labels[label]: value for label, value in values.items() if value != ""}
        actor = self.person.in_guild(self.response._interaction.guild_id)
        return self.person.sees(await actor.submit_modal(self.response, filled))


class Person:
    """Somebody with a language, in one server or several, who acts in a channel of theirs unless another is named."""

    def __init__(self, env: simcord.Env, user: simcord.UserHandle, home: Channel, locale: str) -> None:
        """Take who it is, and where they are when nothing else is said."""
        self.env = env
        self.user = user
        self.home = home
        self.locale = locale
        self._members: dict[int, simcord.MemberActor] = {}

    @property
    def id(self) -> int:
        """The id of the user."""
        return self.user.id

    @property
    def mention(self) -> str:
        """What mentions the person in a text."""
        return self.user.mention

    @property
    def private_channel(self) -> Channel:
        """The person's direct messages with the bot."""
        return self.user.dm_channel

    def join(self, guild: simcord.GuildHandle, *roles: simcord.RoleHandle) -> None:
        """Become a member of a server."""
        self._members[guild.id] = guild.add_member(self.user, roles=roles)

    def in_guild(self, guild_id: int | None) -> Actor:
        """Give who acts there; without a server, in the person's direct messages."""
        return self.user if guild_id is None else self._members[guild_id]

    def _actor(self, channel_id: int) -> Actor:
        return self.in_guild(self.env.backend.get_channel(channel_id).guild_id)

    async def command(self, name: str, /, *, channel: Channel | None = None, **options: Any) -> Message:  # noqa: ANN401
        """Use a slash command, and give what the person then sees as its answer."""
        return self.sees(await self.slash(name, channel=channel, **options))

    async def command_opens(self, name: str, /, *, channel: Channel | None = None, **options: Any) -> Window:  # noqa: ANN401
        """Use a slash command that shows a window."""
        return Window(self, await self.slash(name, channel=channel, **options))

    async def slash(
        self,
        name: str,
        /,
        *,
        channel: Channel | None = None,
        **options: Any,  # noqa: ANN401 - the command's own
    ) -> simcord.InteractionResult:
        """Use a slash command."""
        where = channel or self.home
        actor = self._actor(where.id)
        if isinstance(actor, simcord.UserHandle):
            outcome: simcord.InteractionResult = await actor.slash(name, **options)
            return outcome
        return await actor.slash(where, name, **options)

    async def complete(self, name: str, option: str, typed: str, /, **filled: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        """Type into an option of a command, and give what is offered."""
        actor = self._members[self.home.guild.id if self.home.guild else 0]
        return await actor.autocomplete(self.home, name, option, typed, **filled)

    async def use(self, command: str, message: Message) -> Message:
        """Use a command of a message's menu on a message."""
        actor = self._actor(message.channel_id)
        assert isinstance(actor, simcord.MemberActor)
        return self.sees(await actor.context_menu(self.home, command, message.handle))

    async def press(self, message: Message, button: str) -> simcord.InteractionResult:
        """Press a button, named by its label or custom id."""
        outcome = parts.find(message.components, button, (parts.BUTTON,))
        result = await self._actor(message.channel_id).click(message.handle, custom_id=outcome["custom_id"])
        assert isinstance(result, simcord.InteractionResult)
        return result

    async def click(self, message: Message, button: str) -> Message:
        """Press a button, and give what the bot answers: a message, or the same one changed."""
        return self.sees(await self.press(message, button))

    async def opens(self, message: Message, button: str) -> Window:
        """Press a button that shows a window."""
        return Window(self, await self.press(message, button))

    async def choose(self, message: Message, menu: str, values: Sequence[object]) -> Message:
        """Choose in a menu, named by its placeholder or custom id, and give what the bot answers."""
        outcome = parts.find(message.components, menu, parts.SELECTS)
        actor = self._actor(message.channel_id)
        return self.sees(await actor.select(message.handle, values, custom_id=outcome["custom_id"]))

    async def write(
        self,
        text: str = "",
        *,
        channel: Channel | None = None,
        reply_to: Message | None = None,
        ping: bool = True,
        files: Sequence[tuple[str, bytes]] = (),
    ) -> Message:
        """Write a message; a reply pings whom it replies to, unless the person switched that off."""
        where = channel or self.home
        actor = self._actor(where.id)
        if isinstance(actor, simcord.UserHandle):
            reference = {"message_id": str(reply_to.id)} if reply_to else None
            sent = await actor.send_dm(text, reference=reference)
        elif reply_to is not None and not ping:  # simcord's people always ping
            policy = AllowedMentions(replied_user=False)
            reference = {"message_id": str(reply_to.id), "channel_id": str(where.id)}
            stored = self.env.backend.create_message(
                where.id, self.id, text, reference=reference, allowed_mentions=policy
            )
            await self.env.settle()
            return Message(self.env, where.id, stored.id)
        else:
            target = reply_to.handle if reply_to else None
            sent = await actor.send(where, text, reply_to=target, attachments=files)
        return Message(self.env, where.id, sent.id)

    async def change(self, message: Message, text: str) -> None:
        """Change the text of an own message."""
        await self._actor(message.channel_id).edit(message.handle, text)

    async def mention_bot(self, text: str, *, channel: Channel | None = None) -> Message:
        """Write to the bot in a channel, and give its reply."""
        where = channel or self.home
        return self._answer_to(await self.write(f"<@{self.env.backend.bot_user.id}> {text}", channel=where))

    async def reply(self, to: Message, text: str) -> Message:
        """Reply to a message of the bot, and give its reply."""
        guild_id = self.env.backend.get_channel(to.channel_id).guild_id
        guild = None if guild_id is None else self._members[guild_id].guild
        where = Channel(self.env, guild, self.env.backend.get_channel(to.channel_id))
        return self._answer_to(await self.write(text, channel=where, reply_to=to))

    def _answer_to(self, own: Message) -> Message:
        written = self.env.backend.messages[own.channel_id].values()
        last = Message(self.env, own.channel_id, max(each.id for each in written))
        assert last.by_bot, "the bot did not answer"
        return last

    def sees(self, result: simcord.InteractionResult) -> Message:
        """Give the message that an interaction led to: the last follow-up, where there is one."""
        answer = result.followups[-1] if result.followups else result.response
        assert answer is not None, result
        return Message(self.env, answer.channel_id, answer.id, result)
