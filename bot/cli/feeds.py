"""`measures feeds`: feeds of official releases that are followed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from rich.text import Text

from bot.cli.changes import by, maintenance_of, show_added, show_previews
from bot.cli.documents import print_json
from bot.cli.options import as_json, dry_run
from bot.cli.terminal import Terminal
from index import SourceKind, load_index_settings

if TYPE_CHECKING:
    from index import FollowedSource, PolledSource

_NONE_FOLLOWED = "No feed is followed: `measures feeds add URL` follows one."


@click.group("feeds")
def feeds_commands() -> None:
    """Follow feeds of official releases."""


@feeds_commands.command("add")
@click.argument("urls", nargs=-1, metavar="URL...")
@click.option("--starter", is_flag=True, help="Follow the feeds of the starter list, too.")
def add_feeds(urls: tuple[str, ...], starter: bool) -> None:
    """Follow feeds (RSS or Atom); they are read at the next poll."""
    from corpus import starter as starter_list

    terminal = Terminal()
    maintenance = maintenance_of(load_index_settings())
    titles = {feed.url: feed.title for feed in starter_list().feeds} if starter else {}
    if not urls and not titles:
        raise click.UsageError("Give at least one URL, or --starter.")
    for url in dict.fromkeys((*urls, *titles)):
        new = maintenance.add_feed(url, by("feeds add"), titles.get(url, ""))
        terminal.say(f"{'followed' if new else 'followed already'}: {url}")


@feeds_commands.command("list")
@as_json
def list_feeds(json_: bool) -> None:
    """List the feeds that are followed, when each is due, and what is wrong with it."""
    feeds = maintenance_of(load_index_settings()).feeds()
    if json_:
        print_json({"feeds": [feed.to_dict() for feed in feeds]})
    elif feeds:
        show_feeds(Terminal(), feeds)
    else:
        Terminal().note(_NONE_FOLLOWED)


@feeds_commands.command("remove")
@click.argument("url")
def remove_feed(url: str) -> None:
    """Follow a feed no more; the releases that came of it stay."""
    maintenance_of(load_index_settings()).remove_feed(url, by("feeds remove"))
    Terminal().say(f"{url} is followed no more.")


@feeds_commands.command("poll")
@click.argument("urls", nargs=-1, metavar="[URL...]")
@dry_run
@as_json
def poll_feeds(urls: tuple[str, ...], dry_run_: bool, json_: bool) -> None:
    """Read feeds now, add what is new in them, and build once; without URL all but those left alone after failures."""
    terminal = Terminal()
    if dry_run_:
        with terminal.progress() as progress:
            previews = maintenance_of(load_index_settings()).preview_poll(progress, urls, kind=SourceKind.FEED)
        show_previews(previews, terminal, json_)
        return
    with terminal.progress() as progress:
        polled = maintenance_of(load_index_settings()).poll(progress, urls, by("feeds poll"), kind=SourceKind.FEED)
    if not json_:
        show_polled(terminal, polled.sources, _NONE_FOLLOWED)
    document: dict[str, object] = {"feeds": [feed.to_dict() for feed in polled.sources]}
    show_added(polled.added, terminal, json_, document, failed=any(feed.error for feed in polled.sources))


def show_feeds(terminal: Terminal, feeds: "Sequence[FollowedSource]") -> None:
    """Print feeds, a line each, and what is wrong with them."""
    for feed in feeds:
        terminal.say(
            Text(feed.url, "cyan"), f"  {feed.title}".rstrip(), Text(f"  polled {feed.polled_at or 'never'}", "dim")
        )
        if feed.last_error:
            terminal.say(f"    failures in a row: {feed.failures}, due {feed.due_at}: {feed.last_error}")
        if feed.failed_entries:
            terminal.say(f"    {feed.failed_entries} of {feed.entries} entries failed: {feed.entry_error}")


def show_polled(terminal: Terminal, feeds: "Sequence[PolledSource]", none_followed: str) -> None:
    """Print what became of feeds, or of sources of any kind, or that none is followed."""
    if not feeds:
        terminal.note(none_followed)
    for feed in feeds:
        if feed.skipped:
            terminal.note(f"{feed.url} is left alone for now: {feed.error}")
        elif feed.error:
            terminal.note(f"Error: {feed.error}")
        else:
            waiting = f", {feed.waiting} more are read at the next poll" if feed.waiting else ""
            terminal.say(f"{feed.url}: {feed.new} new{waiting}")
        if feed.failed:
            terminal.note(f"Error: {feed.failed} of them failed: {feed.entry_error}")
