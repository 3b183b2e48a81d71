"""The bot: what its cogs share. It holds no privileged intent unless the operator asked for one."""

import asyncio
import datetime
import logging
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands, tasks

from bot.app import errors, logs
from bot.app import sending as delivery
from bot.app.admission import NOTES_A_TURN, Price, refuse_by_load
from bot.app.bot_db_async import AsyncBotStore
from bot.app.command_sync import sync_commands
from bot.app.persistent import Handler, PersistentButton, PersistentMenu
from bot.app.queue import EngineQueue
from bot.app.rate_limit import RateLimit
from bot.app.settings import BotSettings
from bot.i18n.translator import CatalogueTranslator
from bot.i18n.words import Words, words_for
from bot.user_data import ServerSettings
from bot.views import answers as render
from corpus import MeasuresError, OutdatedError, StorageError, UnbuiltError, registry, undone
from index import By, Engine, EngineRunner, Generations, IndexSettings, Maintenance, Step, check_fit, refresh, renew

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # this bot does not speak
log = logging.getLogger(__name__)
T = TypeVar("T")
Interaction = discord.Interaction["MeasuresBot"]
COGS = (
    "ask",
    "messages",
    "check",
    "answer_buttons",
    "agencies",
    "releases",
    "about",
    "setup",
    "admin.index",
    "admin.feeds",
)
_MOST_LOCALES = 10_000
_MOST_SEEN = 2_000
_MOST_WINDOWS = 1_000
_TELL_S = 2.0  # of the time to stop, for telling those whose turn does not come
_UPKEEP_THREADS = 4
_LOOK_S = 1.0
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
        open_engine: Callable[[], EngineRunner],
        *,
        maintenance: Maintenance | None = None,
        message_content: bool = False,
        force_sync: bool = False,
        connector: aiohttp.BaseConnector | None = None,
        **options: Any,  # noqa: ANN401 - discord.py's own
    ) -> None:
        """Take the settings and what opens the engine, which is called off the event loop.

        :param maintenance: what changes the corpus; by default in processes of its own.
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
            http_trace=logs.request_trace(),
            **options,
        )
        self.settings = settings
        self.index_settings = index_settings
        self.maintenance = maintenance or Maintenance(index_settings)
        self.queue = EngineQueue(open_engine, settings.queue, self._renew)
        self.updating = False
        self._refreshing: asyncio.Task[None] | None = None
        self.rate_limit = RateLimit(settings.pace, settings.pace_burst)
        self.note_limit = RateLimit(NOTES_A_TURN * settings.pace, NOTES_A_TURN * settings.pace_burst)
        self.servers: dict[int, ServerSettings] = {}
        self.store = AsyncBotStore(index_settings.data_dir / "bot.db")
        self.handlers: dict[str, Handler] = {}
        self.prices: dict[str, Price] = {}  # of presses, where that is not a look
        self.stopping = False
        self._locales: OrderedDict[int, str] = OrderedDict()
        self._windows: OrderedDict[int, discord.ui.Modal] = OrderedDict()
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._was_ready: set[int | None] = set()
        self._force_sync = force_sync
        self._upkeep_threads = ThreadPoolExecutor(_UPKEEP_THREADS, "upkeep")
        self._upkeeping: set[Future[Any]] = set()

    async def setup_hook(self) -> None:
        """Open bot.db, begin to open the engine, read the bodies, and bring the commands up to date."""
        self.servers = await self.store.write(lambda store: store.servers())
        self.queue.start()
        registry()  # reads for 0.1 s what completion needs at once
        await self.tree.set_translator(CatalogueTranslator())
        self.add_dynamic_items(PersistentButton, PersistentMenu)
        for cog in COGS:
            await self.load_extension(f"bot.cogs.{cog}")
        await sync_commands(self, force=self._force_sync)
        self.erase_old.start()
        self._refreshing = asyncio.create_task(self._refresh())

    async def upkeeping(self, act: Callable[[], T]) -> T:
        """Do something to the corpus that may take long, off the event loop and beside the engine.

        :raises MeasuresError: what it raises.
        """
        doing = self._upkeep_threads.submit(act)
        self._upkeeping.add(doing)
        doing.add_done_callback(self._upkeeping.discard)
        return await asyncio.wrap_future(doing)

    def _renew(self, why: UnbuiltError) -> None:
        """Build what cannot be served as it is, on the desk's thread; `updating` while people wait for that.

        :raises MeasuresError: why it cannot be built.
        """
        generations = Generations(self.index_settings.data_dir)
        self.updating = generations.current() is not None
        try:
            renew(generations, why, lambda: self._rebuild(why), log.info)
        finally:
            self.updating = False

    async def _refresh(self) -> None:
        """Build what an older program cut, in the background: it is served until that is done."""
        try:
            await self.upkeeping(lambda: check_fit(Generations(self.index_settings.data_dir)))
        except OutdatedError as error:
            why = error
            await self.upkeeping(lambda: refresh(why, lambda: self._rebuild(why), log.warning))
        except MeasuresError:  # the desk tells of it
            return

    def _rebuild(self, why: UnbuiltError) -> None:
        log.info("%s: building it", why.reason)
        built = self.maintenance.rebuild(_unheard, By("the bot", why.reason))
        log.info("generation %s is built", built.manifest.generation)

    @property
    def is_looking(self) -> bool:
        """Whether all that looks after the corpus is at work."""
        return len(self._upkeeping) >= _UPKEEP_THREADS

    async def with_engine(self, work: Callable[[Engine], T], user_id: int = _DESK) -> T:
        """Return what work with the engine returns, when the person's turn has come."""
        return await self.queue.run(user_id, work)

    def is_new(self, event_id: int) -> bool:
        """Tell whether an interaction or a message comes for the first time: Discord may send one twice."""
        if event_id in self._seen:
            return False
        self._seen[event_id] = None
        if len(self._seen) > _MOST_SEEN:
            self._seen.popitem(last=False)
        return True

    async def admit(self, interaction: Interaction) -> bool:
        """Take note of when an interaction came and in which language; while the bot stops, send people away."""
        if not self.is_new(interaction.id):
            return False
        logs.begin(interaction)
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
            refuse_by_load(self, interaction, self.prices.get(action, Price.LOOK))
            await self.handlers[action](interaction, rest)
        except Exception as error:
            await errors.tell(self, interaction, error)
        else:
            logs.served(interaction, action)

    def words_private(self, interaction: Interaction) -> Words:
        """Return the words for what only one person sees."""
        return words_for(str(interaction.locale))

    async def show_window(self, interaction: Interaction, window: discord.ui.Modal) -> None:
        """Show a person a window; the one before, which they no longer see, is forgotten."""
        before = self._windows.pop(interaction.user.id, None)
        if before is None and len(self._windows) >= _MOST_WINDOWS:
            _, before = self._windows.popitem(last=False)
        if before is not None:
            before.stop()
        self._windows[interaction.user.id] = window
        await delivery.ask(interaction, window)

    def forget_locale(self, user_id: int) -> None:
        """Forget in which language a person used Discord last."""
        self._locales.pop(user_id, None)

    def words_public(self, guild_id: int | None, guild_locale: object, user_id: int) -> Words:
        """Return the words for what everybody in a place sees: the server's, or in a DM those the person last used."""
        if guild_id is None:
            return words_for(self._locales.get(user_id))
        chosen = self.servers.get(guild_id, ServerSettings()).language
        return words_for(chosen or (str(guild_locale) if guild_locale is not None else None))

    async def set_server(self, guild_id: int, settings: ServerSettings) -> None:
        """Obey what a server chose from now on, and keep it.

        :raises BotStoreError: when it cannot be kept: then it is not obeyed either.
        """
        before = self.servers.get(guild_id, ServerSettings())
        self.servers[guild_id] = settings
        try:
            with undone("The settings were not changed"):
                await self.store.write(lambda store: store.set_server(guild_id, settings))
        except BaseException:
            if self.servers.get(guild_id) is settings:
                self.servers[guild_id] = before
            raise

    async def on_message(self, message: discord.Message, /) -> None:
        """Leave messages to the cog that answers them: there are no text commands."""

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Erase what is stored about a server that the bot has left."""
        self.servers.pop(guild.id, None)
        self.store.forget_guild(guild.id)
        log.info("left a server: what was stored about it is erased")

    async def on_app_command_completion(
        self, interaction: Interaction, command: app_commands.Command[Any, ..., Any] | app_commands.ContextMenu
    ) -> None:
        """Log one line."""
        logs.served(interaction, command.qualified_name)

    async def on_shard_ready(self, shard_id: int) -> None:
        """Log one line, the first time and when a session is lost."""
        anew = shard_id in self._was_ready
        self._was_ready.add(shard_id)
        log.info("%s Discord, shard %s", "a new session with" if anew else "connected to", shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Log one line of a connection that was lost and is there again."""
        log.info("the connection to Discord was lost and is there again, shard %s", shard_id)

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:
        """Log one line, and the traceback below it, of an error in an event."""
        log.exception("error in %s", event_method)

    @tasks.loop(hours=6)
    async def erase_old(self) -> None:
        """Erase answers that are older than the setting, and what people wrote in feedback; an error ends no clock."""
        days = self.settings.answer_days
        try:
            erased = await self.store.write(lambda store: store.forget_older_than(days))
        except StorageError as error:
            log.warning("what is old could not be erased, and is tried again: %s", error)
            self.store.forget_older_than(days)
            return
        if erased:
            log.info("erased %d answers older than %d days", erased, days)

    async def stop(self, timeout_s: float = 10.0) -> bool:
        """Take no more questions, finish those under way, and leave.

        Who waits when the time is nearly over is told so. Return whether all threads are free to end.
        """
        self.stopping = True
        self.erase_old.cancel()
        if self._refreshing is not None:
            self._refreshing.cancel()
        await _finish_tasks(max(0.0, timeout_s - _TELL_S))
        free = self.queue.close()
        await _finish_tasks(min(timeout_s, _TELL_S))
        await self.close()
        await self.store.close()
        if self._upkeeping:  # a look at the feeds ends by itself within a second
            await asyncio.to_thread(wait, set(self._upkeeping), _LOOK_S)
        self._upkeep_threads.shutdown(wait=False)
        return free and not self._upkeeping


async def _finish_tasks(timeout_s: float) -> None:
    """Wait for the answers that are being sent: the tasks that discord.py runs commands and events in."""
    names = ("discord.py: ", "CommandTree-invoker", "discord-ui-")
    sending = [task for task in asyncio.all_tasks() if task.get_name().startswith(names)]
    if sending:
        await asyncio.wait(sending, timeout=timeout_s)


def _unheard(step: Step) -> None:
    """Let a build say how far it is to nobody."""


def today() -> datetime.date:
    """Return the day in UTC."""
    return datetime.datetime.now(datetime.UTC).date()
