"""An embedder that embeds no text twice, while it lives and, with a folder, ever."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from index.encoders.embedder import ReadQuery, SentenceTransformerEmbedder, Vectors


class CachedEmbedder(SentenceTransformerEmbedder):
    """A model that remembers the vectors of documents, also in a folder, and what it read of questions."""

    def __init__(self, model: str = "", folder: Path | None = None) -> None:
        """Take the default model, or another, and know what the folder keeps of it."""
        super().__init__(model)
        self._known: dict[bytes, Vectors] = {}
        self._read: dict[str, ReadQuery] = {}
        self._kept = folder / f"{self.digest[:16]}-{self.dtype}.npz" if folder else None
        if self._kept and self._kept.exists():
            with np.load(self._kept) as kept:
                self._known = dict(zip(map(bytes, kept["keys"]), kept["vectors"].astype(np.float32), strict=True))

    def encode_document(self, texts: Sequence[str], progress: Callable[[int], None]) -> Vectors:
        """Return the vectors of texts, ``(n, dim)``."""
        keys = [hashlib.sha256(text.encode()).digest() for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if new:
            self._known |= dict(zip(new, super().encode_document(list(new.values()), progress), strict=True))
        return np.stack([self._known[key] for key in keys]) if keys else super().encode_document([], progress)

    def documents(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of texts, ``(n, dim)``, and tell nobody how far it is."""
        return self.encode_document(texts, lambda _: None)

    def read_query(self, text: str) -> ReadQuery:
        """Return the vector of a question and of its words."""
        if text not in self._read:
            self._read[text] = super().read_query(text)
        return self._read[text]

    def save(self) -> None:
        """Keep the vectors in the folder."""
        if self._kept:
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            keys = np.frombuffer(b"".join(self._known), np.uint8).reshape(len(self._known), -1)
            vectors = np.stack(list(self._known.values())).astype(np.float16)
            temporary = self._kept.with_suffix(".new.npz")
            np.savez(temporary, keys=keys, vectors=vectors)
            temporary.replace(self._kept)
