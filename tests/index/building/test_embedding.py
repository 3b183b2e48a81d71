"""The vectors of a segment: each text is embedded once, and what is kept in memory is hardly more than the vectors."""

import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import numpy as np
import pytest

from index.building.embedding import embed, kept_vectors
from index.database.corpus_db import CorpusStore
from index.database.home import open_corpus_db
from index.encoders.embedder import Vectors
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, silent


class Noted(FakeEmbedder):
    """Notes what it embeds. Its vectors are as long as those of a real model."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def encode_document(self, texts: Sequence[str], progress: Callable[[int], None]) -> Vectors:
        self.texts += texts
        numbers = np.array([len(text) + ord(text[-1]) / 256 for text in texts], np.float32)
        return np.repeat(numbers[:, None], 384, axis=1)


@pytest.fixture
def store(settings: IndexSettings) -> Iterator[CorpusStore]:
    with closing(open_corpus_db(settings)) as store:
        yield store


def test_each_new_text_is_embedded_once_and_stands_where_it_was(store: CorpusStore) -> None:
    embedder = Noted()
    assert embed(store, embedder, lambda: iter(["bb", "a"]), silent)[1] == 2
    texts = ["dddd", "a", "ccc", "dddd", "bb", "ccc", "eeeee"]
    vectors, embedded = embed(store, embedder, lambda: iter(texts), silent)
    assert (embedded, embedder.texts) == (3, ["bb", "a", "eeeee", "dddd", "ccc"])
    assert np.array_equal(vectors, Noted().encode_document(texts, lambda _: None).astype(np.float16))
    kept = kept_vectors(store, embedder.digest, texts)
    assert kept is not None
    assert np.array_equal(kept, vectors)
    assert kept_vectors(store, embedder.digest, [*texts, "new"]) is None


def test_nothing_to_embed_gives_no_rows(store: CorpusStore) -> None:
    vectors, embedded = embed(store, Noted(), lambda: iter([]), silent)
    assert (vectors.shape, vectors.dtype.name, embedded) == ((0, 384), "float16", 0)
    assert kept_vectors(store, "fa" * 32, []) is None


@pytest.mark.parametrize("known", [False, True])
def test_little_more_than_the_vectors_is_in_memory(store: CorpusStore, known: bool) -> None:
    """So much more is the digests of the texts, and one batch of new vectors."""
    count = 12_000

    def texts() -> Iterator[str]:
        return map(str, range(count))

    if known:
        embed(store, Noted(), texts, silent)
    tracemalloc.start()
    try:
        vectors, embedded = embed(store, Noted(), texts, silent)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert embedded == (0 if known else count)
    assert peak < vectors.nbytes + (6 << 20 if known else 15 << 20)
