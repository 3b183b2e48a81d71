"""Builds a new generation of the corpus aside, checks it, and only then serves it."""

import time
from contextlib import closing
from dataclasses import dataclass

from corpus import GateError, GenerationError, undone
from index.building.gates import check_new
from index.building.writing import write_generation
from index.database.corpus_db import CorpusStore
from index.database.history import NOBODY, By
from index.database.home import open_corpus_db
from index.encoders.embedder import Embedder
from index.generations.home import open_generations
from index.generations.manifest import Manifest
from index.generations.store import GenerationStore, Site
from index.results import Phase, Progress, Step
from index.settings import IndexSettings


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made: the served generation, and how many texts had to be embedded for it.

    ``revision`` is that of the corpus when the build read it.
    """

    manifest: Manifest
    embedded: int
    revision: int


def build(
    settings: IndexSettings,
    embedder: Embedder,
    progress: Progress,
    by: By = NOBODY,
    *,
    force: bool = False,
) -> Built:
    """Build a generation of all releases in corpus.db, check it, and serve it. The pin of a roll-back is taken off.

    :param force: whether it is served even if it holds less than what is served now, or does not find the same.
    :raises BuildRunningError: when another build is running.
    :raises GateError: when what was built is not good enough. What is served stays as it was.
    :raises StorageError: when something cannot be written. What is served stays as it was.
    """
    generations = open_generations(settings)
    with (
        closing(generations),
        generations.building(by.who, by.why) as site,
        closing(open_corpus_db(settings, by)) as store,
    ):
        return build_in(site, generations, store, embedder, progress, keep=settings.keep_generations, force=force)


def build_in(
    site: Site,
    generations: GenerationStore,
    store: CorpusStore,
    embedder: Embedder,
    progress: Progress,
    *,
    keep: int,
    force: bool = False,
) -> Built:
    """Build as `build` does, at the site that `GenerationStore.building` gave.

    :raises GateError: when what was built is not good enough. What is served stays as it was.
    :raises StorageError: when something cannot be written. What is served stays as it was.
    """
    began = time.monotonic()
    generation = generations.next_id()
    revision = store.history.revision()
    manifest, embedded = write_generation(site, generation, store, store, embedder, progress)
    progress(Step(Phase.VERIFY, 0, 1))
    try:
        with closing(site.open(manifest)) as new:
            check_new(new, generations, store, embedder, force=force)
        site.adopt(manifest)
        _check_digests(generations, generation)
    except GateError as error:
        store.history.add("refused", generation=generation, seconds=time.monotonic() - began, reason=str(error))
        raise
    generations.serve(generation)
    with undone("Generation {generation} is served, but the history does not say so", generation=generation):
        generations.unpin()
        generations.prune(keep)
        store.history.add(
            "built",
            generation=generation,
            seconds=time.monotonic() - began,
            releases=manifest.releases,
            passages=manifest.passages,
            embedded=embedded,
        )
    progress(Step(Phase.VERIFY, 1, 1))
    return Built(manifest, embedded, revision)


def _check_digests(generations: GenerationStore, generation: str) -> None:
    """Read a generation back from the disk.

    :raises GateError: when it is not what was written. It is then deleted.
    """
    try:
        generations.check_written(generation)
    except GenerationError as error:
        generations.discard(generation)
        raise GateError(
            f"The new generation {generation} is not served, because it did not come back from the disk as it was "
            "written: what was served stays; check the disk and build again."
        ) from error
