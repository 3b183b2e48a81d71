"""What a person sees of a message, now: it changes as the bot edits it."""

from dataclasses import dataclass, field
from typing import Any

import simcord
from simcord.backend.models import Message as Stored

from tests.emulator import components as parts

_DEFERRED = (5, 6)


@dataclass(frozen=True, slots=True)
class Message:
    """A message, and the interaction that led to it. Two of the same id are equal."""

    env: simcord.Env = field(repr=False, compare=False)
    channel_id: int
    id: int
    response: simcord.InteractionResult | None = field(default=None, repr=False, compare=False)

    @property
    def _stored(self) -> Stored:
        return self.env.backend.get_message(self.channel_id, self.id)

    @property
    def handle(self) -> simcord.ResponseMessage:
        """What simcord takes for the message."""
        return simcord.ResponseMessage(self.env, self._stored)

    @property
    def deleted(self) -> bool:
        """Whether it is gone."""
        return self.id not in self.env.backend.messages.get(self.channel_id, {})

    @property
    def by_bot(self) -> bool:
        """Whether the bot wrote it."""
        return self._stored.author_id == self.env.backend.bot_user.id

    @property
    def ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return self.handle.ephemeral

    @property
    def components(self) -> list[dict[str, Any]]:
        """Its components, as they are on the wire, which a test only reads: simcord's own property copies them."""
        return self._stored.components

    @property
    def payload(self) -> dict[str, Any]:
        """What page.py shows of it."""
        return {"content": self._stored.content, "components": self.components, "flags": self._stored.flags}

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons, in order."""
        return [each.get("label", "") for each in parts.walk(self.components) if each["type"] == parts.BUTTON]

    @property
    def accent_colours(self) -> list[int | None]:
        """The accent colours of its containers, in order."""
        return [each["accent_color"] for each in self.components if each["type"] == parts.CONTAINER]

    @property
    def files(self) -> list[bytes]:
        """The files attached to it."""
        results = [self.env.backend.cdn.get(each["url"]) for each in self._stored.attachments]
        return [data for data in results if data is not None]

    @property
    def reactions(self) -> dict[str, list[int]]:
        """Who reacted with which emoji."""
        return {each.emoji: each.user_ids for each in self._stored.reactions}

    @property
    def replies_to(self) -> int | None:
        """The id of the message that it replies to."""
        reference = self._stored.reference
        return int(reference["message_id"]) if reference else None

    @property
    def pings(self) -> bool:
        """Whether it notifies anybody."""
        stored = self._stored
        return bool(stored.ping_user_ids or stored.ping_role_ids or stored.mention_everyone)

    def text(self) -> str:
        """Give all that people see, in order: content, texts, labels, placeholders; one a line."""
        content = self._stored.content
        return "\n".join([*([content] if content else []), *parts.visible_text(self.components)])

    @property
    def deferred(self) -> bool:
        """Whether the bot first said that an answer would come."""
        assert self.response is not None
        path = f"/interactions/{self.response._interaction.id}/"
        first = next(each for each in self.env.http_requests if each.path.startswith(path))
        return isinstance(first.json, dict) and first.json["type"] in _DEFERRED

    @property
    def followups(self) -> list[simcord.ResponseMessage]:
        """The messages that came after the answer."""
        assert self.response is not None
        return self.response.followups


def refusal(message: Message) -> str:
    """Return the sentence of a refusal: the first response, for the person alone, and nothing after it."""
    assert not message.deferred
    assert message.ephemeral
    assert not message.followups
    return message.text()
