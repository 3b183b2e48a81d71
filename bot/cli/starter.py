"""`measures index add --starter`: a corpus to begin with, on a subject of the starter list."""

from collections import Counter
from typing import TYPE_CHECKING

import click

from bot.cli.changes import by, maintenance_of, tell_what_is_not_served
from bot.cli.documents import print_json
from bot.cli.terminal import Terminal
from corpus import server_of
from index import load_index_settings

if TYPE_CHECKING:
    from index import Started

_REASONS = 3


def start(name: str | None, json_: bool, *, build: bool) -> None:
    """Follow and read what the starter list has on a subject, by default the first, and tell what came in three lines.

    What refuses programs is expected, so it does not make the command fail.
    """
    from corpus import starter

    subjects = {subject.name: subject for subject in starter().subjects}
    name = name or next(iter(subjects))
    if name not in subjects:
        raise click.UsageError(f"The starter list has no subject {name[:40]!r}: it has {', '.join(subjects)}.")
    terminal = Terminal()
    with terminal.progress() as progress:
        started = maintenance_of(load_index_settings()).start(name, progress, by("index add --starter"), build=build)
    if json_:
        counts = {"kept": started.kept, "quarantined": started.quarantined, "refused": started.refused}
        about = {"subject": name, **counts, "failed_addresses": started.failed, "waiting": started.waiting}
        print_json(about | {"unread": list(started.unread)} | started.added.to_dict())
    else:
        show_started(terminal, started)
    tell_what_is_not_served(started.added, terminal)


def show_started(terminal: Terminal, started: "Started") -> None:
    """Print what came and what did not, in three lines."""
    waiting = f", {started.waiting} more wait for `measures sources backfill`" if started.waiting else ""
    terminal.say(f"{started.subject}: {started.kept} releases came{waiting}.")
    listed = ": `measures index announced` lists them" if started.refused else ""
    terminal.say(
        f"{started.refused} were refused to programs{listed}; {started.quarantined} are set aside, "
        f"{started.failed} gave nothing."
    )
    errors = [*started.unread, *(failure.error for failure in started.added.taken.failed)]
    hosts = Counter(server_of(error.split()[0].rstrip(":")) or "others" for error in errors)
    told = ", ".join(f"{host} ({count})" for host, count in hosts.most_common(_REASONS))
    terminal.say(f"What did not come is of {told}." if told else "Everything else could be read.")
