"""Who and what exists: users, roles, members, servers. Changing a thing tells the bot, as Discord would."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.emulator import payloads
from tests.emulator.errors import JSON, unknown
from tests.emulator.flags import EVERYONE, ApplicationFlag, Intent, Kind

if TYPE_CHECKING:
    from tests.emulator.channels import Channel
    from tests.emulator.clock import Clock
    from tests.emulator.messages import Message

_LIMITED = ApplicationFlag.GATEWAY_MESSAGE_CONTENT_LIMITED
NONE = Intent(0)
_EPOCH_MS = 1_420_070_400_000


@dataclass(frozen=True, slots=True)
class Event:
    """What a session may be told. `blank` goes to sessions without the message content intent."""

    name: str
    data: JSON
    blank: JSON | None = None
    needs: Intent = NONE
    guild_id: int | None = None


@dataclass(slots=True, eq=False)
class User:
    """A person, or a bot."""

    id: int
    name: str
    locale: str = "en-US"
    bot: bool = False
    installed: bool = False

    @property
    def mention(self) -> str:
        """Give what mentions the user in a text."""
        return f"<@{self.id}>"


@dataclass(slots=True, eq=False)
class Role:
    """A role of a server."""

    id: int
    name: str
    permissions: int
    managed: bool = False

    @property
    def mention(self) -> str:
        """Give what mentions the role in a text."""
        return f"<@&{self.id}>"


@dataclass(slots=True, eq=False)
class Member:
    """A user in a server, with roles."""

    user: User
    roles: list[Role] = field(default_factory=list)
    joined_at: datetime.datetime = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)


@dataclass(slots=True, eq=False)
class Guild:
    """A server."""

    world: "World"
    id: int
    name: str
    locale: str
    owner: User
    installed: bool
    everyone: Role = field(init=False)
    bot_role: Role = field(init=False)
    roles: list[Role] = field(default_factory=list)
    members: dict[int, Member] = field(default_factory=dict)
    channels: list["Channel"] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.everyone = Role(self.id, "@everyone", int(EVERYONE))
        self.bot_role = Role(self.world.new_id(), self.world.bot.name, 0, managed=True)
        self.roles += [self.everyone, self.bot_role]

    @property
    def bot_permissions(self) -> int:
        """Give the permissions of the bot's own role; @everyone's come on top."""
        return self.bot_role.permissions

    @bot_permissions.setter
    def bot_permissions(self, permissions: int) -> None:
        self.change_role(self.bot_role, permissions)

    def change_role(self, role: Role, permissions: int) -> None:
        """Give a role other permissions."""
        role.permissions = int(permissions)
        self.tell("GUILD_ROLE_UPDATE", {"guild_id": str(self.id), "role": payloads.role(role)})

    def add_member(self, user: User) -> Member:
        """Let a user join."""
        member = self.members[user.id] = Member(user)
        data = payloads.member(member) | {"guild_id": str(self.id)}
        self.tell("GUILD_MEMBER_ADD", data, Intent.GUILD_MEMBERS)
        return member

    def add_channel(self, name: str = "general") -> "Channel":
        """Make a channel."""
        from tests.emulator.channels import Channel

        channel = Channel(self.world, self.world.new_id(), Kind.TEXT, name, guild=self)
        self.channels.append(channel)
        self.world.channels[channel.id] = channel
        self.tell("CHANNEL_CREATE", payloads.channel(channel))
        return channel

    def tell(self, name: str, data: JSON, needs: Intent = Intent.GUILDS) -> None:
        """Tell the bot what happened here, if it is a member."""
        if self.installed:
            self.world.dispatch(Event(name, data, needs=needs, guild_id=self.id))


@dataclass(slots=True, eq=False)
class Application:
    """What the developer portal says of the application."""

    id: int
    name: str = "EU Measures"
    flags: int = 0
    owner: User = field(default_factory=lambda: User(1000, "owner"))

    def allow_message_content(self) -> None:
        """Switch the message content intent on."""
        self.flags |= _LIMITED


class World:
    """Everything that exists, found by id."""

    def __init__(self, clock: "Clock") -> None:
        self.clock = clock
        self.dispatch: Callable[[Event], None] = lambda event: None
        self._last_id = 0
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.messages: dict[int, Message] = {}
        self.files: dict[str, bytes] = {}
        self.nonces: dict[str, Message] = {}
        self.application = Application(self.new_id())
        self.bot = User(self.application.id, "measures", bot=True)
        self.users[self.bot.id] = self.bot

    def new_id(self) -> int:
        """Make a snowflake: the time, and greater than every one before."""
        self._last_id = max(self._last_id + 1, (int(self.clock.now().timestamp() * 1000) - _EPOCH_MS) << 22)
        return self._last_id

    def add_user(self, name: str, *, locale: str = "en-US", bot: bool = False, installed: bool = False) -> User:
        """Make a user; `installed` means that they have installed the application for themselves."""
        user = User(self.new_id(), name, locale, bot, installed)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str = "A server", *, locale: str = "en-US", installed: bool = True) -> Guild:
        """Make a server; where the application is not `installed`, the bot is no member."""
        owner = self.add_user(f"owner of {name}")
        guild = Guild(self, self.new_id(), name, locale, owner, installed)
        self.guilds[guild.id] = guild
        guild.members[owner.id] = Member(owner)
        if installed:
            guild.members[self.bot.id] = Member(self.bot, [guild.bot_role])
            guild.tell("GUILD_CREATE", payloads.guild(guild))
        return guild

    def private_channel(self, *people: User) -> "Channel":
        """Find or open the private channel of a person with the bot, of two people, or a group of more."""
        from tests.emulator.channels import Channel

        recipients = [*people, self.bot] if len(people) == 1 else list(people)
        for channel in self.channels.values():
            if channel.guild is None and set(channel.recipients) == set(recipients):
                return channel
        kind = Kind.DM if len(recipients) == 2 else Kind.GROUP
        channel = Channel(self, self.new_id(), kind, recipients=recipients)
        self.channels[channel.id] = channel
        return channel

    def channel(self, channel_id: str) -> "Channel":
        """Find a channel. :raises ApiError: there is none."""
        if (channel := self.channels.get(int(channel_id))) is None:
            raise unknown("Channel")
        return channel
