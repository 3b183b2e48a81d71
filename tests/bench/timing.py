"""How long something takes, and a line that says it beside what is wanted."""

import statistics
import time
from collections.abc import Callable, Sequence


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def median_s(act: Callable[[], object], times: int) -> float:
    """Return the median time of an act, in seconds, after three rounds of warming up."""
    return statistics.median([seconds(act) for _ in range(times + 3)][3:])


def in_turns(acts: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """Time acts in turns, and return of each the seconds that a fifth of its rounds stay below."""
    taken = [[seconds(act) for act in acts] for _ in range(rounds + 2)][2:]
    return [sorted(column)[len(column) // 5] for column in zip(*taken, strict=True)]


def line(name: str, value: float, bound: str, unit: str = "") -> None:
    print(f"{name:<62}{value:>8.2f}{unit:<3} {bound}", flush=True)
