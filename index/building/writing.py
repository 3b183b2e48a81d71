"""Writes a generation, a segment after the other, with the vectors of its texts."""

import dataclasses
import hashlib
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus import Release
from index.building.derive import Derived
from index.building.embedding import embed, kept_vectors, text_digest
from index.building.memory import give_memory_back
from index.building.plan import Group, derived_of, planned
from index.building.source import Listed, Source
from index.database.corpus_db import CorpusStore
from index.database.outlines import Outline
from index.database.sqlite import now
from index.encoders.background import background_of
from index.encoders.embedder import Embedder
from index.generations.code_digest import code_digest
from index.generations.contents import Contents
from index.generations.manifest import FORMAT, Manifest
from index.generations.store import Kept, Site, Written
from index.results import Phase, Progress, Step
from index.text.passages import Passage, context
from index.text.terms import Vocabulary

Chunked = Sequence[tuple[Release, tuple[Passage, ...]]]


@dataclass(frozen=True, slots=True)
class _Embedded:
    """How many texts of a segment had to be embedded, and how many numbers each vector has."""

    embedded: int
    dim: int


def write_generation(
    site: Site,
    generation: str,
    source: Source,
    store: CorpusStore,
    embedder: Embedder,
    progress: Progress,
) -> tuple[Manifest, int]:
    """Write a generation, a segment after the other. Return its manifest, and how many texts were embedded.

    :raises StorageError: when it cannot be written.
    """
    outlines = source.outlines()
    kept = site.keep(outlines, partial(_is_alike, embedder), store.erasures.erased())
    missing = [release_id for release_id in outlines if release_id not in kept.release_ids]
    groups = planned(source, missing, store, progress)
    give_memory_back()
    vocabulary = _vocabulary(groups, kept)
    written = [
        _write_segment(site, source, group, vocabulary, store, embedder, progress)
        for group in groups
        if group.release_ids or not kept.release_ids
    ]
    dim = written[0].dim if written else embedder.encode_document([], lambda _: None).shape[1]
    manifest = Manifest(
        generation=generation,
        format=FORMAT,
        built_at=now(),
        model=embedder.model,
        weights_sha256=embedder.digest,
        dim=dim,
        background=background_of(embedder),
        program=code_digest().hex(),
        corpus_sha256=_corpus_sha256(outlines),
        **_written(site.finish()),
    )
    progress(Step(Phase.WRITE, 1, 1))
    return manifest, sum(each.embedded for each in written)


def _write_segment(
    site: Site,
    source: Source,
    group: Group,
    vocabulary: Vocabulary,
    store: CorpusStore,
    embedder: Embedder,
    progress: Progress,
) -> _Embedded:
    """Write a segment. All the memory that it takes is free again afterwards."""
    releases, derived = _derived(source, group, store)
    chunked = _chunked(releases, derived)
    vectors, embedded = embed(store, embedder, partial(_embedded_texts, chunked), progress)
    progress(Step(Phase.WRITE, 0, 1))
    site.add(_contents(chunked, derived, vocabulary, vectors, group.words))
    give_memory_back()
    return _Embedded(embedded, vectors.shape[1])


def write_again(site: Site, manifest: Manifest, releases: Sequence[Release], store: CorpusStore) -> Manifest | None:
    """Write what another kind of storage served: the same releases, with the vectors that were kept of their texts.

    :param manifest: that of the generation.
    :return: the manifest of what was written; None where vectors are missing, so that it must be built.
    """
    source = Listed(releases)
    groups = planned(source, list(source.outlines()), store, lambda _: None)
    vocabulary = _vocabulary(groups, Kept())
    for group in groups:
        written, derived = _derived(source, group, store)
        chunked = _chunked(written, derived)
        vectors = kept_vectors(store, manifest.weights_sha256, _embedded_texts(chunked))
        if vectors is None:
            return None
        site.add(_contents(chunked, derived, vocabulary, vectors, group.words))
    return dataclasses.replace(manifest, program=code_digest().hex(), **_written(site.finish()))


def _is_alike(embedder: Embedder, manifest: Manifest) -> bool:
    """Tell whether this program and this model made a generation."""
    return (manifest.program, manifest.weights_sha256) == (code_digest().hex(), embedder.digest)


def _written(written: Written) -> dict[str, Any]:
    """Return the fields of a manifest that say what was written."""
    segments = written.segments
    return {
        "releases": sum(each.releases - len(each.deleted) for each in segments),
        "passages": sum(each.passages - each.deleted_passages for each in segments),
        "sentences": sum(each.sentences - each.deleted_sentences for each in segments),
        "files": written.files,
        "segments": segments,
    }


def _vocabulary(groups: Sequence[Group], kept: Kept) -> Vocabulary:
    """Return the words of the whole corpus."""
    counts: Counter[str] = Counter(kept.words)
    for group in groups:
        counts.update(group.words)
    return Vocabulary(counts)


def _derived(source: Source, group: Group, store: CorpusStore) -> tuple[list[Release], list[Derived]]:
    """Return the releases of a group, and what is derived from each."""
    pairs = list(derived_of(source, group.release_ids, store))
    return [release for release, _ in pairs], [derived for _, derived in pairs]


def _chunked(releases: Sequence[Release], derived: Sequence[Derived]) -> Chunked:
    return [(release, work.passages) for release, work in zip(releases, derived, strict=True)]


def _contents(
    chunked: Chunked,
    derived: Sequence[Derived],
    vocabulary: Vocabulary,
    vectors: NDArray[np.float16],
    words: Mapping[str, int],
) -> Contents:
    """Return what is written, with the vectors of `_embedded_texts`, one a row."""
    count = sum(len(passages) for _, passages in chunked)
    sentence_terms = (
        vocabulary.terms(spoken, work.language) + agencies
        for work in derived
        for spoken, agencies in zip(work.sentence_words, work.agency_terms, strict=True)
    )
    return Contents(
        chunked=chunked,
        mentions=[work.placed for work in derived],
        terms=[list(itertools.islice(sentence_terms, len(passage.sentences))) for _, cut in chunked for passage in cut],
        titles=[vocabulary.terms(work.title_words, work.language) for work in derived],
        passage_vectors=vectors[:count],
        sentence_vectors=vectors[count:],
        words=words,
    )


def embedded_digests(store: CorpusStore) -> frozenset[bytes]:
    """Return the SHA-256 of every text that a build of the corpus would embed now."""
    digests: set[bytes] = set()
    for release, derived in derived_of(store, list(store.outlines()), store):
        digests.update(map(text_digest, _embedded_texts([(release, derived.passages)])))
    return frozenset(digests)


def _embedded_texts(chunked: Chunked) -> Iterator[str]:
    """Yield what is embedded: the text of each passage, and then that of each sentence."""
    yield from _passage_texts(chunked)
    yield from _sentence_texts(chunked)


def _passage_texts(chunked: Chunked) -> Iterator[str]:
    """Yield what is embedded for each passage: its words, after its context."""
    for release, passages in chunked:
        for passage in passages:
            yield f"{context(release, passage)} {_words(release, passage)}"


def _sentence_texts(chunked: Chunked) -> Iterator[str]:
    """Yield what is embedded for each sentence: its words, after the title."""
    for release, passages in chunked:
        for passage in passages:
            for span in passage.sentences:
                yield f"{release.title}. {release.text[span.start : span.end]}"


def _words(release: Release, passage: Passage) -> str:
    return release.text[passage.start : passage.end]


def _corpus_sha256(outlines: Mapping[str, Outline]) -> str:
    """Return the digest of all ids and texts, which names this state of the corpus."""
    whole = hashlib.sha256()
    for release_id, outline in outlines.items():
        whole.update(f"{release_id} {outline.text_sha256}\n".encode())
    return whole.hexdigest()
