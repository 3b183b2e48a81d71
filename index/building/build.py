"""Builds a new generation of the corpus aside, checks it, and only then serves it."""

import dataclasses
import hashlib
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus import GateError, GenerationError, Release, undone
from index.building.derive import Derived, derive_all
from index.building.gates import check_new
from index.database.corpus_db import CorpusStore
from index.database.embeddings import EmbeddingKey
from index.database.history import NOBODY, By
from index.database.home import open_corpus_db
from index.database.sqlite import now
from index.encoders.background import background_of
from index.encoders.embedder import Embedder
from index.generations.code_digest import code_digest
from index.generations.contents import Contents
from index.generations.home import open_generations
from index.generations.manifest import FORMAT, Manifest
from index.generations.store import GenerationStore, Site
from index.results import Phase, Progress, Step
from index.settings import IndexSettings
from index.text.passages import Passage, context
from index.text.terms import Vocabulary

_CACHE_BATCH = 2048

Chunked = Sequence[tuple[Release, tuple[Passage, ...]]]


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
    manifest, embedded = write_generation(site, generation, list(store.releases()), store, embedder, progress)
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
        generations.check(generation, digests=True)
    except GenerationError as error:
        generations.discard(generation)
        raise GateError(
            f"The new generation {generation} is not served, because it did not come back from the disk as it was "
            "written: what was served stays; check the disk and build again."
        ) from error


def write_generation(
    site: Site,
    generation: str,
    releases: Sequence[Release],
    store: CorpusStore,
    embedder: Embedder,
    progress: Progress,
) -> tuple[Manifest, int]:
    """Write a generation at an empty site. Return its manifest, and how many texts were embedded.

    :raises StorageError: when it cannot be written.
    """
    derived = derive_all(store, releases, progress)
    chunked = _chunked(releases, derived)
    texts = _embedded_texts(chunked)
    vectors, embedded = _embed(store, embedder, texts, progress)
    progress(Step(Phase.WRITE, 0, 1))
    contents = _contents(chunked, derived, vectors)
    files = site.write(contents)
    manifest = Manifest(
        generation=generation,
        format=FORMAT,
        built_at=now(),
        model=embedder.model,
        weights_sha256=embedder.digest,
        dim=vectors.shape[1],
        background=background_of(embedder),
        program=code_digest().hex(),
        releases=len(chunked),
        passages=len(contents.passage_vectors),
        sentences=len(contents.sentence_vectors),
        corpus_sha256=_corpus_sha256(releases),
        files=files,
    )
    progress(Step(Phase.WRITE, 1, 1))
    return manifest, embedded


def write_again(site: Site, manifest: Manifest, releases: Sequence[Release], store: CorpusStore) -> Manifest | None:
    """Write what another kind of storage served: the same releases, with the vectors that were kept of their texts.

    :param manifest: that of the generation.
    :return: the manifest of what was written; None where vectors are missing, so that it must be built.
    """
    derived = derive_all(store, releases, lambda _: None)
    chunked = _chunked(releases, derived)
    digests = list(map(_digest, _embedded_texts(chunked)))
    known = store.embeddings.of_model(manifest.weights_sha256, digests)
    if known is None or not digests:
        return None
    whole = b"".join(map(known.__getitem__, digests))
    vectors = np.frombuffer(whole, np.float16).reshape(len(digests), -1)
    contents = _contents(chunked, derived, vectors)
    return dataclasses.replace(
        manifest,
        program=code_digest().hex(),
        passages=len(contents.passage_vectors),
        sentences=len(contents.sentence_vectors),
        files=site.write(contents),
    )


def _chunked(releases: Sequence[Release], derived: Sequence[Derived]) -> Chunked:
    return [(release, work.passages) for release, work in zip(releases, derived, strict=True)]


def _contents(chunked: Chunked, derived: Sequence[Derived], vectors: NDArray[np.float16]) -> Contents:
    """Return what is written, with the vectors of `_embedded_texts`, one a row."""
    count = sum(len(passages) for _, passages in chunked)
    vocabulary = Vocabulary(spoken for work in derived for spoken in (work.text_words, work.title_words))
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
    )


def embedded_digests(store: CorpusStore, progress: Progress) -> frozenset[bytes]:
    """Return the SHA-256 of every text that a build of the corpus would embed now."""
    releases = list(store.releases())
    derived = derive_all(store, releases, progress)
    chunked = _chunked(releases, derived)
    return frozenset(map(_digest, _embedded_texts(chunked)))


def _embedded_texts(chunked: Chunked) -> list[str]:
    """Return what is embedded: the text of each passage, and then that of each sentence."""
    return [*_passage_texts(chunked), *_sentence_texts(chunked)]


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


def _embed(
    store: CorpusStore, embedder: Embedder, texts: Sequence[str], progress: Progress
) -> tuple[NDArray[np.float16], int]:
    """Return the vectors of texts, ``(n, dim)``, and how many of these were not in the cache and had to be embedded.

    Vectors are rounded to float16 before they are used, so that a cached vector is the same as a new one.
    """
    digests = list(map(_digest, texts))
    key = EmbeddingKey(embedder.digest, embedder.dtype, embedder.document_prompt)
    known = store.embeddings.cached(key, digests)
    missing = [(digest, text) for digest, text in dict(zip(digests, texts, strict=True)).items() if digest not in known]
    report = _counter(progress, len(missing))
    missing.sort(key=lambda pair: -len(pair[1]))
    for start in range(0, len(missing), _CACHE_BATCH):
        batch = missing[start : start + _CACHE_BATCH]
        vectors = embedder.encode_document([text for _, text in batch], report).astype(np.float16)
        fresh = {digest: vector.tobytes() for (digest, _), vector in zip(batch, vectors, strict=True)}
        store.embeddings.keep(key, fresh)
        known |= fresh
    if not texts:
        return embedder.encode_document([], report).astype(np.float16), 0
    whole = b"".join(map(known.__getitem__, digests))
    return np.frombuffer(whole, np.float16).reshape(len(digests), -1), len(missing)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _counter(progress: Progress, total: int) -> Callable[[int], None]:
    done = 0

    def report(count: int) -> None:
        nonlocal done
        done += count
        progress(Step(Phase.EMBED, done, total))

    report(0)
    return report


def _corpus_sha256(releases: Sequence[Release]) -> str:
    """Return the digest of all ids and texts, which names this state of the corpus."""
    whole = hashlib.sha256()
    for release in releases:
        whole.update(f"{release.release_id} {release.text_sha256}\n".encode())
    return whole.hexdigest()
