"""The errors of the bot beside those of the core, and the sentence that people in Discord read of any error.

MeasuresError
├── BotRunningError     another bot serves the data folder
└── DiscordError        Discord does not let the bot in

`sentence` words errors in this order: a refusal that is for one person (`Refused`); an error of the core, in the
person's language where it has a template; an error of the data folder, which says what was not done because of it.
Anything unexpected gets a fixed sentence and a reference, under which the log has the traceback.
"""

import logging
import secrets
from collections.abc import Sequence
from typing import Any

import discord
from discord.app_commands import AppCommandError

from bot.app import logs
from bot.app import sending as delivery
from bot.app.queue import Stopping
from bot.app.refusals import refusal_of, told
from bot.database.connection import BotStoreError
from bot.i18n.words import Words, message, words_for
from bot.views.escaping import plain
from bot.views.message import text_view
from corpus import (
    Fault,
    FilterError,
    HeldError,
    MeasuresError,
    QuestionError,
    SettingsError,
    StorageError,
    TooSlowError,
)

log = logging.getLogger(__name__)
_VALUE_CHARS = 300
_WHY = {
    Fault.FULL: message("the disk of the bot is full; whoever runs the bot must free some space."),
    Fault.READ_ONLY: message("the bot may not write its data; whoever runs the bot must allow it."),
    Fault.UNREADABLE: message("the bot may not read its data; whoever runs the bot must allow it."),
    Fault.BUSY: message("another process holds the data of the bot; try again in a minute."),
    Fault.DAMAGED: message("the data of the bot is damaged; tell whoever runs the bot."),
    Fault.AWAY: message("the database of the bot does not answer; try again in a minute."),
    Fault.REFUSED: message("the data of the bot cannot be used; tell whoever runs the bot."),
    Fault.OTHER: message("the data of the bot cannot be used; tell whoever runs the bot."),
}


class BotRunningError(HeldError):
    """Another bot serves the data folder."""

    running = "A bot runs on this data folder already"
    advice = "stop it first, or give this one a folder of its own with MEASURES_DATA_DIR."


class DiscordError(MeasuresError):
    """Discord does not let the bot in."""


class Refused(AppCommandError):
    """An interaction is refused, for a reason that its text says in the person's language."""


def sentence(words: Words, error: BaseException, where: str = "message", said: Sequence[str] = ()) -> str:
    """Return what a person is told of an error.

    :param where: what was done, for the log of an unexpected one.
    :param said: what the person wrote, which the log leaves out.
    """
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, Stopping):
        return words("I am restarting: ask again in a minute.")
    if isinstance(error, QuestionError | FilterError):
        values = {name: _shown(words, value) for name, value in error.values.items()}
        return words(error.template, **values)
    if isinstance(error, TooSlowError):
        return words(
            "This took longer than {seconds} seconds and was stopped: ask for something narrower.", **error.values
        )
    if isinstance(error, SettingsError):
        return words("The bot is not set up rightly: tell whoever runs it.")
    if isinstance(error, StorageError):
        return _storage_sentence(words, error)
    if isinstance(error, MeasuresError):
        log.warning("%s: %s", type(error).__name__, error)
        return words("The releases cannot be searched just now: try again later.")
    reference = secrets.token_hex(4)
    log.error("unexpected error %s in %s", reference, where, exc_info=logs.without_words(error, said))
    return words("Something went wrong that should not have. Reference: {reference}", reference=reference)


def _storage_sentence(words: Words, error: StorageError) -> str:
    if isinstance(error, BotStoreError) and not error.undone:
        log.warning("%s: %s", type(error).__name__, error)
        return words("I can neither read nor change what I keep just now, so nothing was changed: try again soon.")
    log.warning("%s", error)
    values = {name: _shown(words, value) for name, value in error.values.items()}
    undone = words(error.undone, **values) if error.undone else words("This cannot be done just now")
    return words("{undone}: {why}", undone=undone, why=words(_WHY[error.fault]))


def _shown(words: Words, value: object) -> str:
    return words.number(value) if isinstance(value, int) else plain(str(value), _VALUE_CHARS)


async def tell(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Tell a person in one sentence, for that person alone where that is still possible."""
    words = words_for(str(interaction.locale))
    refusal = refusal_of(error)
    if refusal is not None:
        logs.failed(interaction, f"Discord refused: {refusal.reason}")
        text = told(words, refusal)
        if text is not None:
            await _say(interaction, text)
        return
    if isinstance(error, discord.NotFound):
        logs.failed(interaction, f"too late ({error.code})")
        return
    if isinstance(error, delivery.MAY_PASS):
        logs.failed(interaction, f"no way to Discord ({type(error).__name__})")
        return
    if isinstance(error, Refused | Stopping | QuestionError | FilterError):
        logs.refused(interaction)
    else:
        logs.failed(interaction, type(error).__name__)
    await _say(interaction, sentence(words, error, logs.described(interaction), logs.said_in(interaction)))


async def _say(interaction: discord.Interaction[Any], text: str) -> None:
    view = text_view(text)
    try:
        if interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
            await delivery.answer(interaction, view)
        else:
            await delivery.respond(interaction, view)
    except (discord.HTTPException, *delivery.MAY_PASS) as failure:
        log.warning("an error could not be told (%s)", type(failure).__name__)
