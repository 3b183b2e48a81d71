"""Changing what is served: adding, withdrawing, building. An automatic build waits while a roll-back is pinned."""

import dataclasses
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import SourceError
from index.build import Built, build
from index.embed import Embedder
from index.generations import Generations
from index.ingest import Ingested, Overrides, ingest_file, ingest_shipped, withdraw
from index.models import Progress
from index.settings import IndexSettings
from index.store.corpus import CorpusStore


@dataclass(frozen=True, slots=True)
class Failed:
    """A source that did not become a release, and why."""

    source: str
    error: str


@dataclass(frozen=True, slots=True)
class Added:
    """What became of sources; `waits` where the build waits because a roll-back is pinned."""

    ingested: tuple[Ingested, ...]
    failed: tuple[Failed, ...]
    generation: str | None
    waits: bool

    def to_dict(self) -> dict[str, object]:
        """Return it as `measures index add --json` prints it."""
        by_status = {
            status: [source.release_id for source in self.ingested if source.status == status]
            for status in ("added", "changed", "unchanged")
        }
        failed = [dataclasses.asdict(source) for source in self.failed]
        return by_status | {"quarantined": [], "failed": failed, "generation": self.generation}


def open_corpus(settings: IndexSettings) -> CorpusStore:
    """Open corpus.db; a new one holds the shipped releases.

    :raises StorageError: when the data folder cannot be used.
    """
    store = CorpusStore(settings.data_dir / "corpus.db")
    if store.is_new():
        ingest_shipped(store)
    return store


def build_all(settings: IndexSettings, embedder: Embedder, progress: Progress) -> Built:
    """Build a generation of all releases kept, serve it, and let automatic builds run again.

    :raises BuildRunningError: when another build is running.
    """
    open_corpus(settings).close()
    return build(settings, embedder, progress)


def add(
    settings: IndexSettings,
    embedder: Embedder,
    paths: Sequence[Path],
    overrides: Overrides,
    progress: Progress,
    *,
    build_after: bool,
) -> Added:
    """Keep the releases in files, and build where anything changed; a bad file does not stop the others."""
    ingested: list[Ingested] = []
    failed: list[Failed] = []
    with closing(open_corpus(settings)) as store:
        for path in paths:
            try:
                ingested.append(ingest_file(store, path, overrides))
            except SourceError as error:
                failed.append(Failed(str(path), str(error)))
    generations = Generations(settings.data_dir)
    changed = any(source.status != "unchanged" for source in ingested)
    waits = changed and build_after and generations.pinned()
    if changed and build_after and not waits:
        build(settings, embedder, progress)
    return Added(tuple(ingested), tuple(failed), generations.current(), waits)


def remove(
    settings: IndexSettings, embedder: Embedder, release_id: str, progress: Progress, *, build_after: bool
) -> None:
    """Withdraw a release: it is hidden at once wherever a generation is opened, and gone from the next build.

    :raises UnknownReleaseError: when the corpus does not hold it.
    """
    generations = Generations(settings.data_dir)
    with closing(open_corpus(settings)) as store:
        withdraw(store, release_id)
    served = generations.current()
    if served is not None:
        generations.serve(served)
    if build_after and not generations.pinned():
        build(settings, embedder, progress)
