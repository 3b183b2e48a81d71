"""What `/index add` takes in: addresses, and files that were handed over."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

import discord

from bot.app import sending as delivery
from bot.app.client import Interaction
from bot.app.errors import Refused
from bot.cogs.admin.base import Administration, by
from bot.views import admin as render_admin
from bot.views.escaping import plain
from corpus import MAX_BYTES
from index import IntakeSource, Overrides, Upload


def require_addresses(cog: Administration, interaction: Interaction, addresses: Sequence[str]) -> None:
    """Refuse what is no address: it could be a path on the bot's machine.

    :raises Refused: when there is one.
    """
    wrong = next((each for each in addresses if not each.lower().startswith(("https://", "http://"))), None)
    if wrong is not None:
        words = cog.bot.words_private(interaction)
        raise Refused(words("“{text}” is no address: it begins with https://.", text=plain(wrong, 100)))


async def add_sources(
    cog: Administration,
    interaction: Interaction,
    addresses: Sequence[str],
    files: Sequence[discord.Attachment],
    overrides: Overrides,
    *,
    force: bool,
) -> None:
    """Take in addresses and files, show how far that is, and say what became of each.

    :raises Refused: when a file is too large, which is known before it is read, or cannot be had.
    """
    words = cog.bot.words_private(interaction)
    large = next((file for file in files if file.size > MAX_BYTES), None)
    if large is not None:
        raise Refused(words("{name} is larger than {most} MB.", name=large.filename[:80], most=MAX_BYTES >> 20))
    if len(addresses) + len(files) > 1 and (overrides.url or overrides.title or overrides.date):
        raise Refused(words("Title, date and url say something of one release: add the others apart."))
    await delivery.defer(interaction, ephemeral=True)
    with tempfile.TemporaryDirectory() as folder:
        try:
            uploads = [await _saved(file, Path(folder) / str(number)) for number, file in enumerate(files)]
        except discord.HTTPException as error:
            raise Refused(words("Discord did not give the file out: attach it again.")) from error
        sources: list[IntakeSource] = [*addresses, *uploads]
        who = by(interaction, "/index add")
        await cog.work(
            interaction,
            "index add",
            lambda steps: cog.maintenance.add(sources, steps, overrides, who, force=force),
            render_admin.added_view,
            {"sources": [source.name if isinstance(source, Upload) else source for source in sources]},
        )


async def _saved(file: discord.Attachment, path: Path) -> Upload:
    """Read a file that was handed over into one whose name the bot chose; its own name is only shown."""
    data = await file.read()
    await asyncio.to_thread(path.write_bytes, data)
    return Upload(file.filename, path)
