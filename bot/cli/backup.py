"""`measures backup` and `measures restore`: all that the data folder holds, in one file and back."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

import index
from bot.cli.documents import print_json
from bot.cli.options import as_json
from bot.cli.terminal import Terminal
from index import load_index_settings

if TYPE_CHECKING:
    from index import BackupSummary

_ERASED_LATER = "What was erased for good after that is in the backup, and is back: erase it again."


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@as_json
def backup(file: Path, json_: bool) -> None:
    """Write all that the data folder or the database holds into FILE, while bots run; a backup there is replaced."""
    from bot.app.env_copy import settings_without_secrets
    from bot.database.transfer import write_bot_db

    terminal = Terminal()
    settings = load_index_settings()
    bot_db = partial(write_bot_db, settings) if settings.database_url is not None else None
    made = index.back_up(settings, file, {"settings.env": settings_without_secrets()}, bot_db)
    if json_:
        print_json({"file": str(made.path), "bytes": made.bytes, **_facts(made.summary), "note": made.note})
        return
    terminal.say(f"{made.path}: {made.bytes:,} bytes, {len(made.summary.members)} files, checked.")
    if made.note is not None:
        terminal.note(made.note)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Only check that FILE is whole; nothing is restored.")
@as_json
def restore(file: Path, check: bool, json_: bool) -> None:
    """Put a backup into the data folder or the database, which must be empty."""
    from bot.database.transfer import read_bot_db

    terminal = Terminal()
    settings = load_index_settings()
    is_in_files = settings.database_url is None
    if check:
        summary = index.check_backup(file)
    elif is_in_files:
        summary = index.restore(file, settings.data_dir).summary
    else:
        summary = index.restore_into_database(file, settings, partial(read_bot_db, settings)).summary
    if json_:
        folder = str(settings.data_dir) if is_in_files and not check else None
        print_json({"file": str(file), "folder": folder, "bytes": summary.size, **_facts(summary)})
        return
    held = f"{len(summary.members)} files, {summary.size:,} bytes, of {summary.made_at}"
    if check:
        terminal.say(f"{file} is whole: {held}.")
        return
    terminal.say(f"{settings.data_dir if is_in_files else 'The database'} holds the backup: {held}.")
    terminal.note(_ERASED_LATER)
    if is_in_files and "settings.env" in summary.members and summary.members["settings.env"].size:
        path = settings.data_dir / "settings.env"
        terminal.note(f"{path} has the settings of then, without secrets: copy what you need into your .env.")


def _facts(summary: "BackupSummary") -> dict[str, object]:
    return {
        "made_at": summary.made_at,
        "program": summary.program,
        "generation": summary.generation,
        "files": {name: member.size for name, member in summary.members.items()},
    }
