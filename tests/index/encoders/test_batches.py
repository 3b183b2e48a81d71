"""Texts are split into batches with little padding, which the cores compute side by side."""

import itertools
import threading

import pytest
import torch

from index.encoders.batches import balanced, map_on_cores
from index.encoders.libraries import torch_threads


def size(lengths: list[int], batch: list[int]) -> int:
    return len(batch) * max(lengths[number] for number in batch)


@pytest.mark.parametrize("most", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("lengths", [[63, 63, 68, 46, 93], [10], [7, 7, 7, 7], [100, 1, 1, 1, 1, 1]])
def test_largest_batch_is_as_small_as_it_can_be(lengths: list[int], most: int) -> None:
    batches = balanced(lengths, most)
    assert sorted(itertools.chain.from_iterable(batches)) == list(range(len(lengths)))
    assert len(batches) <= most
    order = sorted(lengths, reverse=True)
    cuts = [
        (0, *chosen, len(order))
        for count in range(min(most, len(order)))
        for chosen in itertools.combinations(range(1, len(order)), count)
    ]
    best = min(max(order[begin] * (end - begin) for begin, end in itertools.pairwise(cut)) for cut in cuts)
    assert max(size(lengths, batch) for batch in batches) == best


def test_batches_are_computed_side_by_side_by_one_thread_each() -> None:
    before = torch.get_num_threads()
    together = threading.Barrier(2, timeout=20)

    def compute(batch: list[int]) -> tuple[int, int]:
        together.wait()  # It waits in vain, and raises, unless two batches are computed at once.
        return sum(batch), torch.get_num_threads()

    with torch_threads(2):
        assert list(map_on_cores(compute, [[1, 2], [3, 4]])) == [(3, 1), (7, 1)]
    assert torch.get_num_threads() == before
