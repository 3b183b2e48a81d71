"""One line in the log for every interaction: what it was, how it ended and how long it took; no words, no names."""

import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import discord

if TYPE_CHECKING:
    from index import Answer

log = logging.getLogger(__name__)
Interaction = discord.Interaction[Any]
_BEGAN, _OUTCOME = "began", "outcome"


def begin(interaction: Interaction) -> None:
    """Take note of when an interaction came."""
    interaction.extras[_BEGAN] = time.perf_counter()


def outcome(found: "Answer") -> str:
    """Say in a few figures what the engine found."""
    verdict = "answered" if found.answered else "not found"
    return f" ({verdict}, confidence {found.confidence:.2f}, engine {found.took_ms:.0f} ms)"


def note(interaction: Interaction, found: "Answer") -> None:
    """Keep what the engine found for the line of an interaction."""
    interaction.extras[_OUTCOME] = outcome(found)


def done(interaction: Interaction, what: str) -> None:
    """Log an interaction that was served."""
    log.info("%s: served in %.0f ms%s", what, _took_ms(interaction), interaction.extras.get(_OUTCOME, ""))


def refused(interaction: Interaction) -> None:
    """Log an interaction that was refused, for a reason that the person read."""
    log.info("%s: refused in %.0f ms", _what(interaction), _took_ms(interaction))


def failed(interaction: Interaction, why: str) -> None:
    """Log an interaction that could not be served."""
    log.warning("%s: failed after %.0f ms: %s", _what(interaction), _took_ms(interaction), why)


def _took_ms(interaction: Interaction) -> float:
    began: float = interaction.extras.get(_BEGAN, time.perf_counter())
    return (time.perf_counter() - began) * 1000


def _what(interaction: Interaction) -> str:
    if interaction.command is not None:
        return interaction.command.qualified_name
    data: Mapping[str, object] = dict(interaction.data or {})
    custom_id = str(data.get("custom_id", ""))
    action = custom_id.split(":")[1] if custom_id[:2] in ("b:", "m:") else None
    return action or interaction.type.name
