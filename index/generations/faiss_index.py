"""Vectors and nearest neighbours. Only this module knows FAISS.

The ids are row numbers, so that no id can be added twice. The metric is the inner product, which is the cosine where
rows are L2-normalised.
"""

from functools import cached_property
from pathlib import Path
from typing import Any

import faiss as _faiss
import numpy as np
from numpy.typing import NDArray

from corpus import GenerationError
from index.database.faults import storage_error, unreadable
from index.encoders.embedder import Vectors

faiss: Any = _faiss  # The stubs of FAISS lack the arguments that its Python layer adds.

# A flat search reads every vector: 6.8 ms for 100,000 rows of 384. An inverted file with 8-bit codes takes 0.3 ms for
# 1,000,000 rows, with recall@10 0.984 when 16 of 4096 lists are probed. Here twice as many are probed, because smaller
# indexes have fewer lists.
FLAT_MAX_ROWS = 50_000
PROBES = 32
# With a filter, lists are probed until so many rows that it leaves were compared; where it leaves no more, all of them
# are. This finds .96 to 1.00 of the ten nearest, also where what is left is all of one subject and the question is not.
COMPARED = 2_000
_AT_ONCE = 1_000  # FAISS starts threads to decode more rows at once.
_ADDED_ROWS = 4096


class VectorIndex:
    """An immutable index over the rows of a matrix."""

    def __init__(self, index: Any) -> None:  # noqa: ANN401
        """Wrap a FAISS index; use `build` or `load`."""
        self._index = index
        self._inverted = isinstance(index, faiss.IndexIVF)

    def __len__(self) -> int:
        """The number of rows."""
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        """The number of columns."""
        return int(self._index.d)

    @classmethod
    def build(cls, vectors: Vectors | NDArray[np.float16]) -> "VectorIndex":
        """Index a matrix, ``(n, dim)`` float32 or float16, rows L2-normalised.

        :raises ValueError: when the matrix is not of that shape and type.
        """
        if vectors.ndim != 2 or vectors.dtype not in (np.float32, np.float16):
            raise ValueError(
                f"expected a matrix of float32 or float16, found {vectors.ndim} dimensions of {vectors.dtype}"
            )
        rows, dim = vectors.shape
        if rows <= FLAT_MAX_ROWS:
            index = faiss.IndexFlatIP(dim)
        else:
            lists = 1 << round(np.log2(4 * np.sqrt(rows)))
            index = faiss.index_factory(dim, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
            sample = np.random.default_rng(0).choice(rows, min(rows, 40 * lists), replace=False)
            index.train(vectors[np.sort(sample)].astype(np.float32, copy=False))
        for start in range(0, rows, _ADDED_ROWS):  # All of them in float32 would take as much memory as the index.
            index.add(np.ascontiguousarray(vectors[start : start + _ADDED_ROWS], np.float32))
        return cls(index)

    def search(self, vector: Vectors, k: int, allowed: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """Return the at most `k` nearest rows, ``(n,)``, best first.

        :param vector: ``(dim,)`` float32, L2-normalised.
        :param allowed: ``(n,)``, True for the rows that may be found.
        :raises ValueError: when the vector does not have the index's dimension.
        """
        if vector.shape != (self.dim,):
            raise ValueError(f"expected a vector of {self.dim} numbers, found shape {vector.shape}")
        return self.scored(vector, k, allowed)[1]

    def scored(
        self, vector: Vectors, k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return what `search` returns, after the inner products."""
        k = min(k, len(self))
        if k <= 0:
            return np.empty(0, dtype=np.float32), np.empty(0, dtype=np.int64)
        asked = vector.reshape(1, -1).astype(np.float32, copy=False)
        left = np.flatnonzero(allowed) if self._inverted and allowed is not None else None
        if left is not None and len(left) <= COMPARED:
            return self._best_of(left, asked[0], k)
        scores, rows = self._index.search(asked, k, params=self._params(asked, allowed, left))
        exists = rows[0] >= 0
        return scores[0][exists], rows[0][exists]

    def _best_of(
        self, rows: NDArray[np.int64], vector: Vectors, k: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Compare a vector with some rows, and return the highest inner products with their rows."""
        parts = [self.rows(rows[first : first + _AT_ONCE]) @ vector for first in range(0, len(rows), _AT_ONCE)]
        scores = np.concatenate(parts) if parts else np.empty(0, dtype=np.float32)
        best = np.argsort(-scores, kind="stable")[:k]
        return scores[best], rows[best]

    def rows(self, rows: NDArray[np.int64]) -> Vectors:
        """Return the vectors of rows, ``(n, dim)`` float32; an inverted file keeps them in 8 bits."""
        if not len(rows):
            return np.empty((0, self.dim), dtype=np.float32)
        vectors: Vectors = self._index.reconstruct_batch(rows)
        return vectors

    def save(self, path: Path) -> None:
        """Write the index to a file.

        :raises StorageError: when it cannot be written.
        """
        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:
            raise storage_error(path, error) from error

    @classmethod
    def load(cls, path: Path) -> "VectorIndex":
        """Read an index from a file. The lists of an inverted file stay on the disk, mapped into memory.

        :raises GenerationError: when it is no index.
        """
        try:
            index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP)
            if isinstance(index, faiss.IndexIVF):
                index.make_direct_map()
                # FAISS would start a thread for each list that is probed, to read it ahead. Starting them takes longer
                # than comparing the vectors in memory.
                faiss.downcast_InvertedLists(index.invlists).prefetch_nthread = 0
            return cls(index)
        except RuntimeError as error:
            damaged = GenerationError(
                f"{path.name} of generation {path.parent.name} is damaged: "
                "run `measures index rollback` or `measures index build`."
            )
            raise unreadable(path, damaged) from error

    def _params(self, asked: Vectors, allowed: NDArray[np.bool_] | None, left: NDArray[np.int64] | None) -> Any:  # noqa: ANN401
        if allowed is None:
            return faiss.SearchParametersIVF(nprobe=PROBES) if self._inverted else None
        selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        if left is None:
            return faiss.SearchParameters(sel=selector)
        nearest = self._index.quantizer.search(asked, self._index.nlist)[1][0]
        held = np.bincount(self._list_of[left], minlength=self._index.nlist)[nearest]
        probes = max(PROBES, int(np.searchsorted(np.cumsum(held), COMPARED)) + 1)
        return faiss.SearchParametersIVF(sel=selector, nprobe=min(probes, self._index.nlist))

    @cached_property
    def _list_of(self) -> NDArray[np.int32]:
        """Which list of the inverted file holds each row, ``(n,)``."""
        self._index.make_direct_map()
        lists: NDArray[np.int32] = (faiss.vector_to_array(self._index.direct_map.array) >> 32).astype(np.int32)
        return lists
