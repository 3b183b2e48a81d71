"""`measures ask`, `search` and `releases`: what the releases say."""

from collections.abc import Sequence

import click

import index
from bot.cli.documents import print_json
from bot.cli.ensure_index import build_first, ready_embedder
from bot.cli.options import as_json, filtered, joined
from bot.cli.show_answers import show_answer, show_passages, show_release, show_releases, show_spoken
from bot.cli.show_diff import show_diff
from bot.cli.terminal import Terminal
from bot.cli.verify import keep
from bot.views.documents import answer_document, release_document, releases_document, search_document
from corpus import Release, outline
from index import Filters, load_index_settings

QUOTES = 3


@click.command()
@click.argument("question", nargs=-1, required=True, callback=joined)
@filtered
@click.option(
    "--limit", type=click.IntRange(1, 10), default=QUOTES, show_default=True, help="At most this many quotes."
)
@click.option("--explain", is_flag=True, help="Also tell what spoke for the answer, and what against it.")
@as_json
def ask(question: str, filters: Filters, limit: int, explain: bool, json_: bool) -> None:
    """Answer QUESTION with quotations, or say that the releases do not hold the answer."""
    answer_question(question, filters, limit, json_, explain=explain)


@click.command()
@click.argument("query", nargs=-1, required=True, callback=joined)
@filtered
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="At most this many passages.")
@as_json
def search(query: str, filters: Filters, limit: int, json_: bool) -> None:
    """List the passages that are nearest to QUERY."""
    from index import Engine, readable

    readable(query)
    terminal = Terminal()
    settings = load_index_settings()
    with Engine(settings, ready_embedder(settings, terminal)) as engine:
        result = engine.search(query, filters, limit)
    if json_:
        print_json(search_document(result))
    else:
        show_passages(terminal, result)


@click.command()
@click.argument("words", nargs=-1, metavar="[QUERY] | show ID | diff A [B]")
@as_json
def releases(words: tuple[str, ...], json_: bool) -> None:
    """List the releases served, newest first, or those that match QUERY; `releases show ID` prints one.

    `releases diff A B` tells what differs between two, or between two versions of one: `ID@1` is the oldest version of
    ID. `releases diff ID` compares its last two.
    """
    _require_ids(words)
    terminal = Terminal()
    settings = load_index_settings()
    build_first(settings, terminal)
    if words[:1] == ("show",) and len(words) == 2:
        shown = index.release(settings, words[1])
        _show(shown, index.editions(settings, shown), terminal, json_)
        return
    if words[:1] == ("diff",) and len(words) in (2, 3):
        diff = index.compare_releases(settings, *words[1:])
        if json_:
            print_json(diff.to_dict())
        else:
            show_diff(terminal, diff)
        return
    matching = index.releases(settings, " ".join(words))
    if json_:
        print_json(releases_document(matching))
    elif matching:
        show_releases(terminal, matching)
    else:
        terminal.note("No release matches.")


def _require_ids(words: tuple[str, ...]) -> None:
    """Refuse `show` and `diff` that name no release.

    :raises click.UsageError: when they do.
    """
    if words == ("show",):
        raise click.UsageError("Give the ID of a release after show: `measures releases` lists them.")
    if words == ("diff",):
        raise click.UsageError("Give the ID of a release after diff, or of two: `measures releases` lists them.")


def answer_question(question: str, filters: Filters, limit: int, json_: bool, *, explain: bool = False) -> None:
    """Print the answer to a question, and if wanted what spoke for it and against it."""
    from index import Engine, readable

    readable(question)
    terminal = Terminal()
    settings = load_index_settings()
    with Engine(settings, ready_embedder(settings, terminal)) as engine:
        answer = engine.answer(question, filters, limit)
        spoken = engine.explain(question, filters) if explain else {}
    answer_id = keep(settings, answer, filters, limit, terminal)
    if json_:
        print_json({**answer_document(answer), "id": answer_id, **({"spoken": spoken} if explain else {})})
    else:
        show_answer(terminal, answer, answer_id)
        if explain:
            show_spoken(terminal, answer, spoken)


def _show(release: Release, editions: Sequence[Release], terminal: Terminal, json_: bool) -> None:
    sections = outline(release.text)
    if json_:
        print_json(release_document(release, sections, editions))
    else:
        show_release(terminal, release, sections, editions)
