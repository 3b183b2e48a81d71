"""Speed and memory, as ratios against bare sentence-transformers in the same run.

    python -m tests.bench.run [--passages 5000]
    python -m tests.bench.run --passages 100000 --made-up-vectors --only ask
    python -m tests.bench.run --only unpack

R is one `SentenceTransformer.encode` of the question in fp32 with its defaults. What is compared is timed in turns, and
the quickest fifth of the rounds counts, so that what else runs on the machine matters little.
"""

import argparse
import datetime
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
from index.encoders.model_files import DEFAULT_MODEL, model_folder
from index.engine import Engine
from index.evaluation.evaluate import temporary_index
from index.evaluation.gold import load_corpus
from index.filters import Filters
from index.maintenance import build_all
from index.settings import IndexSettings
from index.text.passages import chunk
from tests.bench.encoding import bench_embedding, bench_unpack, plain_fp32
from tests.bench.timing import in_turns, line, median_s, seconds
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
_SAMPLED_TEXTS = 192  # Eight batches: enough that each holds texts of about one length.
COLD = """
import sys
from sentence_transformers import SentenceTransformer
SentenceTransformer(sys.argv[1], device="cpu").encode("What will it do?")
"""
ANSWERING = """
import sys
from pathlib import Path
from index.engine import Engine
from index.filters import Filters
from index.settings import IndexSettings
with Engine(IndexSettings(data_dir=Path(sys.argv[1]), model="")) as engine:
    for question in sys.argv[2:]:
        engine.answer(question, Filters())
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
    releases: list[Release] = []
    count = 0
    while count < passages:
        sentences = [
            " ".join(draw.choice(words, length)).capitalize().replace(".", "") + "."
            for length in draw.choice(lengths, 40)
        ]
        day = datetime.date(2020, 1, 1) + datetime.timedelta(days=len(releases))
        title = " ".join(draw.choice(words, 8))
        text = "\n\n".join(" ".join(sentences[number : number + 4]) for number in range(0, 40, 4))
        release = Release(f"{day}-{len(releases)}", title, "European Commission", day, "en", text)
        releases.append(release)
        count += len(chunk(release))
    return releases


class MadeUpVectors(SentenceTransformerEmbedder):
    """The default model for questions; documents get random vectors, which cost nothing and are searched as fast."""

    def encode_document(self, texts: Sequence[str], progress: Callable[[int], None]) -> Vectors:
        """Return random unit vectors, ``(n, 384)``."""
        progress(len(texts))
        vectors = np.random.default_rng(len(texts)).standard_normal((len(texts), 384), dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


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


def bench_build(releases: Sequence[Release]) -> None:
    """Compare the speed of embedding, and count what builds embed. They use made-up vectors, which takes seconds."""
    embedder = SentenceTransformerEmbedder()
    if SHARED.is_dir():
        real = embedded_texts(load_corpus(SHARED / "eval")[::_EVERY_REAL])
        bench_embedding(embedder, "real releases", sampled(real, _SAMPLED_TEXTS))
    bench_embedding(embedder, "made-up releases", sampled(embedded_texts(releases[:_MADE_UP]), _SAMPLED_TEXTS))
    with tempfile.TemporaryDirectory() as folder:
        settings, made_up = IndexSettings(data_dir=Path(folder), model=""), MadeUpVectors()
        fill(settings, releases)
        began = time.perf_counter()
        built = build(settings, made_up, silent)
        whole = time.perf_counter() - began
        line(f"building {built.manifest.passages} passages ({built.embedded} texts), but embedding", whole, "", "s")
        line("embedding nothing after no change: texts", build(settings, made_up, silent).embedded, "= 0")
        changed = releases[0]
        text = changed.text.replace(changed.text.split()[0], "Changed", 1)
        fill_one(settings, Release(changed.release_id, changed.title, changed.issuer, changed.date, "en", text))
        line("one changed sentence: texts embedded", build(settings, made_up, silent).embedded, "<= 4")


def sampled(handed: Sequence[Sequence[str]], count: int) -> list[list[str]]:
    """Return so many of the texts that a build hands over at once, of all lengths alike."""
    texts = [text for batch in handed for text in batch]
    return [sorted(texts, key=len, reverse=True)[:: max(1, len(texts) // count)][:count]]


def fill_one(settings: IndexSettings, release: Release) -> None:
    with closing(open_corpus_db(settings)) as store:
        store.accept(release, canonical_url=None, raw_sha256="", cleaner=1, action="changed")


def bench_ask(settings: IndexSettings, embedder: SentenceTransformerEmbedder) -> None:
    plain = plain_fp32(embedder)
    bare = settings.model_copy(update={"reader": False})
    with Engine(settings, embedder) as engine, Engine(bare, embedder) as unread:
        engine.warm()
        asked = [_ask(engine, unread, plain, embedder, question) for question in QUESTIONS]
        passages = engine.served().manifest.passages
    read, without, query, milliseconds = map(statistics.median, zip(*asked, strict=True))
    line(f"ask, warm, {passages} passages, over R ({milliseconds:.1f} ms)", read, "<= 4", "R")
    line("the same without the reader", without, "<= 1.5", "R")
    line("of it the query's embedding", query, "", "R")


def _ask(
    engine: Engine, unread: Engine, plain: "SentenceTransformer", embedder: SentenceTransformerEmbedder, question: str
) -> tuple[float, float, float, float]:
    """Return the times of an answer, of one without reader and of the query's embedding, over R; of an answer in ms."""
    reference, *ours = in_turns(
        [
            partial(plain.encode, question),
            partial(engine.answer, question, Filters()),
            partial(unread.answer, question, Filters()),
            partial(embedder.encode_query, question),
        ],
        30,
    )
    read, without, query = (each / reference for each in ours)
    return read, without, query, ours[0] * 1e3


def bench_cold(data: Path) -> None:
    environment = os.environ | {"MEASURES_DATA_DIR": str(data), "HF_HUB_OFFLINE": "1"}
    measures = Path(sys.executable).with_name("measures")
    folder = str(model_folder(DEFAULT_MODEL))
    commands = ([sys.executable, "-c", COLD, folder], [str(measures), "ask", QUESTIONS[0]])
    rounds = [[seconds(partial(_run, command, environment)) for command in commands] for _ in range(5)]
    bare, ours = (statistics.median(column) for column in zip(*rounds, strict=True))
    line(f"ask, cold, over import, load and one encode ({bare:.1f} s), whole processes", ours - bare, "<= 1.5", "s")
    answering = [sys.executable, "-c", ANSWERING, str(data), *QUESTIONS]
    peak_bare, peak, peak_answering = (
        int(subprocess.check_output([sys.executable, "-c", PEAK, *command], env=environment))
        for command in (*commands, answering)
    )
    line(f"peak memory of it (of the bare one {peak_bare} MB)", peak, "< 1100", "MB")
    line(f"peak memory of an engine that answers {len(QUESTIONS)} questions", peak_answering, "< 1100", "MB")
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
    parser.add_argument("--only", choices=["build", "ask", "cold", "unpack"], action="append")
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
    parts = arguments.only or ["build", "ask", "cold", "unpack"]
    if "unpack" in parts:
        bench_unpack()
    if parts == ["unpack"]:
        return
    with tempfile.TemporaryDirectory() as folder:
        settings = IndexSettings(data_dir=Path(folder), model="")
        embedder = MadeUpVectors() if arguments.made_up_vectors else SentenceTransformerEmbedder()
        releases = made_up_releases(arguments.passages)
        fill(settings, releases)
        if "build" in parts:
            bench_build(releases)
        if parts == ["build"]:
            return
        build_all(settings, embedder, silent)
        if "ask" in parts:
            bench_ask(settings, embedder)
        if "cold" in parts:
            bench_cold(Path(folder))


if __name__ == "__main__":
    main()
