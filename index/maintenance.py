"""Maintenance: all that surfaces call to change the corpus or what is served.

A call takes as long as its work, so it must not be made on an event loop. Work runs in another process (`JobProcess`);
only what is quick runs in this one.
"""

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from corpus import undone
from index.database.announcements import Announced
from index.database.history import NOBODY, By
from index.database.quarantine import QuarantineEntry
from index.database.sources import FollowedSource, SourceKind, SourceOptions
from index.generations import status
from index.generations.status import RolledBack
from index.intake.following import UNASKED, ListedSource, add_source, announced, remove_source, sources
from index.intake.overrides import UNSAID, Overrides
from index.intake.quarantine import discard, quarantined, show
from index.intake.sources import IntakeSource
from index.processes.compact import Compact, Compacted
from index.processes.dry_run import DryRun, Previews
from index.processes.erase import Erase, Erased
from index.processes.jobs import (
    Accept,
    Add,
    Added,
    Job,
    Rebuild,
    Withdraw,
    open_corpus,
)
from index.processes.source_jobs import Backfill, BackfilledAndServed, Poll, PolledAndServed
from index.processes.start_job import Start, Started
from index.results import Progress
from index.settings import IndexSettings

if TYPE_CHECKING:
    from index.building.build import Built
    from index.encoders.embedder import Embedder

Result = TypeVar("Result")


class Runner(Protocol):
    """Runs jobs: a `JobProcess`, or what a test uses instead."""

    def run(self, job: Job[Result], by: By, progress: Progress) -> Result:
        """Run a job and return what it gives."""


class Maintenance:
    """All that changes the corpus or what is served. `by` is who does it and why; `progress` is told how far it is."""

    def __init__(self, settings: IndexSettings, runner: Runner | None = None) -> None:
        """Take the settings, and what runs jobs: by default a process for each."""
        from index.processes.job_process import JobProcess

        self._settings = settings
        self._runner = runner or JobProcess(settings)

    def add(
        self,
        sources: Sequence[IntakeSource],
        progress: Progress,
        overrides: Overrides = UNSAID,
        by: By = NOBODY,
        *,
        build: bool = True,
        force: bool = False,
    ) -> Added:
        """Take in files and addresses, and serve what changed. A bad source stops no other.

        :param force: whether doubts about a release, and the gates of a new generation, are ignored.
        """
        return self._runner.run(Add(tuple(sources), overrides, build, force), by, progress)

    def start(self, subject: str, progress: Progress, by: By = NOBODY, *, build: bool = True) -> Started:
        """Follow the sources of a subject of the starter list, read them and their past, and serve what came.

        :raises FetchError: when there is no network. The sources are followed all the same.
        """
        return self._runner.run(Start(subject, build), by, progress)

    def preview_add(
        self, sources: Sequence[IntakeSource], progress: Progress, overrides: Overrides = UNSAID, *, force: bool = False
    ) -> Previews:
        """Tell what `add` would do, and keep nothing."""
        return self._runner.run(DryRun(Add(tuple(sources), overrides, force=force)), NOBODY, progress)

    def preview_poll(self, progress: Progress, urls: Sequence[str] = (), *, kind: SourceKind | None = None) -> Previews:
        """Tell what `poll` would do, and keep nothing.

        :raises UnknownEntryError: when an address is no source that is followed.
        """
        return self._runner.run(DryRun(Poll(tuple(urls), kind=kind)), NOBODY, progress)

    def preview_backfill(
        self,
        progress: Progress,
        urls: Sequence[str] = (),
        *,
        since: datetime.date | None = None,
        until: datetime.date | None = None,
        limit: int | None = None,
    ) -> Previews:
        """Tell what `backfill` would do, and keep nothing.

        :raises UnknownEntryError: when an address is no source that is followed.
        :raises SourceError: when there is nothing to go on with.
        """
        return self._runner.run(DryRun(Backfill(tuple(urls), since, until, limit)), NOBODY, progress)

    def rebuild(self, progress: Progress, by: By = NOBODY, *, force: bool = False) -> "Built":
        """Build a generation of all releases kept, and serve it.

        :raises BuildRunningError: saying who is building what since when.
        :raises GateError: naming the gate that refuses it. What was served stays.
        """
        return self._runner.run(Rebuild(force), by, progress)

    def withdraw(self, release_id: str, progress: Progress, by: By = NOBODY, *, build: bool = True) -> Added:
        """Withdraw a release, which hides it at once.

        :raises UnknownReleaseError: when the corpus does not hold it.
        """
        return self._runner.run(Withdraw(release_id, build), by, progress)

    def erase(self, release_id: str, progress: Progress, by: By = NOBODY) -> Erased:
        """Take the text of a release out of the data folder for good, even of one that is withdrawn.

        :raises UnknownReleaseError: when the corpus never held it.
        :raises StorageError: saying what was not erased.
        """
        return self._runner.run(Erase(release_id), by, progress)

    def compact(self, progress: Progress, by: By = NOBODY) -> Compacted:
        """Delete what the policy of the settings does not keep, and give the freed space back to the disk.

        :raises BuildRunningError: when a build runs.
        :raises StorageError: saying what was not done.
        """
        return self._runner.run(Compact(), by, progress)

    def rollback(self, generation: str | None = None, by: By = NOBODY) -> RolledBack:
        """Serve an older generation, by default the one before, and pin it. Nothing is done where it is served already.

        :raises GenerationError: when there is none, or it is damaged.
        """
        return status.rollback(self._settings, generation, by)

    def quarantined(self) -> list[QuarantineEntry]:
        """Return all that is in quarantine, oldest first."""
        return quarantined(self._settings)

    def quarantine_entry(self, number: int) -> QuarantineEntry:
        """Return what is in quarantine under a number.

        :raises UnknownEntryError: when there is nothing.
        """
        return show(self._settings, number)

    def accept(
        self, number: int, progress: Progress, overrides: Overrides = UNSAID, by: By = NOBODY, *, build: bool = True
    ) -> Added:
        """Make a release of what is in quarantine under a number, whatever speaks against it.

        :raises UnknownEntryError: when there is nothing under that number.
        :raises SourceError: when something that a release must state is still missing.
        """
        return self._runner.run(Accept(number, overrides, build), by, progress)

    def discard(self, number: int, by: By = NOBODY) -> QuarantineEntry:
        """Delete what is in quarantine under a number.

        :raises UnknownEntryError: when there is nothing under that number.
        """
        with undone("Nothing was discarded"):
            return discard(self._settings, number, by)

    def sources(self) -> list[ListedSource]:
        """Return the sources that are followed, by address, and what became of all that they announced."""
        return sources(self._settings)

    def feeds(self) -> list[FollowedSource]:
        """Return the sources that are feeds, by address."""
        return [listed.source for listed in self.sources() if listed.source.kind is SourceKind.FEED]

    def announced(self) -> list[Announced]:
        """Return what was announced and may not be read by programs, newest first."""
        return announced(self._settings)

    def add_source(
        self,
        what: str,
        by: By = NOBODY,
        *,
        kind: SourceKind | None = None,
        options: SourceOptions = UNASKED,
        title: str = "",
        folders: bool = True,
    ) -> tuple[str, bool]:
        """Follow a source. Return the address under which it is kept, and whether it is new.

        `index.intake.following.add_source` explains what may be given.

        :raises SourceError: when it is no source, or an option makes no sense.
        :raises FetchError: when its host may not be asked.
        """
        with undone("The source is not followed"):
            return add_source(self._settings, what, by, kind=kind, options=options, title=title, folders=folders)

    def add_feed(self, url: str, by: By = NOBODY, title: str = "") -> bool:
        """Follow a feed. Tell whether it is new.

        :raises SourceError: when it is no http or https address.
        """
        with undone("The feed is not followed"):
            kind = SourceKind.FEED
            return add_source(self._settings, url, by, kind=kind, title=title, folders=False)[1]

    def remove_feed(self, url: str, by: By = NOBODY) -> None:
        """Follow a feed no more. The releases that came from it stay.

        :raises UnknownEntryError: when it is not followed.
        """
        with undone("The feed is still followed"):
            remove_source(self._settings, url, by)

    def remove_source(self, url: str, by: By = NOBODY) -> None:
        """Follow a source no more. The releases that came from it stay.

        :raises UnknownEntryError: when it is not followed.
        """
        with undone("The source is still followed"):
            remove_source(self._settings, url, by)

    def poll(
        self,
        progress: Progress,
        urls: Sequence[str] = (),
        by: By = NOBODY,
        *,
        due_only: bool = False,
        kind: SourceKind | None = None,
    ) -> PolledAndServed:
        """Read sources, take in what is new, and serve it. Without `urls`, all are read but those that failed just now.

        :param kind: only sources of this kind are read.
        :raises UnknownEntryError: when an address is no source that is followed.
        """
        return self._runner.run(Poll(tuple(urls), due_only, kind), by, progress)

    def backfill(
        self,
        progress: Progress,
        urls: Sequence[str] = (),
        by: By = NOBODY,
        *,
        since: datetime.date | None = None,
        until: datetime.date | None = None,
        limit: int | None = None,
    ) -> BackfilledAndServed:
        """Read the past of sources, and serve it. `index.intake.backfill.backfill` explains the parameters.

        :raises UnknownEntryError: when an address is no source that is followed.
        :raises SourceError: when there is nothing to go on with.
        """
        return self._runner.run(Backfill(tuple(urls), since, until, limit), by, progress)


def build_all(settings: IndexSettings, embedder: "Embedder", progress: Progress) -> "Built":
    """Build a generation of all releases kept. It is built in this process, because the first question loads the model.

    :raises BuildRunningError: when another build is running.
    """
    from index.building.build import build

    with undone("No index was built"):
        open_corpus(settings).close()
        return build(settings, embedder, progress)
