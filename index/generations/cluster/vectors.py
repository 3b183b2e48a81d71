"""The vectors of the passages in PostgreSQL, searched by pgvector.

Where few passages may be found, all of them are compared. Else an ivfflat index, built once a generation, gives
candidates. Their order is computed here, from the same numbers as files hold.
"""

import math

import numpy as np
from numpy.typing import NDArray

from index.database.link import Link
from index.encoders.embedder import Vectors
from index.generations.cluster.arrays import from_halfvecs, halfvec
from index.generations.generation import Flags, Rows

EXACT_MAX_ROWS = 20_000
_SPARE = 2  # So many times as many candidates as are asked for: the database compares with 16 bits.


def lists_of(passages: int) -> int:
    """Return how many lists an ivfflat index has. More than 2,000 would take gigabytes while it is built."""
    return min(2_000, max(1, round(4 * math.sqrt(passages))))


class PassageColumn:
    """The column `v` of the table of passages."""

    def __init__(self, link: Link, schema: str, passages: int, dim: int) -> None:
        """Take the connection and the schema of the generation."""
        self._link = link
        self._table = f"{schema}.passages"
        self._passages = passages
        self._dim = dim

    def __len__(self) -> int:
        """Return the number of passages."""
        return self._passages

    def search(self, vector: Vectors, k: int, allowed: Flags | None = None) -> Rows:
        """Return the at most `k` nearest passages, best first.

        :raises ValueError: when the vector does not have the dimension of the passages.
        """
        if vector.shape != (self._dim,):
            raise ValueError(f"expected a vector of {self._dim} numbers, found shape {vector.shape}")
        if k <= 0 or not self._passages:
            return np.empty(0, dtype=np.int64)
        rows, vectors = self._candidates(vector, _SPARE * k, allowed)
        best = np.lexsort((rows, -(vectors @ vector)))[:k]
        return rows[best]

    def rows(self, rows: Rows) -> Vectors:
        """Return the vectors of passages, ``(n, dim)`` float32."""
        wanted, places = np.unique(rows, return_inverse=True)
        sql = f"SELECT halfvec_send(v) FROM {self._table} WHERE row = ANY(%s::int[]) ORDER BY row"
        rows_found = self._link.rows(sql, [wanted.tolist()])
        return from_halfvecs([value for (value,) in rows_found], self._dim)[places]

    def _candidates(self, vector: Vectors, count: int, allowed: Flags | None) -> tuple[Rows, Vectors]:
        few = (self._passages if allowed is None else int(allowed.sum())) <= EXACT_MAX_ROWS
        where, values = self._where(allowed, few=few)
        distance = "(v <#> %s::halfvec) + 0" if few else "v <#> %s::halfvec"  # The index serves only the second.
        sql = f"SELECT row, halfvec_send(v) FROM {self._table} {where} ORDER BY {distance} LIMIT %s"
        rows_found = self._link.rows(sql, [*values, halfvec(vector), count])
        rows = np.array([row for row, _ in rows_found], dtype=np.int64)
        return rows, from_halfvecs([value for _, value in rows_found], self._dim)

    def _where(self, allowed: NDArray[np.bool_] | None, *, few: bool) -> tuple[str, list[object]]:
        if allowed is None or allowed.all():
            return "", []
        if few:
            return "WHERE row = ANY(%s::int[])", [np.flatnonzero(allowed).tolist()]
        return "WHERE get_bit(%s, row) = 1", [np.packbits(allowed, bitorder="little").tobytes()]
