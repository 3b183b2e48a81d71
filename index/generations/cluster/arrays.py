"""Arrays of numbers as the database holds them: as bytes, or as vectors of pgvector."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.database.link import Link
from index.encoders.embedder import Vectors

_HEADER_BYTES = 4  # Before the numbers of a halfvec come its dimension and two unused bytes.


def to_bytes(array: NDArray[np.generic]) -> bytes:
    """Return an array as the bytes of a file of NumPy."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def read_array(link: Link, schema: str, name: str) -> NDArray[np.int64]:
    """Return an array of a generation."""
    ((data,),) = link.rows(f"SELECT data FROM {schema}.arrays WHERE name = %s", [name])
    array: NDArray[np.int64] = np.load(io.BytesIO(data), allow_pickle=False)
    return array


def halfvec(vector: Vectors) -> str:
    """Return a vector as PostgreSQL reads it."""
    return "[" + ",".join(map(str, vector.tolist())) + "]"


def from_halfvecs(values: Sequence[bytes], dim: int) -> Vectors:
    """Read vectors as PostgreSQL sends them, ``(n, dim)`` float32."""
    numbers = np.frombuffer(b"".join(value[_HEADER_BYTES:] for value in values), dtype=">f2")
    return numbers.astype(np.float32).reshape(-1, dim)
