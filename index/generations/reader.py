"""A generation that is open for reading, whatever stores its parts."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from cachetools import LRUCache, cachedmethod
from numpy.typing import NDArray

from corpus import UNDATED, GenerationError, Release
from index.database.passages_db import Namings, ServedPassage, ServedRelease
from index.encoders.embedder import Vectors
from index.filters import Filters
from index.generations.generation import (
    Extent,
    Flags,
    PassageEvidence,
    ReleaseEvidence,
    Rows,
    Scope,
    SentenceEvidence,
    SpansAround,
)
from index.generations.manifest import Manifest
from index.generations.parts import Parts
from index.generations.release_filter import ReleaseColumns
from index.text.sentences import Span
from index.text.terms import Hashes, terms

_SPELLINGS_FROM = 10  # passages
_WRITTEN = re.compile(r"[^\W\d_]+")
_RELEASES_KEPT = 64  # These texts take about 1 MB. An answer reads three.


def deleted_rows(manifest: Manifest) -> list[int]:
    """Return the rows of the releases that segments have, and their generation not any more."""
    first, rows = 0, []
    for segment in manifest.segments:
        rows += [first + row for row in segment.deleted]
        first += segment.releases
    return rows


class OpenGeneration:
    """The parts of a generation, and which of its releases may be shown. Used by one thread at a time."""

    def __init__(self, parts: Parts, manifest: Manifest, withdrawn: frozenset[str]) -> None:
        """Put the parts together.

        :param withdrawn: ids of withdrawn releases, which are not shown.
        :raises GenerationError: when they do not fit each other.
        """
        self.manifest = manifest
        self._store = parts.texts
        self._vectors = parts.vectors
        self._lexical = parts.keywords
        self._sentences = parts.sentences
        self._first_sentences = parts.first_sentences
        self._releases = self._store.releases()
        terms = int(self._sentences.lengths(np.array([0]), np.array([len(self._sentences)]))[0])
        self._terms_a_passage = terms / max(1, len(self._vectors)) or 1.0
        self._terms_a_release = terms / max(1, len(self._releases)) or 1.0
        self._columns = ReleaseColumns([served.release for served in self._releases])
        self._first_passages: Rows = np.array(
            [served.first_passage for served in self._releases] + [len(self._vectors)], dtype=np.int64
        )
        visible = np.array([served.release.release_id not in withdrawn for served in self._releases], dtype=bool)
        visible[deleted_rows(manifest)] = False
        self._visible = None if visible.all() else visible
        self._rows = {served.release.release_id: served.row for served in self._releases if visible[served.row]}
        self._texts: LRUCache[Any, Release] = LRUCache(_RELEASES_KEPT)
        self._extent: Extent | None = None
        self._names: dict[Any, bool] = {}
        counts = (len(self._releases), len(self._vectors), len(self._lexical), len(self._sentences))
        releases, passages, sentences = (
            sum(each) for each in zip(*((s.releases, s.passages, s.sentences) for s in manifest.segments), strict=True)
        )
        if counts != (releases, passages, passages, sentences):
            raise GenerationError(
                f"The parts of generation {manifest.generation} do not fit each other: run `measures index build`."
            )

    def close(self) -> None:
        """Close what holds files open."""
        self._store.close()

    def __len__(self) -> int:
        """Return the number of passages."""
        return self.manifest.passages

    def frequency(self, term: str) -> int:
        """Return how many passages hold a term, or have it in the title of their release, whichever are more."""
        return self._lexical.frequency(term)

    def similar(self, term: str) -> list[str]:
        """Return terms of the corpus that begin with the same letter, the most frequent first."""
        return self._lexical.similar(term)

    def spellings(self, term: str, code: str) -> list[str]:
        """Return how releases in a language that may be shown write a term, the most frequent spelling first."""
        rows = self._lexical.search([term], np.ones(1), _SPELLINGS_FROM, self.scope(Filters()))
        written: Counter[str] = Counter()
        for passage in self.passages(rows.tolist()):
            if self._releases[passage.release].release.language == code:
                written.update(word for word in _WRITTEN.findall(passage.text) if term in terms(word, code))
        return [word for word, _ in written.most_common()]

    def scope(self, filters: Filters) -> Scope:
        """Return what a search with filters may find.

        :raises FilterError: when a filter names nothing.
        """
        releases = self._columns.allowed(filters) if filters.concern_releases else None
        if self._visible is not None:
            releases = self._visible if releases is None else releases & self._visible
        passages = None if releases is None else np.repeat(releases, np.diff(self._first_passages))
        if filters.agency is not None:
            naming = np.zeros(len(self._vectors), dtype=bool)
            naming[self._store.passages_naming(filters.agencies())] = True
            passages = naming if passages is None else passages & naming
        hidden = None if self._visible is None else np.flatnonzero(~self._visible)
        return Scope(releases, passages, self._columns.terms(filters), self._columns.only(filters), hidden)

    def nearest(self, vector: Vectors, k: int, scope: Scope) -> Rows:
        """Return the at most `k` passages with the highest cosine to a vector, ``(dim,)``, best first."""
        return self._vectors.search(vector, k, scope.passages)

    def matching(self, terms: Sequence[str], weights: NDArray[np.float64], k: int, scope: Scope) -> Rows:
        """Return the at most `k` passages with the highest BM25 of weighted terms, best first."""
        return self._lexical.search(terms, weights, k, scope)

    def passage_evidence(self, passages: Rows, terms: Hashes, vector: Vectors) -> PassageEvidence:
        """Return how passages relate to a question's terms and vector."""
        first, last = self._first_sentences[passages], self._first_sentences[passages + 1]
        return PassageEvidence(
            cosines=self.manifest.background.units(self._vectors.rows(passages) @ vector),
            counts=self._sentences.counts(first, last, terms),
            in_title=self._sentences.title_counts(self.releases_of(passages), terms) > 0,
            relative_lengths=self._sentences.lengths(first, last) / self._terms_a_passage,
        )

    def sentence_evidence(self, sentences: Rows, releases: Rows, terms: Hashes, vector: Vectors) -> SentenceEvidence:
        """Return how sentences, of the releases given for each, relate to a question's terms and vector."""
        first, last = self._sentence_range(releases)
        before, after = np.maximum(sentences - 1, first), np.minimum(sentences + 1, last - 1)
        around, places = np.unique(np.stack([sentences, before, after]), return_inverse=True)
        holds = (self._sentences.counts(around, around + 1, terms) > 0)[places.reshape(3, -1)]
        return SentenceEvidence(
            cosines=self.manifest.background.units(self._sentences.cosines(sentences, vector)),
            held=holds[0],
            held_before=holds[1] & (before != sentences)[:, None],
            held_after=holds[2] & (after != sentences)[:, None],
            positions=sentences - first,
        )

    def release_evidence(self, releases: Rows, terms: Hashes) -> ReleaseEvidence:
        """Return how often terms stand in releases."""
        first, last = self._sentence_range(releases)
        return ReleaseEvidence(
            counts=self._sentences.counts(first, last, terms),
            in_title=self._sentences.title_counts(releases, terms),
            relative_lengths=self._sentences.lengths(first, last) / self._terms_a_release,
        )

    def sentence_cosines(self, sentences: Rows, vectors: Vectors) -> Vectors:
        """Return the cosines of sentences to several vectors, ``(m, dim)``, as ``(n, m)``."""
        return self._sentences.cosines(sentences, vectors.T)

    def passages(self, rows: Sequence[int]) -> list[ServedPassage]:
        """Return passages with their texts."""
        return self._store.passages(rows)

    @cachedmethod(lambda self: self._texts)
    def release(self, row: int) -> Release:
        """Return a release with its text."""
        return self._store.release(row)

    def served(self, rows: Sequence[int]) -> list[ServedRelease]:
        """Return releases without their texts."""
        return [self._releases[row] for row in rows]

    def dates(self, releases: Rows) -> Rows:
        """Return the dates of releases as days since 1 January of year 1, ``(n,)``."""
        return self._columns.dates[releases]

    def release_row(self, release_id: str) -> int | None:
        """Return the row of a release that may be shown, None where there is none."""
        return self._rows.get(release_id)

    def releases_of(self, passages: Rows) -> Rows:
        """Return the rows of the releases that passages belong to, ``(n,)``."""
        rows: Rows = np.searchsorted(self._first_passages, passages, side="right") - 1
        return rows

    def passages_of(self, release: int) -> list[ServedPassage]:
        """Return all passages of a release, in the order of the text."""
        first, last = self._first_passages[release : release + 2].tolist()
        return self._store.passages(range(first, last))

    def shown_releases(self) -> list[Release]:
        """Return the releases that may be shown, without their texts, by row."""
        return [served.release for served in self._releases if self._visible is None or self._visible[served.row]]

    def extent(self) -> Extent:
        """Return how much may be shown."""
        if self._extent is None:
            shown = self.shown_releases()
            years = [release.date.year for release in shown if release.date != UNDATED]
            issuers = len({release.issuer for release in shown})
            self._extent = Extent(len(shown), issuers, min(years, default=None), max(years, default=None))
        return self._extent

    def shown_counts(self) -> tuple[int, int]:
        """Return how many releases may be shown, and how many passages they have."""
        if self._visible is None:
            return self.manifest.releases, self.manifest.passages
        return int(self._visible.sum()), int(np.diff(self._first_passages)[self._visible].sum())

    def span(self, sentence: int) -> Span:
        """Return the span of a sentence in its release."""
        return self._store.spans(range(sentence, sentence + 1))[0]

    def spans_around(self, sentence: int, release: int, count: int) -> SpansAround:
        """Return the spans of the at most `count` sentences before a sentence of a release, and of those after it."""
        first, last = (int(edges[0]) for edges in self._sentence_range(np.array([release])))
        begin, end = max(first, sentence - count), min(last, sentence + 1 + count)
        spans = self._store.spans(range(begin, end))
        return SpansAround(spans[: sentence - begin], spans[sentence - begin + 1 :])

    def naming(self, agencies: Iterable[str]) -> Namings:
        """Return every mention of some agencies in the releases that may be shown, by passage."""
        namings = self._store.naming(agencies)
        return namings if self._visible is None else namings.where(self._shown(namings.passages))

    def named_with(self, agencies: Iterable[str]) -> list[tuple[str, int]]:
        """Return which others are named where some agencies are: pairs of an agency and a passage, each once."""
        return self._store.named_with(agencies)

    def named_agencies(self) -> frozenset[str]:
        """Return the ids of the agencies that releases that may be shown name."""
        named = self._store.named()
        if self._visible is None:
            return frozenset(named)
        return frozenset(agency_id for agency_id, passages in named.items() if self._shown(passages).any())

    @cachedmethod(lambda self: self._names)
    def names(self, agency_id: str) -> bool:
        """Tell whether a release that may be shown names an agency."""
        passages = self._store.passages_naming([agency_id])
        return bool(len(passages)) if self._visible is None else bool(self._shown(passages).any())

    def _shown(self, passages: Rows) -> Flags:
        assert self._visible is not None
        shown: Flags = self._visible[self.releases_of(passages)]
        return shown

    def _sentence_range(self, releases: Rows) -> tuple[Rows, Rows]:
        """Return the rows of the first sentences of releases, and of those after their last."""
        return (
            self._first_sentences[self._first_passages[releases]],
            self._first_sentences[self._first_passages[releases + 1]],
        )
