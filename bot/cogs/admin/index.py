"""`/index`: releases added, built, withdrawn, set aside and rolled back, by those in the settings."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

import discord
from discord import app_commands
from discord.app_commands import Choice, Range, locale_str

import index
from bot.app import sending as delivery
from bot.app.admission import Price
from bot.app.asking import Interaction
from bot.app.client import MeasuresBot
from bot.app.errors import Refused
from bot.cogs.admin.base import Administration, by
from bot.cogs.admin.modals import correction_modal, files_modal
from bot.views import admin as render_admin
from bot.views.escaping import plain
from corpus import MAX_BYTES, undone
from index import Generations, IntakeSource, Overrides, Upload, parse_day

_CHOICES = 25


class Admin(Administration):
    """What administrators do to the corpus."""

    index = app_commands.Group(
        name="index",
        description=locale_str("Add releases, build the index, and look after its generations"),
        guild_only=True,
        default_permissions=discord.Permissions(manage_guild=True),
        auto_locale_strings=False,  # names stay English, as README and the logs have them: here and in all below
    )

    def __init__(self, bot: MeasuresBot) -> None:
        """Take the bot, and the buttons."""
        super().__init__(bot)
        handlers = {
            "removeyes": self._remove,
            "eraseyes": self._erase,
            "rollbackyes": self._rollback,
            "history": self._history_page,
            "aside": self._quarantine_page,
            "accept": self._accept,
            "discard": self._discard,
        }
        bot.handlers |= {action: self.guarded(handler) for action, handler in handlers.items()}
        bot.prices |= dict.fromkeys(handlers, Price.NOTHING)

    @index.command(
        description=locale_str("Add releases from addresses or files, and serve them"), auto_locale_strings=False
    )
    @app_commands.describe(
        addresses=locale_str("Addresses of releases, separated by spaces; without any, a window asks for files"),
        file=locale_str("A release as a file: .html, .pdf, .docx, .txt or .md"),
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
        """Add releases."""
        overrides = Overrides(url, title, parse_day(date) if date else None, issuer, language)
        named = addresses.split() if addresses else []
        self._require_addresses(interaction, named)
        if not named and file is None:

            async def take(asked: Interaction, files: Sequence[discord.Attachment]) -> None:
                await self.add_sources(asked, [], files, overrides, force=force)

            await self.bot.show_window(interaction, files_modal(self, self.bot.words_private(interaction), take))
            return
        await self.add_sources(interaction, named, [file] if file else [], overrides, force=force)

    async def add_sources(
        self,
        interaction: Interaction,
        addresses: Sequence[str],
        files: Sequence[discord.Attachment],
        overrides: Overrides,
        *,
        force: bool,
    ) -> None:
        """Take in addresses and files that were handed over, whose size is known before they are read."""
        words = self.bot.words_private(interaction)
        large = next((file for file in files if file.size > MAX_BYTES), None)
        if large is not None:
            most = words("{name} is larger than {most} MB.", name=large.filename[:80], most=MAX_BYTES >> 20)
            raise Refused(most)
        if len(addresses) + len(files) > 1 and (overrides.url or overrides.title or overrides.date):
            raise Refused(words("Title, date and url say something of one release: add the others apart."))
        await delivery.defer(interaction, ephemeral=True)
        with tempfile.TemporaryDirectory() as folder:
            try:
                uploads = [await _handed_over(file, Path(folder) / str(at)) for at, file in enumerate(files)]
            except discord.HTTPException as error:
                raise Refused(words("Discord did not give the file out: attach it again.")) from error
            sources: list[IntakeSource] = [*addresses, *uploads]
            who = by(interaction, "/index add")
            await self.work(
                interaction,
                "index add",
                lambda steps: self.maintenance.add(sources, steps, overrides, who, force=force),
                render_admin.added_view,
                {"sources": [source.name if isinstance(source, Upload) else source for source in sources]},
            )

    @index.command(description=locale_str("Tell what is served"), auto_locale_strings=False)
    async def status(self, interaction: Interaction) -> None:
        """Tell what is served."""
        await delivery.defer(interaction, ephemeral=True)
        found = await self.look(lambda: index.status(self.bot.index_settings))
        await delivery.answer(interaction, render_admin.status_view(self.bot.words_private(interaction), found))

    @index.command(
        description=locale_str("Build a generation of all releases kept, and serve it"), auto_locale_strings=False
    )
    @app_commands.describe(force=locale_str("Serve it even if it holds less than what is served now"))
    async def rebuild(self, interaction: Interaction, force: bool = False) -> None:
        """Build."""
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
        words = self.bot.words_private(interaction)
        await delivery.defer(interaction, ephemeral=True)
        if erase:
            kept = await self.look(lambda: index.kept_release(self.bot.index_settings, release))
            text = words(
                "Erase the text of {release} for good? Generations that hold it are deleted, and cannot be served "
                "again.",
                release=f"“{plain(kept.title, 300)}”" if kept else f"`{plain(release, 48)}`",
            )
            await delivery.answer(interaction, render_admin.confirm_view(words, text, "eraseyes", release))
            return
        found = await self.look(lambda: index.release(self.bot.index_settings, release))
        text = words(
            "Withdraw “{title}” ({issuer}, {date})?",
            title=plain(found.title, 300),
            issuer=plain(found.issuer, 100),
            date=words.date(found.date),
        )
        await delivery.answer(interaction, render_admin.confirm_view(words, text, "removeyes", found.release_id))

    @remove.autocomplete("release")
    async def complete_release(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Complete a release by words of its title, issuer, date or id."""
        found = await self.complete(interaction, lambda: index.releases(self.bot.index_settings, typed))
        return [
            Choice(name=render_admin.choice_label(f"{release.date} {release.title}"), value=release.release_id)
            for release in found[:_CHOICES]
        ]

    @index.command(
        description=locale_str("Serve an older generation until the next rebuild"), auto_locale_strings=False
    )
    @app_commands.describe(generation=locale_str("The generation; by default the one before"))
    async def rollback(self, interaction: Interaction, generation: Range[str, 1, 20] | None = None) -> None:
        """Ask whether an older generation is really to be served."""
        words = self.bot.words_private(interaction)
        await delivery.defer(interaction, ephemeral=True)
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
        kept = await self.complete(interaction, lambda: Generations(self.bot.index_settings.data_dir).ids())
        return [Choice(name=each, value=each) for each in reversed(kept) if typed.strip() in each][:_CHOICES]

    @index.command(description=locale_str("Look after what was set aside instead of added"), auto_locale_strings=False)
    async def quarantine(self, interaction: Interaction) -> None:
        """Show what is set aside, one at a time."""
        await delivery.defer(interaction, ephemeral=True)
        await self._show_quarantine(interaction, 1)

    @index.command(description=locale_str("Tell who did what to the corpus, when and why"), auto_locale_strings=False)
    async def history(self, interaction: Interaction) -> None:
        """Show the first page of the history."""
        await delivery.defer(interaction, ephemeral=True)
        await self._show_history(interaction, 1)

    async def _remove(self, interaction: Interaction, release_id: str) -> None:
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
        done = await self.look(lambda: self.maintenance.rollback(generation, who))
        if done.changed:
            await self.audit(interaction, "index rollback", {"generation": generation})
        await delivery.answer(interaction, render_admin.rolled_back_view(self.bot.words_private(interaction), done))

    async def _history_page(self, interaction: Interaction, rest: str) -> None:
        await delivery.defer_update(interaction)
        await self._show_history(interaction, int(rest))

    async def _show_history(self, interaction: Interaction, page: int) -> None:
        found = await self.look(lambda: index.history(self.bot.index_settings))
        await delivery.answer(interaction, render_admin.history_view(self.bot.words_private(interaction), found, page))

    async def _quarantine_page(self, interaction: Interaction, rest: str) -> None:
        await delivery.defer_update(interaction)
        await self._show_quarantine(interaction, int(rest))

    async def _show_quarantine(self, interaction: Interaction, page: int) -> None:
        held = await self.look(self.maintenance.quarantined)
        if held:
            at = min(page, len(held)) - 1
            held[at] = await self.look(lambda: self.maintenance.quarantine_entry(held[at].number))
        await delivery.answer(
            interaction, render_admin.quarantine_view(self.bot.words_private(interaction), held, page)
        )

    async def _accept(self, interaction: Interaction, rest: str) -> None:
        held = await self.look(lambda: self.maintenance.quarantine_entry(int(rest)))
        draft = held.quarantined.draft
        given = Overrides(None, draft.title, draft.date, draft.issuer, draft.language)

        async def accept(asked: Interaction, overrides: Overrides) -> None:
            await self.accept(asked, int(rest), overrides)

        words = self.bot.words_private(interaction)
        await self.bot.show_window(interaction, correction_modal(self, words, int(rest), given, accept))

    async def accept(self, interaction: Interaction, number: int, overrides: Overrides) -> None:
        """Make a release of what is set aside, with what a person says of it."""
        await delivery.defer(interaction, ephemeral=True)
        who = by(interaction, "/index quarantine")
        await self.work(
            interaction,
            "quarantine accept",
            lambda steps: self.maintenance.accept(number, steps, overrides, who),
            render_admin.added_view,
            {"number": number},
        )

    async def _discard(self, interaction: Interaction, rest: str) -> None:
        await delivery.defer_update(interaction)
        await self.look(lambda: self.maintenance.discard(int(rest), by(interaction, "/index quarantine")))
        await self.audit(interaction, "quarantine discard", {"number": int(rest)})
        await self._show_quarantine(interaction, 1)

    def _require_addresses(self, interaction: Interaction, addresses: Sequence[str]) -> None:
        """Take nothing for an address that is a path on the bot's machine.

        :raises Refused: when there is one.
        """
        wrong = next((each for each in addresses if not each.lower().startswith(("https://", "http://"))), None)
        if wrong is not None:
            words = self.bot.words_private(interaction)
            raise Refused(words("“{text}” is no address: it begins with https://.", text=plain(wrong, 100)))


async def _handed_over(file: discord.Attachment, path: Path) -> Upload:
    """Read a file that was handed over, into one whose name is the bot's own; what it was called is only shown."""
    data = await file.read()
    await asyncio.to_thread(path.write_bytes, data)
    return Upload(file.filename, path)


async def setup(bot: MeasuresBot) -> None:
    """Add the cog to the servers of the administrators, and to no other."""
    guilds = [discord.Object(guild_id) for guild_id in sorted(bot.settings.admin_guilds)]
    if guilds:
        await bot.add_cog(Admin(bot), guilds=guilds)
