"""The vectors of the passages in PostgreSQL, searched by pgvector.

Where few passages may be found, all of them are compared. Else an ivfflat index of each segment gives candidates, and
PostgreSQL merges them. Their order is computed here, from the same numbers as files hold.
"""

import math
from itertools import pairwise

import numpy as np

from index.database.link import Link
from index.encoders.embedder import Vectors
from index.generations.cluster.arrays import from_halfvecs, halfvec
from index.generations.cluster.segments import Segments
from index.generations.generation import Flags, Rows

EXACT_MAX_ROWS = 20_000
_PROBES, _FEWEST_PROBES = 32, 16  # lists that are read of one segment, and of each of many
_SAMPLES_A_LIST, _FEWEST_SAMPLES = 50, 10_000  # as pgvector draws them
_SPARE = 2  # So many times as many candidates as are asked for: the database compares with 16 bits.


def lists_of(passages: int) -> int:
    """Return how many lists an ivfflat index has. More than 2,000 would take gigabytes while it is built."""
    return min(2_000, max(1, round(4 * math.sqrt(passages))))


def index_vectors(link: Link, schema: str, passages: int) -> None:
    """Index the vectors of a segment. Pgvector asks for four bytes for every pair of a sample and a list."""
    lists = lists_of(passages)
    samples = max(_FEWEST_SAMPLES, _SAMPLES_A_LIST * lists)
    megabytes = 128 + 2 * samples * lists * 4 // 1_000_000
    with link.transaction() as connection:
        connection.execute(f"SET LOCAL maintenance_work_mem = '{megabytes}MB'")
        connection.execute(f"CREATE INDEX ON {schema}.passages USING ivfflat (v halfvec_ip_ops) WITH (lists = {lists})")


class PassageColumn:
    """The column `v` of the tables of passages."""

    def __init__(self, link: Link, segments: Segments, dim: int) -> None:
        """Take the connection and the segments of the generation."""
        self._link = link
        self._segments = segments
        self._passages = int(segments.passages[-1])
        self._dim = dim
        self._probes = max(_FEWEST_PROBES, round(_PROBES / math.sqrt(len(segments))))

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
        select = "SELECT row + {passages} AS row, halfvec_send(v) FROM {schema}.passages WHERE row = ANY(%s::int[])"
        vectors = self._segments.numbered(select, wanted, self._segments.passages)
        return from_halfvecs([value for _, value in vectors], self._dim)[places]

    def _candidates(self, vector: Vectors, count: int, allowed: Flags | None) -> tuple[Rows, Vectors]:
        """Return at least `count` of the nearest passages, in no order, with their vectors."""
        if allowed is None or allowed.all():
            allowed = np.ones(self._passages, dtype=bool)
        among = int(allowed.sum())
        of_segments = [allowed[first:last] for first, last in pairwise(self._segments.passages.tolist())]
        numbers = [number for number, own in enumerate(of_segments) if own.any()]
        if not numbers:
            return np.empty(0, dtype=np.int64), np.empty((0, self._dim), dtype=np.float32)
        select, where, values = "SELECT row + {passages} AS row, v FROM {schema}.passages", "", list[object]()
        distance = "v <#> %s::halfvec"
        if among <= EXACT_MAX_ROWS:
            distance = f"({distance}) + 0"  # The index does not serve this.
        if among < self._passages and among <= EXACT_MAX_ROWS:
            select += " WHERE row = ANY(%s::int[])"
            values += [np.flatnonzero(of_segments[number]).tolist() for number in numbers]
        elif among < self._passages:
            # A condition inside the parts of a UNION would keep PostgreSQL from merging their indexes. That the bit
            # is more than 0 seems to it to hold more often than that it is 1: it would compare all passages then.
            where = "WHERE get_bit(%s, row) > 0"
            values.append(np.packbits(allowed, bitorder="little").tobytes())
        each = self._segments.of_each(select, numbers)
        sql = f"SELECT row, halfvec_send(v) FROM ({each}) passages {where} ORDER BY {distance} LIMIT %s"
        self._link.tune("ivfflat.probes", self._probes)
        rows_found = self._link.rows(sql, [*values, halfvec(vector), count])
        rows = np.array([row for row, _ in rows_found], dtype=np.int64)
        return rows, from_halfvecs([value for _, value in rows_found], self._dim)
