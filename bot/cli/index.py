"""`measures index`: what changes the corpus, and what is served."""

import dataclasses
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import click

import index
from bot.cli.changes import by, maintenance_of, show_added, show_previews, tell_what_is_not_served
from bot.cli.documents import print_json
from bot.cli.ensure_index import build_first
from bot.cli.options import as_json, described, dry_run
from bot.cli.quarantine import quarantine_commands
from bot.cli.show_index import (
    show_announced,
    show_built,
    show_compacted,
    show_comparison,
    show_erased,
    show_history,
    show_rolled_back,
    show_status,
)
from bot.cli.starter import start
from bot.cli.terminal import Terminal
from bot.database.home import has_store, open_store
from corpus import undone
from index import IndexSettings, load_index_settings

if TYPE_CHECKING:
    from index import Overrides


@click.group("index")
def index_commands() -> None:
    """Add releases, build the index, and look after its generations."""


@index_commands.command()
@click.argument("sources", nargs=-1, metavar="SOURCE...")
@described
@click.option("--starter", is_flag=True, help="Follow and add what the starter list has on a subject.")
@click.option(
    "--subject", metavar="NAME", help="With --starter: migration (so it is without), or another that the list has."
)
@click.option("--no-build", is_flag=True, help="Only keep it; a later build serves it.")
@click.option(
    "--force",
    is_flag=True,
    help="Keep what is doubtful, and serve what a gate would not; it never changes a release from elsewhere.",
)
@dry_run
@as_json
def add(
    sources: tuple[str, ...],
    overrides: "Overrides",
    starter: bool,
    subject: str | None,
    no_build: bool,
    force: bool,
    dry_run_: bool,
    json_: bool,
) -> None:
    """Add releases from addresses and files, and build the index.

    Files are .html, .mhtml, .webarchive, .pdf, .docx, .txt, .md, .json of the press corner, or several in a .zip.
    """
    if subject is not None and not starter:
        raise click.UsageError("--subject chooses what of the starter list is added: give --starter, too.")
    if starter:
        if sources or dry_run_ or force or overrides.given():
            raise click.UsageError("--starter goes only with --subject, --no-build and --json: add SOURCES apart.")
        start(subject, json_, build=not no_build)
        return
    if not sources:
        raise click.UsageError("Give at least one SOURCE, or --starter.")
    if len(sources) > 1 and any((overrides.url, overrides.title, overrides.date)):
        raise click.UsageError("--url, --title and --date say something of one SOURCE: add the others apart.")
    terminal = Terminal()
    settings = load_index_settings()
    if dry_run_:
        with terminal.progress() as progress:
            previews = maintenance_of(settings).preview_add(sources, progress, overrides, force=force)
        show_previews(previews, terminal, json_)
        return
    with terminal.progress() as progress:
        added = maintenance_of(settings).add(
            sources, progress, overrides, by("index add"), build=not no_build, force=force
        )
    show_added(added, terminal, json_)


@index_commands.command()
@click.option("--force", is_flag=True, help="Serve it even if it holds less than what is served now.")
@as_json
def build(force: bool, json_: bool) -> None:
    """Build a generation of all releases kept, and serve it."""
    terminal = Terminal()
    settings = load_index_settings()
    with terminal.progress() as progress:
        built = maintenance_of(settings).rebuild(progress, by("index build"), force=force)
    if json_:
        print_json(dataclasses.asdict(index.status(settings)) | {"embedded": built.embedded})
    else:
        show_built(terminal, built.manifest, built.embedded)


@index_commands.command()
@click.argument("release_id", metavar="ID")
@click.option("--no-build", is_flag=True, help="Only withdraw it, which hides it at once; a later build drops it.")
@click.option("--erase", is_flag=True, help="Take its text out of the data folder, too; it cannot be had back.")
def remove(release_id: str, no_build: bool, erase: bool) -> None:
    """Withdraw a release: no generation shows it any more."""
    if erase and no_build:
        raise click.UsageError("--erase builds an index without the text: leave --no-build out.")
    terminal = Terminal()
    settings = load_index_settings()
    if erase:
        _erase(settings, release_id, terminal)
        return
    with terminal.progress() as progress:
        withdrawn = maintenance_of(settings).withdraw(release_id, progress, by("index remove"), build=not no_build)
    terminal.say(f"{release_id} is withdrawn.")
    tell_what_is_not_served(withdrawn, terminal)


def _erase(settings: IndexSettings, release_id: str, terminal: Terminal) -> None:
    """Erase a text, and the questions that it answered, which may quote it; exit with 1 where it is not all gone."""
    with terminal.progress() as progress:
        erased = maintenance_of(settings).erase(release_id, progress, by("index remove --erase"))
    if has_store(settings):
        with (
            undone("The text is erased, but not the questions that it answered"),
            closing(open_store(settings)) as store,
        ):
            store.forget_release(release_id)
    show_erased(terminal, erased)
    if erased.left is not None:
        sys.exit(1)


@index_commands.command()
@as_json
def compact(json_: bool) -> None:
    """Delete what is kept longer than the settings say or only saved work, and say what that freed."""
    from bot.app.settings import load_bot_settings

    terminal = Terminal()
    settings, bot_settings = load_index_settings(), load_bot_settings()
    with terminal.progress() as progress:
        compacted = maintenance_of(settings).compact(progress, by("index compact"))
    said, acts = _compact_bot_db(settings, bot_settings.feedback_days)
    after = index.open_generations(settings).bytes_on_disk()
    document = dataclasses.asdict(compacted) | {"feedback": said, "audit": acts, "bytes_after": after}
    if json_:
        print_json(document)
    else:
        show_compacted(terminal, document)


def _compact_bot_db(settings: IndexSettings, feedback_days: int) -> tuple[int, int]:
    """Compact what Discord users left behind; return how many verdicts and acts of administrators were deleted."""
    if not has_store(settings):
        return 0, 0
    with undone("Not everything was compacted"), closing(open_store(settings)) as store:
        pruned = store.prune(feedback_days, settings.history_days)
        store.compact()
        return pruned


@index_commands.command()
@as_json
def status(json_: bool) -> None:
    """Tell what is served."""
    served = index.status(_renewed(load_index_settings()))
    if json_:
        print_json(dataclasses.asdict(served))
    else:
        show_status(Terminal(), served)


@index_commands.command()
@as_json
def announced(json_: bool) -> None:
    """List what was announced and may not be read by programs: open it in a browser, save it, and add the file."""
    entries = maintenance_of(load_index_settings()).announced()
    if json_:
        print_json({"announced": [entry.to_dict() for entry in entries]})
    elif entries:
        show_announced(Terminal(), entries)
    else:
        Terminal().note("Nothing is announced that programs may not read.")


@index_commands.command()
@as_json
def history(json_: bool) -> None:
    """List what was added, built and rolled back, newest first, and the generations kept."""
    done = index.history(load_index_settings())
    if json_:
        print_json(dataclasses.asdict(done))
    else:
        show_history(Terminal(), done)


@index_commands.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@as_json
def diff(before: str, after: str, json_: bool) -> None:
    """Tell which releases, and how many passages, came, changed and went from generation A to B."""
    from index import compare

    comparison = compare(load_index_settings(), before, after)
    if json_:
        print_json(comparison.to_dict())
    else:
        show_comparison(Terminal(), comparison)


@index_commands.command()
@click.argument("generation", required=False, metavar="[ID]")
def verify(generation: str | None) -> None:
    """Check every file of a generation, by default the served one, against its SHA-256."""
    settings = load_index_settings()
    manifest = index.verify(settings if generation else _renewed(settings), generation)
    Terminal().say(f"Generation {manifest.generation} is whole: {len(manifest.files)} files checked.")


@index_commands.command()
@click.argument("generation", required=False, metavar="[ID]")
def rollback(generation: str | None) -> None:
    """Serve an older generation, by default the one before, until the next `measures index build`."""
    terminal = Terminal()
    show_rolled_back(terminal, maintenance_of(load_index_settings()).rollback(generation, by("index rollback")))


def _renewed(settings: IndexSettings) -> IndexSettings:
    """Build what an older program made, before it is told of; where nothing is served yet, nothing is built."""
    from index import open_generations

    if open_generations(settings, reading=True).current() is not None:
        build_first(settings, Terminal())
    return settings


index_commands.add_command(quarantine_commands)
