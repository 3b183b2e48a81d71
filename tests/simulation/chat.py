"""A server with a channel, Ada, Bob and the bot, for one test."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import discord
import simcord
from discord import Permissions
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.app.client import MeasuresBot
from bot.user_data import ServerSettings
from tests.simulation.message import Message
from tests.simulation.person import Channel, Person

T = TypeVar("T")
QUESTION = "Which agency will train border control units?"
QUOTE = "Operational needs-based training will be further made available by CEPOL"
NEEDED = Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    read_message_history=True,
    attach_files=True,
    add_reactions=True,
)


@dataclass(slots=True)
class Chat:
    """What a test acts with."""

    env: simcord.Env
    bot: MeasuresBot
    channel: Channel
    failures: list[str]  # what was logged as an error: a test that means it clears the list
    people: dict[int, Person] = field(default_factory=dict)
    ada: Person = field(init=False)
    bob: Person = field(init=False)

    @property
    def guild(self) -> simcord.GuildHandle:
        """The server."""
        assert self.channel.guild is not None
        return self.channel.guild

    @property
    def bot_role(self) -> simcord.RoleHandle:
        """The bot's own role in the server."""
        return self.guild.roles[self.env.backend.bot_user.name]

    @property
    def bot_mention(self) -> str:
        """What mentions the bot in a text."""
        return f"<@{self.env.backend.bot_user.id}>"

    def add_person(
        self, name: str, *, locale: str = "en-US", permissions: Permissions | None = None, member: bool = True
    ) -> Person:
        """Let somebody join the server, or only be there to write to the bot."""
        person = Person(self.env, self.env.create_user(name), self.channel, locale)
        self.people[person.id] = person
        if member:
            roles = [self.guild.create_role(f"{name}'s", permissions=permissions)] if permissions else []
            person.join(self.guild, *roles)
        return person

    def add_server(self, name: str, *people: Person, locale: str = "en-GB") -> Channel:
        """Make another server, with these people in it, and give its channel."""
        channel = new_server(self.env, name, locale)
        assert channel.guild is not None
        for person in people:
            person.join(channel.guild)
        return channel

    def deny(self, channel: Channel, *permissions: str) -> None:
        """Take permissions from the bot in a channel."""
        _, denied = discord.PermissionOverwrite(**dict.fromkeys(permissions, False)).pair()
        overwrite = Overwrite(self.bot_role.id, OverwriteType.ROLE, 0, denied.value)
        self.env.backend.set_overwrite(channel.id, overwrite)

    def add_thread(self, channel: Channel) -> Channel:
        """Open a thread of Ada's in a channel, or a post of hers in a forum."""
        thread = self.env.backend.create_thread(channel.id, "a thread", self.ada.id, broadcast=False)
        self.env.backend.announce_thread_create(thread)
        return Channel(self.env, self.guild, thread)

    def permit(self, role: simcord.RoleHandle, permissions: Permissions) -> None:
        """Give a role other permissions."""
        self.env.backend.edit_role(self.guild.id, role.id, {"permissions": permissions.value})

    @property
    def locale(self) -> str:
        """The language of the server."""
        return self.guild._guild.preferred_locale

    @locale.setter
    def locale(self, locale: str) -> None:
        self.env.backend.edit_guild(self.guild.id, {"preferred_locale": locale})

    def rewrite(self, message: Message, old: str, new: str) -> None:
        """Change what stands in the components of a message, as if it had been sent so long ago."""
        stored = self.env.backend.get_message(message.channel_id, message.id)
        stored.components = json.loads(json.dumps(stored.components).replace(old, new))

    def open_to_all(self, *commands: str) -> None:
        """Let everybody use commands that ask for a permission, as administrators of a server can."""
        backend = self.env.backend
        for name in commands:
            outcome = backend.find_command(name, self.guild.id)
            assert outcome is not None
            self.guild.set_command_permissions(int(outcome["id"]), {self.guild.default_role: True})

    def messages(self, channel: Channel | None = None) -> list[Message]:
        """Give the messages of a channel, oldest first."""
        where = channel or self.channel
        return [Message(self.env, where.id, number) for number in sorted(self.env.backend.messages[where.id])]

    def said(self, channel: Channel | None = None) -> list[str]:
        """Give what the bot said in a channel."""
        return [message.text() for message in self.messages(channel) if message.by_bot]

    def requested(self, method: str, part: str) -> list[simcord.HttpLogEntry]:
        """Give the requests of the bot whose path holds something."""
        return [each for each in self.env.http_requests if each.method == method and part in each.path]

    async def leave(self) -> None:
        """Throw the bot out of the server."""
        self.env.backend.remove_guild(self.guild.id)
        await self.env.settle()

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Let people act without waiting: the bot has done nothing yet about what is done in the block."""

        async def not_now(**_: object) -> None:
            """Leave the bot's work for later."""

        self.env._settle_internal = not_now  # type: ignore[method-assign]
        try:
            yield
        finally:
            del self.env._settle_internal

    async def let(self, act: Coroutine[Any, Any, T]) -> T:
        """Let the bot do something that nobody asked for, such as what it does by the clock."""
        with self.env._bot_scope():
            doing = asyncio.create_task(act)
        await self.env.settle()
        return await doing

    async def wait(self, condition: Callable[[], object], timeout_s: float = 30.0) -> None:
        """Wait until a condition holds that a clock of the bot or a thread brings about, not an act."""
        async with asyncio.timeout(timeout_s):
            while not condition():  # noqa: ASYNC110 - nothing tells when it comes true
                await asyncio.sleep(0.01)

    def seen(self, result: simcord.InteractionResult) -> list[Message]:
        """Give the messages that followed an act, after the first answer."""
        return [Message(self.env, each.channel_id, each.id) for each in result.followups]

    def commands(self, guild_id: int | None = None) -> list[dict[str, Any]]:
        """Give the commands registered everywhere, or in one server."""
        return list(self.env.backend.commands[guild_id].values())

    async def server_chose(self, **settings: Any) -> None:  # noqa: ANN401 - the settings' own
        """Let the server choose settings."""
        await self.bot.set_server(self.guild.id, ServerSettings(**settings))

    async def ask(self, question: str = QUESTION, **options: Any) -> Message:  # noqa: ANN401 - the command's own
        """Let Ada ask in the channel, and return the answer."""
        return await self.ada.command("ask", question=question, **options)

    async def mention(self, text: str = QUESTION, *, channel: Channel | None = None) -> Message:
        """Let Ada write to the bot in a channel, and return its reply."""
        return await self.ada.mention_bot(text, channel=channel)


def new_server(env: simcord.Env, name: str, locale: str, guild_id: int | None = None) -> Channel:
    """Make a server that gave the bot what it needs, and give its channel."""
    guild = env.create_guild(name, id=guild_id, preferred_locale=locale)
    role = guild.roles[env.backend.bot_user.name]
    env.backend.edit_role(guild.id, role.id, {"permissions": NEEDED.value})
    return guild.create_text_channel("general")
