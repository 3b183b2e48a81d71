"""Arrays of numbers as the database holds them: as bytes, or as vectors of pgvector."""

import io
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from index.encoders.embedder import Vectors

_PACKED = 1_024  # vectors at a time
_HEADER_BYTES = 4  # Before the numbers of a halfvec come its dimension and two unused bytes.


def to_bytes(array: NDArray[np.generic]) -> bytes:
    """Return an array as the bytes of a file of NumPy."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def from_bytes(data: bytes) -> NDArray[np.int64]:
    """Read an array that `to_bytes` made."""
    array: NDArray[np.int64] = np.load(io.BytesIO(data), allow_pickle=False)
    return array


def numbers(data: bytes, first: int) -> NDArray[np.int64]:
    """Read a list of rows that a segment counts, and return them as the generation counts, which has `first` before."""
    return np.frombuffer(data, "<u4").astype(np.int64) + first


def halfvec(vector: Vectors) -> str:
    """Return a vector as PostgreSQL reads it."""
    return "[" + ",".join(map(str, vector.tolist())) + "]"


def to_halfvecs(vectors: NDArray[np.float16]) -> Iterator[bytes]:
    """Yield vectors, ``(n, dim)``, as PostgreSQL receives them."""
    header = np.array([vectors.shape[1], 0], dtype=">i2").tobytes()
    for start in range(0, len(vectors), _PACKED):
        for vector in vectors[start : start + _PACKED].astype(">f2"):
            yield header + vector.tobytes()


def from_halfvecs(values: Sequence[bytes], dim: int) -> Vectors:
    """Read vectors as PostgreSQL sends them, ``(n, dim)`` float32."""
    numbers = np.frombuffer(b"".join(value[_HEADER_BYTES:] for value in values), dtype=">f2")
    return numbers.astype(np.float32).reshape(-1, dim)
