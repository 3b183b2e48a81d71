"""What Discord users leave behind in bot.db, as values: answers, feedback, settings of servers, what admins did."""

from collections.abc import Mapping
from dataclasses import dataclass

from index import Filters

HELPFUL, NOT_HELPFUL = "helpful", "not helpful"
FEEDBACK_DAYS = 90  # how long the text that somebody writes about an answer is kept


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
    """What a server set; no channels means all of them."""

    channels: tuple[int, ...] = ()
    private: bool = False
    language: str | None = None
    pace: int | None = None
    ask_channel: int | None = None
    ask_message: int | None = None


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased of a person: answers, by their ids, and how many verdicts; and what is kept.

    `administered` counts what the person did as an administrator, which is kept.
    """

    answers: frozenset[str]
    verdicts: int
    administered: int
