"""What the commands that change the corpus share: what they call, who they say they are, what they print."""

import getpass
import sys
from typing import TYPE_CHECKING

from bot.cli.documents import print_json
from bot.cli.show_index import show_added_releases, show_dry_run
from bot.cli.terminal import Terminal
from index import IndexSettings

if TYPE_CHECKING:
    from index import Added, By, Maintenance, Previews


def maintenance_of(settings: IndexSettings) -> "Maintenance":
    """Return what changes the corpus in the data folder of the settings."""
    from index import Maintenance

    return Maintenance(settings)


def by(why: str) -> "By":
    """Return who types the command, for the history of the corpus."""
    from index import By

    try:
        return By(getpass.getuser(), why)
    except (OSError, KeyError):  # a user id without a name
        return By("", why)


def show_added(
    added: "Added", terminal: Terminal, json_: bool, document: dict[str, object] | None = None, *, failed: bool = False
) -> None:
    """Print what became of sources; exit with 1 where not all of them are releases now."""
    if json_:
        print_json((document or {}) | added.to_dict())
    else:
        show_added_releases(terminal, added)
    for source in added.taken.ingested:
        if source.status == "quarantined":
            reasons = "; ".join(source.reasons)
            terminal.note(f"Error: {source.source} is set aside as number {source.number}: {reasons}.")
    for failure in added.taken.failed:
        terminal.note(f"Error: {failure.error}")
    tell_what_is_not_served(added, terminal)
    if failed or not added.complete:
        sys.exit(1)


def show_previews(previews: "Previews", terminal: Terminal, json_: bool) -> None:
    """Print what a dry run would do; exit with 1 where not everything would be a release."""
    if json_:
        print_json(previews.to_dict())
    else:
        show_dry_run(terminal, previews)
    for error in previews.errors:
        terminal.note(f"Error: {error}")
    if previews.errors or any(preview.outcome in ("quarantined", "failed") for preview in previews.previews):
        sys.exit(1)


def tell_what_is_not_served(added: "Added", terminal: Terminal) -> None:
    """Say why what was added is not served yet, where it is not."""
    if added.waits is not None:
        terminal.note(f"Kept, but not served yet: {added.waits}.")
    if added.refused is not None:
        terminal.note(f"Error: {added.refused}")
