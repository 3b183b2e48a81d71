"""Embeds the texts of a segment. A text whose vector is in corpus.db already is not embedded again."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from index.building.memory import give_memory_back
from index.database.corpus_db import CorpusStore
from index.database.embeddings import EmbeddingKey
from index.encoders.batches import slices
from index.encoders.embedder import Embedder
from index.results import Phase, Progress, Step

Halves = NDArray[np.float16]

_CACHE_BATCH = 2048


class _Matrix:
    """The vectors of texts, one a row, as they come in. Texts that are alike share a vector."""

    def __init__(self, digests: Sequence[bytes]) -> None:
        """Take the digest of the text of each row."""
        self._rows = len(digests)
        self._first: dict[bytes, int] = {}
        self._again: list[tuple[int, int]] = []
        for row, digest in enumerate(digests):
            first = self._first.setdefault(digest, row)
            if first != row:
                self._again.append((row, first))
        self._filled = np.zeros(self._rows, bool)
        self._vectors: Halves | None = None

    def put(self, vectors: Iterable[tuple[bytes, bytes]]) -> None:
        """Take vectors as bytes, each after the digest of its text."""
        for digest, vector in vectors:
            row = self._first[digest]
            self._whole(len(vector) // 2)[row] = np.frombuffer(vector, np.float16)
            self._filled[row] = True

    def put_rows(self, rows: Sequence[int], vectors: Halves) -> None:
        """Take the vectors of rows."""
        self._whole(vectors.shape[1])[rows] = vectors
        self._filled[rows] = True

    def missing(self) -> list[int]:
        """Return the first row of each text that has no vector yet."""
        return [row for row in self._first.values() if not self._filled[row]]

    def whole(self) -> Halves | None:
        """Return all vectors, ``(n, dim)``; None where some are missing, or there are none."""
        if self._vectors is None or self.missing():
            return None
        if self._again:
            rows, firsts = map(list, zip(*self._again, strict=True))
            self._vectors[rows] = self._vectors[firsts]
        return self._vectors

    def _whole(self, dim: int) -> Halves:
        if self._vectors is None:
            self._vectors = np.empty((self._rows, dim), np.float16)
        return self._vectors


def embed(
    store: CorpusStore, embedder: Embedder, texts: Callable[[], Iterator[str]], progress: Progress
) -> tuple[Halves, int]:
    """Return the vectors of texts, ``(n, dim)``, and how many of these were not in the cache and had to be embedded.

    Vectors are rounded to float16 before they are used, so that a cached vector is the same as a new one. Only the
    texts that are embedded are kept in memory.

    :param texts: yields the texts, each time that it is called.
    """
    digests = list(map(text_digest, texts()))
    key = EmbeddingKey(embedder.digest, embedder.dtype, embedder.document_prompt)
    matrix = _Matrix(digests)
    matrix.put(store.embeddings.each_cached(key, digests))
    rows = matrix.missing()
    wanted = frozenset(rows)
    missing = {row: text for row, text in enumerate(texts()) if row in wanted}
    rows.sort(key=lambda row: -len(missing[row]))
    report = _counter(progress, len(rows))
    for batch in slices(rows, _CACHE_BATCH):
        vectors = embedder.encode_document([missing.pop(row) for row in batch], report).astype(np.float16)
        matrix.put_rows(batch, vectors)
        store.embeddings.keep(key, {digests[row]: vector.tobytes() for row, vector in zip(batch, vectors, strict=True)})
        give_memory_back()
    whole = matrix.whole()
    if whole is None:  # There are no texts.
        whole = embedder.encode_document([], report).astype(np.float16)
    return whole, len(rows)


def kept_vectors(store: CorpusStore, model: str, texts: Iterable[str]) -> Halves | None:
    """Return the vectors that a model gave texts, ``(n, dim)``; None where some were not kept, or there are no texts.

    :param model: the digest of the model.
    """
    digests = list(map(text_digest, texts))
    known = store.embeddings.of_model(model, digests)
    if known is None:
        return None
    matrix = _Matrix(digests)
    matrix.put(known.items())
    return matrix.whole()


def text_digest(text: str) -> bytes:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).digest()


def _counter(progress: Progress, total: int) -> Callable[[int], None]:
    done = 0

    def report(count: int) -> None:
        nonlocal done
        done += count
        progress(Step(Phase.EMBED, done, total))

    report(0)
    return report
