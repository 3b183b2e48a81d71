"""The command `measures`: a thin shell over the index."""

import dataclasses
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

import index
from bot.cli.documents import as_json, print_json
from bot.cli.ensure_index import build_first
from bot.cli.index import feeds, index_commands
from bot.cli.terminal import Terminal
from bot.views import wording as cards
from corpus import (
    Agency,
    FilterError,
    LogFormatter,
    MeasuresError,
    Release,
    UnbuiltError,
    line,
    log_to_stderr,
    outline,
    registry,
)
from index import (
    Filters,
    Generations,
    IndexSettings,
    as_source,
    collect_rarely,
    keep_private,
    load_index_settings,
    parse_agency,
    parse_since,
    parse_until,
)

if TYPE_CHECKING:
    from index import Embedder, Timeline

log = logging.getLogger(__name__)
_QUOTES = 3


class Group(click.Group):
    """Commands of which wrong use is told through the gate, too: what is typed may be the name of a file."""

    def make_context(self, *args: Any, **options: Any) -> click.Context:  # noqa: ANN401 - click's own
        """Read what was typed."""
        with _printable_usage():
            return super().make_context(*args, **options)

    def invoke(self, ctx: click.Context) -> object:
        """Do it."""
        with _printable_usage():
            return super().invoke(ctx)


@contextmanager
def _printable_usage() -> Iterator[None]:
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        raise click.UsageError(line(error.format_message()), error.ctx) from error


def main() -> None:
    """Run the command line: 0 done, 1 what one sentence on stderr says, 2 wrong usage."""
    collect_rarely()
    keep_private()
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


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="eu-measures")
@click.option("-v", "--verbose", is_flag=True, help="Log what is done on stderr.")
def measures(verbose: bool) -> None:
    """Answer questions about EU measures in the words of the official press releases."""
    log_to_stderr(logging.INFO if verbose else logging.WARNING, LogFormatter("%(asctime)s %(name)s %(message)s"))


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
    from index import Engine, readable

    readable(query)
    terminal = Terminal()
    settings = load_index_settings()
    with Engine(settings, _ready(settings, terminal)) as engine:
        result = engine.search(query, filters, limit)
    if json_:
        print_json(result.to_dict())
    else:
        terminal.passages(result)


@measures.command()
@click.argument("words", nargs=-1, metavar="[QUERY] | show ID")
@as_json
def releases(words: tuple[str, ...], json_: bool) -> None:
    """List the releases served, newest first, or those that match QUERY; `releases show ID` prints one."""
    terminal = Terminal()
    settings = load_index_settings()
    build_first(settings, terminal)
    if words[:1] == ("show",) and len(words) == 2:
        _show(index.release(settings, words[1]), terminal, json_)
        return
    found = index.releases(settings, " ".join(words))
    if json_:
        print_json({"releases": [_listed(release) for release in found]})
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
    build_first(settings, terminal)
    from index import Engine

    with Engine(settings) as engine:
        if timeline is not None:
            _draw(engine.timeline(ids, exact=exact), timeline, terminal)
        shown = [engine.card(agency_id, exact=exact) for agency_id in ids]
        if json_:
            documents = [card.to_dict() for card in shown]
            print_json(documents[0] if len(documents) == 1 else {"agencies": documents})
            return
        for card in shown:
            terminal.card(card, engine.timeline([card.agency.id], exact=exact))


measures.add_command(index_commands)
measures.add_command(feeds)


@measures.command("eval")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--run", type=click.Path(path_type=Path), metavar="FILE", help="Write what was found, a line a question.")
@click.option("--plot", type=click.Path(path_type=Path), metavar="PNG", help="Draw risk by coverage.")
@as_json
def evaluate(folder: Path, run: Path | None, plot: Path | None, json_: bool) -> None:
    """Ask the questions in FOLDER of the documents in it, and print how good the answers are."""
    from bot.views.charts import draw_risk, save_picture
    from index import SentenceTransformerEmbedder, run_evaluation, write_run

    terminal = Terminal()
    settings = load_index_settings()
    with terminal.progress() as progress:
        outcomes, figures = run_evaluation(
            folder, settings, SentenceTransformerEmbedder(settings.model, settings.cache_dir), progress
        )
    if run is not None:
        write_run(run, outcomes)
    if plot is not None:
        save_picture(draw_risk(figures.curve), plot)
    if json_:
        print_json(figures.to_dict())
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
    from bot.app.logs import configure_logging
    from bot.app.run import engine_opener, run_bot
    from bot.app.settings import load_bot_settings
    from index import check_fit

    settings = load_bot_settings()
    index_settings = load_index_settings()
    configure_logging(log_format or settings.log_format, verbose=bool(context.find_root().params["verbose"]))
    with suppress(UnbuiltError):  # what the bot builds by itself; anything else would let it answer nothing
        check_fit(Generations(index_settings.data_dir))
    run_bot(settings, index_settings, engine_opener(index_settings), force_sync=sync)


@measures.command()
@as_json
def doctor(json_: bool) -> None:
    """Check the installation, and say what to do about each thing that is wrong."""
    from bot.cli.doctor import examine

    checks = examine()
    if json_:
        print_json({"checks": [dataclasses.asdict(check) for check in checks]})
    else:
        Terminal().checks(checks)
    if not all(check.ok for check in checks):
        sys.exit(1)


def _answer(question: str, filters: Filters, limit: int, json_: bool) -> None:
    from index import Engine, readable

    readable(question)
    terminal = Terminal()
    settings = load_index_settings()
    with Engine(settings, _ready(settings, terminal)) as engine:
        answer = engine.answer(question, filters, limit)
    if json_:
        print_json(answer.to_dict())
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
        print_json({"agency": None, "candidates": candidates, "message": cards.not_one(name, found)})
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
        print_json({"agencies": [agency.to_dict() for agency in shown]})
    elif shown:
        terminal.agencies(shown)
    else:
        terminal.note("No body matches.")


def _draw(timeline: "Timeline", path: Path, terminal: Terminal) -> None:
    """Write the picture of a timeline, or say why there is none."""
    from bot.views.charts import draw_timeline, save_picture

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
    """Return the model to ask with, after a build where there is no index that fits."""
    from index import SentenceTransformerEmbedder

    embedder = SentenceTransformerEmbedder(settings.model, settings.cache_dir)
    build_first(settings, terminal, embedder)
    return embedder


def _show(release: Release, terminal: Terminal, json_: bool) -> None:
    sections = outline(release.text)
    if json_:
        print_json(
            {"release_id": release.release_id, "text_sha256": release.text_sha256, **_listed(release)}
            | {"sections": [dataclasses.asdict(section) for section in sections], "text": release.text}
        )
    else:
        terminal.release(release, sections)


def _listed(release: Release) -> dict[str, object]:
    return {name: value for name, value in as_source(release, "").to_dict().items() if name != "text_sha256"}
