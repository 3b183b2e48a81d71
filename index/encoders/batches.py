"""Splits texts into batches with little padding, and computes the batches side by side, one on each core.

A core that has its own batch waits for no other. Where several threads share a batch they wait for each other after
each of its layers, which takes many times as long when another process uses one of the cores.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from index.encoders.libraries import torch_threads

Result = TypeVar("Result")


def cores() -> int:
    """Return how many cores torch may use."""
    import torch

    return torch.get_num_threads()


def map_on_cores(compute: Callable[[list[int]], Result], batches: Sequence[list[int]]) -> Iterator[Result]:
    """Compute batches, one at a time on each core, and give the results in the order of the batches."""
    count = min(cores(), len(batches))
    with torch_threads(1), ThreadPoolExecutor(count) as pool:  # All threads have the number that was set last.
        yield from pool.map(compute, batches)


def slices(order: Sequence[int], size: int) -> list[list[int]]:
    """Cut an order into batches of a size."""
    return [list(order[start : start + size]) for start in range(0, len(order), size)]


def balanced(lengths: Sequence[int], most: int) -> list[list[int]]:
    """Split texts into at most so many batches that the largest is as small as possible, the longest texts first.

    :param lengths: how many word pieces each text has. A batch is as large as its longest text times its texts.
    """
    order = sorted(range(len(lengths)), key=lambda number: -lengths[number])
    sizes = sorted({length * count for length in set(lengths) for count in range(1, len(lengths) + 1)})
    splits = (_within(lengths, order, size) for size in sizes)
    return next((batches for batches in splits if len(batches) <= most), [])


def _within(lengths: Sequence[int], order: Sequence[int], size: int) -> list[list[int]]:
    """Cut an order, longest first, into batches that are at most that large, unless a single text is larger."""
    batches: list[list[int]] = []
    for number in order:
        if batches and lengths[batches[-1][0]] * (len(batches[-1]) + 1) <= size:
            batches[-1].append(number)
        else:
            batches.append([number])
    return batches
