"""`measures index quarantine`: what was quarantined instead of added, and what a person makes of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from rich.text import Text

from bot.cli.changes import by, maintenance_of, show_added
from bot.cli.documents import print_json
from bot.cli.options import as_json, described
from bot.cli.terminal import Terminal
from corpus import lines
from index import load_index_settings

if TYPE_CHECKING:
    from index import Overrides, QuarantineEntry


@click.group("quarantine", invoke_without_command=True)
@as_json
@click.pass_context
def quarantine_commands(context: click.Context, json_: bool) -> None:
    """Look after what was set aside instead of added; without a command, list it."""
    if context.invoked_subcommand is None:
        context.invoke(list_quarantined, json_=json_)
    elif json_:
        raise click.UsageError("Give --json after the command, as in `measures index quarantine list --json`.")


@quarantine_commands.command("list")
@as_json
def list_quarantined(json_: bool) -> None:
    """List what is set aside, oldest first, and why."""
    entries = maintenance_of(load_index_settings()).quarantined()
    if json_:
        print_json({"quarantine": [entry.to_dict() for entry in entries]})
    elif entries:
        show_quarantine(Terminal(), entries)
    else:
        Terminal().note("Nothing is in quarantine.")


@quarantine_commands.command("show")
@click.argument("number", type=int, metavar="ID")
@as_json
def show_quarantined(number: int, json_: bool) -> None:
    """Show what is set aside under a number, as it was read, or what it would change in a release."""
    entry = maintenance_of(load_index_settings()).quarantine_entry(number)
    if json_:
        diff = {"diff": entry.diff} if entry.diff else {}
        print_json(entry.to_dict() | {"text": entry.quarantined.draft.text} | diff)
    else:
        show_quarantine_entry(Terminal(), entry)


@quarantine_commands.command("accept")
@click.argument("number", type=int, metavar="ID")
@described
@click.option("--no-build", is_flag=True, help="Only keep it; a later build serves it.")
@as_json
def accept_quarantined(number: int, overrides: "Overrides", no_build: bool, json_: bool) -> None:
    """Make a release of what is set aside, with what you say of it, whatever spoke against it."""
    terminal = Terminal()
    with terminal.progress() as progress:
        added = maintenance_of(load_index_settings()).accept(
            number, progress, overrides, by("quarantine accept"), build=not no_build
        )
    show_added(added, terminal, json_)


@quarantine_commands.command("discard")
@click.argument("number", type=int, metavar="ID")
def discard_quarantined(number: int) -> None:
    """Put away what is set aside; its source may be added again."""
    discarded = maintenance_of(load_index_settings()).discard(number, by("quarantine discard"))
    Terminal().say(f"Number {number} is discarded: {discarded.quarantined.source}")


def show_quarantine(terminal: Terminal, entries: "Sequence[QuarantineEntry]") -> None:
    """Print entries, and why they are in quarantine."""
    for entry in entries:
        title = entry.quarantined.draft.title
        reasons = "; ".join(entry.quarantined.reasons)
        terminal.say(Text(f"{entry.number:>4}  ", "bold"), Text(f"{entry.at}  ", "dim"), entry.quarantined.source)
        terminal.say(f"      {title}: {reasons}" if title else f"      {reasons}")


def show_quarantine_entry(terminal: Terminal, entry: "QuarantineEntry") -> None:
    """Print an entry with its text, or with what it would change in a release."""
    draft = entry.quarantined.draft
    rows = {
        "source": entry.quarantined.source,
        "set aside": f"{entry.at} {entry.who}".strip(),
        "reasons": "; ".join(entry.quarantined.reasons),
        "title": draft.title or "-",
        "issuer": draft.issuer or "-",
        "date": draft.date.isoformat() if draft.date else "-",
        "language": draft.language or "-",
        "url": draft.url or "-",
        "fetched": draft.retrieved_from or "-",
    }
    for name, value in rows.items():
        terminal.say(Text(f"{name:<11}", "bold"), value, indent=11)
    terminal.say()
    terminal.say(entry.diff or draft.text, gate=lines)
