"""`measures feedback`: what people in Discord said of answers, and what administrators did there."""

import dataclasses
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import click
from rich.text import Text

from bot.cli.documents import print_json
from bot.cli.options import as_json
from bot.cli.terminal import Terminal
from index import load_index_settings

if TYPE_CHECKING:
    from bot.user_data import AdminAct, Feedback


@click.command()
@click.option("--audit", is_flag=True, help="List what administrators did in Discord instead.")
@as_json
def feedback(audit: bool, json_: bool) -> None:
    """List what people in Discord said of answers, newest first, without who said it."""
    said, acts = _read()
    if json_:
        name, rows = ("audit", acts) if audit else ("feedback", said)
        print_json({name: [dataclasses.asdict(row) for row in rows]})
    elif audit:
        _show_acts(Terminal(), acts)
    else:
        _show_feedback(Terminal(), said)


def _read() -> "tuple[list[Feedback], list[AdminAct]]":
    """Return feedback and what administrators did, newest first; nothing where no bot ran on the data folder."""
    path = load_index_settings().data_dir / "bot.db"
    if not path.exists():
        return [], []
    from bot.app.bot_db import BotStore

    with closing(BotStore(path)) as store:
        return store.feedback()[::-1], store.audited()


def _show_feedback(terminal: Terminal, said: "Sequence[Feedback]") -> None:
    if not said:
        terminal.note("Nobody has said anything of an answer yet.")
        return
    helpful = sum(each.is_helpful for each in said)
    terminal.say(f"{helpful} helpful, {len(said) - helpful} not helpful")
    for each in said:
        terminal.say(Text(f"{each.at}  ", "dim"), f"{each.verdict}{f': {each.reason}' if each.reason else ''}")


def _show_acts(terminal: Terminal, acts: "Sequence[AdminAct]") -> None:
    if not acts:
        terminal.note("No administrator has done anything in Discord yet.")
    for act in acts:
        details = ", ".join(f"{name} {value}" for name, value in act.details.items())
        terminal.say(Text(f"{act.at}  ", "dim"), f"{act.action}  by Discord user {act.who}  {details}".rstrip())
