"""Makes the data folder smaller: deletes what the policy does not keep, and gives the freed space back to the disk.

Each step is a transaction of its own, and none touches what is served. If this is interrupted, what was deleted is
what the policy does not keep anyway, and doing it again finishes the work.
"""

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corpus import GenerationError, undone
from index.database.corpus_db import CorpusStore
from index.generations.home import open_generations
from index.generations.store import GenerationStore

if TYPE_CHECKING:
    from index.processes.jobs import Tools


@dataclass(frozen=True, slots=True)
class Compacted:
    """How much was deleted of each kind, and how many bytes the data folder took before and after.

    ``versions`` are old texts of releases, ``history`` and ``quarantine`` entries, ``embeddings`` vectors that no build
    would use, ``derived`` what was kept of withdrawn releases to save work.
    """

    versions: int
    history: int
    quarantine: int
    derived: int
    embeddings: int
    generations: tuple[str, ...]
    bytes_before: int
    bytes_after: int


@dataclass(frozen=True, slots=True)
class Compact:
    """The job of making the data folder smaller."""

    def run(self, tools: "Tools") -> Compacted:
        """Delete what the settings do not keep.

        :raises BuildRunningError: when a build runs.
        :raises StorageError: saying what was not done.
        """
        generations = open_generations(tools.settings)
        before = generations.bytes_on_disk()
        with (
            undone("Not everything was compacted"),
            generations.building(tools.by.who, tools.by.why),
            closing(tools.corpus()) as store,
        ):
            kept = set(generations.ids())
            generations.prune(tools.settings.keep_generations)
            generations.tidy()
            dropped = tuple(sorted(kept - set(generations.ids())))
            counts = _pruned(store, generations, tools)
            deleted: dict[str, Any] = {name: count for name, count in counts.items() if count}
            store.history.add("compacted", **deleted)
            store.erasures.sweep()
        return Compacted(generations=dropped, bytes_before=before, bytes_after=generations.bytes_on_disk(), **counts)


def _pruned(store: CorpusStore, generations: GenerationStore, tools: "Tools") -> dict[str, int]:
    """Delete rows, and return how many of each kind."""
    from index.building.writing import embedded_digests

    settings, pruning = tools.settings, store.pruning
    counts = {
        "versions": pruning.versions(settings.keep_versions),
        "history": 0 if settings.history_days is None else pruning.history(settings.history_days),
        "quarantine": pruning.quarantine(),
        "derived": pruning.derived(),
    }
    models = {tools.embedder.digest, *_models(generations)}
    embeddings = pruning.embeddings_of_other_models(models)
    embeddings += store.embeddings.keep_only(embedded_digests(store))
    return counts | {"embeddings": embeddings}


def _models(generations: GenerationStore) -> list[str]:
    """Return the digests of the models that the generations kept were built with."""
    digests = []
    for generation in generations.ids():
        try:
            digests.append(generations.manifest(generation).weights_sha256)
        except GenerationError:  # of another format, so that it will be built anew
            continue
    return digests
