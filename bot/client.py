"""The bot: what its cogs share. It holds no privileged intent unless the operator asked for one."""

import asyncio
import datetime
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands, tasks

from bot import delivery, errors, render
from bot.desk import Desk
from bot.pace import Pace
from bot.press import Choose, Handler, Press
from bot.settings import BotSettings
from bot.store import BotStore, ServerSettings
from bot.sync import sync_commands
from bot.translate import CatalogueTranslator
from bot.words import Words, words_for
from index.engine import Engine
from index.settings import IndexSettings

log = logging.getLogger(__name__)
T = TypeVar("T")
Interaction = discord.Interaction["MeasuresBot"]
COGS = ("ask", "channel", "check", "answers", "agencies", "releases", "about", "setup")
_MOST_LOCALES = 10_000
_DESK = 0  # the user id under which the bot's own work waits


class MeasuresTree(app_commands.CommandTree["MeasuresBot"]):
    """The commands: each call is timed, refused while the bot stops, and its errors told in one place."""

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Take note of an interaction before its command runs."""
        return await self.client.admit(interaction)

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """Tell the person in one sentence what went wrong."""
        await errors.tell(self.client, interaction, getattr(error, "original", error))


class MeasuresBot(commands.AutoShardedBot):
    """The client, with the desk where questions wait, bot.db, and what servers and people chose."""

    def __init__(
        self,
        settings: BotSettings,
        index_settings: IndexSettings,
        open_engine: Callable[[], Engine],
        *,
        message_content: bool = False,
        force_sync: bool = False,
        connector: aiohttp.BaseConnector | None = None,
        **options: Any,  # noqa: ANN401 - discord.py's own
    ) -> None:
        """Take the settings and what opens the engine, which is called off the event loop.

        :param message_content: whether the privileged intent is asked for; the application must have it.
        :param connector: how Discord is reached; the tests bring one that reaches a Discord of their own.
        """
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=message_content)
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents,
            tree_cls=MeasuresTree,
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            connector=connector,
            **options,
        )
        self.settings = settings
        self.index_settings = index_settings
        self.desk = Desk(open_engine, settings.queue)
        self.pace = Pace(settings.pace, settings.pace_burst)
        self.servers: dict[int, ServerSettings] = {}
        self.handlers: dict[str, Handler] = {}
        self.stopping = False
        self._locales: OrderedDict[int, str] = OrderedDict()
        self._force_sync = force_sync
        self._store: BotStore | None = None
        self._store_thread = ThreadPoolExecutor(1, "bot-store")

    async def setup_hook(self) -> None:
        """Open bot.db, begin to open the engine, and bring the commands up to date."""
        self.servers = await self.storing(lambda store: store.servers())
        self.desk.start()
        await self.tree.set_translator(CatalogueTranslator())
        self.add_dynamic_items(Press, Choose)
        for cog in COGS:
            await self.load_extension(f"bot.cogs.{cog}")
        await sync_commands(self, force=self._force_sync)
        self.erase_old.start()

    async def storing(self, act: Callable[[BotStore], T]) -> T:
        """Do something with bot.db, off the event loop.

        :raises StorageError: when it cannot be used.
        """
        return await asyncio.get_running_loop().run_in_executor(self._store_thread, lambda: act(self._opened_store()))

    def _opened_store(self) -> BotStore:
        if self._store is None:
            self._store = BotStore(self.index_settings.data_dir / "bot.db")
        return self._store

    async def working(self, work: Callable[[Engine], T], user_id: int = _DESK) -> T:
        """Return what work with the engine returns, when the person's turn has come."""
        return await self.desk.run(user_id, work)

    async def admit(self, interaction: Interaction) -> bool:
        """Take note of when an interaction came and in which language; while the bot stops, send people away."""
        interaction.extras["began"] = time.perf_counter()
        self._locales[interaction.user.id] = str(interaction.locale)
        self._locales.move_to_end(interaction.user.id)
        if len(self._locales) > _MOST_LOCALES:
            self._locales.popitem(last=False)
        if self.stopping and interaction.type is not discord.InteractionType.autocomplete:
            words = words_for(str(interaction.locale))
            await delivery.respond(interaction, render.text_view(words("I am restarting: ask again in a minute.")))
        return not self.stopping

    async def pressed(self, interaction: Interaction, action: str, rest: str) -> None:
        """Let the cog that owns an action handle a button or a menu."""
        if not await self.admit(interaction):
            return
        try:
            await self.handlers[action](interaction, rest)
        except Exception as error:
            await errors.tell(self, interaction, error)
        else:
            log_done(interaction, action)

    def words_private(self, interaction: Interaction) -> Words:
        """Return the words for what only one person sees."""
        return words_for(str(interaction.locale))

    def words_public(self, guild_id: int | None, guild_locale: object, user_id: int) -> Words:
        """Return the words for what everybody in a place sees: the server's, or in a DM those the person last used."""
        if guild_id is None:
            return words_for(self._locales.get(user_id))
        chosen = self.servers.get(guild_id, ServerSettings()).language
        return words_for(chosen or (str(guild_locale) if guild_locale is not None else None))

    async def set_server(self, guild_id: int, settings: ServerSettings) -> None:
        """Keep what a server chose."""
        await self.storing(lambda store: store.set_server(guild_id, settings))
        self.servers[guild_id] = settings

    async def on_message(self, message: discord.Message, /) -> None:
        """Leave messages to the cog that answers them: there are no text commands."""

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Erase what is stored about a server that the bot has left."""
        self.servers.pop(guild.id, None)
        await self.storing(lambda store: store.forget_guild(guild.id))
        log.info("left a server: what was stored about it is erased")

    async def on_app_command_completion(
        self, interaction: Interaction, command: app_commands.Command[Any, ..., Any] | app_commands.ContextMenu
    ) -> None:
        """Log one line."""
        log_done(interaction, command.qualified_name)

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:
        """Log one line, and the traceback below it, of an error in an event."""
        log.exception("error in %s", event_method)

    @tasks.loop(hours=6)
    async def erase_old(self) -> None:
        """Erase answers that are older than the setting."""
        erased = await self.storing(lambda store: store.forget_older_than(self.settings.answer_days))
        if erased:
            log.info("erased %d answers older than %d days", erased, self.settings.answer_days)

    async def stop(self, timeout_s: float = 10.0) -> None:
        """Take no more questions, finish those under way, and leave."""
        self.stopping = True
        deadline = time.monotonic() + timeout_s
        await self.desk.close(timeout_s)
        await _finish_tasks(max(0.2, deadline - time.monotonic()))
        await self.close()
        if self._store is not None:
            await asyncio.get_running_loop().run_in_executor(self._store_thread, self._store.close)
        self._store_thread.shutdown()


async def _finish_tasks(timeout_s: float) -> None:
    """Wait for the answers that are being sent: the tasks that discord.py runs commands and events in."""
    own = asyncio.current_task()
    names = ("discord.py: ", "CommandTree-invoker", "discord-ui-")
    running = [task for task in asyncio.all_tasks() if task is not own and task.get_name().startswith(names)]
    sending = [task for task in running if "heartbeat" not in task.get_name() and "shard" not in task.get_name()]
    if sending:
        with suppress(asyncio.TimeoutError):
            await asyncio.wait(sending, timeout=timeout_s)


def log_done(interaction: Interaction, what: str) -> None:
    """Log one line of an interaction: what it was and how long it took; not what was asked, nor by whom."""
    began = interaction.extras.get("began")
    took = (time.perf_counter() - began) * 1000 if began is not None else 0.0
    log.info("%s answered in %.0f ms", what, took)


def today() -> datetime.date:
    """Return the day in UTC."""
    return datetime.datetime.now(datetime.UTC).date()
