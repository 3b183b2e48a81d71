"""Tells Discord the commands only when they changed, because it allows 200 creates a day."""

import hashlib
import json
import logging
from collections.abc import Iterable
from typing import Any

import discord
from discord import app_commands

from bot.app.async_store import AsyncBotStore

log = logging.getLogger(__name__)
Tree = app_commands.CommandTree[Any]


async def sync_commands(
    tree: Tree, application_id: int, guild_ids: Iterable[int], store: AsyncBotStore, *, force: bool = False
) -> None:
    """Bring the commands up to date: everybody's, and those of the administrators' servers.

    :raises BotStoreError: when bot.db, which remembers what was told before, cannot be used.
    """
    await _sync(tree, application_id, None, store, force=force)
    for guild_id in sorted(guild_ids):
        await _sync(tree, application_id, discord.Object(guild_id), store, force=force)


async def _sync(
    tree: Tree, application_id: int, guild: discord.Object | None, store: AsyncBotStore, *, force: bool
) -> None:
    scope = f"{application_id}:{guild.id if guild else 'global'}"
    payload = [await _payload(tree, command) for command in tree.get_commands(guild=guild, type=None)]
    by_name = sorted(payload, key=lambda command: str(command["name"]))
    digest = hashlib.sha256(json.dumps(by_name, sort_keys=True).encode()).hexdigest()
    known = await store.write(lambda database: database.synced(scope))
    if not force and known == digest:
        try:
            registered = {command.name for command in await tree.fetch_commands(guild=guild)}
        except discord.HTTPException as error:
            log.warning("The commands cannot be looked up (%s): they are taken to be in place", type(error).__name__)
            return
        if registered == {command["name"] for command in payload}:
            return
    try:
        await tree.sync(guild=guild)
    except discord.Forbidden:
        log.warning("The commands of server %s cannot be set: add the bot to it first", guild.id if guild else "")
        return
    await store.write(lambda database: database.set_synced(scope, digest))
    log.info("synced %d commands (%s)", len(payload), "everywhere" if guild is None else f"server {guild.id}")


async def _payload(tree: Tree, command: object) -> dict[str, object]:
    assert isinstance(command, app_commands.Command | app_commands.Group | app_commands.ContextMenu)
    if tree.translator is None:
        return dict(command.to_dict(tree))
    return dict(await command.get_translated_payload(tree, tree.translator))
