"""`measures index` and `measures feeds`: what changes the corpus, and what is served."""

import dataclasses
import getpass
import sys
from collections.abc import Callable
from contextlib import closing
from functools import wraps
from typing import TYPE_CHECKING

import click

import index
from bot.cli.documents import as_json, print_json
from bot.cli.ensure_index import build_first
from bot.cli.terminal import Terminal
from corpus import undone
from index import Generations, IndexSettings, load_index_settings, parse_day

if TYPE_CHECKING:
    from index import Added, By, Maintenance, Overrides


@click.group("index")
def index_commands() -> None:
    """Add releases, build the index, and look after its generations."""


def described(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command what a person may say of a release, as one value."""

    @click.option("--url", help="The official address of the release; only so may a file change one that there is.")
    @click.option("--title", help="Its title.")
    @click.option("--date", metavar="YYYY-MM-DD", help="The day it was issued.")
    @click.option("--issuer", help="The body that issued it.")
    @click.option("--language", metavar="xx", help="Its language; detected where not given.")
    @wraps(command)
    def wrapped(
        url: str | None,
        title: str | None,
        date: str | None,
        issuer: str | None,
        language: str | None,
        **others: object,
    ) -> None:
        from index import Overrides

        overrides = Overrides(url, title, parse_day(date) if date else None, issuer, language)
        command(overrides=overrides, **others)

    return wrapped


@index_commands.command()
@click.argument("sources", nargs=-1, metavar="SOURCE...")
@described
@click.option("--starter", is_flag=True, help="Add the releases of the starter list, too.")
@click.option("--no-build", is_flag=True, help="Only keep it; a later build serves it.")
@click.option(
    "--force",
    is_flag=True,
    help="Keep what is doubtful, and serve what a gate would not; it never changes a release from elsewhere.",
)
@as_json
def add(
    sources: tuple[str, ...], overrides: "Overrides", starter: bool, no_build: bool, force: bool, json_: bool
) -> None:
    """Add releases from addresses and files (.html, .pdf, .docx, .txt, .md), and build the index with them."""
    if starter:
        from corpus import starter as starter_list

        sources = (*sources, *(release.url for release in starter_list().releases))
    if not sources:
        raise click.UsageError("Give at least one SOURCE, or --starter.")
    if len(sources) > 1 and any((overrides.url, overrides.title, overrides.date)):
        raise click.UsageError("--url, --title and --date say something of one SOURCE: add the others apart.")
    terminal = Terminal()
    settings = load_index_settings()
    with terminal.progress() as progress:
        added = _upkeep(settings).add(sources, progress, overrides, _by("index add"), build=not no_build, force=force)
    _show_added(added, terminal, json_)


@index_commands.command()
@click.option("--force", is_flag=True, help="Serve it even if it holds less than what is served now.")
@as_json
def build(force: bool, json_: bool) -> None:
    """Build a generation of all releases kept, and serve it."""
    terminal = Terminal()
    settings = load_index_settings()
    with terminal.progress() as progress:
        built = _upkeep(settings).rebuild(progress, _by("index build"), force=force)
    if json_:
        print_json(dataclasses.asdict(index.status(settings)) | {"embedded": built.embedded})
    else:
        terminal.built(built.manifest, built.embedded)


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
        removed = _upkeep(settings).withdraw(release_id, progress, _by("index remove"), build=not no_build)
    terminal.say(f"{release_id} is withdrawn.")
    _tell_what_is_not_served(removed, terminal)


def _erase(settings: IndexSettings, release_id: str, terminal: Terminal) -> None:
    """Erase a text, and the questions that it answered, which may quote it; exit with 1 where it is not all gone."""
    from bot.app.bot_db import BotStore

    with terminal.progress() as progress:
        erased = _upkeep(settings).erase(release_id, progress, _by("index remove --erase"))
    answers = settings.data_dir / "bot.db"
    if answers.exists():
        with (
            undone("The text is erased, but not the questions that it answered"),
            closing(BotStore(answers)) as store,
        ):
            store.forget_release(release_id)
    terminal.erased(erased)
    if erased.left is not None:
        sys.exit(1)


@index_commands.group(invoke_without_command=True)
@click.pass_context
def quarantine(context: click.Context) -> None:
    """Look after what was set aside instead of added; without a command, list it."""
    if context.invoked_subcommand is None:
        context.invoke(list_quarantined, json_=False)


@quarantine.command("list")
@as_json
def list_quarantined(json_: bool) -> None:
    """List what is set aside, oldest first, and why."""
    held = _upkeep(load_index_settings()).quarantined()
    if json_:
        print_json({"quarantine": [one.to_dict() for one in held]})
    elif held:
        Terminal().quarantine(held)
    else:
        Terminal().note("Nothing is in quarantine.")


@quarantine.command("show")
@click.argument("number", type=int, metavar="ID")
@as_json
def show_quarantined(number: int, json_: bool) -> None:
    """Show what is set aside under a number, as it was read, or what it would change in a release."""
    held = _upkeep(load_index_settings()).quarantine_entry(number)
    if json_:
        print_json(held.to_dict() | {"text": held.quarantined.draft.text} | ({"diff": held.diff} if held.diff else {}))
    else:
        Terminal().quarantine_entry(held)


@quarantine.command("accept")
@click.argument("number", type=int, metavar="ID")
@described
@click.option("--no-build", is_flag=True, help="Only keep it; a later build serves it.")
@as_json
def accept_quarantined(number: int, overrides: "Overrides", no_build: bool, json_: bool) -> None:
    """Make a release of what is set aside, with what you say of it, whatever spoke against it."""
    terminal = Terminal()
    with terminal.progress() as progress:
        added = _upkeep(load_index_settings()).accept(
            number, progress, overrides, _by("quarantine accept"), build=not no_build
        )
    _show_added(added, terminal, json_)


@quarantine.command("discard")
@click.argument("number", type=int, metavar="ID")
def discard_quarantined(number: int) -> None:
    """Put away what is set aside; its source may be added again."""
    discarded = _upkeep(load_index_settings()).discard(number, _by("quarantine discard"))
    Terminal().say(f"Number {number} is discarded: {discarded.quarantined.source}")


@index_commands.command()
@as_json
def status(json_: bool) -> None:
    """Tell what is served."""
    found = index.status(_renewed(load_index_settings()))
    if json_:
        print_json(dataclasses.asdict(found))
    else:
        Terminal().status(found)


@index_commands.command()
@as_json
def history(json_: bool) -> None:
    """List what was added, built and rolled back, newest first, and the generations kept."""
    found = index.history(load_index_settings())
    if json_:
        print_json(dataclasses.asdict(found))
    else:
        Terminal().history(found)


@index_commands.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@as_json
def diff(before: str, after: str, json_: bool) -> None:
    """Tell which releases, and how many passages, came, changed and went from generation A to B."""
    from index import compare

    found = compare(load_index_settings(), before, after)
    if json_:
        print_json(found.to_dict())
    else:
        Terminal().compared(found)


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
    terminal.rolled_back(_upkeep(load_index_settings()).rollback(generation, _by("index rollback")))


@click.group()
def feeds() -> None:
    """Follow feeds of official releases."""


@feeds.command("add")
@click.argument("urls", nargs=-1, metavar="URL...")
@click.option("--starter", is_flag=True, help="Follow the feeds of the starter list, too.")
def add_feeds(urls: tuple[str, ...], starter: bool) -> None:
    """Follow feeds (RSS or Atom); they are read at the next poll."""
    from corpus import starter as starter_list

    terminal = Terminal()
    upkeep = _upkeep(load_index_settings())
    titles = {feed.url: feed.title for feed in starter_list().feeds} if starter else {}
    if not urls and not titles:
        raise click.UsageError("Give at least one URL, or --starter.")
    for url in dict.fromkeys((*urls, *titles)):
        new = upkeep.add_feed(url, _by("feeds add"), titles.get(url, ""))
        terminal.say(f"{'followed' if new else 'followed already'}: {url}")


@feeds.command("list")
@as_json
def list_feeds(json_: bool) -> None:
    """List the feeds that are followed, when each is due, and what is wrong with it."""
    found = _upkeep(load_index_settings()).feeds()
    if json_:
        print_json({"feeds": [feed.to_dict() for feed in found]})
    elif found:
        Terminal().feeds(found)
    else:
        Terminal().note("No feed is followed: `measures feeds add URL` follows one.")


@feeds.command("remove")
@click.argument("url")
def remove_feed(url: str) -> None:
    """Follow a feed no more; the releases that came of it stay."""
    _upkeep(load_index_settings()).remove_feed(url, _by("feeds remove"))
    Terminal().say(f"{url} is followed no more.")


@feeds.command("poll")
@click.argument("urls", nargs=-1, metavar="[URL...]")
@as_json
def poll_feeds(urls: tuple[str, ...], json_: bool) -> None:
    """Read feeds now, add what is new in them, and build once; without URL all but those left alone after failures."""
    terminal = Terminal()
    with terminal.progress() as progress:
        polled = _upkeep(load_index_settings()).poll(progress, urls, _by("feeds poll"))
    if not json_:
        terminal.polled(polled.feeds)
    document: dict[str, object] = {"feeds": [feed.to_dict() for feed in polled.feeds]}
    _show_added(polled.added, terminal, json_, document, failed=any(feed.error for feed in polled.feeds))


def _renewed(settings: IndexSettings) -> IndexSettings:
    """Build what an older program made, before it is told of; where nothing is served yet, nothing is built."""
    generations = Generations(settings.data_dir)
    if generations.current() is not None:
        build_first(settings, Terminal())
    return settings


def _upkeep(settings: IndexSettings) -> "Maintenance":
    from index import Maintenance

    return Maintenance(settings)


def _by(why: str) -> "By":
    """Say who types the command: the history tells."""
    from index import By

    try:
        return By(getpass.getuser(), why)
    except (OSError, KeyError):  # a user id without a name
        return By("", why)


def _show_added(
    added: "Added", terminal: Terminal, json_: bool, document: dict[str, object] | None = None, *, failed: bool = False
) -> None:
    """Print what became of sources; exit with 1 where not all of them are releases now."""
    if json_:
        print_json((document or {}) | added.to_dict())
    else:
        terminal.added(added)
    for source in added.taken.ingested:
        if source.status == "quarantined":
            reasons = "; ".join(source.reasons)
            terminal.note(f"Error: {source.source} is set aside as number {source.number}: {reasons}.")
    for failure in added.taken.failed:
        terminal.note(f"Error: {failure.error}")
    _tell_what_is_not_served(added, terminal)
    if failed or not added.complete:
        sys.exit(1)


def _tell_what_is_not_served(added: "Added", terminal: Terminal) -> None:
    if added.waits is not None:
        terminal.note(f"Kept, but not served yet: {added.waits}.")
    if added.refused is not None:
        terminal.note(f"Error: {added.refused}")
