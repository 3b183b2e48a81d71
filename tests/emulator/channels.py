"""Channels: of servers, private ones, threads and forum posts."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.emulator import payloads
from tests.emulator.flags import Kind
from tests.emulator.world import Role, User

if TYPE_CHECKING:
    from tests.emulator.messages import Message
    from tests.emulator.world import Guild, World


@dataclass(frozen=True, slots=True)
class Overwrite:
    """What a channel allows and denies a role or a member."""

    is_member: bool
    allow: int
    deny: int


@dataclass(slots=True, eq=False)
class Channel:
    """A channel, its overwrites (by the id of a role or user) and its messages."""

    world: "World"
    id: int
    kind: Kind
    name: str = ""
    guild: "Guild | None" = None
    parent: "Channel | None" = None
    recipients: list[User] = field(default_factory=list)
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    owner: User | None = None
    archived: bool = False
    locked: bool = False
    deleted: bool = False
    typing: int = 0
    auto_archive_minutes: int = 1440
    joined: set[int] = field(default_factory=set)

    @property
    def mention(self) -> str:
        """Give what mentions the channel in a text."""
        return f"<#{self.id}>"

    @property
    def rooted(self) -> "Channel":
        """Give the channel whose overwrites hold: a thread's parent."""
        return self.parent if self.kind.is_thread and self.parent else self

    @property
    def messages(self) -> list["Message"]:
        """List the messages that are there, oldest first, ephemeral ones too."""
        return [message for message in self.world.messages.values() if message.channel is self and not message.deleted]

    @property
    def last_message_id(self) -> int | None:
        """Give the id of the newest message that everybody sees."""
        return max((message.id for message in self.messages if not message.ephemeral), default=None)

    def set_overwrite(self, target: Role | User, *, allow: int = 0, deny: int = 0) -> None:
        """Allow and deny a role or a member something here; what was set before is replaced."""
        self.overwrites[target.id] = Overwrite(isinstance(target, User), int(allow), int(deny))
        self.tell("CHANNEL_UPDATE")

    def add_thread(
        self, name: str = "a thread", *, owner: User | None = None, thread_id: int | None = None, private: bool = False
    ) -> "Channel":
        """Make a thread, or a post of a forum."""
        assert self.guild is not None
        kind = Kind.PRIVATE_THREAD if private else Kind.PUBLIC_THREAD
        owner = owner or self.guild.owner
        thread = Channel(self.world, thread_id or self.world.new_id(), kind, name, self.guild, self, owner=owner)
        thread.joined.add(owner.id)
        self.guild.channels.append(thread)
        self.world.channels[thread.id] = thread
        thread.tell("THREAD_CREATE", {"newly_created": True})
        return thread

    def archive(self, *, locked: bool = False) -> None:
        """Archive a thread; a locked one only a moderator opens again."""
        self.archived, self.locked = True, locked
        self.tell("THREAD_UPDATE")

    def delete(self) -> None:
        """Delete the channel, and the threads in it."""
        self.deleted = True
        self.world.channels.pop(self.id, None)
        if self.guild is not None:
            self.guild.channels.remove(self)
            for thread in [channel for channel in self.guild.channels if channel.parent is self]:
                thread.delete()
        self.tell("THREAD_DELETE" if self.kind.is_thread else "CHANNEL_DELETE")

    def tell(self, event: str, extra: dict[str, object] | None = None) -> None:
        """Tell the bot of a change to the channel itself."""
        if self.guild is not None:
            self.guild.tell(event, payloads.channel(self) | (extra or {}))
