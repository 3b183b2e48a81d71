"""Erases a release: its text leaves the data folder for good, and can never be served again.

First it is deleted from corpus.db in one transaction, which hides it at once. Then a generation without it is built and
served, the generations that hold it are deleted, and the free space of corpus.db is overwritten. If this is
interrupted, what is served stays whole, and erasing again finishes the work.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus import (
    BuildRunningError,
    Draft,
    GateError,
    Release,
    UnknownReleaseError,
    canonical_url,
    undone,
)
from index.database.corpus_db import CorpusStore
from index.database.quarantine import QuarantineEntry
from index.generations.home import open_generations
from index.generations.store import GenerationStore
from index.intake.duplicates import NEARLY_SAME, in_common, signature

if TYPE_CHECKING:
    from index.processes.jobs import Tools

_WAIT_S = 600.0  # A build that is running may have read the text, and is waited for.


@dataclass(frozen=True, slots=True)
class Erased:
    """What became of a text: which generation is served, and which were deleted because they held it.

    ``left`` says why generations still hold the text, where they do. It is hidden all the same. ``unpinned`` tells that
    a roll-back was undone.
    """

    release_id: str
    generation: str | None
    dropped: tuple[str, ...]
    unpinned: bool = False
    left: str | None = None


@dataclass(frozen=True, slots=True)
class Erase:
    """The job of erasing a release."""

    release_id: str

    def run(self, tools: "Tools") -> Erased:
        """Erase the text of the release.

        :raises UnknownReleaseError: when the corpus never held it.
        :raises StorageError: saying what was not erased.
        """
        generations = open_generations(tools.settings)
        with undone("Nothing was erased"), closing(tools.corpus()) as store:
            _forget(store, self.release_id)
        with undone("The text is hidden and out of the corpus, but generations may still hold it"):
            generations.hide()
            try:
                return self._rebuild(tools, generations)
            except (BuildRunningError, GateError) as error:
                return Erased(self.release_id, generations.current(), (), left=str(error))

    def _rebuild(self, tools: "Tools", generations: GenerationStore) -> Erased:
        """Serve a generation without the text, delete those with it, and overwrite the free space."""
        from index.building.build import build_in
        from index.building.writing import embedded_digests

        by, pinned = tools.by, generations.pinned()
        with (
            generations.building(by.who, by.why, wait_s=_WAIT_S) as site,
            closing(tools.corpus()) as store,
        ):
            served = generations.current()
            rebuilt = served is not None and generations.holds(served, self.release_id)
            if rebuilt:
                keep = tools.settings.keep_generations
                build_in(site, generations, store, tools.embedder, tools.progress, keep=keep)
            dropped = tuple(each for each in generations.ids() if generations.holds(each, self.release_id))
            for generation in dropped:
                generations.discard(generation)
            with undone("The text is erased, but the free space of corpus.db may still hold pieces of it"):
                store.embeddings.keep_only(embedded_digests(store))
                store.erasures.sweep()
        return Erased(self.release_id, generations.current(), dropped, unpinned=pinned and rebuilt)


def _forget(store: CorpusStore, release_id: str) -> None:
    """Delete a text from corpus.db: its versions, what was made of them, and its entries in quarantine."""
    with store.writing():
        if not store.taken(release_id):
            raise UnknownReleaseError(
                f"The corpus never held a release {release_id[:60]!r}: `measures releases` and "
                "`measures index history` list those it holds and held."
            )
        versions = store.versions(release_id)
        address = store.canonical_url(release_id)
        addresses = [url for each in versions for url in (each.url, each.retrieved_from, address) if url]
        sources = set(addresses)
        for entry in _entries_about(store, release_id, addresses, versions):
            sources.add(entry.quarantined.source)
            store.quarantine.settle(entry.number, "discarded")
        store.erase(release_id, sorted(sources))


def _entries_about(
    store: CorpusStore, release_id: str, addresses: list[str], versions: list[Release]
) -> Iterator[QuarantineEntry]:
    """Yield the quarantine entries that hold nearly a text of a release, or that came from its address."""
    signed = [signature(version.text) for version in versions]
    own = set(map(_canonical, addresses))
    for entry in store.quarantine.entries():
        quarantined, draft = entry.quarantined, entry.quarantined.draft
        origins = {_canonical(url) for url in (quarantined.source, draft.url, draft.retrieved_from) if url}
        if quarantined.duplicate_of == release_id or origins & own or _is_nearly_the_same(draft, signed):
            yield entry


def _canonical(address: str) -> str | None:
    """Return the canonical form of an address. What is no address, such as the name of a file, stays as it is."""
    try:
        return canonical_url(address)
    except ValueError:
        return address


def _is_nearly_the_same(draft: Draft, signed: list[bytes]) -> bool:
    own = signature(draft.text)
    return any(in_common(own, other) >= NEARLY_SAME for other in signed)
