"""What a corpus of up to a million passages costs, beside the development corpus alone.

    python -m tests.bench.million [--passages 1000000] [--segment 100000] [--postgres] [--folder FOLDER]

The corpus is the development set, and filler made of its sentences. `filler.py` says how the filler gets its vectors.
Every step is a process of its own, so that its memory is its own. With a folder, what was built there is used again.
"""

import argparse
import datetime
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
from pydantic import SecretStr

from corpus.models import Release
from index.building import plan
from index.building.build import build
from index.database.corpus_db import CorpusStore
from index.database.home import open_corpus_db
from index.engine import Engine
from index.evaluation.gold import load_corpus, load_questions
from index.filters import Filters
from index.generations import kept
from index.generations.reader import OpenGeneration
from index.settings import IndexSettings
from index.text.passages import chunk, context
from tests.bench.filler import Filler, Interpolating
from tests.bench.generation_time import counting
from tests.bench.timing import in_turns, line, median_s
from tests.bench.usage import measured
from tests.conftest import SHARED
from tests.fakes import silent
from tests.postgres import Server, programs

_TIMED, _RECALLED = 24, 100
_BATCH = 500
_BLOCK = 50_000
FILTERS = {
    "": Filters(),
    ", of one body": Filters(agency="ec"),
    ", of one issuer": Filters(issuer="Filler Office 7"),
    ", of five years": Filters(since=datetime.date(2015, 1, 1), until=datetime.date(2019, 12, 31)),
}


def embedder(arguments: argparse.Namespace) -> Interpolating:
    """Return the model, with the vectors of the development set and of a sample of filler."""
    releases = load_corpus(SHARED / "eval")
    texts = [text for release in releases for text in _texts(release)]
    sample = iter(text for release in Filler(releases).upto(10**9) for text in _texts(release))
    return Interpolating(arguments.folder / "vectors", [*texts, *(next(sample) for _ in range(arguments.sample))])


def _texts(release: Release) -> Iterator[str]:
    """Yield what a build embeds of a release."""
    cut = chunk(release)
    yield from (f"{context(release, passage)} {release.text[passage.start : passage.end]}" for passage in cut)
    yield from (f"{release.title}. {release.text[s.start : s.end]}" for passage in cut for s in passage.sentences)


def settings(arguments: argparse.Namespace, name: str) -> IndexSettings:
    """Return the settings of the small corpus or of the large one."""
    folder = arguments.folder / f"{name}-{arguments.passages}"
    folder.mkdir(parents=True, exist_ok=True)
    url = SecretStr(f"{arguments.database}_{name}") if arguments.database else None
    return IndexSettings(data_dir=folder, model="", keep_generations=1, database_url=url)


def fill(arguments: argparse.Namespace, name: str) -> None:
    """Put the development set, and filler up to the size, into the corpus."""
    real = load_corpus(SHARED / "eval")
    filler = Filler(real).upto(arguments.passages - 5_000) if name == "large" else iter(())
    with closing(open_corpus_db(settings(arguments, name))) as store:
        if store.is_new():
            _accept(store, iter(real))
            _accept(store, filler)


def fill_step(arguments: argparse.Namespace) -> None:
    for name in ("small", "large"):
        fill(arguments, name)


def _accept(store: CorpusStore, releases: Iterator[Release]) -> None:
    while batch := list(itertools.islice(releases, _BATCH)):
        with store.writing():
            for release in batch:
                store.accept(release, canonical_url=None, raw_sha256="", cleaner=1, action="added")


def build_step(arguments: argparse.Namespace, name: str) -> None:
    model = embedder(arguments)
    with (
        patch.object(plan, "SEGMENT_PASSAGES", arguments.segment),
        patch.object(kept, "KEPT_FROM", arguments.segment // 2),
        measured(arguments.database) as used,
    ):
        began = time.perf_counter()
        built = build(settings(arguments, name), model, silent)
        taken = time.perf_counter() - began
    what = f"{arguments.step} ({built.manifest.passages} passages, {len(built.manifest.segments)} segments)"
    line(f"{what}", taken, "", "s")
    line(f"{what}: of the CPU", used.seconds, "", "s")
    line(f"{what}: memory of its own", used.own, "<= 2.5", "GB")
    line(f"{what}: with mapped files", used.mapped, "", "GB")
    if arguments.database:
        line(f"{what}: the server's CPU", used.server_seconds, "", "s")
        line(f"{what}: memory of the server beside its cache", used.server, "", "GB")


def add_step(arguments: argparse.Namespace) -> None:
    added = Filler(load_corpus(SHARED / "eval")).release(10**6 + time.time_ns() % 10**6)
    with closing(open_corpus_db(settings(arguments, "large"))) as store:
        _accept(store, iter([added]))
    build_step(arguments, "large")


def questions(count: int) -> list[str]:
    asked = [question.text for question in load_questions(SHARED / "eval")]
    return asked[:: max(1, len(asked) // count)][:count]


def ask_step(arguments: argparse.Namespace) -> None:
    """Time questions of both corpora in turns. They are embedded once, and what that takes is added to both."""
    model = embedder(arguments)
    with (
        Engine(settings(arguments, "small"), model) as small,
        Engine(settings(arguments, "large"), model) as large,
    ):
        embedding = float(np.median([median_s(partial(model.embed_query, text), 3) for text in questions(_TIMED)]))
        line("embedding a question", embedding * 1e3, "", "ms")
        for name, filters in FILTERS.items():
            other = Filters() if filters.issuer else filters
            pairs = [
                in_turns([partial(small.answer, text, other), partial(large.answer, text, filters)], 3)
                for text in questions(_TIMED)
            ]
            before, after = np.median(np.array(pairs), axis=0).tolist()
            bound = "<= 2" if arguments.postgres else "<= 1.5"
            whole = after + embedding
            line(
                f"a question{name} ({whole * 1e3:.0f} ms), over the same of 5,000",
                whole / (before + embedding),
                bound,
                "x",
            )
            line(f"a question{name}, both without its embedding", after / before, "", "x")


def parts_step(arguments: argparse.Namespace) -> None:
    """Measure the CPU time that questions of both corpora spend in the generation. No reader reads."""
    model = embedder(arguments)
    sizes = [settings(arguments, name).model_copy(update={"reader": False}) for name in ("small", "large")]
    with Engine(sizes[0], model) as small, Engine(sizes[1], model) as large:
        with counting(small) as small_taken, counting(large) as large_taken:
            for name, filters in FILTERS.items():
                other = Filters() if filters.issuer else filters
                taken = []
                for text in questions(_TIMED):
                    for _ in range(3):
                        small.answer(text, other)
                        large.answer(text, filters)
                        taken.append((small_taken(), large_taken()))
                rounds = np.array(taken).reshape(-1, 3, 2).min(axis=1).mean(axis=0)
                line(f"CPU time in the generation{name}: 5,000", float(rounds[0]) * 1e3, "", "ms")
                line(f"CPU time in the generation{name}", float(rounds[1]) * 1e3, "", "ms")


def engine_step(arguments: argparse.Namespace) -> None:
    """Measure an engine with the shipped model alone."""
    with measured() as used, Engine(settings(arguments, "large")) as engine:
        began = time.perf_counter()
        engine.answer(questions(1)[0], Filters())
        line("first question of an engine, with loading", time.perf_counter() - began, "", "s")
        for filters in FILTERS.values():
            for text in questions(_TIMED):
                engine.answer(text, filters)
        line("engine that answered: memory of its own", used.own, "< 2", "GB")
        line("engine that answered: with mapped files", used.mapped, "", "GB")


def recall_step(arguments: argparse.Namespace) -> None:
    model = embedder(arguments)
    asked = np.stack([model.read_query(text).vector for text in questions(_RECALLED)])
    with Engine(settings(arguments, "large"), model) as engine:
        generation = engine.served()
        scopes = [generation.scope(filters) for filters in FILTERS.values()]
        allowed = [scope.passages for scope in scopes]
        exact = _exact(generation, model, asked, allowed)
        for place, (name, scope) in enumerate(zip(FILTERS, scopes, strict=True)):
            results = [generation.nearest(vector, 10, scope) for vector in asked]
            shares = [
                len(np.intersect1d(rows, best)) / max(1, len(best))
                for rows, best in zip(results, exact[place], strict=True)
            ]
            line(f"recall@10 against exact search{name}", float(np.mean(shares)), "")


def _exact(
    generation: OpenGeneration, model: Interpolating, asked: np.ndarray, allowed: Sequence[np.ndarray | None]
) -> list[list[np.ndarray]]:
    """Return the rows of the ten nearest passages to each vector, for each filter, of all vectors in fp32."""
    best = [[(np.empty(0), np.empty(0, dtype=np.int64)) for _ in asked] for _ in allowed]
    for rows, vectors in _all_vectors(generation, model):
        scores = vectors @ asked.T
        for place, flags in enumerate(allowed):
            kept = np.arange(len(rows)) if flags is None else np.flatnonzero(flags[rows])
            for number in range(len(asked)):
                old_scores, old_rows = best[place][number]
                both = np.concatenate([old_scores, scores[kept, number]]), np.concatenate([old_rows, rows[kept]])
                first = np.argsort(-both[0], kind="stable")[:10]
                best[place][number] = both[0][first], both[1][first]
    return [[rows for _, rows in each] for each in best]


def _all_vectors(generation: OpenGeneration, model: Interpolating) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the vectors of all passages as they were embedded, with their rows."""
    texts: list[str] = []
    first, last = 0, int(generation.releases_of(np.array([len(generation) - 1]))[0])
    for row in range(last + 1):
        release = generation.release(row)
        texts += [f"{context(release, each.passage)} {each.text}" for each in generation.passages_of(row)]
        if len(texts) >= _BLOCK or row == last:
            yield np.arange(first, first + len(texts)), model.encode_document(texts, lambda _: None)
            first, texts = first + len(texts), []


STEPS = {
    "fill": fill_step,
    "build small": lambda arguments: build_step(arguments, "small"),
    "build": lambda arguments: build_step(arguments, "large"),
    "add": add_step,
    "engine": engine_step,
    "ask": ask_step,
    "parts": parts_step,
    "recall": recall_step,
}


def main() -> None:
    """Run all steps and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--sample", type=int, default=50_000, help="filler texts that are embedded")
    parser.add_argument("--segment", type=int, default=plan.SEGMENT_PASSAGES, help="passages of a segment")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--database", default="", help=argparse.SUPPRESS)
    parser.add_argument("--step", choices=STEPS, action="append")
    arguments = parser.parse_args()
    steps = arguments.step or list(STEPS)
    if arguments.folder and (len(steps) == 1 and (arguments.database or not arguments.postgres)):
        arguments.step = steps[0]
        STEPS[steps[0]](arguments)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = arguments.folder or Path(name)
        print(json.dumps({"passages": arguments.passages, "sample": arguments.sample, "postgres": arguments.postgres}))
        server = Server(programs()) if arguments.postgres else None
        try:
            database = _databases(server) if server else ""
            for step in steps:
                _run(arguments, step, folder, database)
        finally:
            if server is not None:
                server.remove()


def _databases(server: Server) -> str:
    """Make two databases, and return what their addresses have in common."""
    import psycopg

    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        for name in ("small", "large"):
            connection.execute(f"CREATE DATABASE bench_{name}")
    return server.url("bench")


def _run(arguments: argparse.Namespace, step: str, folder: Path, database: str) -> None:
    command = [sys.executable, "-m", "tests.bench.million", "--step", step, "--folder", str(folder)]
    command += ["--passages", str(arguments.passages), "--sample", str(arguments.sample)]
    command += ["--segment", str(arguments.segment)]
    command += ["--postgres", "--database", database] if database else []
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
