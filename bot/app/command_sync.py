"""Telling Discord the commands only when they changed: it allows 200 creates a day."""

import hashlib
import json
import logging
from typing import TYPE_CHECKING

import discord
from discord import app_commands

if TYPE_CHECKING:
    from bot.app.client import MeasuresBot

log = logging.getLogger(__name__)


async def sync_commands(bot: "MeasuresBot", *, force: bool = False) -> None:
    """Bring the commands of every scope up to date: everybody's, and those of the administrators' servers."""
    await _sync(bot, None, force=force)
    for guild_id in sorted(bot.settings.admin_guilds):
        await _sync(bot, discord.Object(guild_id), force=force)


async def _sync(bot: "MeasuresBot", guild: discord.Object | None, *, force: bool) -> None:
    tree = bot.tree
    scope = f"{bot.application_id}:{guild.id if guild else 'global'}"
    payload = [await _payload(tree, command) for command in tree.get_commands(guild=guild, type=None)]
    digest = hashlib.sha256(json.dumps(sorted(payload, key=lambda each: str(each["name"])), sort_keys=True).encode())
    known = await bot.store.write(lambda store: store.synced(scope))
    if not force and known == digest.hexdigest():
        try:
            there = {command.name for command in await tree.fetch_commands(guild=guild)}
        except discord.HTTPException as error:
            log.warning("The commands cannot be looked up (%s): they are taken to be in place", type(error).__name__)
            return
        if there == {each["name"] for each in payload}:
            return
    try:
        await tree.sync(guild=guild)
    except discord.Forbidden:
        log.warning("The commands of server %s cannot be set: add the bot to it first", guild.id if guild else "")
        return
    await bot.store.write(lambda store: store.set_synced(scope, digest.hexdigest()))
    log.info("synced %d commands (%s)", len(payload), "everywhere" if guild is None else f"server {guild.id}")


async def _payload(tree: "app_commands.CommandTree[MeasuresBot]", command: object) -> dict[str, object]:
    assert isinstance(command, app_commands.Command | app_commands.Group | app_commands.ContextMenu)
    if tree.translator is None:
        return dict(command.to_dict(tree))
    return dict(await command.get_translated_payload(tree, tree.translator))
