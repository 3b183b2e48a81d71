"""A reader that reads no pair twice, while it lives and, with a folder, ever."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoders.embedder import SentenceTransformerEmbedder
from index.encoders.marks import after_title
from index.encoders.reader import PairReader, Reading
from index.encoders.unpacked import sha256_of


class CachedReader(PairReader):
    """The reader, which remembers what it said of pairs."""

    def __init__(
        self, encoder: SentenceTransformerEmbedder, adapter: Path | None = None, folder: Path | None = None
    ) -> None:
        """Take the default model, as `PairReader` does, and know what the folder keeps of it."""
        super().__init__(encoder, adapter)
        self._known: dict[str, float] = {}
        self._marked: dict[str, Reading] = {}
        self._kept = folder / f"{encoder.digest[:12]}-{sha256_of(self._adapter)[:12]}.json" if folder else None
        if self._kept and self._kept.exists():
            self._known = json.loads(self._kept.read_text("utf-8"))

    def read(self, question: str, sentences: Sequence[str]) -> NDArray[np.float64]:
        """Return how surely each sentence answers a question, ``(n,)``."""
        keys = [_key(question, sentence) for sentence in sentences]
        new = {key: text for key, text in zip(keys, sentences, strict=True) if key not in self._known}
        self._known.update(zip(new, super().read(question, list(new.values())).tolist(), strict=True))
        return np.array([self._known[key] for key in keys], np.float64)

    def read_marking(self, question: str, titles: Sequence[str], sentences: Sequence[str]) -> list[Reading]:
        """Return how surely each sentence answers a question, and where; marks are remembered while it lives."""
        texts = list(map(after_title, titles, sentences))
        keys = [_key(question, text) for text in texts]
        new = [row for row, key in enumerate(keys) if key not in self._marked]
        readings = super().read_marking(question, [titles[row] for row in new], [sentences[row] for row in new])
        self._marked.update(zip([keys[row] for row in new], readings, strict=True))
        return [self._marked[key] for key in keys]

    def save(self) -> None:
        """Keep what was read in the folder."""
        if self._kept:
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            self._kept.write_text(json.dumps(self._known), "utf-8")


def _key(question: str, text: str) -> str:
    return hashlib.sha256(f"{question}\n{text}".encode()).hexdigest()[:32]
