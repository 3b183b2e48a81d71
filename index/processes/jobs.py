"""The jobs that change the corpus or what is served, as values that can be sent to another process and run there."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from corpus import BuildRunningError, GateError, StorageError, undone
from index.database.announcements import BY_HAND, Announcement
from index.database.corpus_db import CorpusStore
from index.database.history import NOBODY, By
from index.database.home import open_corpus_db
from index.generations.home import open_generations
from index.intake.ingest import accept, ingest_shipped, withdraw
from index.intake.keep import Ingested
from index.intake.overrides import UNSAID, Overrides
from index.intake.patient_fetcher import OpenFetcher
from index.intake.polling import note_outcome
from index.intake.quarantine import entry
from index.intake.sources import Failed, Failing, IntakeSource, Taken, is_address, take_in
from index.results import Progress
from index.settings import IndexSettings

if TYPE_CHECKING:
    from index.building.build import Built
    from index.encoders.embedder import Embedder

_ROUNDS = 3  # What others add during a build is served soon, but nobody builds for ever.


@dataclass(frozen=True, slots=True)
class Added:
    """What became of sources, and what is served now.

    ``waits`` says why what is kept is not served yet, where that is as it should be. ``refused`` says why a new
    generation is not served, where a gate refused it.
    """

    taken: Taken
    generation: str | None
    waits: str | None = None
    refused: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Return it as `measures index add --json` prints it."""
        by_status = {
            status: [source.release_id for source in self.taken.ingested if source.status == status]
            for status in ("added", "changed", "unchanged")
        }
        quarantined = [
            {"source": source.source, "reasons": list(source.reasons)}
            for source in self.taken.ingested
            if source.status == "quarantined"
        ]
        failed = [{"source": source.source, "error": source.error} for source in self.taken.failed]
        return by_status | {"quarantined": quarantined, "failed": failed, "generation": self.generation}

    @property
    def complete(self) -> bool:
        """Whether every source is a release of the corpus now, and nothing stands in the way of serving it."""
        quarantined = any(source.status == "quarantined" for source in self.taken.ingested)
        return not (quarantined or self.taken.failed or self.refused)


@dataclass(frozen=True, slots=True)
class Tools:
    """What a job works with. It is made in the process where the job runs."""

    settings: IndexSettings
    embedder: "Embedder"
    open_fetcher: OpenFetcher
    by: By
    progress: Progress

    def corpus(self) -> CorpusStore:
        """Open corpus.db."""
        return open_corpus(self.settings, self.by)


Result_co = TypeVar("Result_co", covariant=True)


class Job(Protocol[Result_co]):
    """Work on the corpus. It holds only what can be sent to another process."""

    def run(self, tools: Tools) -> Result_co:
        """Run the job and return its result."""


@dataclass(frozen=True, slots=True)
class Add:
    """Take sources in, and serve what changed."""

    sources: tuple[IntakeSource, ...]
    overrides: Overrides = UNSAID
    build: bool = True
    force: bool = False

    def run(self, tools: Tools) -> Added:
        """Run the job."""
        with undone("Nothing was added"), closing(tools.corpus()) as store, _told_how_much_is_kept(store):
            taken = take_in(
                store,
                self.sources,
                self.overrides,
                tools.open_fetcher,
                tools.progress,
                mirrors=tools.settings.fetch_private,
                force=self.force,
                told=lambda source, outcome: note_refused(store, source, outcome),
            )
        return serve(tools, taken, build=self.build, force=self.force)


@dataclass(frozen=True, slots=True)
class Accept:
    """Make a release of an entry of the quarantine, with what a person states about it, and serve it."""

    number: int
    overrides: Overrides = UNSAID
    build: bool = True

    def run(self, tools: Tools) -> Added:
        """Run the job.

        :raises UnknownEntryError: when there is nothing under that number.
        :raises SourceError: when something that a release must state is still missing.
        """
        with undone("Nothing was accepted"), closing(tools.corpus()) as store:
            accepted = accept(store, entry(store, self.number), self.overrides)
        return serve(tools, Taken((accepted,), ()), build=self.build)


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Withdraw a release: it is hidden at once, and the next build leaves it out."""

    release_id: str
    build: bool = True

    def run(self, tools: Tools) -> Added:
        """Run the job.

        :raises UnknownReleaseError: when the corpus does not hold it.
        """
        with undone("Nothing was withdrawn"), closing(tools.corpus()) as store:
            withdraw(store, self.release_id)
        with undone("It is withdrawn, but a bot that runs may still show it"):
            open_generations(tools.settings).hide()
        return serve(tools, Taken((), ()), build=self.build, changed=True)


@dataclass(frozen=True, slots=True)
class Rebuild:
    """Build a generation of all releases kept, serve it, and let automatic builds run again."""

    force: bool = False

    def run(self, tools: Tools) -> "Built":
        """Run the job.

        :raises BuildRunningError: when another build is running.
        :raises GateError: when what was built is not good enough.
        """
        from index.building.build import build

        with undone("Nothing was built"):
            tools.corpus().close()
            return build(tools.settings, tools.embedder, tools.progress, tools.by, force=self.force)


def note_refused(store: CorpusStore, source: IntakeSource, outcome: Ingested | Failed) -> None:
    """Note an address that a person gave and whose site refuses programs, so that it is listed and tried again."""
    if is_address(source) and isinstance(outcome, Failed) and outcome.why is Failing.REFUSED:
        note_outcome(store, BY_HAND, Announcement(str(source)), outcome)


def open_corpus(settings: IndexSettings, by: By = NOBODY) -> CorpusStore:
    """Open corpus.db. A new one gets the shipped releases.

    :raises StorageError: when the data folder cannot be used.
    """
    store = open_corpus_db(settings, by)
    if store.is_new():
        ingest_shipped(store)
    return store


@contextmanager
def _told_how_much_is_kept(store: CorpusStore) -> Iterator[None]:
    """Let a `StorageError` say whether something was added before it."""
    before = store.history.revision()
    try:
        yield
    except StorageError:
        has_added = True
        with suppress(StorageError):
            has_added = store.history.revision() != before
        with undone("Not everything was added") if has_added else undone("Nothing was added"):
            raise


def serve(tools: Tools, taken: Taken, *, build: bool, force: bool = False, changed: bool = False) -> Added:
    """Build where something changed, unless a roll-back is pinned or another build runs, which includes the change."""
    generations = open_generations(tools.settings)
    waits = refused = None
    if build and (changed or taken.changed):
        if generations.pinned():
            waits = "a roll-back is pinned; `measures index build` takes the pin off and serves it"
        else:
            try:
                with undone("The change is kept, but not built into the index yet"):
                    _build_until_all_is_served(tools, force=force)
            except BuildRunningError as error:
                waits = f"{error.reason}; it is served with that build or the next"
            except GateError as error:
                refused = str(error)
    return Added(taken, generations.current(), waits, refused)


def _build_until_all_is_served(tools: Tools, *, force: bool) -> None:
    """Build, and build again where somebody changed the corpus meanwhile and was told that a build is running."""
    from index.building.build import build

    for _ in range(_ROUNDS):
        built = build(tools.settings, tools.embedder, tools.progress, tools.by, force=force)
        with closing(tools.corpus()) as store:
            if store.history.revision() == built.revision:
                return
