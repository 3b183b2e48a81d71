"""What keeping up to date costs: answers during a build, one release more, many releases at once.

    python -m tests.bench.ingest [--releases 1000] [--pages 300]

All of it goes the whole way: pages on a loopback server, another process that fetches, cleans, judges, embeds and
builds. The embedder of that process writes down how long it loaded and embedded. That process has the lowest priority,
so that on a machine with other work only the CPU seconds beside the others tell something.
"""

import argparse
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from index.encoders.embedder import SentenceTransformerEmbedder, Vectors
from index.encoders.model_files import DEFAULT_MODEL, model_folder
from index.engine import Engine
from index.filters import Filters
from index.maintenance import Maintenance, build_all
from index.processes.job_process import JobProcess
from index.processes.jobs import Added
from index.results import Step
from index.settings import IndexSettings
from tests.bench.run import COLD, QUESTIONS, MadeUpVectors, fill, made_up_releases
from tests.bench.timing import line
from tests.corpus.servers import Server, page
from tests.fakes import quiet, silent
from tests.pages import release_page

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_TIMES = "BENCH_TIMES"
_PASSAGES_A_RELEASE = 20
_BLOCK = 20
_BLOCKS = 20


class TimedEmbedder(SentenceTransformerEmbedder):
    """The default model, which writes into a file how many seconds it loaded and embedded documents."""

    def __init__(self, model: str, cache_dir: Path | None) -> None:
        """Start with nothing loaded."""
        super().__init__(model, cache_dir)
        self._spent = {"load": [0.0, 0.0], "embed": [0.0, 0.0]}

    def encode_document(self, texts: Sequence[str], progress: Callable[[int], None]) -> Vectors:
        """Return the vectors of texts, ``(n, dim)``."""
        assert self._loaded
        began = clocks()
        vectors = super().encode_document(texts, progress)
        self._count("embed", began)
        return vectors

    @cached_property
    def dtype(self) -> str:
        """The type the model computes in; to find it out, torch is imported."""
        began = clocks()
        dtype = super().dtype
        self._count("load", began)
        return dtype

    @cached_property
    def _loaded(self) -> "SentenceTransformer":
        assert self.dtype, self.digest
        began = clocks()
        loaded = super()._loaded
        self._count("load", began)
        return loaded

    def _count(self, what: str, began: list[float]) -> None:
        self._spent[what] = [
            had + now - then for had, now, then in zip(self._spent[what], clocks(), began, strict=True)
        ]
        Path(os.environ[_TIMES]).write_text(json.dumps(self._spent))


@dataclass(frozen=True, slots=True)
class Spent:
    """What adding took: seconds by the clock and of the CPU, of all, of loading the model, of embedding."""

    whole: tuple[float, float]
    load: tuple[float, float]
    embed: tuple[float, float]

    def rest(self, bare: Sequence[float]) -> list[float]:
        """Return what it took over a bare process that loads the model, and the embedding."""
        return [whole - load - embed for whole, load, embed in zip(self.whole, bare, self.embed, strict=True)]

    def share(self) -> list[float]:
        """Return the share of embedding after the model was loaded."""
        return [embed / (whole - load) for whole, load, embed in zip(self.whole, self.load, self.embed, strict=True)]


def clocks() -> list[float]:
    """Return the time and the CPU time of this process, in seconds."""
    return [time.perf_counter(), time.process_time()]


def used(act: Callable[[], object]) -> tuple[float, float]:
    """Return what an act took in this process and its children, by the clock, and of the children's CPU."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    act()
    now, after = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    return now - began, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def timed(upkeep: Maintenance, times: Path, sources: Sequence[str]) -> Spent:
    """Add sources, and return what that took."""
    added: list[Added] = []
    whole = used(lambda: added.append(upkeep.add(sources, quiet)))
    assert added[0].complete, added
    spent = json.loads(times.read_text())
    return Spent(whole, tuple(spent["load"]), tuple(spent["embed"]))


def bench_one_more(settings: IndexSettings, upkeep: Maintenance, times: Path, site: Server, releases: int) -> None:
    """Add one release to many."""
    fill(settings, made_up_releases(releases * _PASSAGES_A_RELEASE)[:releases])
    build_all(settings, MadeUpVectors(), silent)
    rounds = []
    for number in range(3):
        path = f"/one/{number}"
        site.handlers[path] = page(release_page(10_000 + number))
        bare = used(
            lambda: subprocess.run(
                [sys.executable, "-c", COLD, str(model_folder(DEFAULT_MODEL))], check=True, capture_output=True
            )
        )
        rounds.append((*timed(upkeep, times, [site.url(path)]).rest(bare), bare[0]))
    clock, cpu, load = (statistics.median(column) for column in zip(*rounds, strict=True))
    line(
        f"one release more than {releases}, over bare import and load ({load:.1f} s) and embedding", clock, "<= 3", "s"
    )
    line("  of the CPU", cpu, "", "s")


def bench_many(upkeep: Maintenance, times: Path, site: Server, pages: int) -> None:
    """Add many releases at once."""
    for number in range(pages):
        site.handlers[f"/many/{number}"] = page(release_page(20_000 + number))
    spent = timed(upkeep, times, [site.url(f"/many/{number}") for number in range(pages)])
    clock, cpu = spent.share()
    line(f"{pages} releases at once ({spent.whole[0]:.0f} s): share of embedding after load", clock, ">= .80")
    line("  of the CPU", cpu, "")


def bench_ask_meanwhile(settings: IndexSettings, upkeep: Maintenance, site: Server, pages: int) -> None:
    """Ask while another process adds releases, which is stopped for every other block of questions to compare with."""
    for number in range(pages):
        site.handlers[f"/meanwhile/{number}"] = page(release_page(30_000 + number))
    sources = [site.url(f"/meanwhile/{number}") for number in range(pages)]
    embedding = threading.Event()

    def hear(step: Step) -> None:
        if step.phase == "embed" and step.done:
            embedding.set()

    with Engine(settings, SentenceTransformerEmbedder()) as engine:
        latencies(engine, lambda: False, 50)
        thread = threading.Thread(target=lambda: upkeep.add(sources, hear))
        thread.start()
        embedding.wait(300)
        (worker,) = children()
        idle: list[float] = []
        busy: list[float] = []
        while thread.is_alive() and len(busy) < _BLOCKS * _BLOCK:
            os.kill(worker, signal.SIGSTOP)
            idle += latencies(engine, lambda: False, _BLOCK)
            os.kill(worker, signal.SIGCONT)
            took = latencies(engine, lambda: not thread.is_alive(), _BLOCK)
            busy += took if thread.is_alive() else []
        thread.join()
    line(f"ask, p95 during a build ({len(busy)} asked), over idle p95", p95(busy) / p95(idle), "<= 1.5", "x")
    line("  median over idle median", statistics.median(busy) / statistics.median(idle), "", "x")


def children() -> list[int]:
    """Return the processes that this one has started, on Linux."""
    children = "".join(path.read_text() for path in Path("/proc/self/task").glob("*/children"))
    return [int(pid) for pid in children.split()]


def latencies(engine: Engine, stop: Callable[[], bool], most: int) -> list[float]:
    """Ask, with the pauses of a lively channel, and return how long each answer took."""
    taken: list[float] = []
    for number in range(most):
        if stop():
            break
        began = time.perf_counter()
        engine.answer(QUESTIONS[number % len(QUESTIONS)], Filters())
        taken.append(time.perf_counter() - began)
        time.sleep(0.02)
    return taken


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


def main() -> None:
    """Run all and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=1000)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--only", choices=["one", "many", "ask"], action="append")
    arguments = parser.parse_args()
    parts = arguments.only or ["one", "many", "ask"]
    with tempfile.TemporaryDirectory() as folder, Server({}) as site:
        times = Path(folder) / "times.json"
        os.environ[_TIMES] = str(times)
        for part in parts:
            private = frozenset({("127.0.0.1", site.port)})
            settings = IndexSettings(data_dir=Path(folder) / part, model="", fetch_private=private)
            upkeep = Maintenance(settings, JobProcess(settings, "tests.bench.ingest:TimedEmbedder"))
            if part == "one":
                bench_one_more(settings, upkeep, times, site, arguments.releases)
            elif part == "many":
                bench_many(upkeep, times, site, arguments.pages)
            else:
                build_all(settings, SentenceTransformerEmbedder(), silent)
                bench_ask_meanwhile(settings, upkeep, site, arguments.pages // 2)


if __name__ == "__main__":
    main()
