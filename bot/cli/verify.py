"""`measures verify`, and the receipts that the command line keeps of its own answers."""

from contextlib import closing

import click
from rich.text import Text

from bot.app.settings import load_bot_settings
from bot.cli.documents import print_json
from bot.cli.ensure_index import ready_embedder
from bot.cli.options import as_json
from bot.cli.terminal import Terminal
from bot.database.home import has_store, open_store
from bot.receipts import Receipt, Verification, new_answer_id, read_id, receipt_of, shown_id
from bot.views.comparison import again_line, fact_line, fate_line, no_id_line, not_kept_line
from corpus import MeasuresError, UnknownEntryError, lines
from index import Answer, Filters, IndexSettings, NotAsked, Verified, load_index_settings


@click.command()
@click.argument("answer_id", metavar="ID")
@as_json
def verify(answer_id: str, json_: bool) -> None:
    """Compare what the answer ID quoted with the releases as they are kept now, and ask its question again."""
    terminal = Terminal()
    known = read_id(answer_id)
    if known is None:
        raise UnknownEntryError(no_id_line(answer_id[:20]))
    settings, days = load_index_settings(), load_bot_settings().answer_days
    receipt = _kept(settings, known, days)
    if receipt is None:
        if json_:
            print_json({"id": shown_id(known), "kept": False})
        else:
            terminal.say(not_kept_line(days))
        return
    verification = _verification(settings, receipt, terminal)
    if json_:
        print_json(verification.to_dict())
    else:
        _show(terminal, verification)


def keep(settings: IndexSettings, answer: Answer, filters: Filters, most_quotes: int, terminal: Terminal) -> str | None:
    """Keep the receipt of an answer, erase those that are too old, and return its id; say why where it has none."""
    receipt = receipt_of(new_answer_id(), answer, filters, most_quotes, local=True)
    try:
        with closing(open_store(settings)) as store:
            store.keep_receipt(receipt, load_bot_settings().answer_days)
    except MeasuresError as error:
        terminal.note(f"This answer has no id, because it could not be kept: {error}")
        return None
    return shown_id(receipt.id)


def _kept(settings: IndexSettings, answer_id: str, days: int) -> Receipt | None:
    if not has_store(settings):
        return None
    with closing(open_store(settings)) as store:
        return store.receipt(answer_id, days)


def _verification(settings: IndexSettings, receipt: Receipt, terminal: Terminal) -> Verification:
    from index import Engine

    with Engine(settings, ready_embedder(settings, terminal)) as engine:
        again: Answer | NotAsked = NotAsked.ERASED
        if receipt.question is not None:
            again = engine.answer_again(receipt.generation, receipt.question, receipt.filters, receipt.most_quotes)
        return Verification(receipt, engine.verify_citations(receipt.citations), again)


def _show(terminal: Terminal, verification: Verification) -> None:
    receipt = verification.receipt
    terminal.say(
        f"Answer {shown_id(receipt.id)}, given {receipt.at[:10]} from generation {receipt.generation}", style="bold"
    )
    if receipt.local and receipt.question is not None:
        terminal.say(f"Asked: {receipt.question}", style="dim")
    if not receipt.answered:
        terminal.say("It found no answer; this came nearest:" if verification.verified else "It found no answer.")
    for number, verified in enumerate(verification.verified, 1):
        _show_verified(terminal, number, verified)
    terminal.say(again_line(verification))


def _show_verified(terminal: Terminal, number: int, verified: Verified) -> None:
    terminal.say(Text(f"[{number}] ", "bold green"), fate_line(verified))
    if verified.source is not None:
        terminal.say(f"    {verified.source.title} — {verified.source.issuer}", style="dim")
    if verified.words is not None:
        terminal.say(f"    “{verified.words}”", gate=lines)
    for fact in verified.facts:
        terminal.say(f"    {fact_line(fact)}", style="bold")
    if verified.now is not None and verified.now != verified.words:
        terminal.say("    Now: ", f"“{verified.now}”", gate=lines)
