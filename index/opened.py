"""A generation opened for reading: what every question is asked of."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.errors import GenerationError
from corpus.models import Release
from index.catalogue import served_id
from index.columns import ReleaseColumns
from index.filters import Filters
from index.generations import Generations
from index.lexical import LexicalIndex
from index.manifest import Layout, Manifest
from index.sentence_table import Rows, SentenceTable
from index.store.faults import unreadable
from index.store.passages import Namings, PassageStore
from index.vectors import VectorIndex


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be found: releases, ``(releases,)``, and passages, ``(passages,)``; None where all may.

    ``by_passage`` tells that within an allowed release some passages are not.
    """

    releases: NDArray[np.bool_] | None = None
    passages: NDArray[np.bool_] | None = None
    by_passage: bool = False


class OpenGeneration:
    """The files of one generation, and which of its releases are still to be shown. Used by one thread at a time."""

    def __init__(self, layout: Layout, manifest: Manifest, removed: frozenset[str]) -> None:
        """Open a generation whose files were checked.

        :param removed: ids of withdrawn releases, which are never found again.
        :raises GenerationError: when a file cannot be read or does not fit the others.
        """
        self.manifest = manifest
        self.passages = PassageStore(layout.passages)
        self.vectors = VectorIndex.load(layout.vectors)
        self.lexical = LexicalIndex(layout.lexical)
        try:
            self.sentences = SentenceTable(layout.sentence_vectors, layout.terms, layout.term_ends)
            self.first_sentences: Rows = np.load(layout.first_sentences)
        except (OSError, ValueError) as error:
            damaged = GenerationError(
                f"The sentences of generation {manifest.generation} are damaged: run `measures index build`."
            )
            raise unreadable(layout.sentence_vectors, damaged) from error
        self.releases = self.passages.releases()
        terms = int(self.sentences.lengths(np.array([0]), np.array([len(self.sentences)]))[0])
        self.average_terms = terms / max(1, manifest.passages)
        self.average_release_terms = terms / max(1, manifest.releases)
        self.columns = ReleaseColumns([served.release for served in self.releases])
        self.first_passages: Rows = np.array(
            [served.first_passage for served in self.releases] + [manifest.passages], dtype=np.int64
        )
        visible = np.array([served.release.release_id not in removed for served in self.releases], dtype=bool)
        self._visible = None if visible.all() else visible
        self._rows = {served.release.release_id: served.row for served in self.releases}
        counts = (len(self.releases), len(self.vectors), len(self.lexical), len(self.sentences))
        if counts != (manifest.releases, manifest.passages, manifest.passages, manifest.sentences):
            raise GenerationError(
                f"The files of generation {manifest.generation} do not fit each other: run `measures index build`."
            )

    def shown(self) -> tuple[int, int]:
        """Return how many releases may be shown, and how many passages they have."""
        if self._visible is None:
            return self.manifest.releases, self.manifest.passages
        return int(self._visible.sum()), int(np.diff(self.first_passages)[self._visible].sum())

    def scope(self, filters: Filters) -> Scope:
        """Return what may be found.

        :raises FilterError: when a filter names nothing.
        """
        releases = self.columns.allowed(filters)
        if self._visible is not None:
            releases = self._visible if releases is None else releases & self._visible
        passages = None if releases is None else np.repeat(releases, np.diff(self.first_passages))
        if filters.agency is not None:
            naming = np.zeros(self.manifest.passages, dtype=bool)
            naming[self.passages.passages_naming(filters.bodies())] = True
            passages = naming if passages is None else passages & naming
        return Scope(releases, passages, filters.agency is not None)

    def naming(self, agencies: Iterable[str]) -> Namings:
        """Return every mention of some bodies in the releases that may be shown, by passage."""
        namings = self.passages.naming(agencies)
        if self._visible is None:
            return namings
        return namings.where(self._visible[self.releases_of(namings.passages)])

    def named_bodies(self) -> frozenset[str]:
        """Return the ids of the bodies that releases that may be shown name."""
        pairs = self.passages.named()
        if self._visible is None:
            return frozenset(agency_id for agency_id, _ in pairs)
        shown = self._visible[self.releases_of(np.array([passage for _, passage in pairs], dtype=np.int64))]
        return frozenset(agency_id for (agency_id, _), visible in zip(pairs, shown.tolist(), strict=True) if visible)

    def shown_releases(self) -> list[Release]:
        """Return the releases that may be shown, without their texts, by row."""
        return [served.release for served in self.releases if self._visible is None or self._visible[served.row]]

    def release_row(self, release_id: str) -> int | None:
        """Return the row of a release that may be shown."""
        row = self._rows.get(release_id)
        return None if row is None or (self._visible is not None and not self._visible[row]) else row

    def releases_of(self, passages: Rows) -> Rows:
        """Return the rows of the releases that passages belong to."""
        found: Rows = np.searchsorted(self.first_passages, passages, side="right") - 1
        return found

    def sentence_range(self, releases: Rows) -> tuple[Rows, Rows]:
        """Return the rows of the first sentences of releases, and of those after their last."""
        return self.first_sentences[self.first_passages[releases]], self.first_sentences[
            self.first_passages[releases + 1]
        ]

    def close(self) -> None:
        """Close what holds files open."""
        self.passages.close()


def open_served(generations: Generations, removed: frozenset[str]) -> OpenGeneration:
    """Open the generation that CURRENT names.

    :raises UnbuiltError: before the first build, or when an older program made it.
    :raises GenerationError: when it is damaged; it is then not served.
    """
    generation = served_id(generations)
    return OpenGeneration(generations.layout(generation), generations.check(generation), removed)
