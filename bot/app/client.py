"""The Discord client, and what its cogs share. It has no privileged intent unless the operator asked for one."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any, TypeVar

import aiohttp
import discord
from cachetools import LRUCache
from discord import app_commands
from discord.ext import commands, tasks

from bot.app import errors, logs, metrics
from bot.app import sending as delivery
from bot.app.admission import Admission
from bot.app.async_store import AsyncBotStore
from bot.app.background import Background
from bot.app.command_sync import sync_commands
from bot.app.connections import Connections
from bot.app.coordination import SeveralBots, open_coordination
from bot.app.events import Claim
from bot.app.findings import Findings
from bot.app.modals import OpenWindows, Windows
from bot.app.persistent import Dispatcher, PersistentButton, PersistentMenu
from bot.app.queue import EngineQueue
from bot.app.settings import BotSettings
from bot.app.shards import Shards
from bot.database.home import open_store
from bot.i18n.translator import CatalogueTranslator
from bot.i18n.words import Words, words_for, words_of_question
from bot.user_data import ServerSettings
from bot.views.message import text_view
from corpus import StorageError, registry, undone
from index import Engine, EngineRunner, IndexSettings, Maintenance, follow_up, message_kind

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # this bot does not use voice
log = logging.getLogger(__name__)
T = TypeVar("T")
Interaction = discord.Interaction["MeasuresBot"]
COGS = (
    "ask", "messages", "check", "answer_buttons", "agencies", "releases", "diff", "verify", "about", "setup",
    "ask_channel", "subscriptions", "notices", "other_bots", "admin.index", "admin.feeds", "admin.sources",
)  # fmt: skip
_INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
_MOST_LOCALES = 10_000
_OTHERS_S, _OTHERS_TAKE_S, _READ_WITHIN_S = 1.0, 2.0, 2.5  # of the three seconds that Discord waits
_TELL_S = 2.0  # of the time to stop, for telling those whose turn does not come
_OWN_WORK = 0  # the user id under which the bot's own work waits


class MeasuresTree(app_commands.CommandTree["MeasuresBot"]):
    """The commands: each call is timed, refused while the bot stops, and its errors told in one place."""

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Admit an interaction before its command runs."""
        return await self.client.admit(interaction)

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """Tell the person in one sentence what went wrong."""
        await errors.tell(interaction, getattr(error, "original", error))


_CLIENT_OPTIONS: dict[str, Any] = {
    "command_prefix": commands.when_mentioned,
    "help_command": None,
    "tree_cls": MeasuresTree,
    "allowed_mentions": discord.AllowedMentions.none(),
    "allowed_installs": app_commands.AppInstallationType(guild=True, user=True),
    "allowed_contexts": app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
    "member_cache_flags": discord.MemberCacheFlags.none(),
    "chunk_guilds_at_startup": False,
    "max_messages": None,
}


class MeasuresBot(commands.AutoShardedBot):
    """The client, with the queue to the engine, bot.db, and what servers and people chose."""

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
        intents = discord.Intents(_INTENTS.value, message_content=message_content)
        if settings.shards is not None:
            options |= {"shard_ids": list(settings.shards.ids), "shard_count": settings.shards.count}
        super().__init__(
            intents=intents, connector=connector, http_trace=logs.request_trace(), **_CLIENT_OPTIONS, **options
        )
        self.settings = settings
        self.index_settings = index_settings
        self.maintenance = maintenance or Maintenance(index_settings)
        self.background = Background(index_settings, self.maintenance)
        self.queue = EngineQueue(open_engine, settings.queue, self.background.renew, metrics.took)
        self.servers: dict[int, ServerSettings] = {}
        self.coordination = open_coordination(index_settings)
        self.admission = Admission(
            settings, self.queue, self.servers, lambda: self.background.updating, self.coordination
        )
        self.buttons = Dispatcher(self.admit, self.admission)
        self.windows = Windows(self.admit, _OTHERS_S if self.coordination.is_shared else 0.0)
        self.store = AsyncBotStore(
            partial(open_store, index_settings), _READ_WITHIN_S if self.coordination.is_shared else None
        )
        self.findings = Findings(index_settings, self.store, self.with_engine)
        self.stopping = False
        self._locales: LRUCache[int, str] = LRUCache(_MOST_LOCALES)
        self._windows = OpenWindows()
        self.connections = Connections(self)
        self.shared = Shards(self, self.coordination) if isinstance(self.coordination, SeveralBots) else None
        self._force_sync = force_sync

    async def setup_hook(self) -> None:
        """Open bot.db, begin to open the engine, read the agencies, and bring the commands up to date."""
        self.servers |= await self.store.write(lambda store: store.servers())
        self.queue.start()
        registry()  # reads for 0.2 s what completion needs at once
        # The tables of phrases are read for a second, in which no question could be acknowledged.
        await asyncio.to_thread(follow_up, "What will Europol do in 2019?", "and Poland?")
        await asyncio.to_thread(message_kind, "hello")
        await self.tree.set_translator(CatalogueTranslator())
        self.add_dynamic_items(PersistentButton, PersistentMenu)
        for cog in COGS:
            await import_module(f"bot.cogs.{cog}").setup(self)  # An extension would be executed anew for each bot.
        assert self.application_id is not None
        async with self.coordination.alone("commands", wait=True):
            await sync_commands(
                self.tree, self.application_id, self.settings.admin_guilds, self.store, force=self._force_sync
            )
        self.erase_old.start()
        self.background.start_refreshing()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait for the turn of a shard among those of all bots."""
        if not await self.coordination.identify(shard_id or 0):
            await super().before_identify_hook(shard_id, initial=initial)

    def has_guild(self, guild_id: int) -> bool:
        """Tell whether a server is for the shards of this bot."""
        if self.shard_count is None or self.shard_ids is None:
            return True
        return (guild_id >> 22) % self.shard_count in self.shard_ids

    async def with_engine(self, work: Callable[[Engine], T], user_id: int = _OWN_WORK) -> T:
        """Return what work with the engine returns, when the person's turn has come."""
        return await self.queue.run(user_id, work)

    async def claim(self, event_id: int) -> Claim:
        """Tell whether an interaction or a message is for this bot to answer, until the current task ends."""
        event = self.shared.event(event_id) if self.shared is not None else None
        return await self.coordination.claim(event_id, event)

    async def admit(self, interaction: Interaction) -> bool:
        """Remember when an interaction came and in which language; tell people to come back while the bot stops."""
        if self.stopping and self.coordination.is_shared:
            await asyncio.sleep(_OTHERS_TAKE_S)  # another bot may answer
        if not (claim := await self.claim(interaction.id)):
            return False
        interaction.extras[delivery.LEFT] = claim.is_left
        logs.begin(interaction)
        self._locales[interaction.user.id] = str(interaction.locale)
        if self.stopping and interaction.type is not discord.InteractionType.autocomplete:
            words = words_for(str(interaction.locale))
            await delivery.respond(interaction, text_view(words("I am restarting: ask again in a minute.")))
        return not self.stopping

    async def show_window(self, interaction: Interaction, window: discord.ui.Modal) -> None:
        """Show a person a window; the one before, which they no longer see, is forgotten."""
        before = self._windows.pop(interaction.user.id, None)
        if before is not None:
            before.stop()
        self._windows[interaction.user.id] = window
        await delivery.ask(interaction, window)

    def forget_locale(self, user_id: int) -> None:
        """Forget in which language a person used Discord last."""
        self._locales.pop(user_id, None)

    def words_private(self, interaction: Interaction, question: str = "") -> Words:
        """Return the words for what only one person sees, or for the answer to their question."""
        return words_of_question(words_for(str(interaction.locale)), question)

    def words_public(self, guild_id: int | None, guild_locale: object, user_id: int, question: str = "") -> Words:
        """Return the words for what everybody in a place sees: the server's, or in a DM those the person last used.

        :param question: what is answered; its language counts where the server chose none and Discord has none.
        """
        if guild_id is None:
            return words_of_question(words_for(self._locales.get(user_id)), question)
        chosen = self.servers.get(guild_id, ServerSettings()).language
        if chosen is not None:
            return words_for(chosen)
        return words_of_question(words_for(str(guild_locale) if guild_locale is not None else None), question)

    async def set_server(self, guild_id: int, settings: ServerSettings) -> None:
        """Apply what a server chose at once, and keep it.

        :raises BotStoreError: when it cannot be kept; then it is not applied either.
        """
        before = self.servers.get(guild_id)
        self.servers[guild_id] = settings
        try:
            with undone("The settings were not changed"):
                await self.store.write(lambda store: store.set_server(guild_id, settings))
        except BaseException:
            if self.servers.get(guild_id) is settings:
                del self.servers[guild_id]
                if before is not None:
                    self.servers[guild_id] = before
            raise

    async def on_message(self, message: discord.Message, /) -> None:
        """Leave messages to the cog that answers them: there are no text commands."""

    async def on_interaction(self, interaction: Interaction) -> None:
        """Handle a window that is submitted; discord.py handles commands, buttons and menus."""
        if interaction.type is discord.InteractionType.modal_submit:
            await self.windows.submitted(interaction)

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

    @property
    def is_connected(self) -> bool:
        """Whether all shards have a session with Discord now."""
        return self.connections.are_all_there

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:
        """Log one line, and the traceback below it, of an error in an event."""
        log.exception("error in %s", event_method)

    @tasks.loop(hours=6)
    async def erase_old(self) -> None:
        """Erase answers that are older than the setting, and old texts of feedback; an error does not end the loop."""
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
        self.coordination.stop_waiting()
        if self.shared is not None:
            await self.shared.leave()
        self.erase_old.cancel()
        self.background.stop_refreshing()
        await delivery.finish(max(0.0, timeout_s - _TELL_S))
        is_free = self.queue.close()
        await delivery.finish(min(timeout_s, _TELL_S))
        if self.shared is not None:
            await self.shared.close()
        await self.close()
        await self.coordination.close()
        await self.store.close()
        return await self.background.close() and is_free
