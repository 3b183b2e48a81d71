"""The command `measures`: a thin shell over the index."""

import dataclasses
import getpass
import json
import logging
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from bot import cards
from bot.terminal import Terminal
from corpus.agencies import registry
from corpus.errors import FilterError, MeasuresError
from corpus.models import Agency, Release
from corpus.text import outline
from index import catalogue
from index.filters import Filters, parse_agency, parse_day, parse_since, parse_until
from index.generations import Generations
from index.settings import IndexSettings, load_index_settings

if TYPE_CHECKING:
    from index.embed import Embedder
    from index.ingest import Overrides
    from index.jobs import Added
    from index.store.corpus import By
    from index.timeline import Timeline
    from index.upkeep import Upkeep

log = logging.getLogger(__name__)
_QUOTES = 3
as_json = click.option("--json", "json_", is_flag=True, help="Print one JSON document.")


def main() -> None:
    """Run the command line: 0 done, 1 what one sentence on stderr says, 2 wrong usage."""
    try:
        measures()
    except MeasuresError as error:
        Terminal().note(f"Error: {error}")
    except Exception as error:
        log.info("unexpected", exc_info=error)
        name = type(error).__name__
        Terminal().note(
            f"Error: Something went wrong that should not have ({name}): `measures --verbose …` tells more."
        )
    else:
        return
    sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="eu-measures")
@click.option("-v", "--verbose", is_flag=True, help="Log what is done on stderr.")
def measures(verbose: bool) -> None:
    """Answer questions about EU measures in the words of the official press releases."""
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(asctime)s %(name)s %(message)s")


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the filters, as one value."""

    @click.option("--agency", metavar="KEY", help="Only passages that name this body or a part of it.")
    @click.option("--exact", is_flag=True, help="With --agency: not those that only name a part of it.")
    @click.option("--issuer", help="Only releases of this issuer.")
    @click.option("--since", metavar="DATE", help="Only releases from this year, month or day on.")
    @click.option("--until", metavar="DATE", help="Only releases up to this year, month or day.")
    @click.option("--lang", metavar="xx", help="Only releases in this language.")
    @wraps(command)
    def wrapped(
        agency: str | None,
        exact: bool,
        issuer: str | None,
        since: str | None,
        until: str | None,
        lang: str | None,
        **others: object,
    ) -> None:
        filters = Filters(
            agency=parse_agency(agency) if agency is not None else None,
            exact=exact,
            issuer=issuer,
            since=parse_since(since) if since is not None else None,
            until=parse_until(until) if until is not None else None,
            language=lang,
        )
        command(filters=filters, **others)

    return wrapped


@measures.command()
@click.argument("question")
@filtered
@click.option(
    "--limit", type=click.IntRange(1, 10), default=_QUOTES, show_default=True, help="At most this many quotes."
)
@as_json
def ask(question: str, filters: Filters, limit: int, json_: bool) -> None:
    """Answer QUESTION with quotations, or say that the releases do not hold the answer."""
    _answer(question, filters, limit, json_)


@measures.command()
@click.argument("query")
@filtered
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="At most this many passages.")
@as_json
def search(query: str, filters: Filters, limit: int, json_: bool) -> None:
    """List the passages that are nearest to QUERY."""
    from index.engine import Engine
    from index.question import readable

    readable(query)
    terminal = Terminal()
    settings = load_index_settings()
    with Engine(settings, _ready(settings, terminal)) as engine:
        result = engine.search(query, filters, limit)
    if json_:
        _print_json(result.to_dict())
    else:
        terminal.passages(result)


@measures.command()
@click.argument("words", nargs=-1, metavar="[QUERY] | show ID")
@as_json
def releases(words: tuple[str, ...], json_: bool) -> None:
    """List the releases served, newest first, or those that match QUERY; `releases show ID` prints one."""
    terminal = Terminal()
    settings = load_index_settings()
    _build_first(settings, terminal)
    if words[:1] == ("show",) and len(words) == 2:
        _show(catalogue.release(settings, words[1]), terminal, json_)
        return
    found = catalogue.releases(settings, " ".join(words))
    if json_:
        _print_json({"releases": [_listed(release) for release in found]})
    elif found:
        terminal.releases(found)
    else:
        terminal.note("No release matches.")


@measures.command()
@click.argument("names", nargs=-1, metavar="NAME...")
@click.option("--question", metavar="Q", help="Answer Q from the passages that name the body.")
@click.option("--list", "list_", is_flag=True, help="List the bodies instead, or those with NAME in a name.")
@click.option("--kind", help="List only bodies of this kind, such as “agency”.")
@click.option("--exact", is_flag=True, help="Leave out what names only a part of the body.")
@click.option("--timeline", type=click.Path(path_type=Path), metavar="PNG", help="Draw mentions by month.")
@as_json
def agency(
    names: tuple[str, ...],
    question: str | None,
    list_: bool,
    kind: str | None,
    exact: bool,
    timeline: Path | None,
    json_: bool,
) -> None:
    """Tell what a body is, what the releases say it does or will do, and when."""
    terminal = Terminal()
    if list_ or kind is not None:
        _list_agencies(" ".join(names), kind, terminal, json_)
        return
    if not names:
        raise click.UsageError("Give the NAME of a body, or --list.")
    found = [_look_up(name, terminal, json_) for name in _as_names(names)]
    ids = [body.id for body in found if body is not None]
    if len(ids) < len(found):
        return
    settings = load_index_settings()
    if question is not None:
        if len(ids) > 1:
            raise click.UsageError("--question goes with one NAME.")
        _answer(question, Filters(agency=ids[0], exact=exact), _QUOTES, json_)
        return
    _build_first(settings, terminal)
    from index.engine import Engine

    with Engine(settings) as engine:
        if timeline is not None:
            _draw(engine.timeline(ids, exact=exact), timeline, terminal)
        shown = [engine.card(agency_id, exact=exact) for agency_id in ids]
        if json_:
            documents = [card.to_dict() for card in shown]
            _print_json(documents[0] if len(documents) == 1 else {"agencies": documents})
            return
        for card in shown:
            terminal.card(card, engine.timeline([card.agency.id], exact=exact))


@measures.group()
def index() -> None:
    """Add releases, build the index, and look after its generations."""


def described(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command what a person may say of a release, as one value."""

    @click.option("--url", help="The official address of the release.")
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
        from index.ingest import Overrides

        overrides = Overrides(url, title, parse_day(date) if date else None, issuer, language)
        command(overrides=overrides, **others)

    return wrapped


@index.command()
@click.argument("sources", nargs=-1, metavar="SOURCE...")
@described
@click.option("--starter", is_flag=True, help="Add the releases of the starter list, too.")
@click.option("--no-build", is_flag=True, help="Only keep it; a later build serves it.")
@click.option("--force", is_flag=True, help="Keep what would be set aside, and serve what a gate would not.")
@as_json
def add(
    sources: tuple[str, ...], overrides: "Overrides", starter: bool, no_build: bool, force: bool, json_: bool
) -> None:
    """Add releases from addresses and files (.html, .pdf, .docx, .txt, .md), and build the index with them."""
    if starter:
        from corpus.starter import starter as starter_list

        sources = (*sources, *(release.url for release in starter_list().releases))
    if not sources:
        raise click.UsageError("Give at least one SOURCE, or --starter.")
    if len(sources) > 1 and any((overrides.url, overrides.title, overrides.date)):
        raise click.UsageError("--url, --title and --date say something of one SOURCE: add the others apart.")
    terminal = Terminal()
    settings = load_index_settings()
    with terminal.steps() as steps:
        added = _upkeep(settings).add(sources, steps, overrides, _by("index add"), build=not no_build, force=force)
    _show_added(added, terminal, json_)


@index.command()
@click.option("--force", is_flag=True, help="Serve it even if it holds less than what is served now.")
@as_json
def build(force: bool, json_: bool) -> None:
    """Build a generation of all releases kept, and serve it."""
    terminal = Terminal()
    settings = load_index_settings()
    with terminal.steps() as steps:
        built = _upkeep(settings).rebuild(steps, _by("index build"), force=force)
    if json_:
        _print_json(dataclasses.asdict(catalogue.status(settings)) | {"embedded": built.embedded})
    else:
        terminal.built(built.manifest, built.embedded)


@index.command()
@click.argument("release_id", metavar="ID")
@click.option("--no-build", is_flag=True, help="Only withdraw it, which hides it at once; a later build drops it.")
def remove(release_id: str, no_build: bool) -> None:
    """Withdraw a release: no generation shows it any more."""
    terminal = Terminal()
    with terminal.steps() as steps:
        removed = _upkeep(load_index_settings()).remove(release_id, steps, _by("index remove"), build=not no_build)
    terminal.say(f"{release_id} is withdrawn.")
    _tell_what_is_not_served(removed, terminal)


@index.group(invoke_without_command=True)
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
        _print_json({"quarantine": [one.to_dict() for one in held]})
    elif held:
        Terminal().quarantine(held)
    else:
        Terminal().note("Nothing is in quarantine.")


@quarantine.command("show")
@click.argument("number", type=int, metavar="ID")
@as_json
def show_quarantined(number: int, json_: bool) -> None:
    """Show what is set aside under a number, as it was read."""
    held = _upkeep(load_index_settings()).set_aside(number)
    if json_:
        _print_json(held.to_dict() | {"text": held.held.draft.text})
    else:
        Terminal().set_aside(held)


@quarantine.command("accept")
@click.argument("number", type=int, metavar="ID")
@described
@click.option("--no-build", is_flag=True, help="Only keep it; a later build serves it.")
@as_json
def accept_quarantined(number: int, overrides: "Overrides", no_build: bool, json_: bool) -> None:
    """Make a release of what is set aside, with what you say of it, whatever spoke against it."""
    terminal = Terminal()
    with terminal.steps() as steps:
        added = _upkeep(load_index_settings()).accept(
            number, steps, overrides, _by("quarantine accept"), build=not no_build
        )
    _show_added(added, terminal, json_)


@quarantine.command("discard")
@click.argument("number", type=int, metavar="ID")
def discard_quarantined(number: int) -> None:
    """Put away what is set aside; its source may be added again."""
    discarded = _upkeep(load_index_settings()).discard(number, _by("quarantine discard"))
    Terminal().say(f"Number {number} is discarded: {discarded.held.source}")


@index.command()
@as_json
def status(json_: bool) -> None:
    """Tell what is served."""
    found = catalogue.status(load_index_settings())
    if json_:
        _print_json(dataclasses.asdict(found))
    else:
        Terminal().status(found)


@index.command()
@as_json
def history(json_: bool) -> None:
    """List what was added, built and rolled back, newest first, and the generations kept."""
    found = catalogue.history(load_index_settings())
    if json_:
        _print_json(dataclasses.asdict(found))
    else:
        Terminal().history(found)


@index.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@as_json
def diff(before: str, after: str, json_: bool) -> None:
    """Tell which releases, and how many passages, came, changed and went from generation A to B."""
    from index.compare import compare

    found = compare(load_index_settings(), before, after)
    if json_:
        _print_json(found.to_dict())
    else:
        Terminal().compared(found)


@index.command()
@click.argument("generation", required=False, metavar="[ID]")
def verify(generation: str | None) -> None:
    """Check every file of a generation, by default the served one, against its SHA-256."""
    manifest = catalogue.verify(load_index_settings(), generation)
    Terminal().say(f"Generation {manifest.generation} is whole: {len(manifest.files)} files checked.")


@index.command()
@click.argument("generation", required=False, metavar="[ID]")
def rollback(generation: str | None) -> None:
    """Serve an older generation, by default the one before, until the next `measures index build`."""
    terminal = Terminal()
    terminal.rolled_back(_upkeep(load_index_settings()).rollback(generation, _by("index rollback")))


@measures.group()
def feeds() -> None:
    """Follow feeds of official releases."""


@feeds.command("add")
@click.argument("urls", nargs=-1, metavar="URL...")
@click.option("--starter", is_flag=True, help="Follow the feeds of the starter list, too.")
def add_feeds(urls: tuple[str, ...], starter: bool) -> None:
    """Follow feeds (RSS or Atom); they are read at the next poll."""
    from corpus.starter import starter as starter_list

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
        _print_json({"feeds": [feed.to_dict() for feed in found]})
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
    with terminal.steps() as steps:
        polled = _upkeep(load_index_settings()).poll(steps, urls, _by("feeds poll"))
    if not json_:
        terminal.polled(polled.feeds)
    document: dict[str, object] = {"feeds": [feed.to_dict() for feed in polled.feeds]}
    _show_added(polled.added, terminal, json_, document, failed=any(feed.error for feed in polled.feeds))


@measures.command("eval")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--run", type=click.Path(path_type=Path), metavar="FILE", help="Write what was found, a line a question.")
@click.option("--plot", type=click.Path(path_type=Path), metavar="PNG", help="Draw risk by coverage.")
@as_json
def evaluate(folder: Path, run: Path | None, plot: Path | None, json_: bool) -> None:
    """Ask the questions in FOLDER of the documents in it, and print how good the answers are."""
    from bot.plots import draw_risk, save_picture
    from index.embed import SentenceTransformerEmbedder
    from index.evaluate import run_evaluation, write_run

    terminal = Terminal()
    settings = load_index_settings()
    with terminal.progress() as progress:
        outcomes, figures = run_evaluation(folder, settings, SentenceTransformerEmbedder(settings.model), progress)
    if run is not None:
        write_run(run, outcomes)
    if plot is not None:
        save_picture(draw_risk(figures.curve), plot)
    if json_:
        _print_json(figures.to_dict())
    else:
        terminal.evaluation(figures)


@measures.command()
@click.option("--sync", is_flag=True, help="Tell Discord the commands even where they did not change.")
@click.option(
    "--log-format", type=click.Choice(["text", "json"]), help="How to log, rather than as MEASURES_LOG_FORMAT says."
)
@click.pass_context
def bot(context: click.Context, sync: bool, log_format: Literal["text", "json"] | None) -> None:
    """Run the Discord bot until it is told to stop."""
    from bot.run import configure_logging, engine_opener, run_bot
    from bot.settings import load_bot_settings

    settings = load_bot_settings()
    index_settings = load_index_settings()
    configure_logging(log_format or settings.log_format, verbose=bool(context.find_root().params["verbose"]))
    run_bot(settings, index_settings, engine_opener(index_settings), force_sync=sync)


@measures.command()
@as_json
def doctor(json_: bool) -> None:
    """Check the installation, and say what to do about each thing that is wrong."""
    from bot.doctor import examine

    checks = examine()
    if json_:
        _print_json({"checks": [dataclasses.asdict(check) for check in checks]})
    else:
        Terminal().checks(checks)
    if not all(check.ok for check in checks):
        sys.exit(1)


def _upkeep(settings: IndexSettings) -> "Upkeep":
    from index.upkeep import Upkeep

    return Upkeep(settings)


def _by(why: str) -> "By":
    """Say who types the command: the history tells."""
    from index.store.corpus import By

    try:
        return By(getpass.getuser(), why)
    except (OSError, KeyError):  # a user id without a name
        return By("", why)


def _show_added(
    added: "Added", terminal: Terminal, json_: bool, document: dict[str, object] | None = None, *, failed: bool = False
) -> None:
    """Print what became of sources; exit with 1 where not all of them are releases now."""
    if json_:
        _print_json((document or {}) | added.to_dict())
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


def _answer(question: str, filters: Filters, limit: int, json_: bool) -> None:
    from index.engine import Engine
    from index.question import readable

    readable(question)
    terminal = Terminal()
    settings = load_index_settings()
    with Engine(settings, _ready(settings, terminal)) as engine:
        answer = engine.answer(question, filters, limit)
    if json_:
        _print_json(answer.to_dict())
    else:
        terminal.answer(answer)


def _as_names(words: tuple[str, ...]) -> tuple[str, ...]:
    """Take words for one name where they are one, so that it need not be quoted."""
    whole = " ".join(words)
    return (whole,) if registry().find(whole).agency is not None else words


def _look_up(name: str, terminal: Terminal, json_: bool) -> Agency | None:
    """Return the body with a name; where there is none or more than one, print that."""
    found = registry().find(name)
    if found.agency is None and json_:
        candidates = [agency.id for agency in found.candidates or found.suggestions]
        _print_json({"agency": None, "candidates": candidates, "message": cards.not_one(name, found)})
    elif found.agency is None:
        terminal.say(cards.not_one(name, found))
    return found.agency


def _list_agencies(name: str, kind: str | None, terminal: Terminal, json_: bool) -> None:
    agencies = registry().agencies
    asked = registry().complete(name, len(agencies)) if name else agencies.values()
    shown = [agency for agency in asked if kind is None or kind.casefold().strip() in agency.type.casefold()]
    if kind is not None and not any(kind.casefold().strip() in agency.type.casefold() for agency in agencies.values()):
        kinds = ", ".join(sorted({agency.type for agency in agencies.values()}))
        raise FilterError(f"There is no kind of body {kind[:60]!r}: there are {kinds}.")
    if json_:
        _print_json({"agencies": [agency.to_dict() for agency in shown]})
    elif shown:
        terminal.agencies(shown)
    else:
        terminal.note("No body matches.")


def _draw(timeline: "Timeline", path: Path, terminal: Terminal) -> None:
    """Write the picture of a timeline, or say why there is none."""
    from bot.plots import draw_timeline, save_picture

    if not cards.is_drawn(timeline):
        terminal.note(
            f"No picture: {timeline.releases} dated releases name it, and there is something to see "
            f"from {cards.MIN_TIMELINE_RELEASES} on."
        )
        return
    names = {series.agency_id: cards.short_name(registry().agencies[series.agency_id]) for series in timeline.series}
    save_picture(draw_timeline(timeline, names, cards.timeline_source(timeline)), path)
    terminal.note(f"{path}: {cards.alt_text(timeline)}")


def _ready(settings: IndexSettings, terminal: Terminal) -> "Embedder":
    """Return the model to ask with, after the first build where there is no index yet."""
    from index.embed import SentenceTransformerEmbedder

    embedder = SentenceTransformerEmbedder(settings.model)
    _build_first(settings, terminal, embedder)
    return embedder


def _build_first(settings: IndexSettings, terminal: Terminal, embedder: "Embedder | None" = None) -> None:
    if Generations(settings.data_dir).current() is not None:
        return
    from index.embed import SentenceTransformerEmbedder
    from index.upkeep import build_all

    terminal.note("There is no index yet: building it from the shipped releases.")
    with terminal.progress() as progress:
        build_all(settings, embedder or SentenceTransformerEmbedder(settings.model), progress)


def _show(release: Release, terminal: Terminal, json_: bool) -> None:
    sections = outline(release.text)
    if json_:
        _print_json(
            {"release_id": release.release_id, "text_sha256": release.text_sha256, **_listed(release)}
            | {"sections": [dataclasses.asdict(section) for section in sections], "text": release.text}
        )
    else:
        terminal.release(release, sections)


def _listed(release: Release) -> dict[str, object]:
    return {
        "release_id": release.release_id,
        "title": release.title,
        "issuer": release.issuer,
        "date": release.date.isoformat(),
        "language": release.language,
        "url": release.url,
    }


def _print_json(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=1))
