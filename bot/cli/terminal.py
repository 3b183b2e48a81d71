"""Where the command line prints: lines on stdout, notes and progress on stderr, for a person or for a pipe."""

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import accumulate
from textwrap import TextWrapper

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.style import Style
from rich.table import Table
from rich.text import Text

from bot.views.wording import phase_name
from corpus import line
from index import Phase, Progress, Step

_LEAST_BESIDE = 30  # Columns that must be left beside an indent.


class Terminal:
    """Results on stdout, everything else on stderr, all of it through the gate of `corpus.printable`.

    A pipe gets plain text, not wrapped.
    """

    def __init__(self) -> None:
        """Look where stdout and stderr go."""
        self._out = Console(highlight=False)
        self._err = Console(stderr=True, highlight=False)

    def say(self, *parts: str | Text, style: str = "", gate: Callable[[str], str] = line, indent: int = 0) -> None:
        """Print a line of results.

        :param gate: `lines` where a text that is printed has more than one.
        :param indent: where a terminal is too narrow, how far in the first line goes on: below its own first words. By
            default a line goes on as far in as it begins.
        """
        printed = Text(style=style)
        for part in parts:
            printed.append(Text(gate(part.plain), part.style) if isinstance(part, Text) else Text(gate(part)))
        _print(self._out, printed, indent)

    def note(self, text: str) -> None:
        """Print a line about what is going on."""
        _print(self._err, Text(line(text)))

    def table(self, table: Table) -> None:
        """Print a table of figures."""
        self._out.print(table)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Show a bar while something is done: on a terminal it moves and goes, in a log there is none."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Bar(*columns, console=self._err, transient=True, disable=not self._err.is_terminal) as bar:
            tasks: dict[Phase, TaskID] = {}

            def report(step: Step) -> None:
                if step.phase not in tasks:
                    tasks[step.phase] = bar.add_task(phase_name(step.phase), total=step.total)
                bar.update(tasks[step.phase], completed=step.done, total=step.total)

            yield report


def _print(console: Console, text: Text, indent: int = 0) -> None:
    """Print a text, on a terminal in lines that fit."""
    if not console.is_terminal:
        console.print(text, soft_wrap=True)
        return
    for number, row in enumerate(text.split("\n", allow_blank=True)):
        for each in _wrapped(row, 0 if number else indent, console.width):
            console.print(each, soft_wrap=True)


def _wrapped(row: Text, indent: int, width: int) -> Iterator[Text]:
    """Wrap a line so that it goes on below its own words. An address stays whole, so that it can be copied."""
    indent = indent or len(row) - len(row.plain.lstrip())
    if not indent < len(row) or width < indent + _LEAST_BESIDE:
        indent = 0
    head, body = row.divide([indent])
    wrapper = TextWrapper(
        width - indent,
        expand_tabs=False,
        replace_whitespace=False,
        drop_whitespace=False,
        break_long_words=False,
        break_on_hyphens=False,
    )
    ends = accumulate(map(len, wrapper.wrap(body.plain)))
    parts = [part[len(part.plain) - len(part.plain.lstrip()) : len(part.plain.rstrip())] for part in body.divide(ends)]
    for words in filter(len, parts) if body.plain.strip() else [body]:
        yield Text.assemble(head, words)
        head = Text(" " * indent)


def spelled(date: datetime.date) -> str:
    """Return a date as a reader expects it, as "6 December 2018"."""
    return f"{date.day} {date:%B %Y}"


def linked(url: str) -> Text:
    """Return an address that a terminal opens, if the gate of `corpus.printable` lets it pass whole."""
    is_opened = url == line(url) and url.startswith(("https://", "http://")) and not any(map(str.isspace, url))
    return Text(url, Style(color="cyan", link=url if is_opened else None))
