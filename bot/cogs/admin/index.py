"""`/index`: releases added, built, withdrawn, quarantined and rolled back, by the administrators in the settings."""

from collections.abc import Sequence

import discord
from discord import app_commands
from discord.app_commands import Choice, Range, locale_str

import index
from bot.app import sending as delivery
from bot.app.admission import Price
from bot.app.client import Interaction, MeasuresBot
from bot.app.errors import Refused
from bot.cogs.admin.additions import add_sources, require_addresses
from bot.cogs.admin.base import Administration, by
from bot.cogs.admin.modals import files_modal
from bot.cogs.admin.quarantine import Quarantine
from bot.views import admin as render_admin
from bot.views import sources as render_sources
from bot.views.escaping import label
from corpus import undone
from index import Overrides, open_generations, parse_day

_CHOICES, _CHOICE_CHARS = 25, 100


class Index(Administration):
    """What administrators do to the corpus."""

    index = app_commands.Group(
        name="index",
        description=locale_str("Add releases, build the index, and look after its generations"),
        guild_only=True,
        default_permissions=discord.Permissions(manage_guild=True),
        auto_locale_strings=False,  # names stay English, as README and the logs have them: here and in all below
    )

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot, and handle the buttons."""
        super().__init__(bot)
        self._quarantine = Quarantine(self)
        handlers = {
            "removeyes": self._withdraw,
            "eraseyes": self._erase,
            "rollbackyes": self._rollback,
            "history": self._turn_history,
            **self._quarantine.handlers,
        }
        guarded = {action: self.guarded(handler) for action, handler in handlers.items()}
        bot.buttons.add(guarded, Price.NOTHING)

    @index.command(
        description=locale_str("Add releases from addresses or files, and serve them"), auto_locale_strings=False
    )
    @app_commands.describe(
        addresses=locale_str("Addresses of releases, separated by spaces; without any, a window asks for files"),
        file=locale_str("A release as a file: .html, .mhtml, .pdf, .docx, .txt, .md or .zip"),
        title=locale_str("Its title, where the source does not say it"),
        date=locale_str("The day it was issued, as 2018-12-06"),
        issuer=locale_str("The body that issued it"),
        language=locale_str("Its language, as en"),
        url=locale_str("Its official address, of a file"),
        force=locale_str("Keep what would be set aside"),
    )
    async def add(
        self,
        interaction: Interaction,
        addresses: Range[str, 1, 4000] | None = None,
        file: discord.Attachment | None = None,
        title: Range[str, 1, 300] | None = None,
        date: Range[str, 1, 20] | None = None,
        issuer: Range[str, 1, 200] | None = None,
        language: Range[str, 2, 5] | None = None,
        url: Range[str, 1, 2000] | None = None,
        force: bool = False,
    ) -> None:
        """Add releases; where neither addresses nor a file are given, a window asks for files."""
        overrides = Overrides(url, title, parse_day(date) if date else None, issuer, language)
        given = addresses.split() if addresses else []
        require_addresses(self, interaction, given)
        if given or file is not None:
            await add_sources(self, interaction, given, [file] if file else [], overrides, force=force)
            return

        async def take(asked: Interaction, files: Sequence[discord.Attachment]) -> None:
            await add_sources(self, asked, [], files, overrides, force=force)

        await self.bot.show_window(interaction, files_modal(self, self.bot.words_private(interaction), take))

    @index.command(description=locale_str("Tell what is served"), auto_locale_strings=False)
    async def status(self, interaction: Interaction) -> None:
        """Tell what is served."""
        await delivery.defer(interaction, ephemeral=True)
        status = await self.look(lambda: index.status(self.bot.index_settings))
        await delivery.answer(interaction, render_admin.status_view(self.bot.words_private(interaction), status))

    @index.command(description=locale_str("List what programs may not read, with links"), auto_locale_strings=False)
    async def announced(self, interaction: Interaction) -> None:
        """List what was announced and may not be read by programs."""
        await delivery.defer(interaction, ephemeral=True)
        entries = await self.look(self.maintenance.announced)
        await delivery.answer(interaction, render_sources.announced_view(self.bot.words_private(interaction), entries))

    @index.command(
        description=locale_str("Build a generation of all releases kept, and serve it"), auto_locale_strings=False
    )
    @app_commands.describe(force=locale_str("Serve it even if it holds less than what is served now"))
    async def rebuild(self, interaction: Interaction, force: bool = False) -> None:
        """Build a generation, and serve it."""
        await delivery.defer(interaction, ephemeral=True)
        who = by(interaction, "/index rebuild")
        await self.work(
            interaction,
            "index rebuild",
            lambda steps: self.maintenance.rebuild(steps, who, force=force),
            render_admin.built_view,
            {"force": force},
        )

    @index.command(
        description=locale_str("Withdraw a release: no generation shows it any more"), auto_locale_strings=False
    )
    @app_commands.describe(
        release=locale_str("The release"),
        erase=locale_str("Take its text out of the data folder, too; it cannot be had back"),
    )
    async def remove(self, interaction: Interaction, release: Range[str, 1, 48], erase: bool = False) -> None:
        """Ask whether a release is really to be withdrawn, or its text erased."""
        await delivery.defer(interaction, ephemeral=True)
        words = self.bot.words_private(interaction)
        if erase:
            kept = await self.look(lambda: index.kept_release(self.bot.index_settings, release))
            view = render_admin.erase_question(words, release, kept)
        else:
            served = await self.look(lambda: index.release(self.bot.index_settings, release))
            view = render_admin.withdraw_question(words, served)
        await delivery.answer(interaction, view)

    @remove.autocomplete("release")
    async def complete_release(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Complete a release by words of its title, issuer, date or id."""
        releases = await self.complete(interaction, lambda: index.releases(self.bot.index_settings, typed))
        return [
            Choice(name=label(f"{release.date} {release.title}", _CHOICE_CHARS), value=release.release_id)
            for release in releases[:_CHOICES]
        ]

    @index.command(
        description=locale_str("Serve an older generation until the next rebuild"), auto_locale_strings=False
    )
    @app_commands.describe(generation=locale_str("The generation; by default the one before"))
    async def rollback(self, interaction: Interaction, generation: Range[str, 1, 20] | None = None) -> None:
        """Ask whether an older generation is really to be served."""
        await delivery.defer(interaction, ephemeral=True)
        words = self.bot.words_private(interaction)
        history = await self.look(lambda: index.history(self.bot.index_settings))
        older = [each for each in history.generations if history.served is None or each < history.served]
        target = generation or (older[-1] if older else "")
        if target not in history.generations:
            known = ", ".join(history.generations)
            raise Refused(words("There is no generation to go back to; there are {generations}.", generations=known))
        if target == history.served:
            raise Refused(render_admin.already_served(words, target))
        text = words("Serve generation {generation} again?", generation=target)
        await delivery.answer(interaction, render_admin.confirm_view(words, text, "rollbackyes", target))

    @rollback.autocomplete("generation")
    async def complete_generation(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Complete a generation that is still there."""
        kept = await self.complete(interaction, lambda: open_generations(self.bot.index_settings, reading=True).ids())
        return [Choice(name=each, value=each) for each in reversed(kept) if typed.strip() in each][:_CHOICES]

    @index.command(description=locale_str("Look after what was set aside instead of added"), auto_locale_strings=False)
    async def quarantine(self, interaction: Interaction) -> None:
        """Show the entries of the quarantine, one at a time."""
        await delivery.defer(interaction, ephemeral=True)
        await self._quarantine.show(interaction, 1)

    @index.command(description=locale_str("Tell who did what to the corpus, when and why"), auto_locale_strings=False)
    async def history(self, interaction: Interaction) -> None:
        """Show the first page of the history."""
        await delivery.defer(interaction, ephemeral=True)
        await self._show_history(interaction, 1)

    async def _withdraw(self, interaction: Interaction, release_id: str) -> None:
        await delivery.defer(interaction, ephemeral=True)
        who = by(interaction, "/index remove")
        await self.work(
            interaction,
            "index remove",
            lambda steps: self.maintenance.withdraw(release_id, steps, who),
            render_admin.added_view,
            {"release": release_id},
        )

    async def _erase(self, interaction: Interaction, release_id: str) -> None:
        await delivery.defer(interaction, ephemeral=True)
        who = by(interaction, "/index remove erase")
        await self.work(
            interaction,
            "index remove erase",
            lambda steps: self.maintenance.erase(release_id, steps, who),
            render_admin.erased_view,
            {"release": release_id},
        )
        with undone("The text is erased, but not the questions that it answered"):
            await self.bot.store.write(lambda store: store.forget_release(release_id))

    async def _rollback(self, interaction: Interaction, generation: str) -> None:
        await delivery.defer(interaction, ephemeral=True)
        who = by(interaction, "/index rollback")
        rolled_back = await self.look(lambda: self.maintenance.rollback(generation, who))
        if rolled_back.changed:
            await self.audit(interaction, "index rollback", {"generation": generation})
        view = render_admin.rolled_back_view(self.bot.words_private(interaction), rolled_back)
        await delivery.answer(interaction, view)

    async def _turn_history(self, interaction: Interaction, rest: str) -> None:
        await delivery.defer_update(interaction)
        await self._show_history(interaction, int(rest))

    async def _show_history(self, interaction: Interaction, page: int) -> None:
        history = await self.look(lambda: index.history(self.bot.index_settings))
        view = render_admin.history_view(self.bot.words_private(interaction), history, page)
        await delivery.answer(interaction, view)


async def setup(bot: MeasuresBot) -> None:
    """Add the cog to the servers of the administrators, and to no other."""
    guilds = [discord.Object(guild_id) for guild_id in sorted(bot.settings.admin_guilds)]
    if guilds:
        await bot.add_cog(Index(bot), guilds=guilds)
