"""What Discord users leave behind in bot.db, as values.

Answers, feedback, subscriptions, settings of servers, and what administrators did.
"""

import datetime
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from index import Filters, Wanted

HELPFUL, NOT_HELPFUL = "helpful", "not helpful"
FEEDBACK_DAYS = 90  # how long the text that somebody writes about an answer is kept
_ID_BYTES = 9  # 12 characters in base64


@dataclass(frozen=True, slots=True)
class QuotedSpan:
    """A span that an answer showed."""

    release_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as its buttons need it: who asked what where, under which filters, and what was shown."""

    id: str
    asker: int
    guild: int | None
    channel: int
    message: int | None
    by_command: bool
    question: str
    filters: Filters
    spans: tuple[QuotedSpan, ...]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody thinks of an answer, and when they said so; who it was is not stored."""

    answer: str
    verdict: str
    reason: str | None
    at: str

    @property
    def is_helpful(self) -> bool:
        """Whether the answer helped."""
        return self.verdict == HELPFUL


@dataclass(frozen=True, slots=True)
class AdminAct:
    """What an administrator did from Discord, or began to do, and when."""

    at: str
    who: int
    guild: int | None
    action: str
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What a server set; no channels means all of them.

    ``zone`` is its time zone by the name that IANA gives it; ``quiet`` the hours there between which nobody is told of
    new releases.
    """

    channels: tuple[int, ...] = ()
    private: bool = False
    language: str | None = None
    pace: int | None = None
    ask_channel: int | None = None
    ask_message: int | None = None
    zone: str | None = None
    quiet: tuple[int, int] | None = None

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the settings that a JSON object holds, as bot.db keeps it."""
        values = json.loads(text)
        quiet = values.get("quiet")
        return cls(**values | {"channels": tuple(values["channels"]), "quiet": tuple(quiet) if quiet else None})


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased of a person: answers, by their ids, and how many verdicts; and what is kept.

    `administered` counts what the person did as an administrator, which is kept.
    """

    answers: frozenset[str]
    verdicts: int
    administered: int
    subscriptions: int = 0


class Often(StrEnum):
    """How often somebody is told of new releases."""

    AT_ONCE = "at once"
    DAILY = "day"
    WEEKLY = "week"


class Pause(StrEnum):
    """Why a subscription waits: Discord refused its last message, and would refuse the next one, too."""

    CLOSED = "closed"
    """The person takes no direct messages from the bot."""
    FORBIDDEN = "forbidden"
    """The bot may not write in the channel."""
    FILTERED = "filtered"
    """A filter of the server, such as AutoMod, does not let the message through."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What somebody wants to be told of, and where.

    ``guild`` and ``channel`` are None for direct messages; ``made_in`` is the server whose quiet hours count for these.
    ``since`` is when it was made: nothing that is older is told.
    """

    id: str
    owner: int
    guild: int | None
    channel: int | None
    made_in: int | None
    wanted: Wanted
    often: Often
    locale: str
    since: datetime.datetime
    pause: Pause | None = None

    @property
    def place(self) -> str:
        """Where it tells: a channel, or somebody's direct messages."""
        return f"channel {self.channel}" if self.channel is not None else f"user {self.owner}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A release that is new to a subscription; `work` is what its editions in other languages have in common."""

    subscription: str
    work: str
    release_id: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The releases that a subscription is yet to tell, the first found first, and when the first was found.

    ``nonce`` is that of the message that may have told them, where the process ended or the connection was lost before
    that was known; ``claimed_at`` is when it was about to be sent.
    """

    subscription: Subscription
    findings: tuple[Finding, ...]
    found_at: datetime.datetime
    nonce: int | None = None
    claimed_at: datetime.datetime | None = None


def new_subscription_id() -> str:
    """Return an id that nobody can guess, of 12 characters."""
    return secrets.token_urlsafe(_ID_BYTES)
