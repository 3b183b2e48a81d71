"""Messages as they are stored, and as the wire shows them to a bot with or without the message content intent."""

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.emulator import components, payloads
from tests.emulator.errors import JSON
from tests.emulator.flags import MessageFlag

if TYPE_CHECKING:
    from tests.emulator.channels import Channel
    from tests.emulator.interactions import Interaction
    from tests.emulator.world import Role, User

REPLY, SLASH_RESPONSE, CONTEXT_RESPONSE = 19, 20, 23


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message, kept by the loopback CDN."""

    id: int
    filename: str
    data: bytes
    content_type: str | None
    url: str
    description: str | None = None

    def payload(self) -> JSON:
        """What the wire says of it."""
        payload: JSON = {
            "id": str(self.id),
            "filename": self.filename,
            "size": len(self.data),
            "url": self.url,
            "proxy_url": self.url,
        }
        if self.content_type:
            payload["content_type"] = self.content_type
        return payload | ({"description": self.description} if self.description else {})


@dataclass(slots=True, eq=False)
class Message:
    """A message. `pings` are the users, roles and "everyone" that it would have notified."""

    channel: "Channel"
    id: int
    author: "User"
    created_at: datetime.datetime
    kind: int = 0
    content: str = ""
    embeds: list[JSON] = field(default_factory=list)
    components: list[JSON] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    mentions: list["User"] = field(default_factory=list)
    mention_roles: list["Role"] = field(default_factory=list)
    mention_everyone: bool = False
    pings: set["User | Role | str"] = field(default_factory=set)
    reply_to: "Message | None" = None
    interaction: "Interaction | None" = None
    webhook_id: int | None = None
    nonce: str | int | None = None
    pinned: bool = False
    deleted: bool = False
    edits: int = 0
    edited_at: datetime.datetime | None = None

    @property
    def ephemeral(self) -> bool:
        """Tell whether only one person sees it."""
        return bool(self.flags & MessageFlag.EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Tell whether it still says "thinking…"."""
        return bool(self.flags & MessageFlag.LOADING)

    @property
    def buttons(self) -> list[str]:
        """List the labels of the buttons, in order."""
        return [each.get("label", "") for each in components.walk(self.components) if each["type"] == components.BUTTON]

    @property
    def accent_colours(self) -> list[int | None]:
        """List the accent colours of the containers, in order."""
        return [each["accent_color"] for each in self.components if each["type"] == components.CONTAINER]

    def text(self) -> str:
        """Give all that people see, in order: content, embeds, text displays, labels; one a line."""
        lines = [self.content] if self.content else []
        for embed in self.embeds:
            fields = [part for each in embed.get("fields", []) for part in (each["name"], each["value"])]
            lines += [embed[key] for key in ("title", "description") if key in embed] + fields
            lines += [embed["footer"]["text"]] if "footer" in embed else []
        return "\n".join(lines + components.visible_text(self.components))

    def payload(self, *, nested: bool = False, blank: bool = False) -> JSON:
        """What the wire says of it: for the gateway and REST, and blanked for who may not read it."""
        blank_this = blank and not self.readable_without_intent
        payload: JSON = {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "type": self.kind,
            "author": payloads.user(self.author),
            "content": "" if blank_this else self.content,
            "embeds": [] if blank_this else self.embeds,
            "components": [] if blank_this else self.components,
            "attachments": [] if blank_this else [each.payload() for each in self.attachments],
            "mentions": [payloads.user(each) for each in self.mentions],
            "mention_roles": [str(each.id) for each in self.mention_roles],
            "mention_everyone": self.mention_everyone,
            "pinned": self.pinned,
            "tts": False,
            "flags": self.flags,
            "timestamp": self.created_at.isoformat(),
            "edited_timestamp": self.edited_at.isoformat() if self.edited_at else None,
        }
        return payload | self._origin() | ({} if nested else self._reply(blank=blank))

    def _origin(self) -> JSON:
        origin: JSON = {} if self.nonce is None else {"nonce": self.nonce}
        if self.webhook_id is not None:
            origin["webhook_id"] = str(self.webhook_id)
        if self.interaction is not None:
            origin["application_id"] = str(self.interaction.world.application.id)
            origin["interaction_metadata"] = self.interaction.metadata()
        return origin

    def _reply(self, *, blank: bool) -> JSON:
        if self.reply_to is None:
            return {}
        referenced = None if self.reply_to.deleted else self.reply_to.payload(nested=True, blank=blank)
        return {"message_reference": self.reference(self.reply_to), "referenced_message": referenced}

    @staticmethod
    def reference(message: "Message") -> JSON:
        """Give what refers to a message."""
        reference: JSON = {"type": 0, "message_id": str(message.id), "channel_id": str(message.channel.id)}
        guild = message.channel.guild
        return reference | ({"guild_id": str(guild.id)} if guild else {})

    @property
    def readable_without_intent(self) -> bool:
        """Tell whether Discord shows the bot the content all the same.

        Direct messages, own ones, those that mention the bot in the text, and ping replies to a *regular* message of
        the bot; a ping reply to an interaction's response stays blank.
        """
        world = self.channel.world
        if self.channel.guild is None or self.author is world.bot:
            return True
        written = any(f"<@{mark}{world.bot.id}>" in self.content for mark in ("", "!"))
        answered = self.reply_to
        pinged = answered is not None and answered.author is world.bot and world.bot in self.mentions
        return written or (pinged and answered is not None and answered.interaction is None)

    def event_payload(self, *, blank: bool) -> JSON:
        """What the gateway says of it: REST's answer with the server and the author's membership."""
        payload, guild = self.payload(blank=blank), self.channel.guild
        if guild is None:
            return payload
        payload["guild_id"] = str(guild.id)
        if self.webhook_id is None and self.author.id in guild.members:
            payload["member"] = payloads.member(guild.members[self.author.id], with_user=False)
        return payload
