"""`measures sources`: what announces releases and is followed."""

import datetime
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.text import Text

from bot.cli.changes import by, maintenance_of, show_added, show_previews
from bot.cli.documents import print_json
from bot.cli.feeds import show_polled
from bot.cli.options import as_json, dry_run
from bot.cli.terminal import Terminal
from index import SourceKind, SourceOptions, load_index_settings, parse_since, parse_until

if TYPE_CHECKING:
    from index import BackfilledSource, ListedSource

_NONE_FOLLOWED = "No source is followed: `measures sources add SOURCE` follows one."


@click.group("sources")
def sources_commands() -> None:
    """Follow what announces releases: feeds, searches in the press corner, sitemaps, folders."""


def _with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command what of a source is wanted, as one value."""

    @click.option("--types", metavar="IP,...", default="", help="Press corner: only documents of these types.")
    @click.option("--policies", metavar="CODE,...", default="", help="Press corner: only documents of these policies.")
    @click.option("--languages", metavar="xx,...", default="", help="Press corner: in these languages, by default en.")
    @click.option("--words", default="", help="Only what has all these words in its title.")
    @wraps(command)
    def wrapped(types: str, policies: str, languages: str, words: str, **others: object) -> None:
        listed = (_listed(types), _listed(policies), _listed(languages))
        command(options=SourceOptions(*listed, tuple(words.split())), **others)

    return wrapped


@sources_commands.command("add")
@click.argument("what", nargs=-1, metavar="SOURCE...")
@click.option(
    "--kind", type=click.Choice([kind.value for kind in SourceKind]), help="What it is, where that is unclear."
)
@_with_options
@click.option("--title", default="", help="What it is called in lists.")
def add_sources(what: tuple[str, ...], kind: str | None, options: SourceOptions, title: str) -> None:
    """Follow sources: addresses of feeds and sitemaps, folders, or `presscorner`; they are read at the next poll."""
    if not what:
        raise click.UsageError("Give at least one SOURCE: an address, a folder, or presscorner.")
    terminal = Terminal()
    maintenance = maintenance_of(load_index_settings())
    for each in dict.fromkeys(what):
        url, new = maintenance.add_source(
            each, by("sources add"), kind=SourceKind(kind) if kind else None, options=options, title=title
        )
        terminal.say(f"{'followed' if new else 'followed already'}: {url}")


@sources_commands.command("list")
@as_json
def list_sources(json_: bool) -> None:
    """List what is followed: the last success, when it is due, what came of it, and what is wrong with it."""
    maintenance = maintenance_of(load_index_settings())
    listed, announced = maintenance.sources(), len(maintenance.announced())
    if json_:
        print_json({"sources": [source.to_dict() for source in listed], "announced": announced})
        return
    terminal = Terminal()
    if listed:
        show_sources(terminal, listed)
    else:
        terminal.note(_NONE_FOLLOWED)
    if announced:
        terminal.note(f"Programs may not read {announced} of what was announced: `measures index announced` lists it.")


@sources_commands.command("remove")
@click.argument("url", metavar="SOURCE")
def remove_source(url: str) -> None:
    """Follow a source no more; the releases that came of it stay."""
    maintenance_of(load_index_settings()).remove_source(url, by("sources remove"))
    Terminal().say(f"{url} is followed no more.")


@sources_commands.command("poll")
@click.argument("urls", nargs=-1, metavar="[SOURCE...]")
@dry_run
@as_json
def poll_sources(urls: tuple[str, ...], dry_run_: bool, json_: bool) -> None:
    """Read sources now, add what is new, and build once; without SOURCE all but those left alone after failures."""
    terminal = Terminal()
    maintenance = maintenance_of(load_index_settings())
    with terminal.progress() as progress:
        if dry_run_:
            previews = maintenance.preview_poll(progress, _kept_names(urls))
        else:
            polled = maintenance.poll(progress, _kept_names(urls), by("sources poll"))
    if dry_run_:
        show_previews(previews, terminal, json_)
        return
    if not json_:
        show_polled(terminal, polled.sources, _NONE_FOLLOWED)
    document: dict[str, object] = {"sources": [source.to_dict() for source in polled.sources]}
    show_added(polled.added, terminal, json_, document, failed=any(source.error for source in polled.sources))


@sources_commands.command("backfill")
@click.argument("urls", nargs=-1, metavar="[SOURCE...]")
@click.option("--since", metavar="DATE", help="From this year, month or day on; without it, what was interrupted.")
@click.option("--until", metavar="DATE", help="Up to this year, month or day; by default today.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Read at most N now; the others wait.")
@dry_run
@as_json
def backfill_sources(
    urls: tuple[str, ...], since: str | None, until: str | None, limit: int | None, dry_run_: bool, json_: bool
) -> None:
    """Read the past of sources, by default of all, and build once. It may be interrupted and goes on where it was."""
    terminal = Terminal()
    maintenance = maintenance_of(load_index_settings())
    first, last = _first(since), parse_until(until) if until else None
    names = _kept_names(urls)
    if dry_run_:
        with terminal.progress() as progress:
            previews = maintenance.preview_backfill(progress, names, since=first, until=last, limit=limit)
        show_previews(previews, terminal, json_)
        return
    try:
        with terminal.progress() as progress:
            done = maintenance.backfill(progress, names, by("sources backfill"), since=first, until=last, limit=limit)
    except KeyboardInterrupt:
        terminal.note("Interrupted: what was read is kept, and `measures sources backfill` goes on from here.")
        raise
    if not json_:
        show_backfilled(terminal, done.sources)
    document: dict[str, object] = {"sources": [source.to_dict() for source in done.sources]}
    show_added(done.added, terminal, json_, document, failed=any(source.error for source in done.sources))


def show_sources(terminal: Terminal, listed: "Sequence[ListedSource]") -> None:
    """Print sources, what came of each, and what is wrong with it."""
    for each in listed:
        source, counts = each.source, each.counts
        terminal.say(Text(source.url, "cyan"), f"  {source.title}".rstrip(), Text(f"  {source.kind.value}", "dim"))
        options = "; ".join(f"{name} {', '.join(values)}" for name, values in source.options.given().items())
        if options:
            terminal.say(f"    {options}")
        success, due = source.succeeded_at or "never", source.due_at if source.due else "at once"
        terminal.say(f"    last success {success}, due {due}")
        terminal.say(f"    {counts.kept} kept, {counts.quarantined} set aside, {counts.refused} refused to programs")
        if source.backfill is not None:
            terminal.say(f"    the past since {source.backfill.since} is being read, {counts.waiting} wait")
        if source.last_error:
            terminal.say(f"    failures in a row: {source.failures}. {source.last_error}")
        if source.failed_entries:
            terminal.say(f"    {source.failed_entries} of {source.entries} entries failed: {source.entry_error}")


def show_backfilled(terminal: Terminal, sources: "Sequence[BackfilledSource]") -> None:
    """Print what became of the past of sources."""
    if not sources:
        terminal.note(_NONE_FOLLOWED)
    for source in sources:
        there = f", {source.there} were there already" if source.there else ""
        waiting = f", {source.waiting} wait: `measures sources backfill` goes on" if source.waiting else ""
        terminal.say(f"{source.url}: {source.read} read{there}{waiting}")
        if source.error:
            terminal.note(f"Error: {source.error}")


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _first(since: str | None) -> datetime.date | None:
    return parse_since(since) if since else None


def _kept_names(names: Sequence[str]) -> list[str]:
    """Return the names under which sources are kept: of a folder, its whole path."""
    return [str(Path(name).absolute()) if Path(name).is_dir() else name for name in names]
