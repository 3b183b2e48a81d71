"""Tells what is served and what was done, and rolls back. Nothing here loads a model or is slow to import."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass

from corpus import GenerationError, Release, StorageError, UnbuiltError, UnknownReleaseError, undone
from index.database.corpus_db import CorpusStore
from index.database.history import NOBODY, BuildCount, By, LogEntry
from index.database.home import open_corpus_db
from index.generations.home import open_generations
from index.generations.manifest import Manifest
from index.generations.store import GenerationStore
from index.settings import IndexSettings


@dataclass(frozen=True, slots=True)
class Status:
    """What is served, as `measures index status --json` prints it. Dates are ISO 8601, None where nothing is served."""

    generation: str
    built_at: str
    releases: int
    passages: int
    model: str
    weights_sha256: str
    dim: int
    bytes_on_disk: int
    languages: tuple[str, ...]
    issuers: tuple[str, ...]
    first_date: str | None
    last_date: str | None
    pinned: bool


@dataclass(frozen=True, slots=True)
class Pending:
    """How the corpus differs from what a generation serves: ids of releases."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    withdrawn: tuple[str, ...]

    def __bool__(self) -> bool:
        """Tell whether the next build brings anything."""
        return bool(self.added or self.changed or self.withdrawn)


@dataclass(frozen=True, slots=True)
class History:
    """What was done to the corpus and its generations, newest first, and which generations are still there."""

    entries: tuple[LogEntry, ...]
    generations: tuple[str, ...]
    served: str | None


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The generation that is served again, and what the next build will change.

    ``changed`` is False where it was served already, and nothing was done.
    """

    manifest: Manifest
    pending: Pending
    changed: bool = True


def releases(settings: IndexSettings, query: str = "") -> list[Release]:
    """Return the served releases that hold every word of a query in title, issuer, date or id; newest first.

    :raises GenerationError: when nothing is served, or it is damaged.
    """
    generations = open_generations(settings, reading=True)
    manifest = generations.check(served_id(generations))
    withdrawn = generations.withdrawn()
    served = generations.releases(manifest.generation)
    return matching([release for release in served if release.release_id not in withdrawn], query)


def matching(releases: Iterable[Release], query: str) -> list[Release]:
    """Return the releases that hold every word of a query in title, issuer, date or id; newest first."""
    words = query.casefold().split()
    matches = [
        release
        for release in releases
        if all(
            word in f"{release.title} {release.issuer} {release.date} {release.release_id}".casefold() for word in words
        )
    ]
    return sorted(matches, key=lambda release: (release.date, release.release_id), reverse=True)


def release(settings: IndexSettings, release_id: str) -> Release:
    """Return a served release with its text.

    :raises UnknownReleaseError: when it is not served.
    """
    for served in releases(settings):
        if served.release_id == release_id:
            return served
    raise UnknownReleaseError(f"No release {release_id[:60]!r} is served: `measures releases` lists them.")


def editions(settings: IndexSettings, release: Release) -> list[Release]:
    """Return the served editions of a release in other languages, by language.

    :raises GenerationError: when nothing is served, or it is damaged.
    """
    others = [other for other in releases(settings) if other.work == release.work]
    return sorted(
        (other for other in others if other.release_id != release.release_id), key=lambda other: other.language
    )


def status(settings: IndexSettings) -> Status:
    """Return what is served. No model is loaded.

    :raises GenerationError: when nothing is, or it is damaged.
    """
    generations = open_generations(settings, reading=True)
    manifest = generations.check(served_id(generations))
    shown = generations.releases(manifest.generation)
    dates = sorted(release.date.isoformat() for release in shown)
    return Status(
        generation=manifest.generation,
        built_at=manifest.built_at,
        releases=manifest.releases,
        passages=manifest.passages,
        model=manifest.model,
        weights_sha256=manifest.weights_sha256,
        dim=manifest.dim,
        bytes_on_disk=generations.bytes_on_disk(),
        languages=tuple(sorted({release.language for release in shown})),
        issuers=tuple(sorted({release.issuer for release in shown})),
        first_date=dates[0] if dates else None,
        last_date=dates[-1] if dates else None,
        pinned=generations.pinned(),
    )


def history(settings: IndexSettings) -> History:
    """Return what was done, newest first."""
    generations = open_generations(settings, reading=True)
    with closing(open_corpus_db(settings, reading=True)) as store:
        return History(tuple(store.history.entries()), tuple(generations.ids()), generations.current())


def build_counts(settings: IndexSettings) -> list[BuildCount]:
    """Return how many builds there were, and how they ended."""
    with closing(open_corpus_db(settings, reading=True)) as store:
        return store.history.build_counts()


def done_by(settings: IndexSettings, who: str) -> int:
    """Return how many entries of the history are somebody's."""
    with closing(open_corpus_db(settings, reading=True)) as store:
        return sum(entry.who == who for entry in store.history.entries())


def verify(settings: IndexSettings, generation: str | None = None) -> Manifest:
    """Check every file of a generation, by default the served one, against its SHA-256.

    :raises GenerationError: naming the file that is missing or differs.
    """
    generations = open_generations(settings, reading=True)
    return generations.check(existing(generations, generation or served_id(generations)), digests=True)


def rollback(settings: IndexSettings, generation: str | None = None, by: By = NOBODY) -> RolledBack:
    """Serve an older generation, by default the one before, and pin it. Return what the next build will change.

    :raises GenerationError: when there is none, or it is damaged; what is served stays as it was.
    :raises StorageError: saying what was not done.
    """
    generations = open_generations(settings)
    target = existing(generations, generation) if generation else _before(generations)
    manifest = generations.check(target, digests=True)
    served = generations.releases(manifest.generation)
    if target == _served_or_none(generations):
        with closing(open_corpus_db(settings, reading=True)) as store:
            return RolledBack(manifest, pending(store, served), changed=False)
    with undone("Nothing was rolled back"):
        _serve_pinned(generations, target)
    with (
        undone("Generation {generation} is served again, but the history does not say so", generation=target),
        closing(open_corpus_db(settings, by)) as store,
    ):
        store.history.add("rolled back", generation=target)
        return RolledBack(manifest, pending(store, served))


def _serve_pinned(generations: GenerationStore, target: str) -> None:
    """Pin a generation and serve it, or do neither."""
    pinned = generations.pinned()
    generations.pin(target)
    try:
        generations.serve(target)
    except StorageError:
        if not pinned:
            generations.unpin()
        raise


def kept_release(settings: IndexSettings, release_id: str) -> Release | None:
    """Return a release as the corpus holds it, even when it is withdrawn. None where its text is erased.

    :raises UnknownReleaseError: when the corpus never held it.
    """
    with closing(open_corpus_db(settings, reading=True)) as store:
        if not store.taken(release_id):
            raise UnknownReleaseError(
                f"The corpus never held a release {release_id[:60]!r}: `measures index history` lists what it held."
            )
        return next(iter(reversed(store.versions(release_id))), None)


def pending(store: CorpusStore, served: Sequence[Release]) -> Pending:
    """Compare the corpus with served releases."""
    kept = {release.release_id: release for release in store.releases()}
    shown = {release.release_id: release for release in served}
    return Pending(
        added=tuple(sorted(kept.keys() - shown.keys())),
        changed=tuple(sorted(key for key in kept.keys() & shown.keys() if kept[key] != shown[key])),
        withdrawn=tuple(sorted(shown.keys() - kept.keys())),
    )


def existing(generations: GenerationStore, generation: str) -> str:
    """Return the id of a generation that is there.

    :raises GenerationError: when it is not.
    """
    if generation not in generations.ids():
        known = ", ".join(generations.ids()) or "none"
        raise GenerationError(f"There is no generation {generation[:20]!r}: there are {known}.")
    return generation


def _served_or_none(generations: GenerationStore) -> str | None:
    """Return the id of what is served. None where CURRENT is damaged, which a roll-back mends."""
    try:
        return generations.current()
    except GenerationError:
        return None


def _before(generations: GenerationStore) -> str:
    served = _served_or_none(generations)
    older = [generation for generation in generations.ids() if served is None or generation < served]
    if not older:
        raise GenerationError("There is no older generation to go back to: `measures index history` lists them.")
    return older[-1]


def served_id(generations: GenerationStore) -> str:
    """Return the id of the served generation.

    :raises UnbuiltError: when there is none yet.
    """
    generation = generations.current()
    if generation is None:
        raise UnbuiltError("There is no index yet")
    return generation
