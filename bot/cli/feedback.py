"""`measures feedback`: what people in Discord said of answers and asked in vain, and what administrators did there."""

import dataclasses
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import click
from rich.text import Text

from bot.cli.documents import print_json
from bot.cli.options import as_json
from bot.cli.terminal import Terminal
from bot.database.home import has_store, open_store
from bot.receipts import FoundNothing, Unanswered, UsageDay, distinct, found_nothing, shown_id
from bot.views.wording import details_line
from corpus import MeasuresError
from index import IndexSettings, load_index_settings

if TYPE_CHECKING:
    from bot.user_data import AdminAct, Feedback


@dataclasses.dataclass(frozen=True, slots=True)
class _Left:
    """What bot.db says, newest first."""

    said: "Sequence[Feedback]" = ()
    acts: "Sequence[AdminAct]" = ()
    usage: Sequence[UsageDay] = ()
    unanswered: Sequence[Unanswered] = ()


@click.command()
@click.option("--audit", is_flag=True, help="List what administrators did in Discord instead.")
@as_json
def feedback(audit: bool, json_: bool) -> None:
    """Tell what people in Discord said of answers, what they asked in vain, and how much by day; never who it was.

    Answers come newest first. What was asked in vain is told where at least three people asked it.
    """
    settings, terminal = load_index_settings(), Terminal()
    left = _read(settings)
    if audit:
        if json_:
            print_json({"audit": [dataclasses.asdict(act) for act in left.acts]})
        else:
            _show_acts(terminal, left.acts)
        return
    in_vain = _in_vain(settings, left.unanswered, terminal)
    if json_:
        print_json(
            {
                "feedback": [dataclasses.asdict(each) for each in left.said],
                "found_nothing": [dataclasses.asdict(each) for each in in_vain],
                "usage": [dataclasses.asdict(day) for day in left.usage],
            }
        )
    else:
        _show_feedback(terminal, left.said)
        _show_in_vain(terminal, in_vain)
        _show_usage(terminal, left.usage)


def _read(settings: IndexSettings) -> _Left:
    """Return what the bot kept; nothing where no bot ran on the data folder."""
    if not has_store(settings):
        return _Left()
    with closing(open_store(settings, reading=True)) as store:
        return _Left(store.feedback()[::-1], store.audited(), store.usage(), store.unanswered())


def _in_vain(settings: IndexSettings, unanswered: Sequence[Unanswered], terminal: Terminal) -> list[FoundNothing]:
    """Return what at least three people asked in vain. The model tells which questions ask the same."""
    questions = distinct(unanswered)
    if not questions:
        return []
    from index import Engine

    try:
        with Engine(settings) as engine:
            groups = engine.alike(questions)
    except MeasuresError as error:
        terminal.note(f"Questions are only told to be the same where they are worded so: {error}")
        groups = [(number,) for number in range(len(questions))]
    return found_nothing(unanswered, questions, groups)


def _show_feedback(terminal: Terminal, said: "Sequence[Feedback]") -> None:
    if not said:
        terminal.note("Nobody has said anything of an answer yet.")
        return
    helpful = sum(each.is_helpful for each in said)
    terminal.say(f"{helpful} helpful, {len(said) - helpful} not helpful")
    for each in said:
        reason = f": {each.reason}" if each.reason else ""
        terminal.say(Text(f"{each.at}  {shown_id(each.answer)}  ", "dim"), f"{each.verdict}{reason}")


def _show_in_vain(terminal: Terminal, in_vain: Sequence[FoundNothing]) -> None:
    if in_vain:
        terminal.say()
        terminal.say("Found nothing, asked by at least three people", style="bold")
    for each in in_vain:
        terminal.say(Text(f"{each.people:>4} people, {each.asked:>4} times  ", "dim"), each.question)


def _show_usage(terminal: Terminal, usage: Sequence[UsageDay]) -> None:
    if usage:
        terminal.say()
        terminal.say("Questions by day", style="bold")
    for day in usage:
        terminal.say(Text(f"{day.day}  ", "dim"), f"{day.questions:>5} asked, {day.answered:>5} answered")


def _show_acts(terminal: Terminal, acts: "Sequence[AdminAct]") -> None:
    if not acts:
        terminal.note("No administrator has done anything in Discord yet.")
    for act in acts:
        details = details_line(act.details)
        terminal.say(Text(f"{act.at}  ", "dim"), f"{act.action}  by Discord user {act.who}  {details}".rstrip())
