"""What a person reads in a message: its text, what it forwards, its embeds, components and poll, and a text file."""

from collections.abc import Iterator
from contextlib import suppress

import discord

_MOST_FILE_BYTES = 100_000
_MOST_CHARS = 20_000
_TEXT_FILES = (".txt", ".md")


async def text_of(message: discord.Message, *, beside: bool = False) -> str:
    """Return what a person reads in a message, "" where Discord does not show it to the bot.

    :param beside: whether only what stands beside its own text is read.
    """
    parts = [*_read(message)][1 if beside else 0 :]
    for snapshot in message.message_snapshots:
        parts += _read(snapshot)
    for file in _text_files(message):
        parts.append(await _file_text(file))
    return "\n".join(part.strip() for part in parts if part and part.strip())[:_MOST_CHARS]


def _read(message: discord.Message | discord.MessageSnapshot) -> Iterator[str]:
    yield message.content
    for embed in message.embeds:
        yield from _embed(embed)
    for component in message.components:
        yield from _component(component)
    poll = getattr(message, "poll", None)
    if poll is not None:
        yield str(poll.question)
        yield from (answer.text for answer in poll.answers)


def _embed(embed: discord.Embed) -> Iterator[str]:
    yield embed.title or ""
    yield embed.description or ""
    for field in embed.fields:
        yield f"{field.name}: {field.value}"
    yield embed.footer.text or ""


def _component(component: object) -> Iterator[str]:
    """Yield the texts in a component and in those within it; buttons and menus claim nothing."""
    if isinstance(component, discord.TextDisplay):
        yield component.content
    for inner in getattr(component, "children", ()):
        yield from _component(inner)


def has_text_file(message: discord.Message) -> bool:
    """Tell whether there is a text file to be fetched of what a person reads in a message."""
    return any(_text_files(message))


def _text_files(message: discord.Message) -> Iterator[discord.Attachment]:
    """Yield the small text files of a message and of what it forwards: Discord makes one of a message too long."""
    snapshots = message.message_snapshots
    for file in (*message.attachments, *(file for snapshot in snapshots for file in snapshot.attachments)):
        is_text = file.filename.lower().endswith(_TEXT_FILES) or (file.content_type or "").startswith("text/plain")
        if is_text and file.size <= _MOST_FILE_BYTES:
            yield file


async def _file_text(file: discord.Attachment) -> str:
    with suppress(discord.HTTPException):
        return (await file.read()).decode("utf-8", errors="replace")
    return ""
