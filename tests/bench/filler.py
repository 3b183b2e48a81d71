"""Releases without end, made of the sentences of the development corpus, with vectors between those of real texts."""

import datetime
import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import faiss
import numpy as np

from corpus.models import Release
from index.encoders.embedder import ReadQuery, Vectors
from index.text.passages import chunk
from tests.cached_embedder import CachedEmbedder

_ISSUERS = 200
_NEIGHBOURS = 8
_MIXED = 3
_FIRST_DAY = datetime.date(1990, 1, 1)
_DAYS = 13_000


class Filler:
    """Recombines sentences across releases. The same number always gives the same release."""

    def __init__(self, releases: Sequence[Release]) -> None:
        """Take the releases whose sentences and titles are used."""
        self._titles = [release.title for release in releases]
        self._bodies: list[tuple[str, list[int]]] = []
        self._sentences: dict[str, list[str]] = {}
        for release in releases:
            cut = chunk(release)
            spans = [span for passage in cut for span in passage.sentences]
            self._bodies.append((release.language, [len(passage.sentences) for passage in cut]))
            self._sentences.setdefault(release.language, []).extend(release.text[s.start : s.end] for s in spans)

    def release(self, number: int) -> Release:
        """Return the release with a number: as long as a real one, of sentences of its language, of a new issuer."""
        draw = np.random.default_rng(number)
        language, lengths = self._bodies[draw.integers(len(self._bodies))]
        pool = self._sentences[language]
        drawn = iter(draw.integers(len(pool), size=sum(lengths)).tolist())
        text = "\n\n".join(" ".join(pool[next(drawn)] for _ in range(length)) for length in lengths)
        day = _FIRST_DAY + datetime.timedelta(days=int(draw.integers(_DAYS)))
        issuer = f"Filler Office {number % _ISSUERS}"
        words = " ".join(self._titles[each] for each in draw.integers(len(self._titles), size=2)).split()
        title = " ".join(draw.permutation(words)[:12])
        return Release(f"{day}-filler-{number}", title, issuer, day, language, text)

    def upto(self, passages: int) -> Iterator[Release]:
        """Yield releases that have about so many passages together."""
        number = count = 0
        while count < passages:
            release = self.release(number)
            count += len(chunk(release))
            number += 1
            yield release


class Interpolating(CachedEmbedder):
    """The default model for questions and for texts that it was shown; other texts lie between these."""

    def __init__(self, folder: Path, real: Sequence[str], tell: Callable[[int], None] = lambda _: None) -> None:
        """Embed some texts, which are kept in the folder, and find which of them are neighbours."""
        super().__init__(folder=folder)
        self._sample = super().encode_document(list(dict.fromkeys(real)), tell)
        self.save()
        index = faiss.IndexFlatIP(self._sample.shape[1])
        index.add(self._sample)
        self._near = index.search(self._sample, _NEIGHBOURS)[1]

    def embed_query(self, text: str) -> ReadQuery:
        """Read a question as if it were new."""
        self._read.pop(text, None)
        return self.read_query(text)

    def encode_document(self, texts: Sequence[str], progress: Callable[[int], None]) -> Vectors:
        """Return the vectors of texts, ``(n, dim)``, always the same for the same text."""
        progress(len(texts))
        keys = [hashlib.sha256(text.encode()).digest() for text in texts]
        if not keys:
            return np.empty((0, self._sample.shape[1]), dtype=np.float32)
        vectors = self._between(np.frombuffer(b"".join(keys), dtype="<u4").reshape(len(keys), 8))
        for place, key in enumerate(keys):
            if key in self._known:
                vectors[place] = self._known[key]
        return vectors

    def _between(self, drawn: np.ndarray) -> Vectors:
        """Return points between a text and two of its neighbours, as 256 drawn bits say, ``(n, 8)``."""
        rows = self._near[drawn[:, 0] % len(self._near)]
        mixed = np.take_along_axis(rows, (drawn[:, 1:4] % _NEIGHBOURS).astype(np.int64), axis=1)
        weights = -np.log((drawn[:, 4 : 4 + _MIXED].astype(np.float64) + 1) / 2**32)
        weights /= weights.sum(axis=1, keepdims=True)
        vectors: Vectors = np.einsum("nk,nkd->nd", weights, self._sample[mixed]).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors
