"""Channels, of servers and private ones."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.emulator.flags import Kind
from tests.emulator.world import User

if TYPE_CHECKING:
    from tests.emulator.messages import Message
    from tests.emulator.world import Guild, World


@dataclass(slots=True, eq=False)
class Channel:
    """A channel and its messages."""

    world: "World"
    id: int
    kind: Kind
    name: str = ""
    guild: "Guild | None" = None
    recipients: list[User] = field(default_factory=list)

    @property
    def messages(self) -> list["Message"]:
        """List the messages that are there, oldest first, ephemeral ones too."""
        return [message for message in self.world.messages.values() if message.channel is self and not message.deleted]

    @property
    def last_message_id(self) -> int | None:
        """Give the id of the newest message that everybody sees."""
        return max((message.id for message in self.messages if not message.ephemeral), default=None)
