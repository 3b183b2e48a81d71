"""What backups of files and of a database have in common."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from index.backup.archive import ArchiveWriter
from index.generations.store import GenerationStore

WriteBotDb = Callable[[Path], None]


class Moved(Exception):
    """The served generation was pruned, or lost a text that was erased, while it was copied."""


class AddOnce(Protocol):
    """Adds what is to be backed up, once."""

    def __call__(self, writer: ArchiveWriter, folder: Path, *, with_generation: bool) -> tuple[str | None, str | None]:
        """Return the id of the generation that was added, or None and why there is none.

        :raises Moved: when the generation does not fit the corpus any more.
        :raises GenerationError: when the generation is damaged.
        """


def add_served(writer: ArchiveWriter, generations: GenerationStore, served: str) -> None:
    """Add, after the data, which generation is served, and whether it is pinned."""
    if generations.pinned():
        writer.add_text("PINNED", f"{served}\n")
    writer.add_text("CURRENT", f"{served}\n")
