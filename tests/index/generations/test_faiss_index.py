"""The seam to FAISS: what it gives back are rows, and nothing else."""

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest

from corpus.errors import GenerationError
from index.encoders.embedder import Vectors
from index.generations.faiss_index import COMPARED, FLAT_MAX_ROWS, PROBES, VectorIndex


def unit_rows(rows: int, dim: int = 8, seed: int = 0) -> Vectors:
    matrix = np.random.default_rng(seed).standard_normal((rows, dim)).astype(np.float32)
    normalised: Vectors = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    return normalised


def test_nearest_rows_come_first_and_no_row_is_invented() -> None:
    vectors = unit_rows(3)
    index = VectorIndex.build(vectors)
    assert index.search(vectors[1], 10).tolist()[0] == 1
    assert sorted(index.search(vectors[1], 10).tolist()) == [0, 1, 2]


def test_only_allowed_rows_are_found() -> None:
    vectors = unit_rows(40)
    allowed = np.zeros(40, dtype=bool)
    allowed[[5, 17]] = True
    assert sorted(VectorIndex.build(vectors).search(vectors[3], 10, allowed).tolist()) == [5, 17]
    assert VectorIndex.build(vectors).search(vectors[3], 10, np.zeros(40, dtype=bool)).tolist() == []


def test_wrong_dimension_is_refused_with_a_message() -> None:
    with pytest.raises(ValueError, match="expected a vector of 8 numbers"):
        VectorIndex.build(unit_rows(3)).search(np.ones(9, dtype=np.float32), 1)
    with pytest.raises(ValueError, match="expected a matrix of float32"):
        VectorIndex.build(unit_rows(3).astype(np.float64))  # type: ignore[arg-type]


def test_empty_index_finds_nothing() -> None:
    index = VectorIndex.build(np.empty((0, 8), dtype=np.float32))
    assert len(index) == 0
    assert index.search(np.ones(8, dtype=np.float32), 5).tolist() == []


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    vectors = unit_rows(20)
    VectorIndex.build(vectors).save(tmp_path / "vectors.faiss")
    loaded = VectorIndex.load(tmp_path / "vectors.faiss")
    assert np.array_equal(loaded.rows(np.arange(20)), vectors)


def test_truncated_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    VectorIndex.build(unit_rows(20)).save(path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(GenerationError, match=r"vectors\.faiss of generation .* is damaged"):
        VectorIndex.load(path)


def test_large_index_finds_the_nearest_row(tmp_path: Path) -> None:
    vectors = unit_rows(FLAT_MAX_ROWS + 1_000, dim=16)
    VectorIndex.build(vectors).save(tmp_path / "vectors.faiss")
    index = VectorIndex.load(tmp_path / "vectors.faiss")
    queries = unit_rows(20, dim=16, seed=1)
    nearest = np.argmax(queries @ vectors.T, axis=1)
    assert np.mean([row in index.search(query, 10) for query, row in zip(queries, nearest, strict=True)]) >= 0.9
    assert np.allclose(index.rows(np.array([7])), vectors[[7]], atol=0.02)
    counters: Any = faiss.cvar
    statistics = counters.indexIVF_stats
    for share in (0.5, 0.1, 0.01):  # What is left is all on one side, as what a filter leaves is of one subject.
        side = vectors[:, 0] >= np.quantile(vectors[:, 0], 1 - share)
        statistics.reset()
        rows_found = [index.search(query, 10, side) for query in queries]
        best = [np.argsort(-np.where(side, vectors @ query, -2))[:10] for query in queries]
        assert np.mean([len(np.intersect1d(*each)) / 10 for each in zip(rows_found, best, strict=True)]) >= 0.9
        assert all(side[rows].all() for rows in rows_found)
        compared = statistics.ndis / len(queries)
        assert compared < 2 * COMPARED + 2 * PROBES * len(index) / index._index.nlist, share


def test_half_floats_are_indexed_as_floats_are(tmp_path: Path) -> None:
    """More rows than are added at once."""
    halves = unit_rows(9_000).astype(np.float16)
    for name, vectors in (("halves", halves), ("floats", halves.astype(np.float32))):
        VectorIndex.build(vectors).save(tmp_path / name)
    assert (tmp_path / "halves").read_bytes() == (tmp_path / "floats").read_bytes()
