"""Pages cleaned a second, over a bare `trafilatura.extract` of the same pages with the same options.

    python -m tests.bench.cleaning [FOLDER]

FOLDER holds pages in HTML: by default the real ones beside this checkout, or those of the fixtures.
"""

import argparse
import gc
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import trafilatura

from corpus.cleaning.clean import clean
from tests.bench.timing import line
from tests.conftest import FIXTURES, SHARED

ROUNDS = 30


def bare(page: bytes) -> None:
    """Extract once, with the options of `corpus.cleaning.html_page`."""
    trafilatura.extract(page, include_formatting=True, include_tables=True, include_comments=False)


def ours(page: bytes) -> None:
    clean(page, "page.html")


def seconds(act: Callable[[bytes], None], pages: Sequence[bytes]) -> float:
    gc.collect()
    began = time.perf_counter()
    for page in pages:
        act(page)
    return time.perf_counter() - began


def main() -> None:
    """Alternate between the two, so that what else the machine does meets both, and print the ratio of medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = SHARED / "pages" if SHARED.is_dir() else FIXTURES / "pages"
    parser.add_argument("folder", type=Path, nargs="?", default=default)
    folder = parser.parse_args().folder
    pages = [path.read_bytes() for path in sorted(folder.glob("*.html"))]
    rounds = [(seconds(bare, pages), seconds(ours, pages)) for _ in range(ROUNDS)][2:]
    reference, taken = (statistics.median(column) for column in zip(*rounds, strict=True))
    name = f"pages cleaned a second ({len(pages) / taken:.0f}), over bare trafilatura.extract"
    line(name, reference / taken, ">= 0.8", "x")


if __name__ == "__main__":
    main()
