"""Pages cleaned a second, over a bare `trafilatura.extract` of the same pages with the same options.

    python -m tests.bench.cleaning [FOLDER]

FOLDER holds pages in HTML, also in folders below: by default those beside this checkout, or those of the fixtures.
"""

import argparse
import gc
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
import trafilatura

from corpus.cleaning.clean import read_source
from corpus.errors import SourceError
from tests.bench.timing import line
from tests.conftest import FIXTURES, SHARED

ROUNDS = 20


def bare(page: bytes) -> None:
    """Extract once, with the options of `corpus.cleaning.html_page`."""
    trafilatura.extract(page, include_formatting=True, include_tables=True, include_comments=False)


def ours(page: bytes) -> None:
    """Clean and inspect once, in the child process where sources are read."""
    with suppress(SourceError):
        read_source(page, "page.html")


def seconds(act: Callable[[bytes], None], pages: Sequence[bytes]) -> tuple[float, float]:
    """Return what an act with all pages takes by the clock, and of the CPU with the child process."""
    gc.collect()
    began, used = time.perf_counter(), cpu()
    for page in pages:
        act(page)
    return time.perf_counter() - began, cpu() - used


def cpu() -> float:
    """Return the seconds of the CPU that this process and its children have used."""
    me = psutil.Process()
    return sum(times.user + times.system for times in (each.cpu_times() for each in (me, *me.children(recursive=True))))


def compare(name: str, pages: Sequence[bytes]) -> None:
    """Alternate between the two, so that what else the machine does meets both, and print the ratios of medians."""
    rounds = [(*seconds(bare, pages), *seconds(ours, pages)) for _ in range(ROUNDS)][2:]
    reference, reference_cpu, taken, taken_cpu = (statistics.median(column) for column in zip(*rounds, strict=True))
    line(f"{name} cleaned a second ({len(pages) / taken:.0f}), over bare", reference / taken, ">= 0.8", "x")
    line("  of the CPU", reference_cpu / taken_cpu, ">= 0.8", "x")


def main() -> None:
    """Compare over all pages, and over those that are not made up for tests."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = SHARED / "pages" if SHARED.is_dir() else FIXTURES / "pages"
    parser.add_argument("folder", type=Path, nargs="?", default=default)
    folder = parser.parse_args().folder
    paths = sorted(folder.rglob("*.html"))
    compare("pages", [path.read_bytes() for path in paths])
    real = [path.read_bytes() for path in paths if path.parent == folder]
    if 0 < len(real) < len(paths):
        compare("real pages", real)


if __name__ == "__main__":
    main()
