"""The protocol of what keeps generations: files (`folder.py`) or PostgreSQL (`cluster/`)."""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from corpus import Release
from index.database.outlines import Outline
from index.database.passages_db import ReleasePassages
from index.generations.manifest import FileRecord, Manifest, Segment

if TYPE_CHECKING:
    from index.generations.contents import Contents
    from index.generations.reader import OpenGeneration


@dataclass(frozen=True, slots=True)
class Kept:
    """What a new generation keeps of the served one: the ids of releases, and how often each word stands in them."""

    release_ids: frozenset[str] = frozenset()
    words: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """What the manifest says of a generation's segments and files."""

    segments: tuple[Segment, ...]
    files: Mapping[str, FileRecord]


class Site(Protocol):
    """Where a new generation is written, aside from all that is served."""

    def keep(self, wanted: Mapping[str, Outline], fits: Callable[[Manifest], bool], erased: Collection[str]) -> Kept:
        """Keep what need not be written anew of what is served. Call it before anything is added.

        :param wanted: the outlines of the releases that the new generation has.
        :param fits: tells of the manifest of what is served whether this program and model made it.
        :param erased: the ids of releases of which nothing may be kept.
        :raises StorageError: when it cannot be written.
        """

    def add(self, contents: "Contents") -> None:
        """Write a segment of the generation.

        :raises StorageError: when it cannot be written.
        """

    def finish(self) -> Written:
        """Write what is left to be written but the manifest, once all is added.

        :raises StorageError: when it cannot be written.
        """

    def open(self, manifest: Manifest) -> "OpenGeneration":
        """Open what was written, before it is a generation."""

    def adopt(self, manifest: Manifest) -> None:
        """Make a generation of what was written, durably. It is not served yet."""


class GenerationStore(Protocol):
    """Keeps generations, and knows which of them is served."""

    def current(self) -> str | None:
        """Return the id of the served generation, or None before the first build.

        :raises GenerationError: when what says so is damaged.
        """

    def stamp(self) -> tuple[int, int] | None:
        """Return what changes with what is served, and when a release is withdrawn. None where nothing is served."""

    def withdrawn(self) -> frozenset[str]:
        """Return the ids of withdrawn releases, which are not shown."""

    def hide(self) -> None:
        """Let all that read look into the corpus again for what is withdrawn."""

    def ids(self) -> list[str]:
        """Return the ids of all generations, oldest first."""

    def next_id(self) -> str:
        """Return the id for the next generation: the highest plus one."""

    def manifest(self, generation: str) -> Manifest:
        """Read the manifest of a generation.

        :raises UnbuiltError: when an older program made it.
        :raises GenerationError: when there is none, or a newer program's.
        """

    def check(self, generation: str, *, digests: bool = False) -> Manifest:
        """Check that a generation is what its manifest says, and return the manifest.

        :param digests: whether all of it is read for that.
        :raises GenerationError: naming the part that is missing or differs.
        """

    def check_written(self, generation: str) -> None:
        """Read back what was written of a new generation, but not what it keeps of an older one that was read back.

        :raises GenerationError: naming the part that is missing or differs.
        """

    def open(self, generation: str, withdrawn: frozenset[str]) -> "OpenGeneration":
        """Check a generation and open it.

        :param withdrawn: ids of releases that are not shown.
        :raises UnbuiltError: when an older program made it.
        :raises GenerationError: when it is damaged.
        """

    def releases(self, generation: str) -> list[Release]:
        """Return all releases of a generation, with their texts, in the order of their rows."""

    def by_release(self, generation: str) -> list[ReleasePassages]:
        """Return all releases of a generation with the texts of their passages."""

    def holds(self, generation: str, release_id: str) -> bool:
        """Tell whether a generation holds a release. One that cannot be read may hold it."""

    def building(self, who: str = "", what: str = "", *, wait_s: float = 0.0) -> AbstractContextManager[Site]:
        """Hold the build lock and give a place to build in. What a broken build left there is deleted.

        :param who: who builds. Whoever wants to build meanwhile is told.
        :param what: what is built for; it is told, too.
        :param wait_s: how long another build is waited for.
        :raises BuildRunningError: when another build holds the lock.
        """

    def wait_for_build(self) -> None:
        """Wait until no build is running."""

    def serve(self, generation: str) -> None:
        """Serve a generation. A running bot notices, even when the same one was served before."""

    def pin(self, generation: str) -> None:
        """Pin a roll-back: automatic builds wait."""

    def unpin(self) -> None:
        """Let automatic builds run again."""

    def pinned(self) -> bool:
        """Tell whether a roll-back is pinned."""

    def prune(self, keep: int) -> None:
        """Delete the oldest generations but for the last `keep` and the served one."""

    def discard(self, generation: str) -> None:
        """Delete a generation."""

    def tidy(self) -> None:
        """Delete what processes that were killed left beside the generations. Call it while no build runs."""

    def bytes_on_disk(self) -> int:
        """Return how many bytes everything takes."""

    def close(self) -> None:
        """Close what is held open. Whatever is asked next opens it again."""
