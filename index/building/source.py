"""Where a build takes releases from: the corpus, or a list of them."""

from collections.abc import Sequence
from typing import Protocol

from corpus import Release
from index.database.outlines import Outline, outline_of


class Source(Protocol):
    """Gives releases a few at a time, so that not all their texts need be in memory."""

    def outlines(self) -> dict[str, Outline]:
        """Return the outline of every release by its id, in the order of their rows."""

    def some(self, release_ids: Sequence[str]) -> list[Release]:
        """Return some releases with their texts, in the order of the ids."""


class Listed:
    """Releases that are at hand."""

    def __init__(self, releases: Sequence[Release]) -> None:
        """Take the releases in the order of their rows."""
        self._releases = {release.release_id: release for release in releases}

    def outlines(self) -> dict[str, Outline]:
        """Return the outline of every release by its id, in the order of their rows."""
        return {release_id: outline_of(release) for release_id, release in self._releases.items()}

    def some(self, release_ids: Sequence[str]) -> list[Release]:
        """Return some releases, in the order of the ids."""
        return [self._releases[release_id] for release_id in release_ids]
