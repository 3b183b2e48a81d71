"""The jobs that read sources: what is new in them, and their past."""

import datetime
from contextlib import closing
from dataclasses import dataclass

from corpus import undone
from index.database.sources import SourceKind
from index.intake.backfill import BackfilledSource, backfill
from index.intake.polling import PolledSource, poll
from index.processes.jobs import Added, Tools, serve


@dataclass(frozen=True, slots=True)
class PolledAndServed:
    """What became of sources, and of what is new in them."""

    sources: tuple[PolledSource, ...]
    added: Added


@dataclass(frozen=True, slots=True)
class Poll:
    """Read sources, by default of every kind, take in what is new in them, and serve it with one build."""

    urls: tuple[str, ...] = ()
    due_only: bool = False
    kind: SourceKind | None = None
    build: bool = True

    def run(self, tools: Tools) -> PolledAndServed:
        """Run the job.

        :raises UnknownEntryError: when an address is no source that is kept.
        """
        with undone("Not everything that is new was taken in"), closing(tools.corpus()) as store:
            polled = poll(
                store,
                tools.open_fetcher,
                tools.progress,
                tools.settings,
                self.urls,
                due_only=self.due_only,
                kind=self.kind,
            )
        return PolledAndServed(polled.sources, serve(tools, polled.taken, build=self.build))


@dataclass(frozen=True, slots=True)
class BackfilledAndServed:
    """What became of the past of sources."""

    sources: tuple[BackfilledSource, ...]
    added: Added


@dataclass(frozen=True, slots=True)
class Backfill:
    """Read the past of sources, and serve it with one build. `backfill` explains the fields."""

    urls: tuple[str, ...] = ()
    since: datetime.date | None = None
    until: datetime.date | None = None
    limit: int | None = None
    build: bool = True

    def run(self, tools: Tools) -> BackfilledAndServed:
        """Run the job.

        :raises UnknownEntryError: when an address is no source that is kept.
        :raises SourceError: when there is nothing to go on with.
        """
        with undone("Not all of the past was taken in"), closing(tools.corpus()) as store:
            backfilled = backfill(
                store,
                tools.open_fetcher,
                tools.progress,
                tools.settings,
                self.urls,
                since=self.since,
                until=self.until,
                limit=self.limit,
            )
            # What an interrupted backfill kept is not served yet.
            changed = not store.history.is_built()
        return BackfilledAndServed(
            backfilled.sources, serve(tools, backfilled.taken, build=self.build, changed=changed)
        )
