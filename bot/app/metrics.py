"""What is counted while the bot runs, for Prometheus. No label holds a word, or an id, of a person.

Whoever asks a question for somebody does so in `asked`, which counts it by how it ends. What is read only when somebody
looks (queue, latency, sources, memory) is in metrics_state.py.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

from bot.app.errors import Refused
from bot.app.queue import Stopping
from corpus import FilterError, QuestionError
from index import Answer, Checked, Verdict

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
_SECONDS_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0)
_QUESTIONS = Counter(
    "measures_questions", "Questions, by where they were asked and what became of them.", ["surface", "outcome"],
    registry=REGISTRY,
)  # fmt: skip
_SECONDS = Histogram(
    "measures_question_seconds", "Seconds that a question took: in the queue, in the engine, and all in all.", ["part"],
    buckets=_SECONDS_BUCKETS, registry=REGISTRY,
)  # fmt: skip
_CONFIDENCE = Histogram(
    "measures_confidence", "Confidence of the engine that a question is answered.",
    buckets=tuple(tenth / 10 for tenth in range(1, 10)), registry=REGISTRY,
)  # fmt: skip
_RECONNECTS = Counter(
    "measures_reconnects", "Connections to Discord that were made again, by whether the session went on.", ["session"],
    registry=REGISTRY,
)  # fmt: skip


class Surface(StrEnum):
    """Where a question is asked."""

    COMMAND = "command"
    MESSAGE = "message"
    DIRECT = "direct message"
    CHECK = "check"
    HTTP = "http"
    MCP = "mcp"


class Outcome(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    NOT_FOUND = "not found"
    LISTED = "listed"
    """It was about the collection, not about what is in it."""
    REFUSED = "refused"
    FAILED = "failed"


class Part(StrEnum):
    """What a question takes time for."""

    QUEUE = "queue"
    ENGINE = "engine"
    WHOLE = "whole"


for _surface in Surface:
    for _outcome in Outcome:
        _QUESTIONS.labels(_surface.value, _outcome.value)  # so that all are there from the start, at 0


class Asked:
    """A question that is being asked; whoever asks it says what became of it."""

    def __init__(self) -> None:
        """Nothing has become of it yet."""
        self.outcome: Outcome | None = None

    def answered(self, answer: Answer) -> None:
        """Take note of what the engine says."""
        self.is_answered(answer.answered, answer.confidence)

    def is_answered(self, is_answered: bool, confidence: float) -> None:
        """Take note of whether the engine answers, and how sure it is."""
        self.outcome = Outcome.ANSWERED if is_answered else Outcome.NOT_FOUND
        _CONFIDENCE.observe(confidence)

    def checked(self, claims: Sequence[Checked]) -> None:
        """Take note of a message that was checked: answered where the releases say something to one of its claims."""
        is_answered = any(claim.verdict is not Verdict.DO_NOT_SAY for claim in claims)
        self.outcome = Outcome.ANSWERED if is_answered else Outcome.NOT_FOUND


@contextmanager
def asked(surface: Surface) -> Iterator[Asked]:
    """Count a question when the block ends: by its outcome, or by the error that ends it."""
    began_s = time.monotonic()
    question = Asked()
    try:
        yield question
    except asyncio.CancelledError:
        question.outcome = None
        raise
    except (Refused, Stopping, QuestionError, FilterError):
        question.outcome = Outcome.REFUSED
        raise
    except Exception:
        question.outcome = Outcome.FAILED
        raise
    finally:
        if question.outcome is not None:
            count(surface, question.outcome)
        if question.outcome in (Outcome.ANSWERED, Outcome.NOT_FOUND):
            took(Part.WHOLE, time.monotonic() - began_s)


def count(surface: Surface, outcome: Outcome) -> None:
    """Count a question."""
    _QUESTIONS.labels(surface.value, outcome.value).inc()


def took(part: str, seconds: float) -> None:
    """Take note of how long a part of a question took; `part` is a `Part`."""
    _SECONDS.labels(Part(part).value).observe(seconds)


def reconnected(*, resumed: bool) -> None:
    """Count a connection that was made again."""
    _RECONNECTS.labels("resumed" if resumed else "new").inc()
