"""What Discord may refuse without anything being wrong: each has one line in the log, and a sentence where it helps."""

from dataclasses import dataclass

import discord

from bot.i18n.words import Words, message

THREAD_ARCHIVED, TOKEN_OVER = 50083, 50027


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why Discord refuses something: for the log, and for the person, None where nothing can or need be said."""

    reason: str
    sentence: str | None = None


_REFUSALS = {
    10003: Refusal("the channel is gone"),
    10008: Refusal("the message is gone"),
    10015: Refusal("the interaction is over"),
    10062: Refusal("the interaction came too late"),
    40060: Refusal("the interaction was answered already"),
    TOKEN_OVER: Refusal("the interaction is over"),
    50001: Refusal(
        "the channel cannot be seen", message("I may not see this channel: tell whoever manages the server.")
    ),
    50013: Refusal("a permission is missing", message("I may not do this here: tell whoever manages the server.")),
    THREAD_ARCHIVED: Refusal("the thread is archived", message("This thread is archived: open it again and ask anew.")),
    160005: Refusal("the thread is locked", message("This thread is locked: ask in another channel.")),
    160006: Refusal(
        "too many threads are open",
        message("This server has as many open threads as Discord allows: archive one and ask anew."),
    ),
    20016: Refusal("slow mode", message("Slow mode keeps me from writing here just now: ask again in a minute.")),
    20028: Refusal(
        "too many messages in the channel", message("This channel is too busy just now: ask again in a minute.")
    ),
    200000: Refusal(
        "AutoMod", message("The AutoMod of this server does not let my answer through: tell whoever manages it.")
    ),
    200001: Refusal(
        "AutoMod", message("The AutoMod of this server does not let my answer through: tell whoever manages it.")
    ),
}


def refusal_of(error: BaseException) -> Refusal | None:
    """Return what Discord refused where that is to be expected, None for any other error."""
    return _REFUSALS.get(error.code) if isinstance(error, discord.HTTPException) else None


def told(words: Words, refusal: Refusal) -> str | None:
    """Return what a person is told of a refusal."""
    return words(refusal.sentence) if refusal.sentence is not None else None
