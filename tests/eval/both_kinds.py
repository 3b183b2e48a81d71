"""Ask the questions of a folder of files and of PostgreSQL, and compare all figures of `measures eval`.

    python -m tests.eval.both_kinds FOLDER [--url ADDRESS] [--keep FOLDER]

Without an address it starts a PostgreSQL of its own, on Linux. No text is embedded twice; with --keep, not in the next
run either. The exit status is 1 where a figure differs by more than .005.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from index.evaluation.evaluate import Evaluation, Outcome, run_evaluation
from index.settings import IndexSettings
from tests.cached_embedder import CachedEmbedder
from tests.fakes import silent
from tests.postgres import Server, programs

MOST = 0.005


def flat(figures: object, name: str = "") -> Iterator[tuple[str, float]]:
    """Yield every number of a document with the way to it; the curve is left out, whose area is a figure."""
    if isinstance(figures, Mapping):
        for key, value in figures.items():
            if key != "curve":
                yield from flat(value, f"{name} {key}".strip())
    elif isinstance(figures, (list, tuple)):
        for number, value in enumerate(figures):
            yield from flat(value, f"{name} {number}")
    elif isinstance(figures, (int, float)):
        yield name, float(figures)


def differences(files: Evaluation, tables: Evaluation) -> dict[str, tuple[float, float]]:
    """Return each figure of both kinds of storage.

    :raises AssertionError: when one has figures that the other lacks.
    """
    first, second = dict(flat(files.to_dict())), dict(flat(tables.to_dict()))
    assert first.keys() == second.keys(), first.keys() ^ second.keys()
    return {name: (first[name], second[name]) for name in first}


def is_same(name: str, values: tuple[float, float]) -> bool:
    """Tell whether a figure is the same on both; lengths in characters may differ by as large a part."""
    largest = max(1.0, abs(values[0])) if name.endswith("chars_shown") else 1.0
    return abs(values[0] - values[1]) <= MOST * largest


def other_lines(files: list[Outcome], tables: list[Outcome]) -> list[str]:
    """Return the questions whose line in the run file differs, but for scores and confidence."""

    def places(outcome: Outcome) -> list[object]:
        run = outcome.to_run()
        results = [{**passage, "score": 0} for passage in run["passages"]]  # type: ignore[attr-defined]
        return [results, run["answered"], run["quotes"]]

    pairs = zip(files, tables, strict=True)
    return [first.gold.question_id for first, second in pairs if places(first) != places(second)]


@contextmanager
def address(given: str | None) -> Iterator[str]:
    """Give the address of a database: that which is given, or one of a server that ends with the block."""
    if given is not None:
        yield given
        return
    server = Server(programs())
    try:
        yield server.new_database()
    finally:
        server.remove()


def main() -> None:
    """Print both columns, and what differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url")
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    embedder = CachedEmbedder(folder=given.keep)
    in_files, files = run_evaluation(given.folder, IndexSettings(), embedder, silent)
    embedder.save()
    with address(given.url) as url:
        in_tables, tables = run_evaluation(given.folder, IndexSettings(database_url=SecretStr(url)), embedder, silent)
    figures = differences(files, tables)
    for name, (first, second) in figures.items():
        print(f"{name:<40} {first:10.4f} {second:10.4f} {'' if first == second else f'{second - first:+.4f}'}")
    apart = [name for name, values in figures.items() if not is_same(name, values)]
    print(f"{len(figures)} figures, {sum(first != second for first, second in figures.values())} of them differ at all")
    others = other_lines(in_files, in_tables)
    print(f"{len(in_files)} questions, {len(others)} of them with other passages or quotes {others[:10]}")
    if apart:
        sys.exit(f"by more than {MOST}: {', '.join(apart)}")


if __name__ == "__main__":
    main()
