"""What is served and what was before, and back again: no vectors, no model, nothing slow to import."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass

from corpus.errors import GenerationError, UnknownReleaseError
from corpus.models import Release
from index.generations import Generations
from index.manifest import Manifest
from index.settings import IndexSettings
from index.store.corpus import NOBODY, By, CorpusStore, LogEntry
from index.store.passages import PassageStore


@dataclass(frozen=True, slots=True)
class Status:
    """What is served, as `measures index status --json` prints it; dates are ISO 8601, None where nothing is served."""

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
    """What the corpus holds and a generation does not serve: ids of releases."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        """Tell whether the next build brings anything."""
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class History:
    """What was done to the corpus and its generations, newest first, and which generations are still there."""

    entries: tuple[LogEntry, ...]
    generations: tuple[str, ...]
    served: str | None


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The generation that is served again, and what the next build will bring back."""

    manifest: Manifest
    pending: Pending


def releases(settings: IndexSettings, query: str = "") -> list[Release]:
    """Return the served releases that hold every word of a query in title, issuer, date or id; newest first.

    :raises GenerationError: when nothing is served, or it is damaged.
    """
    generations = Generations(settings.data_dir)
    manifest = generations.check(served_id(generations))
    removed = removed_releases(settings)
    served = served_releases(generations, manifest)
    return matching([release for release in served if release.release_id not in removed], query)


def matching(releases: Iterable[Release], query: str) -> list[Release]:
    """Return the releases that hold every word of a query in title, issuer, date or id; newest first."""
    words = query.casefold().split()
    found = [
        release
        for release in releases
        if all(
            word in f"{release.title} {release.issuer} {release.date} {release.release_id}".casefold() for word in words
        )
    ]
    return sorted(found, key=lambda release: (release.date, release.release_id), reverse=True)


def release(settings: IndexSettings, release_id: str) -> Release:
    """Return a served release with its text.

    :raises UnknownReleaseError: when it is not served.
    """
    for found in releases(settings):
        if found.release_id == release_id:
            return found
    raise UnknownReleaseError(f"No release {release_id[:60]!r} is served: `measures releases` lists them.")


def status(settings: IndexSettings) -> Status:
    """Tell what is served. No model is loaded.

    :raises GenerationError: when nothing is, or it is damaged.
    """
    generations = Generations(settings.data_dir)
    manifest = generations.check(served_id(generations))
    shown = served_releases(generations, manifest)
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
    """Tell what was done, newest first."""
    generations = Generations(settings.data_dir)
    with closing(CorpusStore(settings.data_dir / "corpus.db")) as store:
        return History(tuple(store.history()), tuple(generations.ids()), generations.current())


def done_by(settings: IndexSettings, who: str) -> int:
    """Return how many entries of the history somebody stands in."""
    path = settings.data_dir / "corpus.db"
    if not path.exists():
        return 0
    with closing(CorpusStore(path)) as store:
        return sum(entry.who == who for entry in store.history())


def verify(settings: IndexSettings, generation: str | None = None) -> Manifest:
    """Check every file of a generation, by default the served one, against its SHA-256.

    :raises GenerationError: naming the file that is missing or differs.
    """
    generations = Generations(settings.data_dir)
    return generations.check(existing(generations, generation or served_id(generations)), digests=True)


def rollback(settings: IndexSettings, generation: str | None = None, by: By = NOBODY) -> RolledBack:
    """Serve an older generation, by default the one before, and pin it; tell what the next build will bring again.

    :raises GenerationError: when there is none, or it is damaged; what is served stays as it was.
    """
    generations = Generations(settings.data_dir)
    target = existing(generations, generation) if generation else _before(generations)
    manifest = generations.check(target, digests=True)
    generations.pin(target)
    generations.serve(target)
    with closing(CorpusStore(settings.data_dir / "corpus.db", by)) as store:
        store.log("rolled back", generation=target)
        return RolledBack(manifest, pending(store, served_releases(generations, manifest)))


def pending(store: CorpusStore, served: Sequence[Release]) -> Pending:
    """Compare the corpus with served releases."""
    kept = {release.release_id: release for release in store.releases()}
    shown = {release.release_id: release for release in served}
    return Pending(
        added=tuple(sorted(kept.keys() - shown.keys())),
        changed=tuple(sorted(key for key in kept.keys() & shown.keys() if kept[key] != shown[key])),
        removed=tuple(sorted(shown.keys() - kept.keys())),
    )


def existing(generations: Generations, generation: str) -> str:
    """Return the id of a generation that is there.

    :raises GenerationError: when it is not.
    """
    if generation not in generations.ids():
        known = ", ".join(generations.ids()) or "none"
        raise GenerationError(f"There is no generation {generation[:20]!r}: there are {known}.")
    return generation


def _before(generations: Generations) -> str:
    older = [generation for generation in generations.ids() if generation < (generations.current() or "")]
    if not older:
        raise GenerationError("There is no older generation to go back to: `measures index history` lists them.")
    return older[-1]


def removed_releases(settings: IndexSettings) -> frozenset[str]:
    """Return the ids of withdrawn releases."""
    with closing(CorpusStore(settings.data_dir / "corpus.db")) as store:
        return store.removed()


def served_id(generations: Generations) -> str:
    """Return the id of the served generation.

    :raises GenerationError: when there is none yet.
    """
    generation = generations.current()
    if generation is None:
        raise GenerationError("There is no index yet: run `measures index build`.")
    return generation


def served_releases(generations: Generations, manifest: Manifest) -> list[Release]:
    """Return all releases of a generation, with their texts, in the order of their rows."""
    with closing(PassageStore(generations.layout(manifest.generation).passages)) as passages:
        return passages.all_releases()
