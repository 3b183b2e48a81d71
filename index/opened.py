"""A generation opened for reading: what every question is asked of."""

import numpy as np
from numpy.typing import NDArray

from corpus.errors import GenerationError
from index.columns import ReleaseColumns
from index.generations import Generations, Layout, Manifest
from index.lexical import LexicalIndex
from index.store.passages import PassageStore
from index.vectors import VectorIndex


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
        self.sentences: NDArray[np.float16] = np.load(layout.sentences, mmap_mode="r")
        self.releases = self.passages.releases()
        self.visible = np.array([served.release.release_id not in removed for served in self.releases], dtype=bool)
        self.columns = ReleaseColumns([served.release for served in self.releases])
        self._first_passages = np.array([served.first_passage for served in self.releases], dtype=np.int64)
        counts = (len(self.releases), len(self.vectors), len(self.lexical), len(self.sentences))
        if counts != (manifest.releases, manifest.passages, manifest.passages, manifest.sentences):
            raise GenerationError(
                f"The files of generation {manifest.generation} do not fit each other: run `measures index build`."
            )

    def passage_rows(self, releases: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which passages, ``(passages,)``, belong to the releases marked, ``(releases,)``."""
        counts = np.diff(self._first_passages, append=self.manifest.passages)
        return np.repeat(releases, counts)

    def neighbours(self, row: int) -> tuple[int, int]:
        """Return the rows of the passage before and after one, within its release; its own where there is none."""
        release = int(np.searchsorted(self._first_passages, row, side="right")) - 1
        first = int(self._first_passages[release])
        last = int(self._first_passages[release + 1]) if release + 1 < len(self.releases) else self.manifest.passages
        return max(first, row - 1), min(last - 1, row + 1)

    def close(self) -> None:
        """Close what holds files open."""
        self.passages.close()


def open_served(
    generations: Generations, removed: frozenset[str], model: str, *, digests: bool = False
) -> OpenGeneration | None:
    """Open the generation that CURRENT names; None before the first build.

    :param model: the model's name in the settings, which the generation must have been built with.
    :raises GenerationError: when it is damaged or does not fit the settings; it is then not served.
    """
    generation = generations.current()
    if generation is None:
        return None
    manifest = generations.check(generation, digests=digests)
    if manifest.model != model:
        raise GenerationError(
            f"Generation {generation} was built with the model {manifest.model}, MEASURES_MODEL says {model}: "
            "run `measures index build`."
        )
    return OpenGeneration(generations.layout(generation), manifest, removed)
